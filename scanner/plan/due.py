"""Due dates: working days from the scan, pulled in by the kickoff, pushed out by prerequisites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scanner.history.assignments import short_id
from scanner.plan.draft import Draft
from scanner.words import Effort, Phase, Severity

DEFAULT_DAYS = {Severity.BLOCKER: 5, Severity.HIGH: 10, Severity.MEDIUM: 20, Severity.LOW: 40}
_OWN_TIME = {Effort.MINUTES: 0, Effort.HOURS: 1, Effort.DAYS: 3, Effort.WEEKS: 10}
_SERIOUS = (Severity.BLOCKER, Severity.HIGH)
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


@dataclass(frozen=True, slots=True)
class Calendar:
    """What dates follow from: the day of the scan, the kickoff, and what people decided.

    `days` are working days by severity, `dates` those that were set for items, by their short ids.
    """

    start: date
    kickoff: date | None
    days: Mapping[str, int]
    dates: Mapping[str, date]

    @property
    def limit(self) -> date | None:
        """The last day of what has to be closed before the kickoff, while that lies ahead."""
        ahead = self.kickoff is not None and self.kickoff > self.start
        return working_days(self.kickoff, -_BUFFER) if self.kickoff and ahead else None


def set_due_dates(ordered: list[Draft], calendar: Calendar) -> None:
    """Give every item of the ordered plan its date; info has none.

    The days count from the day on which an item was first seen, so that the date stays where it is
    from one scan to the next, and can pass. A date that a person set stays where it was put, and
    moves what waits for that item.
    """
    dates: dict[str, date] = {}
    pace = _pace(ordered)
    for item in ordered:
        after = max((dates[need] for need in item.needs if need in dates), default=None)
        due = calendar.dates.get(short_id(item.id)) or _default(item, calendar, pace, after)
        if due:
            item.due = dates[item.id] = due


def _pace(drafts: Iterable[Draft]) -> Severity:
    """The severity whose days the serious part of the assessment gets: that of the worst remediation.

    It comes before the remediation, so it cannot be due after it.
    """
    found = (item.effective for item in drafts if item.phase is Phase.REMEDIATE)
    return min(found, key=lambda word: word.rank, default=Severity.INFO)


def _default(item: Draft, calendar: Calendar, pace: Severity, after: date | None) -> date | None:
    """The date by severity, kickoff and prerequisites; nothing for what is only good to know."""
    word = item.effective
    if item.phase is Phase.ASSESS and word in _SERIOUS:
        word = min(word, pace, key=lambda one: one.rank)
    count = calendar.days.get(word, DEFAULT_DAYS.get(word))
    if count is None:
        return None
    began = min(calendar.start, item.first_seen or calendar.start)
    due = working_days(began, count)
    if (limit := calendar.limit) and item.phase in (Phase.ASSESS, Phase.REMEDIATE):
        due = max(began, min(due, limit))
    return max(due, working_days(after, _OWN_TIME[item.effort])) if after else due
