"""The words of a report in its reader's language: labels of enum words, and its own sentences.

One catalogue for each language stands in reports/locale/, all with the keys of en.json, so that a
language is added by adding files. Ids, keys
and state words in files stay English in every language; these labels are for people.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib.resources import files

from scanner.text import Value, fill

ENGLISH = "en"


class Words:
    """The words of one language; what its catalogue lacks is taken from English."""

    def __init__(self, lang: str) -> None:
        self.lang = nearest(lang)
        self._words = {**catalogue(ENGLISH), **catalogue(self.lang)}

    def __call__(self, key: str, **values: Value) -> str:
        """A sentence with its values. Raises KeyError for a key that no catalogue has."""
        return fill(self._words[key], values)

    def count(self, key: str, n: int, **values: Value) -> str:
        """The sentence for one or for many, with the number as {n}."""
        return self(f"{key}.{'one' if n == 1 else 'many'}", n=f"{n:,}", **values)

    def label(self, vocabulary: str, word: str) -> str:
        """What people call a word of a vocabulary; an unknown word is shown nearly as written."""
        plain = word.replace("_", " ").replace("-", " ")
        return self._words.get(f"{vocabulary}.{word}") or plain[:1].upper() + plain[1:]


def nearest(lang: str) -> str:
    """The catalogue that serves a language: its own, else one of its family, else English."""
    known = languages()
    same = [one for one in known if one.casefold() == lang.casefold()]
    family = [one for one in known if one.partition("-")[0] == lang.partition("-")[0].casefold()]
    return (same or family or [ENGLISH])[0]


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that reports speak: one file each in reports/locale/."""
    names = (one.name for one in files("reports").joinpath("locale").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@functools.cache
def catalogue(lang: str) -> Mapping[str, str]:
    """The sentences and labels of one language. Raises FileNotFoundError where there is none."""
    text = files("reports").joinpath("locale", f"{lang}.json").read_text(encoding="utf-8")
    words: dict[str, str] = json.loads(text)
    return words
