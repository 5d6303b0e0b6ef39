"""What the certificate may be used for, and whether its issue was logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from checks.certificates.dates import unreadable
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
from scanner.evidence.certificate import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH
from scanner.evidence.tls import ServedChain, TlsChain

_APPLE = "https://support.apple.com/103769"
_CLIENT_ROLES = ("ndes", "exchange")
"""Roles that also act as TLS clients: the old NDES connector, mail over mutual TLS."""
_LOGGED_SINCE = datetime(2018, 5, 1, tzinfo=UTC)
_LONG_LIFE = timedelta(days=180)


@check(
    id="certificates.server-auth-usage",
    title="The certificate is meant for servers",
    action="Install a certificate whose purpose is server authentication",
    why="Clients refuse a certificate whose list of purposes lacks server authentication.",
    fix=step("Have it reissued from a template for web servers."),
    verify="openssl x509 -noout -ext extendedKeyUsage shows TLS Web Server Authentication.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements",
        _APPLE,
    ],
    blocks=["all clients"],
    requires=["certificates.reachable"],
)
def server_auth_usage(found: TlsChain) -> Iterator[Finding]:
    """Judge the extended key usage of each leaf."""
    yield weighed(worst(found, lambda one: _for_servers(found, one)), found.role, Severity.HIGH)


def _for_servers(found: TlsChain, one: ServedChain) -> Finding:
    subject, leaf = found.subject, one.leaf
    if leaf is None:
        return unreadable(subject)
    if leaf.usages is None:
        return warned(
            "no-purpose",
            subject,
            "The certificate names no purpose; Apple devices refuse that since July 2019.",
        )
    if SERVER_AUTH in leaf.usages or ANY_USAGE in leaf.usages:
        return passed("for-servers", subject, "Server authentication is among its purposes.")
    return failed(
        "other-purpose",
        subject,
        "Its purposes do not include server authentication: {purposes}.",
        purposes=list(leaf.usages[:10]) or "(none)",
    )


@check(
    id="certificates.no-client-auth-usage",
    title="Public certificates are not used for client sign-in",
    action="Prepare a private certificate for signing in as a client",
    why="Public authorities are ending certificates with the purpose client authentication. A service"
    " that signs in to others with its public certificate stops at the next renewal.",
    fix=step(
        "Issue the client certificate from a private authority, and use the public one for TLS"
        " only."
    ),
    verify="The service signs in with a certificate of the private authority.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.LOW,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://learn.microsoft.com/intune/intune-service/protect/certificate-connector-prerequisites"
    ],
    blocks=["the next renewal"],
    requires=["certificates.reachable"],
)
def no_client_auth_usage(found: TlsChain) -> Iterator[Finding]:
    """Judge the purposes where the role also signs in as a client."""
    yield worst(found, lambda one: _not_for_clients(found, one))


def _not_for_clients(found: TlsChain, one: ServedChain) -> Finding:
    subject, leaf = found.subject, one.leaf
    if leaf is None:
        return unreadable(subject)
    if one.path.roots != "public":
        return not_applicable(
            "not-public", subject, "The certificate is not from a public authority."
        )
    if CLIENT_AUTH in (leaf.usages or ()) and found.role in _CLIENT_ROLES:
        return warned(
            "client-purpose",
            subject,
            "A host of this role may sign in with this public certificate, whose purpose client"
            " authentication will not be renewed.",
        )
    return passed("not-needed", subject, "No client sign-in depends on it.")


@check(
    id="certificates.transparency",
    title="Public certificates are logged",
    action="Have the certificate reissued with entries in public logs",
    why="Chrome, Edge and Safari refuse a public certificate that no public log has vouched for.",
    fix=step("Have it reissued without the option that keeps it out of the logs."),
    verify="openssl x509 -noout -ext ct_precert_scts shows two or more timestamps.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        "https://www.rfc-editor.org/rfc/rfc6962",
        "https://support.apple.com/103214",
    ],
    blocks=["Chrome", "Safari"],
    requires=["certificates.reachable"],
)
def transparency(found: TlsChain) -> Iterator[Finding]:
    """Count the timestamps in the certificate and in the handshake."""
    yield weighed(worst(found, lambda one: _logged(found, one)), found.role, Severity.MEDIUM)


def _logged(found: TlsChain, one: ServedChain) -> Finding:
    subject, leaf = found.subject, one.leaf
    if leaf is None:
        return unreadable(subject)
    if one.path.roots != "public" or not one.path.listed:
        return not_applicable(
            "not-listed", subject, "The root is not on the public list that browsers ship."
        )
    if leaf.not_before is not None and leaf.not_before < _LOGGED_SINCE:
        return not_applicable("before-rule", subject, "It was issued before logging was asked for.")
    needed = 3 if leaf.lifetime > _LONG_LIFE else 2
    offered = one.timestamps or 0
    if leaf.timestamps >= needed or offered >= 2:  # noqa: PLR2004 - from two logs
        count = max(leaf.timestamps, offered)
        return passed("logged", subject, "{count} logs have vouched for it.", count=count)
    if leaf.timestamps or offered:
        return warned(
            "few-logs",
            subject,
            "Only {count} of {needed} logs have vouched for it.",
            count=max(leaf.timestamps, offered),
            needed=needed,
        )
    if one.timestamps is None or one.stapled:
        return not_assessed(
            "unsupported-hello",
            subject,
            "The certificate holds no timestamps, and those of the handshake could not be seen.",
        )
    return failed("not-logged", subject, "No public log has vouched for it.")
