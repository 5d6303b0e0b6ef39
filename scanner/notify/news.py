"""The news of a run: what was fixed, is new, came back, is overdue. The same for every channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from scanner.history.states import OPEN, State
from scanner.result import FindingRecord, ItemRecord, RunResult
from scanner.text import Vocabulary, said
from scanner.words import Severity, Status

On = Literal["change", "new", "regressed", "always"]
_TOP = 5
_WEEK = timedelta(days=7)
_SEVERITIES = Vocabulary((*map(str, Severity), "blockers"))
_COUNTED = (State.NEW, State.REGRESSED, State.FIXED, State.CHANGED, State.WAIVER_EXPIRED)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the plan as a message shows it."""

    title: str
    severity: str
    owner: str
    due: date | None


@dataclass(frozen=True, slots=True)
class News:
    """What a message says. `headline` is the news itself, as Said, and comes first."""

    headline: str
    customer: str
    at: str
    verdicts: dict[str, str]
    counts: dict[str, int]
    top: list[Line]
    due_this_week: list[Line]
    overdue: int
    complete: bool

    def worth(self, on: On) -> bool:
        """Whether anything happened that people want to hear of."""
        new, back = self.counts.get("new", 0), self.counts.get("regressed", 0)
        if on == "always":
            return True
        if on == "new":
            return bool(new)
        if on == "regressed":
            return bool(back)
        return bool(sum(self.counts.values())) or not self.complete


def news_of(result: RunResult) -> News:
    """The news of a run."""
    counts = {str(state): sum(one.state == state for one in result.tracked) for state in _COUNTED}
    today = result.collected_at.date()
    soon = [one for one in result.plan if one.due and today <= one.due <= today + _WEEK]
    return News(
        headline=_headline(result, counts),
        customer=result.customer or result.environment,
        at=f"{result.collected_at:%Y-%m-%d %H:%M} UTC",
        verdicts={str(one.topic): str(one.verdict) for one in result.summary.topics},
        counts=counts,
        top=[_line(one) for one in result.plan[:_TOP]],
        due_this_week=[_line(one) for one in soon[:_TOP]],
        overdue=sum("overdue" in one.flags for one in result.plan),
        complete=result.complete and not result.summary.incomplete,
    )


def _headline(result: RunResult, counts: dict[str, int]) -> str:
    """The news in one sentence: the worst first."""
    titles = {one.id: one.title for one in result.checks}
    for state, words in (
        (State.NEW, "{count} new {severity}: not so: {title}"),
        (State.REGRESSED, "{count} returned {severity}: not so: {title}"),
    ):
        worst = _worst([one for one in result.findings if one.state == state])
        if worst:
            count = sum(
                one.state == state and one.severity is worst.severity for one in result.findings
            )
            many = count > 1 and worst.severity is Severity.BLOCKER
            return said(
                words,
                count=count,
                severity=_SEVERITIES.say(f"{worst.severity}{'s' if many else ''}"),
                title=titles.get(worst.check, worst.check),
            )
    if counts["fixed"]:
        return said("{count} fixed, nothing new", count=counts["fixed"])
    if not result.complete or result.summary.incomplete:
        return said("the scan could not see everything")
    left = sum(one.status in OPEN and one.state != State.WAIVED for one in result.findings)
    return said("no change, {count} open", count=left) if left else said("nothing is open")


def _worst(findings: list[FindingRecord]) -> FindingRecord | None:
    failing = [one for one in findings if one.status is Status.FAIL] or findings
    return min(failing, key=lambda one: (one.severity.rank, one.check), default=None)


def _line(item: ItemRecord) -> Line:
    return Line(
        item.title, str(item.effective_severity), item.assignee or str(item.owner), item.due
    )
