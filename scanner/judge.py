"""Judge: run every check over the evidence. Pure but for reading streams; no clock, no network.

A Missing need becomes not-assessed, a crash becomes error, a pass drawn from a part of the evidence
is taken back. All folds over one stream share one reading.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

from scanner.catalogue import Check, Fold, Need
from scanner.evidence.envelope import Missing, kind_of
from scanner.evidence.folder import Evidence, ObjectStream
from scanner.findings import Finding, not_applicable
from scanner.subject import RUN, Subject
from scanner.text import Said, Text
from scanner.words import Reason, Severity, Status

log = logging.getLogger("emsready.judge")


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding together with the check that made it, and the Missing behind a not-assessed."""

    check: Check
    finding: Finding
    severity: Severity
    missing: Missing | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class _Absent:
    """A need that is not there: which, and why."""

    need: type
    missing: Missing


def judge(checks: Sequence[Check], evidence: Evidence) -> list[Judged]:
    """All findings of those checks, in a fixed order."""
    judged: list[Judged] = []
    folds: dict[type, _Members] = {}
    for check in checks:
        if check.stream is None:
            judged += _guard(check, _per_call(check, evidence))
        else:
            judged += _open_fold(check, evidence, folds)
    judged += _show_earlier(folds, evidence)
    judged += _run_folds(folds, evidence)
    return sorted(judged, key=lambda one: (one.check.id, one.finding.subject, one.finding.reason))


def _guard(check: Check, findings: Iterable[Judged]) -> list[Judged]:
    """Findings of one check; where it crashes, what it said so far is dropped for one error."""
    try:
        found = list(findings)
        _refuse_doubles(found)
    except Exception as error:
        log.exception("check %s failed", check.id)
        return [_crash(check, error)]
    return found


def _refuse_doubles(found: list[Judged]) -> None:
    counts = Counter((one.finding.subject.kind, one.finding.subject.key) for one in found)
    for (kind, key), count in counts.items():
        if count > 1:
            raise ValueError(f"two findings about {kind} {key}")


def _crash(check: Check, error: Exception) -> Judged:
    words = f"{type(error).__name__}: {error}"[:300]
    text = Text("The check itself failed: {error}. This is a fault of the check.", {"error": words})
    finding = Finding(Status.ERROR, "crashed", RUN, text)
    return Judged(check, finding, check.severity)


def _per_call(check: Check, evidence: Evidence) -> Iterator[Judged]:
    """Call a check once, or once per subject of its per-subject needs."""
    varying = [one for one in check.needs if kind_of(one.type).per_subject and not one.every]
    if not varying:
        yield from _call(check, evidence, None)
        return
    subjects = {one for need in varying for one in evidence.subjects(need.type)}
    firm = [need for need in varying if not need.optional and not need.aware] or varying
    leading = {one for need in firm for one in evidence.subjects(need.type)}
    for subject in sorted(leading):
        yield from _call(check, evidence, subject)
    yield from _whole_kind(check, evidence, firm, bool(subjects))


def _whole_kind(
    check: Check, evidence: Evidence, firm: list[Need], any_subject: bool
) -> Iterator[Judged]:
    """What a check of single subjects says when a whole kind is missing, or nothing was there."""
    for need in firm:
        whole = evidence.gaps.get(need.type, {}).get(None)
        if whole is None and not any_subject and need.type not in evidence.gaps:
            whole = None if need.type in evidence.items else evidence.gap(need.type)
        if whole is not None:
            yield _absent(check, RUN, _Absent(need.type, whole))
            return
    if not any_subject:
        text = "Nothing of this kind is in scope of this run."
        yield _judged(check, not_applicable("nothing-in-scope", RUN, text))


def _call(check: Check, evidence: Evidence, subject: Subject | None) -> Iterator[Judged]:
    arguments, absent, partial = _arguments(check, evidence, subject)
    if absent:
        yield _absent(check, subject or RUN, absent)
        return
    for finding in check.judge(**arguments):
        yield _tempered(check, finding, partial)


