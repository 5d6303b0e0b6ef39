"""Comparing a run with the one before: the state of every finding, and of those that are not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scanner.history.states import OPEN, State, facts_of, marked, prior_of
from scanner.result import Changes, EarlierRecord, FindingRecord, RunResult
from scanner.words import Status

_UNSEEN = (Status.NOT_ASSESSED, Status.ERROR)
_FEW = 10
"""Below so many earlier findings, half of them going away together is no sign of anything."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How far this run can speak about a finding that it does not hold.

    `selected` are the checks that ran, `catalogue` all known ones with their versions; with
    `narrowed` (--target) or without `complete`, an absent finding says nothing.
    """

    selected: Collection[str]
    catalogue: Mapping[str, int]
    complete: bool = True
    narrowed: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """The findings with their states, those of earlier runs that this one lacks, and the sum."""

    findings: list[FindingRecord]
    earlier: list[EarlierRecord]
    changes: Changes | None


def compare(
    findings: Sequence[FindingRecord], previous: RunResult | None, at: datetime, ran: Ran
) -> Compared:
    """Mark every finding of the run of `at`. Without a run before, everything is a baseline."""
    if previous is None:
        first = [
            marked(one, None, at, ran.catalogue.get(one.check, 1), check_known=True)
            for one in findings
        ]
        return Compared(first, [], None)
    held: dict[str, FindingRecord | EarlierRecord] = {one.id: one for one in previous.earlier}
    held.update({one.id: one for one in previous.findings})
    subjects = {one.subject for one in held.values()}
    result = []
    for one in findings:
        version = ran.catalogue.get(one.check, 1)
        before = held.get(one.id)
        known_version = previous.catalogue.get(one.check)
        prior = prior_of(before, previous.collected_at, known_version) if before else None
        known = not previous.catalogue or known_version is not None
        made = marked(one, prior, at, version, check_known=known)
        if made.state == State.NEW and one.subject not in subjects:
            made = replace(made, why="scope-added")
        result.append(made)
    here = {one.id for one in findings}
    unseen = {one.check for one in findings if one.status in _UNSEEN}
    earlier = [
        kept
        for one in held.values()
        if one.id not in here and (kept := _absent(one, previous, at, ran, unseen))
    ]
    earlier.sort(key=lambda one: (one.check, one.subject.kind, one.subject.name, one.id))
    return Compared(result, earlier, _sum(result, earlier, previous, at))


def _absent(
    one: FindingRecord | EarlierRecord,
    previous: RunResult,
    at: datetime,
    ran: Ran,
    unseen: Collection[str],
) -> EarlierRecord | None:
    """What is to be said of a finding that this run does not hold; None to forget it."""
    prior = prior_of(one, previous.collected_at, previous.catalogue.get(one.check))
    if not prior.failing:
        return _remembered(one) if prior.was_fixed else None
    why = _why_unknown(one.check, ran, unseen)
    if why == "check-retired" and isinstance(one, EarlierRecord) and one.why == why:
        return None  # said once, in the run before
    gone = not why
    last = prior.last
    if isinstance(one, FindingRecord) and one.status in OPEN:
        last = facts_of(one, previous.collected_at, prior.version or 1)
    return EarlierRecord(
        id=one.id,
        check=one.check,
        topic=one.topic,
        subject=one.subject,
        severity=one.severity,
        message=one.message,
        state=State.FIXED if gone else State.NOT_RECHECKED,
        why="subject-removed" if gone else why,
        first_seen=prior.first_seen,
        since=prior.since,
        fixed_on=at if gone else prior.fixed_on,
        last=last,
    )


def _remembered(one: FindingRecord | EarlierRecord) -> EarlierRecord:
    """What was fixed once is kept, so that its coming back can be told from something new."""
    return EarlierRecord(
        id=one.id,
        check=one.check,
        topic=one.topic,
        subject=one.subject,
        severity=one.severity,
        message=one.message,
        state=State.NONE,
        first_seen=one.first_seen,
        fixed_on=one.fixed_on,
        last=one.last,
    )


def _why_unknown(check: str, ran: Ran, unseen: Collection[str]) -> str:
    """Why the absence of a finding says nothing; empty where it does: the subject is gone."""
    if check not in ran.catalogue:
        return "check-retired"
    if not ran.complete:
        return "run-incomplete"
    if check not in ran.selected or ran.narrowed:
        return "not-selected"
    if check in unseen:
        return "not-assessed"
    return ""


def _sum(
    findings: Sequence[FindingRecord],
    earlier: Sequence[EarlierRecord],
    previous: RunResult,
    at: datetime,
) -> Changes:
    states: dict[str, list[str]] = {}
    for ident, state in [(one.id, one.state) for one in findings] + [
        (one.id, one.state) for one in earlier
    ]:
        states.setdefault(state, []).append(ident)
    return Changes(
        previous=previous.collected_at,
        warning=_warning(findings, earlier, previous),
        seconds=int((at - previous.collected_at).total_seconds()),
        **{
            state.replace("-", "_"): sorted(states.get(state, []))
            for state in State
            if state not in (State.NONE, State.WAIVED, State.WAIVER_EXPIRED)
        },
    )


def _warning(
    findings: Sequence[FindingRecord], earlier: Sequence[EarlierRecord], previous: RunResult
) -> str:
    """A word of caution where more than half of all earlier findings went away together."""
    before = sum(one.status in OPEN for one in previous.findings)
    went = Counter([one.state for one in findings] + [one.state for one in earlier])
    lost = went[State.FIXED] + went[State.NOT_RECHECKED]
    return "many-gone" if before >= _FEW and lost > before / 2 else ""
