"""The order of the plan: prerequisites first, then phase, severity, and most effect for least work."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter

from scanner.plan.draft import Draft
from scanner.result import PrerequisiteRecord
from scanner.words import Effort, Phase, Severity, Status, SubjectKind, Topic

_SEVERITY_WEIGHT = {
    Severity.BLOCKER: 8,
    Severity.HIGH: 4,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 0,
}
_EFFORT_WEIGHT = {Effort.MINUTES: 1, Effort.HOURS: 2, Effort.DAYS: 4, Effort.WEEKS: 8}
_WIDE = (SubjectKind.RUN, SubjectKind.TENANT, SubjectKind.DOMAIN, SubjectKind.FOREST)
_PHASES, _TOPICS = list(Phase), list(Topic)

Subjects = frozenset[tuple[str, str]]
_Key = tuple[int, int, float, int, date, int, str]


def connect(drafts: Sequence[Draft]) -> None:
    """Fill `needs` and `unblocks`: an item waits for another that mends what its check requires.

    Where both are about subjects of one kind, they must share a subject. An item that only makes
    something known holds nothing up. A cycle is broken at the edge whose prerequisite is the mildest.
    """
    subjects = {item.id: item.subjects for item in drafts}
    mends: dict[str, list[Draft]] = {}
    for item in drafts:
        if item.status is not Status.NOT_ASSESSED:
            for check in item.checks:
                mends.setdefault(check, []).append(item)
    for item in drafts:
        able = {other.id: other for check in item.requires for other in mends.get(check, ())}
        item.needs = [
            ident
            for ident in sorted(able)
            if ident != item.id and related(subjects[item.id], subjects[ident])
        ]
    _break_cycles(drafts)
    named = {item.id: item for item in drafts}
    for item in drafts:
        for need in item.needs:
            named[need].unblocks.append(item.id)


def related(mine: Subjects, theirs: Subjects) -> bool:
    """Whether two things are about the same: they share a subject, or no kind of subject at all."""
    if {kind for kind, _ in mine} & {kind for kind, _ in theirs}:
        return bool(mine & theirs)
    return True


def _break_cycles(drafts: Sequence[Draft]) -> None:
    named = {item.id: item for item in drafts}
    while cycle := _cycle(named):
        waiting, need = max(cycle, key=lambda edge: (named[edge[1]].severity.rank, edge))
        item, other = named[waiting], named[need]
        item.needs.remove(need)
        check = next(check for check in item.requires if check in other.checks)
        item.prerequisites.append(PrerequisiteRecord(check, "circle", need))


def _cycle(named: dict[str, Draft]) -> list[tuple[str, str]]:
    """The edges of some cycle, each as (what waits, what it needs); nothing where there is none."""
    sorter = TopologicalSorter({ident: named[ident].needs for ident in sorted(named)})
    try:
        sorter.prepare()
    except CycleError as error:
        # graphlib: each node of the cycle is the predecessor of the next, the last is the first
        found: list[str] = error.args[1]
        return list(zip(found[1:], found, strict=False))
    return []


def rate(drafts: Sequence[Draft]) -> None:
    """How severe an item is with everything that waits for it, however far, and how much that is."""
    named = {item.id: item for item in drafts}
    bits = {item.id: 1 << place for place, item in enumerate(drafts)}
    later: dict[str, int] = {}
    order = TopologicalSorter({item.id: item.unblocks for item in drafts}).static_order()
    for ident in order:  # what waits comes before what it waits for
        item = named[ident]
        reached, effective = 0, item.severity
        for one in item.unblocks:
            reached |= bits[one] | later[one]
            effective = min(effective, named[one].effective, key=lambda word: word.rank)
        later[ident] = reached
        item.effective, item.waiting = effective, reached.bit_count()


def ordered(drafts: Sequence[Draft]) -> list[Draft]:
    """Prerequisites before what waits for them; among the free ones always the smallest key."""
    named = {item.id: item for item in drafts}
    open_needs = {item.id: len(item.needs) for item in drafts}
    free = [_key(item) for item in drafts if not item.needs]
    heapq.heapify(free)
    order: list[Draft] = []
    while free:
        item = named[heapq.heappop(free)[-1]]
        order.append(item)
        for later in item.unblocks:
            open_needs[later] -= 1
            if not open_needs[later]:
                heapq.heappush(free, _key(named[later]))
    return order


def _key(item: Draft) -> _Key:
    """Phase, severity, leverage, what waits, how long it is known, topic; the id makes it unique."""
    return (
        _PHASES.index(item.phase),
        item.effective.rank,
        -_leverage(item),
        -item.waiting,
        item.first_seen or date.max,
        _TOPICS.index(item.topic),
        item.id,
    )


def _leverage(item: Draft) -> float:
    """Severity against effort; a subject that everybody shares counts double."""
    wide = any(kind in _WIDE for kind, _ in item.subjects)
    return _SEVERITY_WEIGHT[item.effective] * (1 if wide else 0.5) / _EFFORT_WEIGHT[item.effort]
