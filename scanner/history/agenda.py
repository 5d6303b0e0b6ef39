"""The checkpoint meeting: what was fixed, is new, came back, is overdue, and needs a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from scanner.history.states import State
from scanner.result import ItemRecord, RunResult, WaiverRecord
from scanner.text import said
from scanner.words import Owner, Phase, Severity, Status

_NEXT = 3
"""How many of the next items each owner is shown."""


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the agenda: the finding or item by its id, and what is to be said of it.

    `owner` is the person, or the role where nobody is named; `role` is the role alone.
    """

    id: str
    text: str
    about: str = ""
    severity: str = ""
    owner: str = ""
    due: date | None = None
    note: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """The points of one meeting. `since` is the run that it is compared with."""

    at: datetime
    since: datetime | None
    fixed: list[Point] = field(default_factory=list)
    new: list[Point] = field(default_factory=list)
    regressed: list[Point] = field(default_factory=list)
    changed: list[Point] = field(default_factory=list)
    not_rechecked: list[Point] = field(default_factory=list)
    overdue: list[Point] = field(default_factory=list)
    blocked: list[Point] = field(default_factory=list)
    decisions: list[Point] = field(default_factory=list)
    next: list[Point] = field(default_factory=list)


def agenda_of(result: RunResult) -> Agenda:
    """The agenda that a run gives rise to."""
    changes = result.summary.changes
    by_state = _by_state(result)
    return Agenda(
        at=result.collected_at,
        since=changes.previous if changes else None,
        fixed=by_state.get(State.FIXED, []),
        new=by_state.get(State.NEW, []) if changes else [],
        regressed=by_state.get(State.REGRESSED, []),
        changed=by_state.get(State.CHANGED, []),
        not_rechecked=by_state.get(State.NOT_RECHECKED, []),
        overdue=[_item(one) for one in result.plan if "overdue" in one.flags],
        blocked=_blocked(result.plan),
        decisions=list(_decisions(result)),
        next=list(_next(result.plan)),
    )


def _by_state(result: RunResult) -> dict[str, list[Point]]:
    titles = {one.id: one.title for one in result.checks}
    found: dict[str, list[Point]] = {}
    for one in result.tracked:
        text = titles.get(one.check, one.check)
        point = Point(one.id, text, one.subject.name, str(one.severity), note=one.why)
        found.setdefault(one.state, []).append(point)
    for points in found.values():
        points.sort(key=lambda one: (Severity(one.severity).rank, one.text, one.about))
    return found


def _item(item: ItemRecord, note: str = "") -> Point:
    return Point(
        item.id,
        item.title,
        item.about[0] if len(item.about) == 1 else "",
        severity=str(item.effective_severity),
        owner=item.assignee or str(item.owner),
        role=str(item.owner),
        due=item.due,
        note=note or item.note,
    )


def _blocked(plan: Iterable[ItemRecord]) -> list[Point]:
    items = {one.id: one for one in plan}
    return [
        _item(one, said("waits for: {items}", items=[items[need].title for need in one.needs]))
        for one in items.values()
        if one.needs and one.effective_severity in (Severity.BLOCKER, Severity.HIGH)
    ]


def _decisions(result: RunResult) -> Iterable[Point]:
    for waiver in result.waivers:
        if told := _about(waiver):
            yield Point("", told, f"{waiver.check} {waiver.subject}".strip(), due=waiver.expires)
    for item in result.plan:
        if "claimed-done" in item.flags:
            yield _item(item, said("said to be done, but the scan still sees it"))
        if "earlier-than-prerequisite" in item.flags:
            yield _item(item, said("is due before what it waits for"))
    checks = {one.id: one for one in result.checks}
    for finding in result.findings:
        if finding.status is Status.MANUAL:
            check = checks.get(finding.check)
            role = str(check.owner or "") if check else ""
            yield Point(
                finding.id,
                check.title if check else finding.check,
                finding.subject.name,
                owner=result.owners.get(role, role),
                role=role,
            )


def _about(waiver: WaiverRecord) -> str:
    """What is to be decided about a waiver; empty where nothing is."""
    if waiver.problem:
        return said("correct the waiver: {problem}", problem=waiver.problem)
    if waiver.state == "expired":
        return said("the waiver ended on {day}: fix it or renew it", day=str(waiver.expires))
    if waiver.state in ("not-needed", "unused"):
        return said("remove the waiver, it covers nothing any more")
    return said("the waiver ends on {day}", day=str(waiver.expires)) if waiver.due_soon else ""


def _next(plan: Iterable[ItemRecord]) -> Iterable[Point]:
    """The items of each owner that wait for nothing and are due next, then as in the plan."""
    open_ = [one for one in plan if not one.needs and one.phase is not Phase.IMPROVE]
    ready = sorted(open_, key=lambda one: one.due or date.max)
    for owner in Owner:
        mine = [one for one in ready if one.owner is owner and one.work != "accepted"]
        yield from (_item(one) for one in mine[:_NEXT])
