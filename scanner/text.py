"""Sentences as data: a constant English template with named values, made words at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float | list[str]
"""What a named value of a sentence may be. Dates are ISO 8601 strings."""

_NAME = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def placeholders(template: str) -> set[str]:
    """The names that a template asks for."""
    return set(_NAME.findall(template))


def fill(template: str, values: Mapping[str, Value]) -> str:
    """Put the values into the template; lists are joined with commas, an unknown name stays.

    Deliberately weaker than str.format: no attribute or index access, and a value that looks like
    a template is not expanded again, because values are often hostile data.
    """

    def word(match: re.Match[str]) -> str:
        value = values.get(match[1], match[0])
        return ", ".join(value) if isinstance(value, list) else str(value)

    return _NAME.sub(word, template)


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
