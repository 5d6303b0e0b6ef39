"""Where the marks of a chart stand: plain numbers for the SVG of one line, 0 to 1000 across."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from scanner.result import ExhibitCell, ExhibitRecord

WIDTH = 1000
_BEFORE = timedelta(days=180)
_BEHIND = timedelta(days=730)
"""How much of past and future a time axis shows at most; a span that goes on is cut there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One rectangle: from `x`, that wide, in the shade of its cell."""

    x: int
    width: int
    shade: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A time axis: its ends, and where today stands on it."""

    start: date
    end: date
    today: date

    def place(self, day: date) -> int:
        """Where a day stands, inside the axis."""
        inside = min(max(day, self.start), self.end)
        return round(WIDTH * (inside - self.start).days / max(1, (self.end - self.start).days))

    @property
    def now(self) -> int:
        """Where today stands."""
        return self.place(self.today)

    def span(self, cell: ExhibitCell) -> list[Mark]:
        """The rectangle of one cell; nothing where it has no days."""
        if cell.start is None or cell.end is None:
            return []
        left, right = self.place(cell.start), self.place(cell.end)
        return [Mark(min(left, WIDTH - 4), max(4, right - left), cell.shade)]


def axis_of(exhibit: ExhibitRecord, today: date) -> Axis:
    """The axis that all spans of an exhibit share."""
    cells = [cell for row in exhibit.rows for cell in row.cells]
    starts = [cell.start for cell in cells if cell.start]
    ends = [cell.end for cell in cells if cell.end]
    start = max(min([*starts, today]), today - _BEFORE)
    end = min(max([*ends, today + timedelta(days=30)]), today + _BEHIND)
    return Axis(start, end, today)


def stack(cells: list[ExhibitCell], largest: int) -> list[Mark]:
    """The numbers of one line as rectangles side by side, on the scale of the largest line."""
    marks, x = [], 0
    for cell in cells:
        width = round(WIDTH * max(0, cell.number or 0) / max(1, largest))
        if width:
            marks.append(Mark(x, width, cell.shade))
        x += width
    return marks


def largest_of(exhibit: ExhibitRecord) -> int:
    """The sum of the largest line: the length of the whole scale."""
    return max((sum(cell.number or 0 for cell in row.cells) for row in exhibit.rows), default=0)
