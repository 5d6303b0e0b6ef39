"""Due dates: working days from the scan, pulled in by the kickoff, pushed out by prerequisites."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from scanner.plan.draft import Draft
from scanner.words import Effort, Phase, Severity

DEFAULT_DAYS = {Severity.BLOCKER: 5, Severity.HIGH: 10, Severity.MEDIUM: 20, Severity.LOW: 40}
_OWN_TIME = {Effort.MINUTES: 0, Effort.HOURS: 1, Effort.DAYS: 3, Effort.WEEKS: 10}
_BUFFER = 2
"""Working days that stay free between the last remediation and the kickoff."""

_SATURDAY = 5


def working_days(start: date, days: int) -> date:
    """The date that many working days (Monday to Friday) after `start`; negative counts back."""
    day, left, one = start, abs(days), timedelta(days=1 if days >= 0 else -1)
    while left:
        day += one
        left -= day.weekday() < _SATURDAY
    return day


def set_due_dates(
    ordered: list[Draft], start: date, kickoff: date | None, days: Mapping[str, int]
) -> None:
    """Give every item of the ordered plan its date; info has none.

    The days count from the day on which an item was first seen, so that the date stays where it is
    from one scan to the next, and can pass.
    """
    dates: dict[str, date] = {}
    limit = working_days(kickoff, -_BUFFER) if kickoff and kickoff > start else None
    for item in ordered:
        count = days.get(item.effective, DEFAULT_DAYS.get(item.effective))
        if count is None:
            continue
        began = min(start, item.first_seen or start)
        due = working_days(began, count)
        if limit and item.phase in (Phase.ASSESS, Phase.REMEDIATE):
            due = max(began, min(due, limit))
        after = [dates[need] for need in item.needs if need in dates]
        if after:
            due = max(due, working_days(max(after), _OWN_TIME[item.effort]))
        item.due = dates[item.id] = due
