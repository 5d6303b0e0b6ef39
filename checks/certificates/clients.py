"""What clients of different kinds meet: without SNI, with and without a certificate, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.roles import BROWSED, CLAUSE, FEDERATION, weighed
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.tls import HttpsAnswer, TlsOutcome, TlsProtocol

_REQUIREMENTS = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements"
)
_CERTIFICATE_PORT = 49443
_MAY_DEMAND = ("ndes", "vpn", "enterpriseregistration", "other")
"""Roles whose clients are devices that may have a certificate to show."""


@check(
    id="certificates.sni-independent",
    title="Clients without SNI get the same certificate",
    action="Add a fallback binding for clients that send no server name",
    why="AD FS binds its certificate to the server name in the hello. Probes of load balancers and old"
    " clients send none; they are turned away, and the farm looks dead.",
    fix=[
        step(
            "See the bindings first, then add one for all names on AD FS.",
            command="netsh http show sslcert\nnetsh http add sslcert ipport=0.0.0.0:443"
            " certhash=<thumbprint> appid={5d89a20c-beab-4389-9447-324788eb944a}",
        ),
        step("Or let the balancer send the server name, or probe http://<node>/adfs/probe."),
    ],
    verify="openssl s_client -connect HOST:443 -noservername shows the certificate of the service.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_REQUIREMENTS],
    blocks=["probes of load balancers", "old clients"],
    requires=["certificates.reachable"],
)
def sni_independent(found: TlsProtocol) -> Iterator[Finding]:
    """Compare the answers with and without a server name, where it matters."""
    subject = found.subject
    with_name, without = found.hello("tls12"), found.hello("no-sni")
    if found.role not in FEDERATION:
        yield not_applicable("other-role", subject, "A host of this role may insist on the name.")
    elif without is None or with_name is None or without.answer == "undetermined":
        yield not_assessed("timeout", subject, "The hello without a server name was not answered.")
    elif without.answer == "refused" and with_name.answer == "refused":
        yield not_applicable("only-13", subject, "The service speaks TLS 1.3 only.")
    elif without.answer == "refused":
        yield warned(
            "turned-away",
            subject,
            "A hello without a server name is turned away: {detail}.",
            detail=without.detail or said("the connection is closed"),
        )
    elif without.leaf != with_name.leaf:
        yield warned("another", subject, "A hello without a server name gets another certificate.")
    else:
        yield passed("same", subject, "The certificate is the same without a server name.")


@check(
    id="certificates.client-certificate-request",
    title="Client certificates are asked for only where expected",
    action="Ask for client certificates only where devices have them",
    why="A browser that is asked for a certificate shows a dialog that users cannot answer. A service"
    " that demands one is closed to all who have none.",
    fix=[
        step("Switch the request off on sites that people open."),
        step(
            "On AD FS move sign-in with certificates to certauth. in front of the service name, or to"
            " port 49443.",
            command="Get-AdfsSslCertificate\nSet-AdfsAlternateTlsClientBinding -Thumbprint"
            " <thumbprint>",
        ),
    ],
    verify="A browser without certificates opens the service and shows no dialog.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[
        _REQUIREMENTS,
        "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/ad-fs-support-for-alternate-hostname-binding-for-certificate-authentication",
    ],
    blocks=["browser sign-in"],
    requires=["certificates.reachable"],
)
def client_certificate_request(found: TlsProtocol) -> Iterator[Finding]:
    """Judge the request in the hello, and whether a client without a certificate gets through."""
    yield weighed(_asked(found), found.role, Severity.MEDIUM)


def _asked(found: TlsProtocol) -> Finding:
    subject, client = found.subject, found.client
    asks = any(one.asks_certificate for one in found.hellos) or bool(client and client.demanded)
    if _expected(found):
        if asks:
            return passed("asked", subject, "A client certificate is asked for, as it should be.")
        if client is None or (client.version == "TLSv1.3" and not _spoke_12(found)):
            return _hidden(found)
        return warned(
            "not-asked",
            subject,
            "No client certificate is asked for, although it is expected here.",
        )
    if client is not None and client.demanded and found.role not in _MAY_DEMAND:
        return failed("demanded", subject, "Clients without a certificate are sent away.")
    if asks and found.role in BROWSED:
        return warned(
            "asked-in-browser",
            subject,
            "A client certificate is asked for on a host that people open in a browser. AD FS does so"
            " on purpose where devices sign in.",
        )
    if client is None or (not _spoke_12(found) and client.outcome is not TlsOutcome.OK):
        return _hidden(found)
    return passed("not-asked-for", subject, "No client is stopped by a request for a certificate.")


def _expected(found: TlsProtocol) -> bool:
    return found.host.startswith("certauth.") or found.port == _CERTIFICATE_PORT


def _spoke_12(found: TlsProtocol) -> bool:
    one = found.hello("tls12")
    return one is not None and one.answer == "accepted"


def _hidden(found: TlsProtocol) -> Finding:
    return not_assessed(
        "unsupported-hidden", found.subject, "Whether a certificate is asked for could not be seen."
    )


@check(
    id="certificates.strict-transport-security",
    title="Browser hosts send HSTS",
    action="Send the header Strict-Transport-Security",
    why="With the header a browser never opens the host without TLS again, so that nobody on the way"
    " can keep a user on plain HTTP.",
    fix=step(
        "On AD FS 2019, or 2016 with updates, set the header; elsewhere set it on the web server.",
        command="Get-AdfsResponseHeaders\nSet-AdfsResponseHeaders -SetHeaderName"
        " 'Strict-Transport-Security' -SetHeaderValue 'max-age=31536000'",
    ),
    verify="curl -sI https://HOST/ shows the header with a max-age.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=CLAUSE,
    documents=[
        "https://www.rfc-editor.org/rfc/rfc6797",
        "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/customize-http-security-headers-ad-fs",
    ],
    requires=["certificates.reachable"],
)
def strict_transport_security(found: HttpsAnswer) -> Iterator[Finding]:
    """Judge the header on hosts that people open."""
    subject = found.subject
    if found.role not in BROWSED:
        yield not_applicable("other-role", subject, "People do not open this host in a browser.")
    elif found.hsts is None:
        yield warned(
            "absent",
            subject,
            "The answer to {path} lacks the header (status {status}).",
            path=found.path,
            status=found.status,
        ).at(Severity.INFO)
    elif "max-age" not in found.hsts.casefold():
        yield warned(
            "no-age", subject, "The header lacks a max-age: {value}.", value=found.hsts[:120]
        ).at(Severity.INFO)
    else:
        yield passed("sent", subject, "The header is sent: {value}.", value=found.hsts[:120])
