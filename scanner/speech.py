"""What commands print and messages say to people, in the language of their reader.

Sentences of the engine are in scanner/locale, words of the vocabularies in the catalogues of the
report formats, so that a terminal and a report call things alike. Without --lang both are English;
there a word of a vocabulary stands as it is typed and as files have it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.text import Said, Value
from scanner.translate import ENGLISH, translate
from scanner.typography import comma, said_in

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.result import RunResult


class Speech:
    """Says the sentences of the engine in one language; what no catalogue has stays English."""

    def __init__(self, language: str = ENGLISH) -> None:
        self.language = language

    @cached_property
    def _words(self) -> dict[str, str]:
        from scanner.registry import sentences  # noqa: PLC0415

        return {} if self.language == ENGLISH else sentences(self.language)

    @cached_property
    def _labels(self) -> dict[str, str]:
        from scanner.registry import report_words  # noqa: PLC0415

        return {} if self.language == ENGLISH else report_words(self.language)

    def say(self, template: str, /, **values: Value) -> str:
        """A sentence with its values."""
        return said_in(self.language, self._words.get(template, template), values)

    def again(self, words: str) -> str:
        """Words that were made as Said; anything else is data and stays."""
        if not isinstance(words, Said) or words.text is None:
            return self._words.get(words, words) if isinstance(words, Said) else words
        return self.say(words.text.template, **words.text.values)

    def word(self, english: str) -> str:
        """A word that the product may have chosen, such as a class of objects."""
        return self._words.get(english, english)

    def label(self, vocabulary: str, word: str) -> str:
        """What people call a word of a vocabulary."""
        return self._labels.get(f"{vocabulary}.{word}") or word

    def list(self, parts: Iterable[str]) -> str:
        """The parts of a list."""
        return comma(self.language).join(parts)

    def run(self, result: RunResult) -> RunResult:
        """A run with its sentences in the language."""
        return translate(result, self.language, self._words)


def padded(text: str, width: int) -> str:
    """The text with blanks up to that many columns of a terminal, where wide characters take two."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, width - taken)
