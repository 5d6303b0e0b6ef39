"""The first screen: a verdict per topic, the counts, what to do first, what keeps the run incomplete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from scanner.history.states import OPEN, State
from scanner.result import Changes, FindingRecord, ItemRecord, Summary, TopicRecord
from scanner.words import Phase, Reason, Severity, Status, Topic, Verdict

_FIRST = 10
_EXCUSED = (Reason.UNCONFIGURED, Reason.UNSUPPORTED)
_HEAVY = (Severity.BLOCKER, Severity.HIGH)


def summarise(
    findings: Sequence[FindingRecord],
    plan: Sequence[ItemRecord],
    named: frozenset[str],
    changes: Changes | None,
) -> Summary:
    """Sum a run up. `named` are the checks that were asked for one by one: nothing excuses those."""
    return Summary(
        topics=[_topic(topic, findings) for topic in Topic],
        counts={status: Counter(one.status for one in findings)[status] for status in Status},
        do_first=_do_first(plan),
        changes=changes,
        incomplete=_incomplete(findings, named),
        sign_in_failed=_sign_in_failed(findings),
    )


def _topic(topic: Topic, findings: Sequence[FindingRecord]) -> TopicRecord:
    mine = [one for one in findings if one.topic is topic]
    open_ = [one for one in mine if one.status in OPEN and one.state != State.WAIVED]
    blockers = [
        one for one in open_ if one.severity is Severity.BLOCKER and one.status is Status.FAIL
    ]
    unknown = [one for one in mine if one.status in (Status.NOT_ASSESSED, Status.ERROR)]
    passed = sum(one.status is Status.PASS for one in mine)
    if blockers:
        verdict = Verdict.BLOCKED
    elif any(map(_hides, unknown)) or not (open_ or passed):
        verdict = Verdict.UNKNOWN
    elif open_ or any(one.severity in _HEAVY for one in unknown) or _asks(mine):
        verdict = Verdict.READY_WITH_WORK
    else:
        verdict = Verdict.READY
    return TopicRecord(topic, verdict, len(blockers), len(open_), len(unknown), passed)


def _hides(one: FindingRecord) -> bool:
    """Whether what could not be seen keeps the topic from being judged.

    What this sign-in or tenant cannot show at all is work for a person, and stands in the plan.
    """
    unsupported = one.missing is not None and one.missing.reason == Reason.UNSUPPORTED
    return one.severity in _HEAVY and not unsupported


def _asks(findings: Sequence[FindingRecord]) -> bool:
    return any(one.status is Status.MANUAL for one in findings)


def _do_first(plan: Sequence[ItemRecord]) -> list[str]:
    """At most ten, in the order of the plan, none that waits for an item outside the list."""
    first: list[str] = []
    for item in plan:
        serious = item.effective_severity in (*_HEAVY, Severity.MEDIUM)
        if serious and item.phase is not Phase.IMPROVE and set(item.needs) <= set(first):
            first.append(item.id)
        if len(first) == _FIRST:
            break
    return first


def _incomplete(findings: Sequence[FindingRecord], named: frozenset[str]) -> list[str]:
    """Checks that crashed, or could not be judged though their evidence was to be had.

    What nobody configured, and what this sign-in or tenant cannot show at all, is no reason to scan
    again: it counts only where the check was asked for by name.
    """
    return sorted({one.check for one in findings if _lacks(one, named)})


def _lacks(one: FindingRecord, named: frozenset[str]) -> bool:
    if one.status is Status.ERROR:
        return True
    return one.missing is not None and (one.missing.reason not in _EXCUSED or one.check in named)


def _sign_in_failed(findings: Sequence[FindingRecord]) -> bool:
    """Whether the tenant was to be read and all of it was denied."""
    tenant = [one for one in findings if one.missing and one.missing.source == "graph"]
    return bool(tenant) and all(
        one.missing and one.missing.reason == Reason.DENIED for one in tenant
    )
