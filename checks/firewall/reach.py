"""The reach rule: whether everything that a role needs of an area works, and if not, for what cause.

A finding is about one area, one role and one cause: what happened, and what did it. Evidence of
several places is judged together, and the worst place decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from checks.firewall.facts import Places, RowState
from checks.firewall.request import (
    destinations_of,
    places_of,
    ports_of,
    request_rows,
    request_text,
    source_of,
)
from checks.firewall.words import ROLES, SENTENCES, WHY, mend, ranges_step, reason_word
from scanner.api import (
    RUN,
    Finding,
    Scope,
    Severity,
    Status,
    Subject,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    warned,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage, Why

_SHOWN = 5
_LOSSY = 0.02  # of the destinations of an area: fewer late ones are only noted
_MOST_RANGES = 120


@dataclass(frozen=True, slots=True)
class Reach:
    """What one check looks at. `worse` may raise or lower the severity of single findings."""

    areas: tuple[str, ...]
    blocks: str
    lenient: Callable[[EndpointRows], bool] = lambda _area: False
    worse: Callable[[Sequence[RowState]], Severity | None] = lambda _states: None
    leave_out: Callable[[RowState], bool] = lambda _state: False


def judge_reach(
    reach: Reach,
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """The findings of one check of the reach rule."""
    _ = scope
    places = Places.of(probes, vantages)
    mine = [one for one in areas if one.area in reach.areas and any(row.tcp for row in one.rows)]
    if not mine:
        roles = sorted({role for one in vantages for role in one.roles})
        yield not_applicable(
            "no-role-needs-it",
            RUN,
            "None of the roles of this run ({roles}) uses {areas}; [network] roles names others.",
            roles=ROLES.say_all(roles),
            areas=list(reach.areas),
        )
        return
    groups: dict[tuple[str, str], list[EndpointRows]] = {}
    for one in mine:
        groups.setdefault((one.area, one.role), []).append(one)
    for (area, role), members in sorted(groups.items()):
        yield from _area(reach, places, area, role, members)


def _area(
    reach: Reach, places: Places, area: str, role: str, members: list[EndpointRows]
) -> Iterator[Finding]:
    subject = object_set(said("{area} from {role}", area=area, role=ROLES.say(role)))
    states = [
        state
        for one in members
        if places.egress(one) not in ("closed", "no-names")
        for state in places.rows(one)
        if not reach.leave_out(state)
    ]
    required = [one for one in states if one.row.required and one.state != "unprobed"]
    broken = [one for one in required if one.state == "fails"]
    if broken:
        lenient = all(reach.lenient(one) for one in members)
        yield from _broken(reach, subject, broken, required, members, lenient=lenient)
        return
    unknown = _undetermined(places, subject, area, role, members, required)
    if unknown:
        yield unknown
        return
    if not required:
        yield not_assessed(
            "unsupported-no-host",
            subject,
            "None of the required destinations of {area} for {role} has a host that can be tested.",
            area=area,
            role=ROLES.say(role),
        )
        return
    yield _working(subject, area, role, states, required)


def _broken(
    reach: Reach,
    subject: Subject,
    broken: list[RowState],
    required: list[RowState],
    members: list[EndpointRows],
    *,
    lenient: bool,
) -> Iterator[Finding]:
    causes: dict[tuple[Why, str], list[RowState]] = {}
    for one in broken:
        causes.setdefault(one.cause, []).append(one)
    order = sorted(causes, key=lambda cause: (-len(causes[cause]), cause))
    total = len({one.row for one in required})
    area, role = members[0].area, members[0].role
    for number, cause in enumerate(order, 1):
        states = causes[cause]
        about = (
            subject
            if number == 1
            else object_set(said("{what}, {cause}", what=subject.name, cause=_cause_name(cause)))
        )
        finding = _failure(about, area, role, cause, states, total, warns=lenient)
        severity = reach.worse(states)
        if severity and not lenient:
            finding = finding.at(severity)
        yield _with_request(finding, reach, number, area, role, states, total, members)


def _cause_name(cause: tuple[Why, str]) -> str:
    reason, offender = cause
    word = WHY.say(reason_word(reason))
    return said("{reason} by {offender}", reason=word, offender=offender) if offender else word


def _failure(
    subject: Subject,
    area: str,
    role: str,
    cause: tuple[Why, str],
    states: list[RowState],
    total: int,
    *,
    warns: bool,
) -> Finding:
    reason, offender = cause
    hosts = list(dict.fromkeys(one.row.destination for one in states))
    shown = hosts[:_SHOWN] + (
        [said("{count} more", count=len(hosts) - _SHOWN)] if len(hosts) > _SHOWN else []
    )
    found = failed(
        reason_word(reason),
        subject,
        SENTENCES.get(reason, SENTENCES[Why.TCP_TIMEOUT]),
        failed=len(hosts),
        total=total,
        area=area,
        role=ROLES.say(role),
        hosts=shown,
        offender=offender or said("of this host"),
        detail=states[0].detail or said("no more is known"),
    )
    return replace(found, status=Status.WARN) if warns else found


def _with_request(
    finding: Finding,
    reach: Reach,
    number: int,
    area: str,
    role: str,
    states: list[RowState],
    total: int,
    members: list[EndpointRows],
) -> Finding:
    reason, offender = states[0].cause
    names = destinations_of(states)
    steps = [
        mend(
            reason,
            destinations=names,
            ports=ports_of(states),
            source=source_of(role, states),
            offender=offender or said("of this host"),
        )
    ]
    ranges = list(dict.fromkeys(one for member in members for one in member.ranges))
    if ranges and reason in (Why.TCP_TIMEOUT, Why.TCP_REFUSED, Why.ICMP_PROHIBITED):
        steps.append(ranges_step(ranges[:_MOST_RANGES]))
    return (
        finding.affecting(request_rows(number, area, role, reach.blocks, states))
        .fixed_by(*steps)
        .showing(
            request=request_text(number, area, role, reach.blocks, states, total),
            places=places_of(states),
        )
    )


def _undetermined(
    places: Places,
    subject: Subject,
    area: str,
    role: str,
    members: list[EndpointRows],
    required: list[RowState],
) -> Finding | None:
    """Why the area cannot be judged; None where it can."""
    for member in members:
        egress = places.egress(member)
        if egress == "closed":
            return not_assessed(
                "unreachable-no-way-out",
                subject,
                "Nothing gets out of {place}, so {area} was not judged; see"
                " firewall.egress-available.",
                place=member.vantage or said("this place"),
                area=area,
            )
        if egress == "no-names":
            return not_assessed(
                "unreachable-no-resolver",
                subject,
                "No resolver answers at {place}, so {area} was not judged; see dns.resolver-works.",
                place=member.vantage or said("this place"),
                area=area,
            )
    open_ends = [one for one in required if one.state == "unknown"]
    if open_ends:
        return not_assessed(
            "timeout-not-all-tried",
            subject,
            "{count} of {total} required destinations of {area} for {role} were not tried to the"
            " end before time was up.",
            count=len(open_ends),
            total=len(required),
            area=area,
            role=ROLES.say(role),
        )
    return None


def _working(
    subject: Subject, area: str, role: str, states: list[RowState], required: list[RowState]
) -> Finding:
    lesser = [one for one in required if one.state == "lesser"]
    if lesser:
        return warned(
            "second-best-port",
            subject,
            "{count} push destinations of {area} answer {role} only on port 443; their own ports are"
            " closed: {hosts}.",
            count=len(lesser),
            area=area,
            role=ROLES.say(role),
            hosts=[one.row.destination for one in lesser[:_SHOWN]],
        )
    half = [one for one in required if one.state == "half"]
    if half:
        return warned(
            "port-80-silent",
            subject,
            "{count} of {total} required destinations of {area} work for {role} on port 443 and are"
            " silent on port 80: {hosts}. Either the rule lacks port 80, or they do not listen there.",
            count=len(half),
            total=len(required),
            area=area,
            role=ROLES.say(role),
            hosts=[one.row.destination for one in half[:_SHOWN]],
        ).affecting(request_rows(1, area, role, "", half))
    late = [one for one in required if one.state == "retried"]
    if len(late) > _LOSSY * len(required):
        limited = any(one.reason is Why.RATE_LIMITED_EDGE for one in late)
        return warned(
            "rate-limited-edge" if limited else "needed-retry",
            subject,
            _LIMITED if limited else _RETRIED,
            count=len(late),
            total=len(required),
            area=area,
            role=ROLES.say(role),
        )
    wild = [one for one in states if one.row.wildcard]
    if not wild:
        return passed(
            "all-reachable",
            subject,
            "All {count} required destinations of {area} work from {role}.",
            count=len(required),
            area=area,
            role=ROLES.say(role),
        )
    return passed(
        "all-tested-reachable",
        subject,
        "All {count} required destinations of {area} that can be tested work from {role}. {sampled} of"
        " {wildcards} wildcard rules have a host to test.",
        count=len(required),
        area=area,
        role=ROLES.say(role),
        sampled=sum(one.state != "unprobed" for one in wild),
        wildcards=len(wild),
    )


_RETRIED = (
    "{count} of {total} required destinations of {area} opened for {role} only at a second or third"
    " attempt."
)
_LIMITED = (
    "{count} of {total} required destinations of {area} opened for {role} only when new connections"
    " followed slowly: the way out limits them."
)
