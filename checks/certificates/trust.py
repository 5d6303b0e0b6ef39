"""Where the chain ends, and whether the server sends what leads there: read together.

A leaf that signed itself, a private root and a chain that is sent incompletely look alike to a client
and need three different owners.
"""

from __future__ import annotations

from collections.abc import Iterator

from checks.certificates.dates import unreadable
from checks.certificates.roles import CLAUSE, needs_public, to_install, weighed, worst
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Severity,
    Status,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import common_name
from scanner.evidence.tls import PathOutcome, ServedChain, TlsChain

_REQUIREMENTS = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements"
)


@check(
    id="certificates.chain-complete",
    title="The server sends all intermediates",
    action="Install the missing intermediate certificates",
    why="Windows and macOS fetch or remember intermediates and hide the fault. Android, many agents and"
    " most libraries do not: they refuse the server.",
    fix=[
        step(
            "Import the missing intermediate into Local Computer > Intermediate Certification"
            " Authorities on every node and remove stale ones.",
            command="Get-ChildItem Cert:\\LocalMachine\\CA | Sort-Object Subject | Format-Table"
            " Subject, NotAfter\nImport-Certificate -FilePath issuing.cer -CertStoreLocation"
            " Cert:\\LocalMachine\\CA",
        ),
        step("Bind the certificate again and restart the listener, so that the chain is rebuilt."),
        step(
            "On nginx, Apache and load balancers, put leaf and intermediates into one file, leaf first."
        ),
    ],
    verify="openssl s_client -connect HOST:443 -servername HOST -showcerts shows every certificate"
    " but the root. certutil -verify -urlfetch proves nothing here: it fetches what is missing.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSE,
    documents=[_REQUIREMENTS, "https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2"],
    blocks=["phones", "agents", "clients other than Windows"],
    requires=["certificates.reachable"],
)
def chain_complete(found: TlsChain) -> Iterator[Finding]:
    """Judge what was sent; what can be fetched explains, and never makes it pass."""
    finding = worst(found, lambda one: _complete(found, one))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _complete(found: TlsChain, one: ServedChain) -> Finding:
    subject, path = found.subject, one.path
    if path.outcome in (PathOutcome.TRUSTED, PathOutcome.UNKNOWN_ROOT):
        return passed("complete", subject, "The server sends every certificate below the root.")
    if path.outcome is PathOutcome.SELF_SIGNED:
        return not_applicable("self-signed", subject, "The certificate signed itself.")
    if path.outcome is PathOutcome.BAD_SIGNATURE:
        return not_assessed(
            "unsupported-signature",
            subject,
            "The chain breaks at a signature, so nothing can be said of what is missing.",
        )
    if path.outcome is not PathOutcome.MISSING_ISSUER:
        return unknown_path(one, found)
    return _missing(found, one)


def _missing(found: TlsChain, one: ServedChain) -> Finding:
    subject, path, completion = found.subject, one.path, one.path.completion
    if completion is None:
        return not_assessed(
            "unsupported-unknown-issuer",
            subject,
            "The issuer {issuer} was not sent and is not known here; either the chain is incomplete or"
            " a private authority issued it.",
            issuer=common_name(path.missing),
        )
    if completion.only_root:
        return passed("only-root-absent", subject, "Only the root is not sent, as it should be.")
    return failed(
        "intermediate-missing",
        subject,
        "The server does not send the certificate of {missing}; it was found at {source}.",
        missing=[common_name(name) for name in completion.subjects],
        source=completion.source,
    ).showing(issuer=path.missing, sent=len(one.certificates))


def unknown_path(one: ServedChain, found: TlsChain) -> Finding:
    """Why no path could be judged; never a fail."""
    if one.path.outcome is PathOutcome.UNREADABLE:
        return unreadable(found.subject)
    return not_assessed(
        "unsupported-path",
        found.subject,
        "The path could not be followed: {detail}.",
        detail=one.path.detail or str(one.path.outcome),
    )


