"""The customer's responsibilities, clause by clause, as far as one run saw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.clauses import CLAUSES
from scanner.result import RunResult
from scanner.words import Status

_STATES = [
    ("open", {Status.FAIL, Status.WARN}),
    ("unseen", {Status.NOT_ASSESSED, Status.ERROR}),
    ("asked", {Status.MANUAL}),
    ("met", {Status.PASS}),
    ("not-applicable", {Status.NOT_APPLICABLE}),
]


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: the checks that serve it, its state, and how many findings are still open."""

    id: str
    checks: tuple[str, ...]
    state: str
    open: int


def clauses_of(result: RunResult) -> Iterator[Clause]:
    """All clauses in their order; the worst status among the findings of a clause decides."""
    statuses: dict[str, list[Status]] = {}
    for finding in result.findings:
        statuses.setdefault(finding.check, []).append(finding.status)
    for clause in CLAUSES:
        checks = tuple(sorted(one.id for one in result.checks if clause.id in one.clauses))
        seen = [status for check in checks for status in statuses.get(check, [])]
        still = sum(status in {Status.FAIL, Status.WARN} for status in seen)
        yield Clause(clause.id, checks, _state(seen, served=bool(clause.served)), still)


def _state(seen: list[Status], *, served: bool) -> str:
    for state, statuses in _STATES:
        if statuses & set(seen):
            return state
    return "served" if served else "uncovered"