def _arguments(
    check: Check, evidence: Evidence, subject: Subject | None
) -> tuple[dict[str, Any], _Absent | None, _Absent | None]:
    """The arguments of one call; the first need that is absent; the first that is only a part."""
    arguments: dict[str, Any] = {}
    partial: _Absent | None = None
    for need in check.needs:
        if need.every:
            gap = evidence.gap(need.type)
            arguments[need.parameter] = tuple(evidence.every(need.type))
            if gap and not arguments[need.parameter]:
                if not need.aware and not need.optional:
                    return {}, _Absent(need.type, gap), None
                arguments[need.parameter] = gap if need.aware else None
            elif gap:
                partial = partial or _Absent(need.type, gap)
            continue
        found = evidence.one(need.type, subject if kind_of(need.type).per_subject else None)
        if isinstance(found, Missing) and not need.aware:
            if not need.optional:
                return {}, _Absent(need.type, found), None
            found = None
        arguments[need.parameter] = found
    return arguments, None, partial


def _tempered(check: Check, finding: Finding, partial: _Absent | None) -> Judged:
    """A partial list may support a fail, never a pass, and nothing that speaks of all of it."""
    positive = finding.status in (Status.PASS, Status.NOT_APPLICABLE)
    if partial and (positive or finding.whole):
        return _absent(check, finding.subject, partial)
    return _judged(check, finding)


def _judged(check: Check, finding: Finding) -> Judged:
    severity = finding.severity or (
        check.severity.one_lower if finding.status is Status.WARN else check.severity
    )
    missing = None
    if finding.status is Status.NOT_ASSESSED:
        word = finding.reason.partition("-")[0]
        reason = Reason(word) if word in list(Reason) else Reason.UNSUPPORTED
        words = Said(finding.text.template, finding.text.values)
        missing = Missing(reason, words, finding.permission)
    return Judged(check, finding, severity, missing)


_ABSENT = {
    Reason.DENIED: "Not assessed: access to the {evidence} was denied. {detail}",
    Reason.UNREACHABLE: "Not assessed: the {evidence} could not be reached. {detail}",
    Reason.TIMEOUT: "Not assessed: the {evidence} did not answer in time. {detail}",
    Reason.UNCONFIGURED: "Not assessed: the {evidence} is not part of this run. {detail}",
    Reason.THROTTLED: "Not assessed: the {evidence} was throttled by the service. {detail}",
    Reason.UNSUPPORTED: "Not assessed: the {evidence} cannot be read here. {detail}",
    Reason.BUG: "Not assessed: reading the {evidence} failed. {detail}",
}


def _absent(check: Check, subject: Subject, absent: _Absent) -> Judged:
    kind = kind_of(absent.need)
    missing = absent.missing
    if missing.reason is Reason.DENIED and not missing.permission and kind.permissions:
        missing = replace(missing, permission=kind.permissions[0])
    values = {"evidence": Said(kind.label), "detail": missing.said}
    text = Text(_ABSENT[missing.reason], values)
    finding = Finding(Status.NOT_ASSESSED, f"missing-{missing.reason}", subject, text)
    return Judged(check, finding, check.severity, missing, kind.name)


def _open_fold(check: Check, evidence: Evidence, folds: dict[type, _Members]) -> list[Judged]:
    """Make the fold of a check ready for its stream; or say why it cannot be judged."""
    assert check.stream is not None  # noqa: S101 - told apart by the caller
    if check.stream not in evidence.streams:
        gap = evidence.gap(check.stream) or Missing(Reason.UNCONFIGURED, "this was not collected")
        return [_absent(check, RUN, _Absent(check.stream, gap))]
    try:
        arguments, absent, _ = _arguments(check, evidence, None)
        if absent:
            return [_absent(check, RUN, absent)]
        folds.setdefault(check.stream, []).append((check, check.judge(**arguments)))
    except Exception as error:
        log.exception("check %s failed", check.id)
        return [_crash(check, error)]
    return []


