"""Cells of affected objects in another language. They come by the hundred thousand and are strings.

A column that is declared as spoken holds words of the product, one or several; all others are data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from scanner.recognise import Templates
from scanner.result import AffectedRecord
from scanner.text import wordless
from scanner.typography import comma, said_in

_BETWEEN = re.compile(r"(, |; | \(|\)|: )")
"""What stands between the words of one cell."""

_REMEMBERED = 10_000
"""Different cells whose words are kept."""

Rows = Iterable[Sequence[str]]
Spoken = Iterator[list[str]]


def spoken_rows(
    read: Callable[[AffectedRecord], Rows], language: str, words: Mapping[str, str]
) -> Callable[[AffectedRecord], Spoken]:
    """A reader of affected objects that says the cells of spoken columns in that language."""
    cells = _Cells(words, language)

    def reader(affected: AffectedRecord) -> Spoken:
        places = [place for place, name in enumerate(affected.columns) if name in affected.spoken]
        for row in read(affected):
            said = list(row)
            for place in places:
                if place < len(said):
                    said[place] = cells.say(said[place])
            yield said

    return reader


class _Cells:
    """Says cells that hold words of the product, one or several; what is none of them stays."""

    def __init__(self, words: Mapping[str, str], language: str) -> None:
        self._words = words
        self._language = language
        self._templates = Templates(words)
        self._known: dict[str, str] = {}

    def say(self, cell: str) -> str:
        """The cell in the language. Most cells of a column are alike, so they are remembered."""
        known = self._known.get(cell)
        if known is None:
            known = self._one(cell) or self._several(cell)
            if len(self._known) < _REMEMBERED:
                self._known[cell] = known
        return known

    def _one(self, cell: str) -> str | None:
        if cell in self._words:
            return self._words[cell]
        template, values = self._templates.values_in(cell) or ("", {})
        if wordless(template):
            return None
        said = {name: self._words.get(one, one) for name, one in values.items()}
        return said_in(self._language, self._words[template], said)

    def _several(self, cell: str) -> str:
        between = comma(self._language)
        parts = [self._one(part) or part for part in _BETWEEN.split(cell)]
        return "".join(between if part == ", " else part for part in parts)
