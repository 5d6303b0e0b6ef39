"""What people decided about findings and items: waivers and assignments, kept with the evidence.

They are read when evidence is collected, so that a run is judged alike wherever it is judged again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from scanner.evidence.envelope import evidence


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted until the end of the day `expires` (in UTC).

    Without `subject` all findings of the check are meant; with `objects` only those whose affected
    objects are all named there. `line` is where the entry stands in its file.
    """

    check: str
    reason: str
    approved_by: str
    expires: date
    subject: str = ""
    objects: tuple[str, ...] = ()
    ticket: str = ""
    created: date | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who does a remediation item, by when, and how far it is by their own word.

    `item` is the id of the item, whole or in the short form of eight digits that reports show.
    """

    item: str
    assignee: str = ""
    due: date | None = None
    status: str = "open"
    note: str = ""
    updated: datetime | None = None


@evidence("decisions", source="run")
@dataclass(frozen=True, slots=True)
class Decisions:
    """The waivers and assignments of the customer."""

    waivers: tuple[Waiver, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    horizon_days: int = 365