_Shown: TypeAlias = tuple[Callable[[Any], None], Check]
"""What takes the objects, and the check that it belongs to; bound once, as it is called so often."""


_Members: TypeAlias = list[tuple[Check, "Fold[Any]"]]


def _show_earlier(folds: dict[type, _Members], evidence: Evidence) -> list[Judged]:
    """Show folds the streams that they want to see first; those that crash leave."""
    judged: list[Judged] = []
    every = [one for members in folds.values() for one in members]
    for kind in dict.fromkeys(kind for check, _ in every for kind in check.earlier):
        asking = [one for one in every if kind in one[0].earlier]
        shown: list[_Shown] = [
            (getattr(fold, check.earlier[kind]), check) for check, fold in asking
        ]
        judged += _show(evidence.streams.get(kind) or (), shown)
        judged += _tell_gap(kind, _left(asking, judged), evidence)
        every = _left(every, judged)
    for members in folds.values():
        members[:] = _left(members, judged)
    return judged


def _tell_gap(kind: type, members: _Members, evidence: Evidence) -> list[Judged]:
    """Tell folds that a stream beside their own is not there, or only a part of it."""
    stream = evidence.streams.get(kind)
    missing = stream.missing if stream else evidence.gap(kind)
    told: list[_Shown] = [(partial(fold.lacks, kind), check) for check, fold in members]
    return _show((missing,) if missing else (), told)


def _left(members: _Members, judged: list[Judged]) -> _Members:
    """Those of the folds that did not crash."""
    crashed = {one.check.id for one in judged}
    return [one for one in members if one[0].id not in crashed]


def _run_folds(folds: dict[type, _Members], evidence: Evidence) -> list[Judged]:
    """Show each stream to its folds and to those that look something up in it; then ask them.

    Streams whose folds look something up elsewhere go first: the stream in which they do so is then
    read once for all.
    """
    judged: list[Judged] = []
    due: dict[type, _Members] = {}
    for kind in sorted(folds, key=lambda one: not any(check.later for check, _ in folds[one])):
        own: list[_Shown] = [(fold.see, check) for check, fold in folds[kind] if fold.wants_more]
        judged += _show_last(kind, due.pop(kind, []), own, evidence)
        for check, fold in _left(folds[kind], judged):
            for later in check.later:
                due.setdefault(later, []).append((check, fold))
    for kind, asking in due.items():
        judged += _show_last(kind, _left(asking, judged), [], evidence)
    for kind, members in folds.items():
        judged += _ask(evidence.streams[kind], _left(members, judged), evidence)
    return judged


def _show_last(kind: type, asking: _Members, own: list[_Shown], evidence: Evidence) -> list[Judged]:
    """Read a stream for its own folds, and for those that look something up in it."""
    shown = [(getattr(fold, check.later[kind]), check) for check, fold in asking if fold.wants_then]
    judged = _show(evidence.streams.get(kind) or (), [*own, *shown])
    return judged + _tell_gap(kind, _left(asking, judged), evidence)


def _ask(stream: ObjectStream, members: _Members, evidence: Evidence) -> list[Judged]:
    """What the folds over one stream say in the end."""
    judged: list[Judged] = []
    cut = _Absent(stream.kind, stream.missing) if stream.missing else None
    for check, fold in members:
        part = cut or _arguments(check, evidence, None)[2]
        judged += _guard(check, (_tempered(check, one, part) for one in fold.findings()))
    return judged


def _show(stream: Iterable[Any], alive: list[_Shown]) -> list[Judged]:
    """One reading for all folds; one that crashes leaves and the others go on."""
    judged: list[Judged] = []
    if not alive:
        return judged
    # with thirty checks over a million objects this loop is the whole cost
    for item in stream:
        for member in alive:
            try:
                member[0](item)
            except Exception as error:
                log.exception("check %s failed", member[1].id)
                judged.append(_crash(member[1], error))
                alive = [one for one in alive if one is not member]
    return judged
