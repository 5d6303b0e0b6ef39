"""Certificates of RADIUS servers, which speak inside EAP and are judged from a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    manual,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import SERVER_AUTH, Certificate
from scanner.evidence.tls import UploadedCertificate

_LONGEST = timedelta(days=825)
_LEAST_BITS = 2048


@check(
    id="certificates.radius-acceptable",
    title="The RADIUS certificate suits devices",
    action="Give the RADIUS server a certificate that devices accept",
    why="A device that refuses the certificate of the RADIUS server is off the network, and then cannot"
    " be reached to mend it.",
    fix=[
        step(
            "Issue a certificate from the template RAS and IAS Server: subject and alternative name"
            " with the server's name, server authentication, RSA 2048, SHA-256, at most 825 days."
        ),
        step(
            "Choose it in the network policies of NPS, and name its root in the Wi-Fi profile.",
            portal="Network Policy Server > Policies > Network Policies > (policy) > Constraints >"
            " Authentication Methods",
        ),
    ],
    verify="A pilot device joins the network with the profile; a new scan of the exported file passes.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    clause=["G18", "G20"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/technologies/nps/nps-manage-cert-requirements",
        "https://support.apple.com/103769",
    ],
    blocks=["Wi-Fi profiles", "wired profiles", "VPN profiles"],
)
def radius_acceptable(found: UploadedCertificate, header: Header) -> Iterator[Finding]:
    """Judge the file, or ask for it."""
    leaf = found.chain.leaf if found.chain else None
    if leaf is None:
        yield manual(
            "not-supplied",
            found.subject,
            "No probe can see this certificate: export it without its key and name the file in"
            " hosts.certificate_file.",
        )
        return
    reason = _problem(leaf, header)
    if reason:
        finding = failed(reason, found.subject, _PROBLEMS[reason])
        yield finding.showing(file=found.file, sha256=leaf.sha256)
        return
    yield _suitable(found, leaf)


_PROBLEMS = {
    "empty-subject": "The subject is empty: NPS does not offer the certificate.",
    "no-purpose": "The certificate lacks the purpose server authentication.",
    "weak-digest": "The certificate is signed over SHA-1 or MD5.",
    "weak-key": "The key of the certificate is too small.",
    "expired": "The certificate has expired.",
}


def _problem(leaf: Certificate, header: Header) -> str:
    """What makes devices or NPS refuse it; '' where nothing does."""
    rules = {
        "empty-subject": not leaf.subject,
        "no-purpose": SERVER_AUTH not in (leaf.usages or ()),
        "weak-digest": leaf.hash in ("sha1", "md5"),
        "weak-key": leaf.key_type == "RSA" and leaf.key_bits < _LEAST_BITS,
        "expired": leaf.not_after is not None and leaf.not_after < header.collected_at,
    }
    return next((reason for reason, broken in rules.items() if broken), "")


def _suitable(found: UploadedCertificate, leaf: Certificate) -> Finding:
    subject = found.subject
    if not leaf.covers(found.host):
        return warned(
            "other-name",
            subject,
            "It does not name {host}; Wi-Fi profiles check names.",
            host=found.host,
        )
    if leaf.lifetime > _LONGEST:
        return warned(
            "long-life",
            subject,
            "It is valid for {days} days; Apple devices accept at most 825.",
            days=leaf.lifetime.days,
        )
    if found.chain and found.chain.path.roots == "public":
        return warned(
            "public-authority",
            subject,
            "It comes from a public authority: any other customer of that authority passes the chain"
            " test too, so the profile must name the server exactly.",
        )
    return passed("suitable", subject, "Devices accept it.")
