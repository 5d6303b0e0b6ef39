"""What people decided about findings and items: waivers and assignments, kept with the evidence.

They are read when evidence is collected, so that a run is judged alike wherever it is judged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from scanner.evidence.envelope import evidence


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that is accepted for a while. `line` is where the entry stands in its file."""

    check: str
    """Id of the check."""
    reason: str
    """Why it is accepted."""
    approved_by: str
    """Who decided that."""
    expires: date
    """The last day, in UTC, on which it is accepted."""
    subject: str = ""
    """Only this domain, host, …; left out: all of them."""
    objects: tuple[str, ...] = ()
    """Only these objects: the waiver holds as long as no other one is affected."""
    ticket: str = ""
    """Number of the change or risk; required for a blocker."""
    created: date | None = None
    """Day on which it was decided."""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who does a remediation item, by when, and how far it is by their own word."""

    item: str
    """Id of the item, whole or the eight digits that reports show."""
    assignee: str = ""
    """Who does it."""
    due: date | None = None
    """By when."""
    status: str = "open"
    """`open`, `in-progress`, `done` (a claim until a scan proves it) or `accepted`."""
    note: str = ""
    """What is worth knowing."""
    updated: datetime | None = None
    """When this was said; the newest one counts."""


@evidence("decisions", source="run")
@dataclass(frozen=True, slots=True)
class Decisions:
    """The waivers and assignments of the customer, and who stands behind each role of an owner."""

    waivers: tuple[Waiver, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    horizon_days: int = 365
    owners: Mapping[str, str] = field(default_factory=dict)
