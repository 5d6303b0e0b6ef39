"""The certificate that federated tokens are signed with, as the tenant trusts it."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.keys import (
    GENERATED_DAYS,
    PROMOTED_DAYS,
    WATCHED_DAYS,
    closed_to_public,
    days_left,
    document_of,
    ended,
    made_by_adfs,
    thumbprint,
    unread,
    until,
    update_command,
)
from checks.federation.links import CERTIFICATES, RENEW, ROTATE, TRUST
from scanner.api import (
    Effort,
    Finding,
    Header,
    Missing,
    Owner,
    Phase,
    Severity,
    Subject,
    Topic,
    check,
    failed,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import FederationMetadata, FederationTrust
from scanner.evidence.tenant_federation import DomainFederation


@check(
    id="federation.signing-certificate-current",
    title="The token-signing certificate that the tenant trusts stays valid",
    action="Renew the token-signing certificate and give it to the tenant",
    why="The tenant rejects tokens that are signed with a certificate it does not hold or that has"
    " ended: everybody of the domain is locked out at once. With its default settings AD FS makes"
    " the successor 20 days before the end and signs with it 5 days later, so the switch comes 15"
    " days before the date that stands in the certificate.",
    fix=[
        step(
            "On the primary AD FS server: see which certificates there are and when they switch.",
            command="Get-AdfsCertificate -CertificateType Token-Signing\n"
            "Get-AdfsProperties | Format-List AutoCert*, Certificate*Threshold",
        ),
        step(
            "Make a successor; it becomes secondary, and signs nothing yet.",
            command="Update-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "Give it to the tenant, for every federated domain on its own, and to all other relying"
            " parties; only then make it the primary one.",
            command="Update-MgDomainFederationConfiguration -DomainId <domain>"
            " -InternalDomainFederationId <id> -NextSigningCertificate <base64> -WhatIf",
        ),
        step(
            "Where the key may be in other hands, follow the emergency rotation instead: it rotates"
            " twice and revokes sessions.",
            link=ROTATE,
        ),
        step(
            "Or convert the domain to managed sign-in, which needs no signing certificate at all.",
            link="https://learn.microsoft.com/entra/identity/hybrid/connect/"
            "migrate-from-federation-to-cloud-authentication",
        ),
    ],
    verify="The tenant's signing certificate of the domain has more than 35 days left, and its"
    " thumbprint is that of the primary one in Get-AdfsCertificate.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.BLOCKER,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["all federated sign-in"],
    documents=[RENEW, CERTIFICATES, TRUST],
    requires=["federation.domain-authentication-as-planned"],
    settle_after="1 h",
)
def signing_certificate_current(
    trust: FederationTrust,
    configuration: DomainFederation | Missing,
    metadata: tuple[FederationMetadata, ...] | Missing,
    header: Header,
) -> Iterator[Finding]:
    """Judge the days left, by whether a successor is known and can be fetched."""
    document = document_of(trust.host, metadata)
    if isinstance(configuration, DomainFederation):
        found = _in_tenant(trust.subject, configuration, document, header)
    elif document is not None and document.accepted and document.primary:
        found = _judged(trust.subject, document.primary, _Around(document, None, header))
        found = found.showing(seen_in=said("metadata; the tenant was not read"))
    elif not configuration.detail:
        found = unread(document, trust.subject)
    else:
        found = not_assessed(
            f"{configuration.reason}-configuration",
            trust.subject,
            "Neither the tenant's certificate nor the federation metadata could be read. {detail}",
            detail=configuration.said,
        )
    yield found.showing(host=trust.host) if trust.host else found


class _Around:
    """What decides how many days are enough: the metadata, and what the tenant holds already."""

    def __init__(
        self,
        document: FederationMetadata | None,
        configuration: DomainFederation | None,
        header: Header,
    ) -> None:
        self.document = document if document and document.accepted else None
        self.closed = closed_to_public(document)
        self.configuration = configuration
        self.header = header

    def successor(self, certificate: Certificate) -> Certificate | None:
        """A key that outlives the certificate and that the service publishes (where that is known)."""
        published = self.document.signing if self.document else ()
        held = self.stored(certificate)
        later = [one for one in published if _outlives(one, certificate)]
        return held or next(iter(later), None)

    def stored(self, certificate: Certificate) -> Certificate | None:
        """The tenant's next certificate, where it can really be the successor."""
        held = self.configuration.next_certificate if self.configuration else None
        if held is None or not _outlives(held, certificate):
            return None
        if self.document and held.sha256 not in {one.sha256 for one in self.document.signing}:
            return None  # the service does not publish it, so it will not sign with it
        return held

    @property
    def updating(self) -> bool:
        """Whether the tenant's last update of the certificate succeeded."""
        told = self.configuration.update_result if self.configuration else None
        return (told or "").casefold() == "success"


