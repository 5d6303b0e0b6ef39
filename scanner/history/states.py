"""What became of a finding since the run before.

A finding that could not be looked at again is 'not-rechecked' and keeps its last known facts: it is
never 'fixed'. A verdict that flipped together with the version of its check is 'check-changed': a
difference of ours, not of the environment.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scanner.result import EarlierRecord, FindingRecord, LastKnown
from scanner.words import Status

OPEN = (Status.FAIL, Status.WARN)
_GOOD = (Status.PASS, Status.NOT_APPLICABLE)


class State(StrEnum):
    """The words of `state`; a finding that never failed has none."""

    NONE = ""
    NEW = "new"
    """Fails, and never did before."""
    OPEN = "open"
    """Failed in the run before, and still does, alike."""
    CHANGED = "changed"
    """Still fails, in another way, with another severity or about other objects."""
    FIXED = "fixed"
    """Failed, and was seen in good order."""
    REGRESSED = "regressed"
    """Was fixed once, and fails again."""
    NOT_RECHECKED = "not-rechecked"
    """Failed, and could not be looked at again."""
    WAIVED = "waived"
    """Fails, and is accepted until a date."""
    WAIVER_EXPIRED = "waiver-expired"
    """Fails, and the day until which it was accepted has passed."""
    CHECK_CHANGED = "check-changed"
    """The verdict flipped together with the check: a difference of ours."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What the run before knew of a finding. `failing`: it was, as far as anybody looked."""

    failing: bool
    last: LastKnown | None
    first_seen: datetime | None
    since: datetime | None
    fixed_on: datetime | None
    version: int | None

    @property
    def was_fixed(self) -> bool:
        """It failed once and was seen in good order after that."""
        return not self.failing and self.fixed_on is not None


def facts_of(one: FindingRecord, seen: datetime, version: int) -> LastKnown:
    """What a later run compares with."""
    digest = one.affected.digest if one.affected else ""
    return LastKnown(one.status, one.severity, one.reason, digest, seen, version)


def prior_of(one: FindingRecord | EarlierRecord, seen: datetime, version: int | None) -> Prior:
    """What the run of `seen`, whose check had that version, says about a finding."""
    if one.state == State.NOT_RECHECKED:
        at = one.last.version if one.last else version
        return Prior(True, one.last, one.first_seen, one.since, one.fixed_on, at)
    if isinstance(one, EarlierRecord):
        return Prior(False, one.last, one.first_seen, one.since, one.fixed_on, version)
    failing = one.status in OPEN
    last = facts_of(one, seen, version or 1) if failing else one.last
    return Prior(failing, last, one.first_seen, one.since, one.fixed_on, version)


def marked(
    one: FindingRecord, prior: Prior | None, at: datetime, version: int, *, check_known: bool
) -> FindingRecord:
    """The finding with its state. `check_known`: the check existed when the run before was made."""
    if one.status in OPEN:
        return _failing(one, prior, at, version, check_known=check_known)
    if prior is None:
        return replace(one, state=State.NONE)
    kept = replace(one, first_seen=prior.first_seen, fixed_on=prior.fixed_on, last=prior.last)
    if not prior.failing:
        return replace(kept, state=State.NONE)
    kept = replace(kept, since=prior.since)
    if one.status not in _GOOD:
        return replace(kept, state=State.NOT_RECHECKED)
    flipped = prior.version not in (None, version)
    return replace(kept, state=State.CHECK_CHANGED if flipped else State.FIXED, fixed_on=at)


def _failing(
    one: FindingRecord, prior: Prior | None, at: datetime, version: int, *, check_known: bool
) -> FindingRecord:
    if prior is None or prior.first_seen is None:
        flipped = not check_known or (prior is not None and prior.version not in (None, version))
        state = State.CHECK_CHANGED if flipped else State.NEW
        return replace(one, state=state, since=at, first_seen=at)
    seen = replace(one, first_seen=prior.first_seen, fixed_on=prior.fixed_on)
    if prior.failing:
        same = prior.last is None or _same(prior.last, one)
        state = State.OPEN if same else State.CHANGED
        return replace(seen, state=state, since=prior.since, last=prior.last)
    flipped = prior.version not in (None, version)
    return replace(seen, state=State.CHECK_CHANGED if flipped else State.REGRESSED, since=at)


def _same(last: LastKnown, one: FindingRecord) -> bool:
    digest = one.affected.digest if one.affected else ""
    now = (one.status, one.severity, one.reason, digest)
    return now == (last.status, last.severity, last.reason, last.digest)
