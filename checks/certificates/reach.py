"""Whether a TLS service answers at all, and whether what it shows can be read."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.roles import CLAUSE, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.tls import ServedChain, TlsChain, TlsEndpoint, TlsOutcome

_WORDS = {
    TlsOutcome.DNS: ("no-such-name", "The name leads nowhere: {detail}."),
    TlsOutcome.REFUSED: ("refused", "Nothing listens there: the connection is refused ({detail})."),
    TlsOutcome.PLAIN_HTTP: ("plain-http", "The port answers in plain HTTP, not in TLS ({detail})."),
    TlsOutcome.NOT_TLS: ("not-tls", "Something else than TLS answers on the port: {detail}."),
    TlsOutcome.NO_STARTTLS: ("no-starttls", "The server does not go over to TLS: {detail}."),
    TlsOutcome.ALERT: ("alert", "The server turns every TLS hello away: {detail}."),
    TlsOutcome.TOO_LARGE: ("too-large", "The server sends more than a TLS server may: {detail}."),
}
_SILENT = (TlsOutcome.TIMEOUT, TlsOutcome.RESET, TlsOutcome.CLOSED)


@check(
    id="certificates.reachable",
    title="A TLS service answers at each host",
    action="Make the TLS service reachable",
    why="Nothing else about the service can be judged, and neither can a device use it. A refusal is"
    " evidence about the server; silence may come from a firewall on the way.",
    fix=[
        step(
            "Publish the host: an external DNS record, the port open from where clients are, and the"
            " service running."
        ),
        step(
            "Where plain HTTP answers on the port, bind the certificate to it.",
            command="netsh http show sslcert",
        ),
    ],
    verify="openssl s_client -connect HOST:443 -servername HOST shows a certificate.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements",
        "https://learn.microsoft.com/intune/intune-service/protect/certificates-scep-configure",
    ],
    blocks=["the service of the host"],
    settle_after="5 min",
)
def reachable(found: tuple[TlsEndpoint, ...]) -> Iterator[Finding]:
    """Judge all services together: silence is held against one where the way out is proven."""
    proven = {one.port for one in found if one.outcome is TlsOutcome.OK}
    if not found:
        return
    for one in found:
        finding = _judged(one, proven)
        if one.role in ("adfs", "wap"):
            finding = finding.fixed_by(
                step(
                    "Look at the health of farm and proxy.",
                    command="Get-Service adfssrv\nGet-WebApplicationProxyHealth",
                )
            )
        yield weighed(finding, one.role, Severity.HIGH, stops=True).showing(
            asked=f"{one.host}:{one.port}", addresses=[each.address for each in one.addresses]
        )


def _judged(one: TlsEndpoint, proven: set[int]) -> Finding:
    if one.outcome is TlsOutcome.OK:
        return _answers(one)
    if one.outcome is TlsOutcome.NOT_PROBED:
        return not_applicable("no-tls", one.subject, "This role has no TLS service to look at.")
    if one.outcome in _WORDS:
        reason, template = _WORDS[one.outcome]
        return failed(reason, one.subject, template, detail=one.detail)
    if one.outcome in _SILENT and one.port in proven:
        return warned(
            "silent",
            one.subject,
            "The service does not answer ({detail}), while another host on the same port does.",
            detail=one.detail,
        )
    reason = "timeout" if one.outcome in _SILENT else "unreachable"
    return not_assessed(
        reason,
        one.subject,
        "No answer came back, and nothing says why: {detail}.",
        detail=one.detail,
    )


def _answers(one: TlsEndpoint) -> Finding:
    silent = [each for each in one.addresses if each.outcome is not TlsOutcome.OK]
    if silent:
        return warned(
            "some-addresses",
            one.subject,
            "Some addresses of the name answer and others do not: {silent}.",
            silent=[f"{each.address} ({each.detail or each.outcome})" for each in silent],
        )
    return passed("answers", one.subject, "A TLS service answers.")


@check(
    id="certificates.parseable",
    title="All certificates can be read",
    action="Replace the certificate that cannot be read",
    why="Modern libraries refuse certificates whose encoding is broken, and more of them do so with"
    " every release.",
    fix=step("Have the certificate reissued from a current template of the authority."),
    verify="openssl x509 -in certificate.pem -noout -text shows it without an error.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=["https://www.rfc-editor.org/rfc/rfc5280#section-4"],
    blocks=["the service of the host"],
    requires=["certificates.reachable"],
)
def parseable(found: TlsChain) -> Iterator[Finding]:
    """Judge every list that the endpoint serves."""
    finding = worst(found, lambda one: _readable(found, one))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _readable(found: TlsChain, one: ServedChain) -> Finding:
    subject = found.subject
    for place, certificate in enumerate(one.certificates):
        if certificate.problem:
            say = failed if place == 0 else warned
            return say(
                "unreadable" if place == 0 else "extra-unreadable",
                subject,
                "Certificate {number} of the list cannot be read: {problem}.",
                number=place + 1,
                problem=certificate.problem,
            ).showing(sha256=certificate.sha256)
    for certificate in (*one.certificates, *one.path.certificates):
        if "serial-not-positive" in certificate.oddities:
            return warned(
                "odd-serial",
                subject,
                "The serial number of {name} is not positive; coming libraries refuse that.",
                name=certificate.label,
            ).showing(sha256=certificate.sha256)
    return passed("readable", subject, "All certificates can be read.")
