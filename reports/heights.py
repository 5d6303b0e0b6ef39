"""How tall an item will be, before the browser has laid it out.

The page lays out what comes into sight and reserves room for the rest (CSS `content-visibility`).
Room that fits keeps the scrollbar steady, lets links land where they lead, and keeps tools that look
at the whole page from seeing one item over the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.result import FindingRecord, ItemRecord, StepRecord

ROOMS = (40, 50, 60, 70, 80, 100, 120, 160, 240)
"""The heights in rem that the style has a class for, on a wide screen."""

_FRAME = 22.0
_LINE = 1.6
_ROW = 1.75
_CHARACTERS = 75
"""Rem of an item without its texts, of a line and of an entry in a list; characters on a line."""


def room(item: ItemRecord, found: Sequence[FindingRecord]) -> int:
    """The smallest of ROOMS that an item and what it shows of its findings fit into."""
    tall = _FRAME + _lines(item.why) + _lines(item.verify.text) + _steps(item.steps)
    tall += _ROW * len([*item.needs, *item.unblocks, *item.prerequisites, *item.documents])
    tall += sum(2.2 + _lines(command) for command in item.verify.commands)
    tall += sum(_finding(one, alone=len(item.findings) == 1) for one in found)
    return next((one for one in ROOMS if one >= tall), ROOMS[-1])


def _lines(text: str) -> float:
    return _LINE * len(text) / _CHARACTERS


def _steps(steps: Iterable[StepRecord]) -> float:
    return sum(
        _LINE
        + _lines(step.text)
        + (_ROW + _lines(step.portal) if step.portal else 0)
        + (2.4 + 1.2 * step.command.count("\n") + _lines(step.command) if step.command else 0)
        + (_ROW if step.link else 0)
        for step in steps
    )


def _finding(finding: FindingRecord, *, alone: bool) -> float:
    values = (len(one) if isinstance(one, list) else 1 for one in finding.facts.values())
    tall = 4.4 + _lines(finding.message.text) + _ROW * sum(values)
    return tall + (2.2 if finding.affected else 0) + (0 if alone else _steps(finding.steps))
