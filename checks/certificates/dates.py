"""Whether certificates are in date now, and long enough for the project."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from checks.certificates.roles import CLAUSE, position, to_install, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Severity,
    Status,
    Subject,
    Topic,
    check,
    failed,
    not_assessed,
    passed,
    step,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.tls import ServedChain, TlsChain

_SLACK = timedelta(minutes=5)
"""How far the clocks of server and scanner may differ before a fresh certificate is 'too early'."""

_RENEWAL = "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/manage-ssl-certificates-ad-fs-wap"


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
def in_validity(found: TlsChain, header: Header) -> Iterator[Finding]:
    """Judge the leaf, then the certificates above it on the path."""
    now = header.collected_at
    finding = worst(found, lambda one: _dated(found.subject, one, now))
    if finding.status is Status.FAIL:
        finding = finding.fixed_by(*to_install(found.role))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _dated(subject: Subject, one: ServedChain, now: datetime) -> Finding:
    if one.leaf is None:
        return unreadable(subject)
    path = one.path.certificates or (one.leaf,)
    for place, certificate in enumerate(path):
        finding = _out_of_date(subject, place, certificate, now)
        if finding:
            return finding.showing(
                valid_from=str(certificate.not_before), valid_until=str(certificate.not_after)
            )
    return passed("in-date", subject, "In date until {until}.", until=_day(one.leaf.not_after))


def _out_of_date(
    subject: Subject, place: int, certificate: Certificate, now: datetime
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
    if certificate.not_before and now + _SLACK < certificate.not_before:
        return failed(
            "not-yet-valid",
            subject,
            "The {which} is valid from {since} only.",
            which=position(place),
            since=str(certificate.not_before),
        )
    return None


def unreadable(subject: Subject) -> Finding:
    """No leaf to look at; certificates.parseable says what is wrong with it."""
    return not_assessed(
        "unsupported-unreadable", subject, "The server shows no certificate that can be read."
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "an unknown date"
