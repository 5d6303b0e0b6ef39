"""Reading the answers file. Every mistake is named with file, line, key and what would be right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scanner.config.lines import KeyPath, Lines
from scanner.config.read import ConfigError
from scanner.evidence.answers import Answer, AnswerWord

KEYS = ("answer", "by", "on", "until", "reason", "evidence")
"""What may stand below a question."""

SHARED = ("by", "on", "until")
"""What may stand once at the top of the file, for every answer that has none of its own."""

_LARGEST = 1024 * 1024
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


class AnswersError(ConfigError):
    """An answers file that cannot be used; the message names every mistake in it."""


@dataclass(frozen=True, slots=True)
class _Problem:
    """One mistake: where it stands, and what would be right."""

    path: KeyPath
    text: str


def read_answers(path: Path, known: Sequence[str] | None = None) -> tuple[Answer, ...]:
    """The answers in that file; questions without one are left out.

    `known` are the ids of all questions; without it ids are not checked. Raises AnswersError.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnswersError(_syntax(path, error)) from error
    problems: list[_Problem] = []
    answers = list(_answers(data, known, problems))
    if problems:
        raise AnswersError(_located(problems, Lines(text), path))
    return tuple(answers)


def answer_of(
    question: str, values: Mapping[str, Any], known: Sequence[str] | None = None
) -> Answer:
    """One answer from single values, held to the same rules. Raises AnswersError."""
    problems: list[_Problem] = []
    if known is not None and question not in known:
        raise AnswersError(_unknown("question", question, known))
    answer = _Reading((question,), question, _filled(values), problems).answer()
    if answer is None:
        raise AnswersError("\n".join(f"{one.path[-1]}: {one.text}" for one in problems))
    return answer


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise AnswersError(f"{path}: larger than 1 MiB; this is no answers file")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise AnswersError(f"{path}: no such file; `emsready init` writes one") from error
    except UnicodeDecodeError as error:
        raise AnswersError(f"{path}: not UTF-8; save it again with the encoding UTF-8") from error
    except OSError as error:
        raise AnswersError(f"{path}: cannot be read: {error}") from error


def _syntax(path: Path, error: tomllib.TOMLDecodeError) -> str:
    place = _AT_LINE.search(str(error))
    line = f":{place[1]}" if place and place[1] else ""
    what = _AT_LINE.sub("", str(error))
    hint = 'text stands in quotes, as in answer = "yes", and a date without, as in on = 2027-01-31'
    return f"{path}{line}: not valid TOML: {what}; {hint}"


def _located(problems: list[_Problem], lines: Lines, path: Path) -> str:
    located = sorted((lines.of(one.path), one.path, one.text) for one in problems)
    return "\n".join(
        f"{path}:{line}: {'.'.join(map(str, key))}: {text}" for line, key, text in located
    )


def _answers(
    data: Mapping[str, Any], known: Sequence[str] | None, problems: list[_Problem]
) -> Iterator[Answer]:
    for key, value in data.items():
        if isinstance(value, dict):
            continue
        if key not in SHARED:
            problems.append(_Problem((key,), _unknown("key", key, SHARED)))
    shared = _filled({key: data[key] for key in SHARED if key in data})
    for path, table in _tables(data, problems):
        question = ".".join(map(str, path))
        if known is not None and question not in known:
            problems.append(_Problem(path, _unknown("question", question, known)))
        else:
            answer = _Reading(path, question, {**shared, **_filled(table)}, problems).answer()
            if answer:
                yield answer


def _tables(
    data: Mapping[str, Any], problems: list[_Problem]
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """The tables of questions, written as [package.question] or as ["package.question"]."""
    for package, inside in data.items():
        if not isinstance(inside, dict):
            continue
        if "." in package:
            yield (package,), inside
            continue
        for name, table in inside.items():
            if isinstance(table, dict):
                yield (package, name), table
            else:
                told = "expected a question, as in [responsibilities.project-plan-agreed]"
                problems.append(_Problem((package, name), told))


def _filled(table: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that have a value; the file is written with empty ones to be filled in."""
    return {key: value for key, value in table.items() if value != ""}


class _Reading:
    """Reads one table; what is wrong with it is added to the problems."""

    def __init__(
        self, path: KeyPath, question: str, values: dict[str, Any], problems: list[_Problem]
    ) -> None:
        self._path, self._question = path, question
        self._values, self._problems = values, problems

    def answer(self) -> Answer | None:
        """The answer, or None where there is none or where it cannot be used."""
        before = len(self._problems)
        for key in self._values:
            if key not in KEYS:
                self._wrong(key, _unknown("key", key, KEYS))
        word = self._word()
        by, reason, evidence = (self._words(key) for key in ("by", "reason", "evidence"))
        on, until = self._date("on"), self._date("until")
        if word is not None:
            self._complete(word, by, on, until, reason)
        if word is None or on is None or len(self._problems) > before:
            return None
        return Answer(self._question, word, by, on, until, reason, evidence)

    def _wrong(self, key: str, text: str) -> None:
        self._problems.append(_Problem((*self._path, key), text))

    def _word(self) -> AnswerWord | None:
        given = self._values.get("answer")
        if given is None:
            return None
        plain = str(given).strip().casefold().replace(" ", "-").replace("_", "-")
        if isinstance(given, str) and plain in list(AnswerWord):
            return AnswerWord(plain)
        self._wrong("answer", _unknown("answer", str(given), [str(one) for one in AnswerWord]))
        return None

    def _words(self, key: str) -> str:
        given = self._values.get(key, "")
        if isinstance(given, str):
            return given.strip()
        self._wrong(key, f"expected text in quotes, got {given!r}")
        return ""

    def _date(self, key: str) -> date | None:
        given = self._values.get(key)
        if isinstance(given, str):
            try:
                return date.fromisoformat(given.strip())
            except ValueError:
                pass
        elif isinstance(given, date) and not isinstance(given, datetime):
            return given
        if given is not None:
            self._wrong(key, f"expected a date, such as 2027-01-31, got {str(given)!r}")
        return None

    def _complete(
        self, word: AnswerWord, by: str, on: date | None, until: date | None, reason: str
    ) -> None:
        """An answer nobody stands behind is none: who, when, and why something is not needed."""
        if not by:
            self._wrong("by", 'say who answered, as in by = "Ana Silva"')
        if on is None and "on" not in self._values:
            self._wrong("on", "say when it was answered, as in on = 2027-01-31")
        if on and until and until < on:
            self._wrong("until", f"{until} lies before the day of the answer, {on}")
        if word is AnswerWord.NOT_NEEDED and not reason:
            self._wrong("reason", 'say why it is not needed, as in reason = "no devices here"')


def _unknown(what: str, given: str, right: Sequence[str]) -> str:
    near = get_close_matches(given, right, n=1, cutoff=0.5)
    if near:
        return f"unknown {what} {given!r}; did you mean {near[0]!r}?"
    if len(right) > len(KEYS):
        return f"unknown {what} {given!r}; `emsready answer --json` lists those there are"
    return f"unknown {what} {given!r}; right are: {', '.join(right)}"
