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

from scanner.result import (
    AffectedRecord,
    CheckRecord,
    CoverageRecord,
    EarlierRecord,
    ExhibitRecord,
    FindingRecord,
    ItemRecord,
    MissingRecord,
    RunResult,
    StepRecord,
    VerifyRecord,
)
from scanner.text import Value, fill, placeholders

ENGLISH = "en"

_OURS = ("detail", "evidence")
"""Values that are words of the product and not of the environment."""


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
            language=self._language,
            untranslated=sorted(self._left),
        )

    def _sentence(self, english: str) -> str:
        """A sentence without values."""
        if english and english not in self._words:
            self._left.add(english)
        return self._words.get(english, english)

    def _said(self, key: str, params: Mapping[str, Value], english: str) -> str:
        """A sentence from its template; without one, or without a translation, the English words."""
        template = self._result.texts.get(key)
        if template is None or template not in self._words:
            if template != "{detail}":
                return self._sentence(english)
            return self._sentence(str(params.get("detail", english)))
        return fill(self._words[template], self._values(params))

    def _values(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Values are data and stay; only the names in _OURS hold words of the product."""
        return {
            name: self._words.get(value, value)
            if name in _OURS and isinstance(value, str)
            else value
            for name, value in params.items()
        }

    def _finding(self, one: FindingRecord) -> FindingRecord:
        said = self._said(one.message.key, one.message.params, one.message.text)
        return replace(
            one,
            message=replace(one.message, text=said),
            facts={self._label(name): value for name, value in one.facts.items()},
            steps=self._steps(one.steps),
            affected=self._affected(one.affected),
            missing=self._missing(one.missing),
        )

    def _earlier(self, one: EarlierRecord) -> EarlierRecord:
        """A finding of a run before: its template may be gone, then its words stay English."""
        said = self._said(one.message.key, one.message.params, one.message.text)
        return replace(one, message=replace(one.message, text=said))

    def _exhibit(self, one: ExhibitRecord) -> ExhibitRecord:
        """Title, note and headings are ours; a heading that is data is in no catalogue and stays."""
        return replace(
            one,
            title=self._sentence(one.title),
            note=self._sentence(one.note),
            corner=self._sentence(one.corner),
            columns=[self._words.get(column, column) for column in one.columns],
        )

    def _label(self, name: str) -> str:
        return self._words.get(label(name), name)

    def _affected(self, one: AffectedRecord | None) -> AffectedRecord | None:
        return one and replace(one, columns=[self._label(name) for name in one.columns])

    def _missing(self, one: MissingRecord | None) -> MissingRecord | None:
        return one and replace(one, detail=self._sentence(one.detail))

    def _steps(self, steps: Iterable[StepRecord]) -> list[StepRecord]:
        return [replace(one, text=self._said(one.key, one.params, one.text)) for one in steps]

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
            self._said(one.key, one.params, fill(texts.get(one.key, ""), one.params))
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
        return replace(one, detail=self._sentence(one.detail))
