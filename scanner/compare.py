"""What changed since the run before: a finding that could not be looked at again is never 'fixed'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scanner.result import Changes, FindingRecord, RunResult
from scanner.words import Status

_OPEN = (Status.FAIL, Status.WARN)
_UNKNOWN = (Status.NOT_ASSESSED, Status.ERROR, Status.MANUAL)


def compare(
    findings: Sequence[FindingRecord], previous: RunResult | None, at: datetime
) -> tuple[list[FindingRecord], Changes | None]:
    """The findings with `state` and `since`, and the sum of the changes."""
    if previous is None:
        return [_first(one, at) for one in findings], None
    before = {one.id: one for one in previous.findings}
    marked = [_marked(one, before.get(one.id), at) for one in findings]
    seen = {one.id for one in findings}
    lost = [one.id for one in previous.findings if one.id not in seen and one.status in _OPEN]
    return marked, Changes(
        previous=previous.collected_at,
        new=_ids(marked, "new"),
        fixed=_ids(marked, "fixed"),
        open=_ids(marked, "open"),
        not_rechecked=sorted(_ids(marked, "not-rechecked") + lost),
    )


def _first(one: FindingRecord, at: datetime) -> FindingRecord:
    if one.status in _OPEN:
        return replace(one, state="new", since=at)
    return replace(one, state="", since=None)


def _marked(one: FindingRecord, earlier: FindingRecord | None, at: datetime) -> FindingRecord:
    was_open = earlier is not None and (earlier.status in _OPEN or earlier.state == "not-rechecked")
    if not was_open or earlier is None:
        return _first(one, at)
    if one.status in _OPEN:
        return replace(one, state="open", since=earlier.since)
    if one.status in _UNKNOWN:
        return replace(one, state="not-rechecked", since=earlier.since)
    return replace(one, state="fixed", since=earlier.since)


def _ids(findings: Sequence[FindingRecord], state: str) -> list[str]:
    return sorted(one.id for one in findings if one.state == state)
