"""The customer's responsibilities, clause by clause, as far as one run saw them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.result import RunResult
from scanner.words import Status

CLAUSES = {"G": 21, "I": 2, "A": 6, "R": 2, "E": 7}
"""The groups of clauses (general and the four phases) with how many each has."""

SERVED = {"G5", "A2", "A3", "R1", "R2", "E1"}
"""Clauses that the scan and its report themselves serve."""

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
    for group, size in CLAUSES.items():
        for name in (f"{group}{number}" for number in range(1, size + 1)):
            checks = tuple(sorted(check.id for check in result.checks if name in check.clauses))
            seen = [status for check in checks for status in statuses.get(check, [])]
            still = sum(status in {Status.FAIL, Status.WARN} for status in seen)
            yield Clause(name, checks, _state(name, seen), still)


def _state(name: str, seen: list[Status]) -> str:
    for state, statuses in _STATES:
        if statuses & set(seen):
            return state
    return "served" if name in SERVED else "uncovered"
