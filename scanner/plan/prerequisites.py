"""Prerequisites that hold nothing up: not assessed, or accepted. The item that has them says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.history.states import OPEN, State
from scanner.plan.draft import Draft
from scanner.plan.order import Subjects, related
from scanner.result import FindingRecord, PrerequisiteRecord
from scanner.words import Status

_UNKNOWN = (Status.NOT_ASSESSED, Status.ERROR, Status.MANUAL)


def note_prerequisites(drafts: Sequence[Draft], findings: Sequence[FindingRecord]) -> None:
    """Add to each item the required checks about the same subject that do not hold it up.

    One that is unknown names the item of phase assess that would make it known, where there is one.
    """
    wanted = {check for item in drafts for check in item.requires}
    known: dict[str, list[FindingRecord]] = {}
    for one in findings:
        if one.check in wanted and _state(one):
            known.setdefault(one.check, []).append(one)
    probes = {
        one.id: item.id
        for item in drafts
        if item.status is Status.NOT_ASSESSED
        for one in item.findings
    }
    for item in drafts:
        subjects = item.subjects
        for check in item.requires:
            item.prerequisites += _notes(known.get(check, ()), subjects, probes)


def _notes(
    findings: Sequence[FindingRecord], subjects: Subjects, probes: dict[str, str]
) -> Iterator[PrerequisiteRecord]:
    """One note for each state, however many findings of the check are in it."""
    told = set()
    for one in findings:
        state = _state(one)
        about = frozenset({(str(one.subject.kind), one.subject.name)})
        if state not in told and related(subjects, about):
            told.add(state)
            yield PrerequisiteRecord(one.check, state, probes.get(one.id, ""))


def _state(one: FindingRecord) -> str:
    """Why a finding holds nothing up though it did not pass; empty where it passed, or does."""
    if one.state == State.WAIVED and one.status in OPEN:
        return "accepted"
    return "unknown" if one.status in _UNKNOWN else ""
