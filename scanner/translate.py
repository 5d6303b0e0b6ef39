"""A result in another language: every sentence said again from its template and its values.

Catalogues are flat JSON: an English sentence, and the same in the other language with the same
{placeholders}. What no catalogue has stays English, is listed in `untranslated`, and is marked as
English by the reports.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scanner.cells import spoken_rows
from scanner.recognise import OURS, Templates
from scanner.result import (
    AffectedRecord,
    CheckRecord,
    CoverageRecord,
    EarlierRecord,
    ExhibitRecord,
    ExhibitRow,
    FindingRecord,
    ItemRecord,
    MissingRecord,
    Phrase,
    RunResult,
    StepRecord,
    SubjectRecord,
    VerifyRecord,
    Words,
)
from scanner.text import DEEPEST, Value, fill, placeholders, wordless
from scanner.typography import said_in

ENGLISH = "en"


class CatalogueError(ValueError):
    """A catalogue that cannot be used; the message says why."""


def read_catalogue(data: bytes) -> dict[str, str]:
    """The entries of a catalogue that can be used.

    An empty translation, or one with other placeholders than the English sentence, is left out.
    Raises CatalogueError when it is no flat object.
    """
    try:
        entries = json.loads(data)
    except ValueError as error:
        raise CatalogueError(str(error)) from error
    if not isinstance(entries, dict):
        raise CatalogueError("a catalogue is one JSON object")
    return {
        english: said
        for english, said in entries.items()
        if isinstance(said, str) and said and placeholders(said) == placeholders(english)
    }


def label(name: str) -> str:
    """The name of a fact or column as catalogues have it."""
    return name.replace("_", " ")


def translate(result: RunResult, language: str, words: Mapping[str, str]) -> RunResult:
    """The run in that language. Pure: the result given stays as it is."""
    return _Speaker(result, language, words).result() if language != ENGLISH else result


class _Speaker:
    """Says the sentences of one result, and remembers which had to stay English."""

    def __init__(self, result: RunResult, language: str, words: Mapping[str, str]) -> None:
        self._result = result
        self._language = language
        self._words = words
        self._templates = Templates(words)
        self._left: set[str] = set()

    def result(self) -> RunResult:
        run = self._result
        return replace(
            run,
            findings=[self._finding(one) for one in run.findings],
            plan=[self._item(one) for one in run.plan],
            checks=[self._check(one) for one in run.checks],
            coverage=[self._coverage(one) for one in run.coverage],
            exhibits=[self._exhibit(one) for one in run.exhibits],
            earlier=[self._earlier(one) for one in run.earlier],
            notes=self._sentences(run.notes, run.words.get("notes")),
            waivers=[replace(one, problem=self._sentence(one.problem)) for one in run.waivers],
            language=self._language,
            untranslated=sorted(self._left),
        )

    def _sentence(self, english: str) -> str:
        """A sentence of which only the English words are known."""
        known = self._known(english, DEEPEST)
        if english and known is None:
            self._left.add(english)
        return known or english

    def _recognised(self, english: str, deep: int) -> str | None:
        """Words that came with their values filled in, said again by the template that they fit."""
        found = self._templates.values_in(english) if deep else None
        if found is None:
            return None
        template, values = found
        ours = {name: value for name, value in values.items() if name in OURS}
        known = {name: self._known(value, deep - 1) for name, value in ours.items()}
        if wordless(template) and None in known.values():
            return None
        said = {name: known.get(name) or value for name, value in values.items()}
        return said_in(self._language, self._words[template], said)

    def _known(self, english: str, deep: int) -> str | None:
        return self._words.get(english) or self._recognised(english, deep)

    def _said(
        self, key: str, params: Mapping[str, Value], english: str, words: Words, deep: int = DEEPEST
    ) -> str:
        """A sentence from its template; without one, or without a translation, the English words."""
        template = self._result.texts.get(key)
        if template is None or not deep:
            return self._sentence(english)
        if template not in self._words and not wordless(template):
            return self._sentence(english)
        spoken = self._words.get(template, template)
        return said_in(self._language, spoken, self._values(params, words, deep - 1))

    def _values(self, params: Mapping[str, Value], words: Words, deep: int) -> dict[str, Value]:
        """Values are data and stay; only those that are marked hold words of the product."""
        return {name: self._value(name, value, words, deep) for name, value in params.items()}

    def _value(self, name: str, value: Value, words: Words, deep: int) -> Value:
        phrases = words.get(name)
        if isinstance(value, list):
            return self._several(value, phrases, deep)
        if not isinstance(value, str):
            return value
        if phrases:
            return self._several([value], phrases, deep)[0]
        return self._known(value, DEEPEST) or value if name in OURS else value

    def _several(
        self, values: Sequence[str], phrases: Sequence[Phrase | None] | None, deep: int = DEEPEST
    ) -> list[str]:
        """Strings with the sentences behind them; without one a string is data and stays."""
        if not phrases or len(phrases) != len(values):
            return list(values)
        return [
            self._said(one.key, one.params, value, one.words, deep) if one else value
            for value, one in zip(values, phrases, strict=True)
        ]

    def _sentences(
        self, values: Sequence[str], phrases: Sequence[Phrase | None] | None
    ) -> list[str]:
        if not phrases:
            return [self._sentence(one) for one in values]
        return self._several(values, phrases)

    def _field(self, name: str, value: str, words: Words) -> str:
        """A field of a record that is a sentence."""
        phrases = words.get(name)
        return self._several([value], phrases)[0] if phrases else self._sentence(value)

    def _finding(self, one: FindingRecord) -> FindingRecord:
        message = one.message
        said = self._said(message.key, message.params, message.text, message.words)
        facts = self._values(one.facts, one.words, DEEPEST)
        return replace(
            one,
            subject=self._subject(one.subject),
            message=replace(message, text=said),
            facts={self._label(name): value for name, value in facts.items()},
            steps=self._steps(one.steps),
            affected=self._affected(one.affected),
            missing=self._missing(one.missing),
        )

    def _earlier(self, one: EarlierRecord) -> EarlierRecord:
        """A finding of a run before: its template may be gone, then its words stay English."""
        message = one.message
        said = self._said(message.key, message.params, message.text, message.words)
        return replace(one, subject=self._subject(one.subject), message=replace(message, text=said))

    def _subject(self, one: SubjectRecord) -> SubjectRecord:
        """A set of objects is called by words of the product; what else is named is data."""
        return replace(one, name=self._several([one.name], one.words.get("name"))[0])

    def _exhibit(self, one: ExhibitRecord) -> ExhibitRecord:
        """Title, note and headings are ours, unless a heading is data."""
        return replace(
            one,
            title=self._sentence(one.title),
            note=self._sentence(one.note),
            corner=self._sentence(one.corner),
            columns=self._several(one.columns, one.words.get("columns")),
            rows=[self._row(row) for row in one.rows],
        )

    def _row(self, one: ExhibitRow) -> ExhibitRow:
        if not any(cell.words for cell in one.cells):
            return one
        cells = [
            replace(cell, text=self._several([cell.text], cell.words.get("text"))[0])
            for cell in one.cells
        ]
        return replace(one, cells=cells)

    def _label(self, name: str) -> str:
        return self._words.get(label(name), name)

    def _affected(self, one: AffectedRecord | None) -> AffectedRecord | None:
        if one is None:
            return None
        read = spoken_rows(lambda affected: affected.sample, self._language, self._words)
        return replace(
            one,
            sample=list(read(one)),
            columns=[self._label(name) for name in one.columns],
            spoken=[self._label(name) for name in one.spoken],
        )

    def _missing(self, one: MissingRecord | None) -> MissingRecord | None:
        return one and replace(one, detail=self._field("detail", one.detail, one.words))

    def _steps(self, steps: Iterable[StepRecord]) -> list[StepRecord]:
        return [
            replace(one, text=self._said(one.key, one.params, one.text, one.words)) for one in steps
        ]

    def _item(self, one: ItemRecord) -> ItemRecord:
        settle = self._one(one, "settle_after", one.settle_after)
        verify: VerifyRecord = replace(
            one.verify, text=self._one(one, "verify", one.verify.text), settle_after=settle
        )
        return replace(
            one,
            title=self._one(one, "title", one.title),
            why=self._one(one, "why", one.why),
            blocks=self._list(one, "blocks", one.blocks),
            before=self._list(one, "before", one.before),
            steps=self._steps(one.steps),
            verify=verify,
            settle_after=settle,
        )

    def _list(self, item: ItemRecord, name: str, english: Sequence[str]) -> list[str]:
        phrases = item.phrases.get(name, [])
        if not phrases:
            return [self._sentence(one) for one in english]
        texts = self._result.texts
        return [
            self._said(one.key, one.params, fill(texts.get(one.key, ""), one.params), one.words)
            for one in phrases
        ]

    def _one(self, item: ItemRecord, name: str, english: str) -> str:
        said = self._list(item, name, [english])
        return "".join(said) if self._language.startswith("zh") else " ".join(said)

    def _check(self, one: CheckRecord) -> CheckRecord:
        changes: dict[str, Any] = {
            name: self._sentence(getattr(one, name)) for name in ("title", "why", "action")
        }
        return replace(one, **changes)

    def _coverage(self, one: CoverageRecord) -> CoverageRecord:
        return replace(one, detail=self._field("detail", one.detail, one.words))
