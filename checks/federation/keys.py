"""What several checks ask of signing keys and of the document that publishes them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable

from scanner.api import Finding, Header, Missing, Subject, not_applicable, not_assessed
from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import FederationHost, FederationMetadata, Outcome
from scanner.evidence.tenant_federation import DomainFederation

GENERATED_DAYS = 20
"""Days before expiry on which AD FS makes the successor (CertificateGenerationThreshold)."""
PROMOTED_DAYS = 15
"""Days before expiry on which it signs with it: five days later (CertificatePromotionThreshold)."""
WATCHED_DAYS = 35
"""Days before expiry from which Entra looks for the successor in the metadata."""

_LOST = {Outcome.TIMEOUT: "timeout-metadata"}


def days_left(certificate: Certificate, header: Header) -> int:
    """Days until the certificate ends, a begun day counted whole; zero or less: it has ended."""
    if certificate.not_after is None:
        return 0
    return math.ceil((certificate.not_after - header.collected_at).total_seconds() / 86400)


def ended(certificate: Certificate, header: Header) -> bool:
    """Whether its last moment is past."""
    return certificate.not_after is not None and certificate.not_after <= header.collected_at


def until(certificate: Certificate) -> str:
    """The last day of the certificate, as YYYY-MM-DD."""
    return certificate.not_after.date().isoformat() if certificate.not_after else "-"


def thumbprint(certificate: Certificate) -> str:
    """The SHA-1 thumbprint in capitals, as Windows and Get-AdfsCertificate show it."""
    if not certificate.der:
        return "-"
    return hashlib.sha1(certificate.der, usedforsecurity=False).hexdigest().upper()


def made_by_adfs(certificate: Certificate) -> bool:
    """Whether it is of the kind that AD FS makes for itself, and renews by itself."""
    return certificate.self_signed and "CN=ADFS " in certificate.subject


def document_of(
    host: str, metadata: tuple[FederationMetadata, ...] | Missing
) -> FederationMetadata | None:
    """The metadata of that host, whether it could be read or not."""
    if isinstance(metadata, Missing):
        return None
    return next((one for one in metadata if one.name == host), None)


def closed_to_public(document: FederationMetadata | None) -> bool:
    """Whether it is certain that Entra cannot read the document: a definite answer, seen there.

    A status other than 200, or a page of another kind, is the same from everywhere; a connection
    that fails says something of the internet only where the scan stands there.
    """
    if document is None or document.outside.accepted:
        return False
    seen = document.outside
    if seen.outcome is Outcome.ANSWERED:
        return True
    if seen.outcome is Outcome.TIMEOUT:
        return seen.public and seen.proven
    definite = (Outcome.REFUSED, Outcome.RESET, Outcome.TLS, Outcome.DNS, Outcome.NOT_HTTP)
    return seen.public and seen.outcome in definite


def unread(document: FederationMetadata | None, subject: Subject) -> Finding:
    """Why nothing can be said without the metadata."""
    if document is None:
        return not_assessed(
            "unconfigured-metadata",
            subject,
            "The federation metadata was not read: no federation host of it is known.",
        )
    if document.by.outcome is not Outcome.ANSWERED:
        return not_assessed(
            _LOST.get(document.by.outcome, "unreachable-metadata"),
            subject,
            "The federation metadata could not be read: {outcome}. {detail}",
            outcome=document.by.outcome,
            detail=document.by.detail,
        ).showing(asked=document.url)
    if document.accepted:
        return not_assessed(
            "unsupported-untrusted",
            subject,
            "The federation metadata came over a certificate that is not trusted; nothing that it"
            " says is taken for granted.",
        ).showing(asked=document.url)
    if document.by.refusal:
        return not_assessed(
            "unsupported-document",
            subject,
            "What came in the place of the federation metadata is not read: {refusal}.",
            refusal=str(document.by.refusal),
        ).showing(asked=document.url)
    return not_assessed(
        "unsupported-metadata",
        subject,
        "The federation metadata could not be read: HTTP {status}.",
        status=document.by.status,
    ).showing(asked=document.url)


def other_product(subject: Subject) -> Finding:
    """The identity provider is none of AD FS; its own paths and documents are not known here."""
    return not_applicable(
        "other-product",
        subject,
        "The identity provider is not AD FS; look for this in its own administration.",
    )


def is_adfs(service: FederationHost | None) -> bool:
    """Whether the paths of AD FS mean anything on this host."""
    return service is not None and bool(service.adfs)


def update_command(configuration: DomainFederation, setting: str) -> str:
    """The command that sets something for that domain. Names that are no names stay placeholders."""
    domain = configuration.domain if _NAME.fullmatch(configuration.domain) else "<domain>"
    ident = configuration.id if _NAME.fullmatch(configuration.id) else "<id>"
    return (
        f"Update-MgDomainFederationConfiguration -DomainId {domain}"
        f" -InternalDomainFederationId {ident} {setting} -WhatIf"
    )


_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,252}")


def named(certificates: Iterable[Certificate]) -> list[str]:
    """Thumbprints with the last day of each, for people to compare."""
    return [f"{thumbprint(one)} ({until(one)})" for one in certificates]
