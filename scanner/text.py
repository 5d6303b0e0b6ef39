"""Sentences as data: a constant English template with named values, made words at the end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

Value = str | int | float | list[str]
"""What a named value of a sentence may be. Dates are ISO 8601 strings.

A string is data of the environment and never translated, unless it is `Said`.
"""

DEEPEST = 6
"""How deep sentences stand in one another at most. Saved ones may be foreign."""

PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
"""Where a template shows a value."""


def placeholders(template: str) -> set[str]:
    """The names that a template asks for."""
    return set(PLACEHOLDER.findall(template))


def wordless(template: str) -> bool:
    """Whether a template has no word of its own to translate, as '{name} ({count})'."""
    return not any(char.isalpha() for char in PLACEHOLDER.sub("", template))


def fill(template: str, values: Mapping[str, Value], comma: str = ", ") -> str:
    """Put the values into the template; lists are joined with commas, an unknown name stays.

    Deliberately weaker than str.format: no attribute or index access, and a value that looks like
    a template is not expanded again, because values are often hostile data.
    """

    def word(match: re.Match[str]) -> str:
        value = values.get(match[1], match[0])
        return comma.join(value) if isinstance(value, list) else str(value)

    return PLACEHOLDER.sub(word, template)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence: its English template and the values that it shows.

    Raises ValueError where the template names a value that was not given, so that the mistake shows
    in the check's own test and not in a customer's report.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        missing = placeholders(self.template) - self.values.keys()
        if missing:
            raise ValueError(f"no value for {sorted(missing)} in {self.template!r}")

    def __str__(self) -> str:
        return fill(self.template, self.values)


class Said(str):
    """Words of the product within a sentence: English as it stands, and translatable.

    A value, fact or detail that is Said keeps its template and values on the way into the result, as
    a sentence does; to everything else it is the English string. What is joined or formatted from it
    is data again, so compose with a template of its own. `text` is None where only the words are
    known, which a catalogue may have as they are.
    """

    __slots__ = ("text",)
    text: Text | None

    def __new__(cls, template: str, values: Mapping[str, Value] | None = None) -> Self:
        """Raises ValueError as Text does."""
        text = Text(template, values or {})
        made = super().__new__(cls, str(text))
        made.text = text
        return made

    @classmethod
    def of(cls, words: str) -> Self:
        """Words that may be the product's, such as a detail that came as a plain string."""
        if isinstance(words, cls):
            return words
        made = super().__new__(cls, words)
        made.text = None
        return made

    def __reduce__(self) -> tuple[object, ...]:
        if self.text is None:
            return Said.of, (str(self),)
        return Said, (self.text.template, self.text.values)


def said(template: str, /, **values: Value) -> str:
    """Words of the product for a value of another sentence, a fact or a detail: a Said.

    To its caller it is a string like any other.
    """
    return Said(template, values)


class Vocabulary(frozenset[str]):
    """Words of the product that values and cells may hold, such as the members of an enumeration."""

    def say(self, word: str) -> str:
        """The word as Said where it is one of these; anything else is data and stays."""
        return Said(word) if word in self else word

    def say_all(self, words: Iterable[str]) -> list[str]:
        """The same for several."""
        return [self.say(one) for one in words]

    def counted(self, counts: Iterable[tuple[str, int]]) -> list[str]:
        """The words with how often each was met, as 'format 3'."""
        return [said("{word} {count}", word=self.say(word), count=count) for word, count in counts]


@dataclass(frozen=True, slots=True)
class Saved:
    """Said as evidence keeps it: the template, and the values, which may be said themselves."""

    template: str
    values: dict[str, str | int | float | list[str | Saved] | Saved] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Said) -> Saved | None:
        """What to keep of those words; None where they have no template."""
        if words.text is None:
            return None
        return cls(
            words.text.template, {name: _kept(one) for name, one in words.text.values.items()}
        )

    def said(self, deep: int = DEEPEST) -> Said:
        """The words again. Raises ValueError where a value is missing or sentences nest too deep."""
        if not deep:
            raise ValueError("sentences within sentences")
        return Said(
            self.template, {name: _again(one, deep - 1) for name, one in self.values.items()}
        )


def _kept(value: Value) -> str | int | float | list[str | Saved] | Saved:
    if isinstance(value, list):
        return [_part(one) for one in value]
    return _part(value) if isinstance(value, str) else value


def _part(value: str) -> str | Saved:
    return (Saved.of(value) if isinstance(value, Said) else None) or str(value)


def _again(value: str | float | list[str | Saved] | Saved, deep: int) -> Value:
    if isinstance(value, list):
        return [one.said(deep) if isinstance(one, Saved) else one for one in value]
    return value.said(deep) if isinstance(value, Saved) else value