def _outlives(one: Certificate, other: Certificate) -> bool:
    return bool(
        one.sha256 != other.sha256
        and one.not_after
        and other.not_after
        and one.not_after > other.not_after
    )


def _in_tenant(
    subject: Subject,
    configuration: DomainFederation,
    document: FederationMetadata | None,
    header: Header,
) -> Finding:
    if not configuration.configured:
        return failed(
            "no-configuration",
            subject,
            "The domain is federated, and the tenant holds no federation configuration for it.",
        )
    if configuration.certificate is None:
        return failed(
            "no-certificate",
            subject,
            "The federation configuration of the domain has no signing certificate.",
        )
    found = _judged(subject, configuration.certificate, _Around(document, configuration, header))
    return found.fixed_by(
        step(
            "For this domain, once the service signs with the new certificate:",
            command=update_command(configuration, "-SigningCertificate <base64>"),
        )
    )


def _judged(subject: Subject, certificate: Certificate, around: _Around) -> Finding:
    header = around.header
    if certificate.problem:
        return failed(
            "unreadable",
            subject,
            "The signing certificate cannot be read: {problem}.",
            problem=certificate.problem,
        )
    if ended(certificate, header):
        return failed(
            "ended",
            subject,
            "The signing certificate ended on {until}.",
            until=until(certificate),
        ).showing(thumbprint=thumbprint(certificate))
    if certificate.not_before and certificate.not_before > header.collected_at:
        return failed(
            "not-yet-valid",
            subject,
            "The signing certificate is not valid before {start}.",
            start=certificate.not_before.date().isoformat(),
        ).showing(thumbprint=thumbprint(certificate))
    found = _by_days(subject, certificate, around)
    return found.showing(thumbprint=thumbprint(certificate), until=until(certificate))


def _by_days(subject: Subject, certificate: Certificate, around: _Around) -> Finding:
    left = days_left(certificate, around.header)
    if left > WATCHED_DAYS:
        return passed(
            "days-enough", subject, "The signing certificate has {days} days left.", days=left
        )
    if around.closed:
        return failed(
            "not-fetched",
            subject,
            "The signing certificate has {days} days left, and the tenant cannot fetch its"
            " successor: the metadata is not public.",
            days=left,
        )
    if left <= PROMOTED_DAYS:
        return _at_the_switch(
            subject, left, held=around.stored(certificate) is not None, around=around
        )
    return _before_the_switch(subject, left, certificate, around)


def _at_the_switch(subject: Subject, left: int, *, held: bool, around: _Around) -> Finding:
    if held and around.updating:
        return warned(
            "switching",
            subject,
            "The signing certificate has {days} days left; the tenant holds its successor.",
            days=left,
        )
    return failed(
        "switch-due",
        subject,
        "The signing certificate has {days} days left, AD FS switches at any time, and the"
        " tenant does not hold the successor.",
        days=left,
    )


def _before_the_switch(
    subject: Subject, left: int, certificate: Certificate, around: _Around
) -> Finding:
    if around.successor(certificate):
        return warned(
            "successor-known",
            subject,
            "The signing certificate has {days} days left; its successor is known.",
            days=left,
        )
    if left > GENERATED_DAYS and made_by_adfs(certificate):
        return warned(
            "successor-expected",
            subject,
            "The signing certificate has {days} days left; AD FS should make its successor when"
            " 20 are left.",
            days=left,
        )
    return failed(
        "no-successor",
        subject,
        "The signing certificate has {days} days left, and no successor is known.",
        days=left,
    )
