"""Grouping: one item per root cause. A cause of the catalogue first, else check and reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scanner.catalogue import Cause, Check
from scanner.history.states import OPEN, State
from scanner.judge import Judged
from scanner.result import FindingRecord


@dataclass(slots=True)
class Group:
    """Findings that one item will mend: the root cause that ties them, and its members."""

    cause_id: str
    tie: str
    cause: Cause | None
    members: list[tuple[Judged, FindingRecord]] = field(default_factory=list)

    @property
    def checks(self) -> list[Check]:
        """The checks of the members, each once, worst first."""
        found = {judged.check.id: judged.check for judged, _ in self.members}
        return sorted(found.values(), key=lambda check: (check.severity.rank, check.id))


def group(pairs: Iterable[tuple[Judged, FindingRecord]], causes: Sequence[Cause]) -> list[Group]:
    """Each open finding in exactly one group, but for waived ones; no severity is lowered."""
    groups: dict[tuple[str, str], Group] = {}
    for judged, record in pairs:
        if record.status not in OPEN or record.state == State.WAIVED:
            continue
        cause_id, tie, cause = _cause_of(judged, causes)
        home = groups.setdefault((cause_id, tie), Group(cause_id, tie, cause))
        home.members.append((judged, record))
    return [groups[key] for key in sorted(groups)]


def _cause_of(judged: Judged, causes: Sequence[Cause]) -> tuple[str, str, Cause | None]:
    names = (judged.check.id, f"{judged.check.id}#{judged.finding.reason}")
    for cause in causes:
        if any(name in cause.members for name in names):
            tie = cause.tie(judged.finding)
            if tie is not None:
                return cause.id, tie, cause
    return f"{judged.check.id}#{judged.finding.reason}", "", None