@check(
    id="certificates.publicly-trusted",
    title="The path ends in a root that the role's clients trust",
    action="Install a certificate that the clients of the host trust",
    why="A private authority is right for Wi-Fi and usable for NDES and VPN, where managed devices get"
    " its root. It is wrong for sign-in, hybrid Exchange and whatever an unmanaged device or a service"
    " of Microsoft opens: they refuse it.",
    fix=[
        step("Obtain a certificate from a public certification authority for this host."),
        step(
            "Where the role allows a private authority, deliver its root to the devices with a trusted"
            " certificate profile, and name it in trust.private_roots_file.",
            portal="Microsoft Intune admin center > Devices > Configuration > Create > Trusted"
            " certificate",
        ),
    ],
    verify="A device without the organisation's roots opens the host without a warning.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSE,
    documents=[
        _REQUIREMENTS,
        "https://learn.microsoft.com/intune/intune-service/protect/certificates-trusted-root",
        "https://learn.microsoft.com/exchange/certificate-requirements",
    ],
    blocks=["unmanaged devices", "Microsoft's services"],
    requires=["certificates.reachable"],
)
def publicly_trusted(found: TlsChain) -> Iterator[Finding]:
    """Judge the end of the path by what the role needs."""
    finding = worst(found, lambda one: _trusted(found, one))
    if finding.status is Status.FAIL:
        finding = finding.fixed_by(*to_install(found.role))
    yield weighed(finding, found.role, Severity.HIGH, stops=True)


def _trusted(found: TlsChain, one: ServedChain) -> Finding:
    subject, path = found.subject, one.path
    if path.outcome is PathOutcome.TRUSTED and path.roots == "public":
        root = common_name(path.anchor)
        return passed("public", subject, "The path ends in the public root {root}.", root=root)
    if path.outcome is PathOutcome.TRUSTED:
        return _private(found, common_name(path.anchor))
    if path.outcome is PathOutcome.MISSING_ISSUER:
        return _unfinished(found, one)
    return _untrusted(found, one)


def _untrusted(found: TlsChain, one: ServedChain) -> Finding:
    subject, path = found.subject, one.path
    say = failed if needs_public(found.role) else warned
    if path.outcome is PathOutcome.SELF_SIGNED:
        return say(
            "self-signed",
            subject,
            "The certificate signed itself; no client trusts it unless it was told to.",
        )
    if path.outcome is PathOutcome.UNKNOWN_ROOT:
        return say(
            "unknown-root",
            subject,
            "The path ends in {root}, which is no public root and is not configured either.",
            root=common_name(path.anchor),
        )
    if path.outcome is PathOutcome.BAD_SIGNATURE:
        return failed(
            "bad-signature",
            subject,
            "No path holds: a certificate named {issuer} is there, but it did not sign.",
            issuer=common_name(path.missing),
        )
    return unknown_path(one, found)


def _private(found: TlsChain, root: str) -> Finding:
    if needs_public(found.role):
        return failed(
            "private-root",
            found.subject,
            "The path ends in the organisation's own root {root}, which only managed devices trust.",
            root=root,
        )
    return passed(
        "own-root",
        found.subject,
        "The path ends in the organisation's own root {root}; the devices need it by a profile.",
        root=root,
    )


def _unfinished(found: TlsChain, one: ServedChain) -> Finding:
    completion = one.path.completion
    if completion is not None and completion.roots == "private":
        return _private(found, common_name(completion.anchor))
    if completion is not None and completion.roots == "public":
        return not_assessed(
            "unsupported-incomplete",
            found.subject,
            "The issuer appears to be public, but the server does not send the whole chain.",
        )
    issuer = common_name(one.path.missing)
    if needs_public(found.role):
        return failed(
            "unknown-issuer",
            found.subject,
            "The issuer {issuer} is unknown: the chain is incomplete, or the authority is private.",
            issuer=issuer,
        )
    return not_assessed(
        "unsupported-unknown-issuer",
        found.subject,
        "The issuer {issuer} is unknown; name the organisation's roots in trust.private_roots_file.",
        issuer=issuer,
    )
