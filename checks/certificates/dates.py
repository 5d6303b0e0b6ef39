"""Whether certificates are in date now, and long enough for the project."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from checks.certificates.roles import CLAUSE, to_install, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Scope,
    Severity,
    Status,
    Subject,
    Topic,
    Value,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.tls import ServedChain, TlsChain

_TOLERANCE = 300
"""Seconds by which the clocks of server and scanner may differ: only later is it 'too early'."""

_RENEWAL = "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/manage-ssl-certificates-ad-fs-wap"

LIMITS = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2018, 3, 1, tzinfo=UTC), 825),
)
"""Longest lifetime in days of a public certificate by its first day, newest rule first.

CA/Browser Forum, Baseline Requirements 6.3.2, as of ballot SC-081v3.
"""
_APPLE_SINCE, _APPLE_DAYS = datetime(2019, 7, 1, tzinfo=UTC), 825


@check(
    id="certificates.in-validity",
    title="Leaf and path are in date",
    action="Replace the certificate that is out of date",
    why="Every client refuses a certificate that has expired or is not valid yet. Users see a warning"
    " at best; agents and devices stop without one.",
    fix=[
        step("Renew the certificate, and make the renewal automatic where the service allows it."),
        step(
            "If it is not valid yet, look at the clocks of host and scanner first.",
            command="w32tm /query /status",
        ),
    ],
    verify="The dates shown by openssl s_client … | openssl x509 -noout -dates include today.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[_RENEWAL, "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5"],
    blocks=["the service of the host"],
    requires=["certificates.reachable"],
)
def in_validity(found: TlsChain, header: Header, scope: Scope) -> Iterator[Finding]:
    """Judge the leaf, then the certificates above it on the path."""
    now = header.collected_at
    slack = timedelta(seconds=scope.threshold("clock_tolerance_seconds", _TOLERANCE))
    finding = worst(found, lambda one: _dated(found.subject, one, now, slack))
    if finding.status is Status.FAIL:
        finding = finding.fixed_by(*to_install(found.role))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _dated(subject: Subject, one: ServedChain, now: datetime, slack: timedelta) -> Finding:
    if one.leaf is None:
        return unreadable(subject)
    path = one.path.certificates or (one.leaf,)
    for place, certificate in enumerate(path):
        finding = _out_of_date(subject, place, certificate, now, slack)
        if finding:
            return finding.showing(
                valid_from=str(certificate.not_before), valid_until=str(certificate.not_after)
            )
    return passed("in-date", subject, "In date until {until}.", until=_day(one.leaf.not_after))


def _out_of_date(
    subject: Subject, place: int, certificate: Certificate, now: datetime, slack: timedelta
) -> Finding | None:
    if certificate.not_after and now > certificate.not_after:
        if place == 0:
            return failed(
                "expired",
                subject,
                "The certificate expired on {until}, {days} days ago.",
                until=_day(certificate.not_after),
                days=(now - certificate.not_after).days,
            )
        return failed(
            "authority-expired",
            subject,
            "The certificate of the authority {name} expired on {until}.",
            name=certificate.label,
            until=_day(certificate.not_after),
        )
    if certificate.not_before and now + slack < certificate.not_before:
        return failed(
            "not-yet-valid",
            subject,
            "The certificate {name} is valid from {since} only.",
            name=certificate.label,
            since=str(certificate.not_before),
        )
    return None


@check(
    id="certificates.days-left",
    title="Enough time remains for the project",
    action="Renew the certificate before the project needs it",
    why="A renewal of an AD FS certificate needs a change window on every node. With lifetimes of 200,"
    " 100 and then 47 days, renewing by hand does not scale: what is not automated will lapse.",
    fix=[
        step("Start the renewal now."),
        step("Automate it: an ACME client, with the step that binds the new certificate."),
    ],
    verify="The certificate that the host presents has more than the required days left.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[_RENEWAL, "https://cabforum.org/working-groups/server/baseline-requirements/"],
    blocks=["the date of kickoff"],
    requires=["certificates.in-validity"],
)
def days_left(found: TlsChain, header: Header, scope: Scope) -> Iterator[Finding]:
    """Judge the leaf that has least time left."""
    now = header.collected_at
    finding = worst(found, lambda one: _left(found.subject, one, now, scope))
    if finding.status in (Status.FAIL, Status.WARN):
        finding = finding.fixed_by(*to_install(found.role))
    yield weighed(finding, found.role, Severity.MEDIUM)


def _left(subject: Subject, one: ServedChain, now: datetime, scope: Scope) -> Finding:
    leaf = one.leaf
    if leaf is None or leaf.not_after is None:
        return unreadable(subject)
    if leaf.not_after < now:
        return not_applicable("expired", subject, "The certificate has already expired.")
    left = leaf.not_after - now
    enough, least = _thresholds(leaf.lifetime, scope)
    values: dict[str, Value] = {"days": left.days, "until": _day(leaf.not_after)}
    if left <= least:
        return failed("last-days", subject, "Only {days} days are left, until {until}.", **values)
    if left <= enough:
        return warned("few-days", subject, "{days} days are left, until {until}.", **values)
    kickoff = scope.plans.kickoff
    if kickoff is not None and leaf.not_after.date() <= kickoff:
        return warned(
            "before-kickoff",
            subject,
            "It ends on {until}, before the kickoff on {kickoff}.",
            until=_day(leaf.not_after),
            kickoff=kickoff.isoformat(),
        )
    return passed("enough", subject, "{days} days are left.", days=left.days)


_SHORT, _SHORTEST = timedelta(days=100), timedelta(days=10)


def _thresholds(lifetime: timedelta, scope: Scope) -> tuple[timedelta, timedelta]:
    """Below how much time to warn, and to fail; a third of the life where it is a short one."""
    enough = timedelta(days=scope.threshold("certificate_days_warn", 30))
    least = timedelta(days=scope.threshold("certificate_days_fail", 7))
    if lifetime <= _SHORTEST:
        least = min(least, timedelta(days=1))
    if lifetime <= _SHORT:
        enough = min(enough, lifetime / 3)
    return enough, min(least, enough)


@check(
    id="certificates.validity-period",
    title="The lifetime is within the public limit",
    action="Have the certificate reissued with a shorter lifetime",
    why="Browsers and Apple devices refuse a public certificate that was issued for longer than the"
    " limit of its day, however valid it is otherwise.",
    fix=step("Have it reissued; authorities stay one day below the limit."),
    verify="The days between the first and the last date of the certificate are within the limit.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://cabforum.org/working-groups/server/baseline-requirements/",
        "https://support.apple.com/103769",
    ],
    blocks=["browsers", "Apple devices"],
    requires=["certificates.reachable"],
)
def validity_period(found: TlsChain, scope: Scope) -> Iterator[Finding]:
    """Judge the lifetime by the rule of the day of issue, for public chains."""
    finding = worst(found, lambda one: _period(found.subject, one, scope))
    yield weighed(finding, found.role, Severity.MEDIUM)


def _period(subject: Subject, one: ServedChain, scope: Scope) -> Finding:
    leaf = one.leaf
    if leaf is None or leaf.not_before is None:
        return unreadable(subject)
    public = one.path.roots == "public" and bool(one.path.certificates)
    if one.path.completion is not None and one.path.completion.roots == "public":
        public = True
    days = leaf.lifetime / timedelta(days=1)
    if not public:
        return _private_period(subject, leaf, days, scope)
    limit = next((most for since, most in LIMITS if leaf.not_before >= since), None)
    if limit is None:
        return not_applicable("before-limits", subject, "It was issued before any limit.")
    if days > limit:
        return failed(
            "too-long",
            subject,
            "It is valid into its day {days}; the limit for its day of issue is {limit}.",
            days=math.ceil(days),
            limit=limit,
        )
    return passed(
        "within-limit",
        subject,
        "{days} days, at most {limit} allowed.",
        days=int(days),
        limit=limit,
    )


def _private_period(subject: Subject, leaf: Certificate, days: float, scope: Scope) -> Finding:
    apple = [scope.platform(one) for one in ("ios", "macos")]
    in_scope = True in apple or apple == [None, None]
    late = leaf.not_before is not None and leaf.not_before >= _APPLE_SINCE
    if in_scope and late and days > _APPLE_DAYS:
        return warned(
            "too-long-for-apple",
            subject,
            "It is valid for {days} days; Apple devices accept at most {limit}, from any authority.",
            days=int(days),
            limit=_APPLE_DAYS,
        )
    return not_applicable(
        "not-public", subject, "The limit binds certificates of public authorities only."
    )


def unreadable(subject: Subject) -> Finding:
    """No leaf to look at; certificates.parseable says what is wrong with it."""
    return not_assessed(
        "unsupported-unreadable", subject, "The server shows no certificate that can be read."
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else said("an unknown date")
