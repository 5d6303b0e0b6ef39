"""The order of the plan: prerequisites first, then phase, severity, and most effect for least work."""

from __future__ import annotations

from scanner.plan.draft import Draft
from scanner.words import Effort, Phase, Severity, SubjectKind, Topic

_SEVERITY_WEIGHT = {
    Severity.BLOCKER: 8,
    Severity.HIGH: 4,
    Severity.MEDIUM: 2,
    Severity.LOW: 1,
    Severity.INFO: 0,
}
_EFFORT_WEIGHT = {Effort.MINUTES: 1, Effort.HOURS: 2, Effort.DAYS: 4, Effort.WEEKS: 8}
_WIDE = (SubjectKind.RUN, SubjectKind.TENANT, SubjectKind.DOMAIN, SubjectKind.FOREST)


def connect(drafts: list[Draft]) -> None:
    """Fill `needs` and `unblocks`: an item waits for another that mends what its check requires.

    Where both are about subjects of one kind, they must share a subject. A cycle is broken at the
    edge whose prerequisite is the mildest.
    """
    for item in drafts:
        for other in drafts:
            if (
                item is not other
                and set(item.requires) & set(other.checks)
                and _related(item, other)
            ):
                item.needs.append(other.id)
    _break_cycles(drafts)
    named = {item.id: item for item in drafts}
    for item in drafts:
        for need in item.needs:
            named[need].unblocks.append(item.id)


def _related(item: Draft, other: Draft) -> bool:
    mine, theirs = item.subjects, other.subjects
    if {kind for kind, _ in mine} & {kind for kind, _ in theirs}:
        return bool(mine & theirs)
    return True


def _break_cycles(drafts: list[Draft]) -> None:
    named = {item.id: item for item in drafts}
    while cycle := _cycle(named):
        edges = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        waiting, need = max(edges, key=lambda edge: (named[edge[1]].severity.rank, edge))
        named[waiting].needs.remove(need)


def _cycle(named: dict[str, Draft]) -> list[str]:
    """Some cycle of needs, or nothing."""
    finished: set[str] = set()
    for start in sorted(named):
        path: list[str] = []
        stack = [(start, iter(sorted(named[start].needs)))]
        path.append(start)
        while stack:
            here, needs = stack[-1]
            below = next((one for one in needs if one not in finished), None)
            if below is None:
                finished.add(here)
                stack.pop()
                path.pop()
            elif below in path:
                return path[path.index(below) :]
            else:
                stack.append((below, iter(sorted(named[below].needs))))
                path.append(below)
    return []


def rate(drafts: list[Draft]) -> None:
    """Effective severity: the worst of the item and of everything that it unblocks, however far."""
    named = {item.id: item for item in drafts}
    for item in drafts:
        reached, waiting = {item.id}, [item.id]
        while waiting:
            for later in named[waiting.pop()].unblocks:
                if later not in reached:
                    reached.add(later)
                    waiting.append(later)
        item.effective = min((named[one].severity for one in reached), key=lambda word: word.rank)


def ordered(drafts: list[Draft]) -> list[Draft]:
    """Prerequisites before what waits for them; among the free ones always the smallest key."""
    done: set[str] = set()
    left = sorted(drafts, key=_key)
    order: list[Draft] = []
    while left:
        free = next(item for item in left if done.issuperset(item.needs))
        left.remove(free)
        done.add(free.id)
        order.append(free)
    return order


def _key(item: Draft) -> tuple[int, int, float, int, str]:
    return (
        list(Phase).index(item.phase),
        item.effective.rank,
        -_leverage(item),
        list(Topic).index(item.topic),
        item.id,
    )


def _leverage(item: Draft) -> float:
    """Severity against effort; a subject that everybody shares counts double."""
    wide = any(kind in _WIDE for kind, _ in item.subjects)
    return _SEVERITY_WEIGHT[item.effective] * (1 if wide else 0.5) / _EFFORT_WEIGHT[item.effort]
