"""Exhibits: tables and series that a report draws, made by small pure functions over evidence.

Declared like checks and found like checks; they show and never judge. Where evidence is missing the
exhibit is left out, and one that breaks costs nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from scanner.catalogue import Need, needs_of


class ExhibitKind(StrEnum):
    """How an exhibit is drawn: words with shapes, spans on a common time axis, or stacked numbers."""

    MATRIX = "matrix"
    TIMELINE = "timeline"
    BARS = "bars"


class Shade(StrEnum):
    """What a cell says at a glance. `none`: nothing is there and nothing is said about it."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `text` is data unless it is Said; `number` counts, `start` and `end` are days."""

    text: str = ""
    shade: Shade = Shade.NONE
    number: int | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what it is about, and its cells by column."""

    label: str
    cells: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A declared exhibit. Columns that are not declared come from the rows, in their order."""

    id: str
    make: Callable[..., Iterable[Row]]
    needs: tuple[Need, ...]
    kind: ExhibitKind
    title: str
    note: str
    corner: str
    columns: tuple[str, ...]

    @property
    def package(self) -> str:
        """The package of checks that the id names."""
        return self.id.partition(".")[0]


Make = TypeVar("Make", bound=Callable[..., Any])
_HOME = "_emsready_exhibit"


def exhibit(
    *,
    id: str,  # noqa: A002 - the word of the contract, as for checks
    kind: ExhibitKind,
    title: str,
    note: str,
    corner: str,
    columns: Sequence[str] = (),
) -> Callable[[Make], Make]:
    """Declare a function as an exhibit; its annotations name evidence as those of a check do.

    `corner` is the heading over the labels. Title, note, corner and declared columns are sentences
    of the product and translated; labels and texts are data.
    Raises TypeError when an annotation is no evidence type.
    """

    def declare(make: Make) -> Make:
        needs, _ = needs_of(make)
        made = Exhibit(id, make, needs, kind, title, note, corner, tuple(columns))
        setattr(make, _HOME, made)
        return make

    return declare


def exhibit_of(thing: object) -> Exhibit | None:
    """The Exhibit that a decorated function carries, or None."""
    found = vars(thing).get(_HOME) if hasattr(thing, "__dict__") else None
    return found if isinstance(found, Exhibit) else None
