"""Whether the tenant trusts the keys that the federation service signs with, and only those."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from checks.federation.keys import (
    document_of,
    ended,
    named,
    other_product,
    thumbprint,
    unread,
    until,
    update_command,
)
from checks.federation.links import RENEW, ROTATE, TRUST, WATCH
from scanner.api import (
    Effort,
    Finding,
    Header,
    Missing,
    Owner,
    Phase,
    Severity,
    Step,
    Topic,
    check,
    failed,
    passed,
    step,
    warned,
)
from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import FederationHost, FederationMetadata
from scanner.evidence.tenant_federation import DomainFederation


@check(
    id="federation.certificate-matches-tenant",
    title="The tenant trusts what the federation service signs with",
    action="Give the tenant the certificate that the federation service signs with",
    why="A token that is signed with a certificate the tenant does not hold is rejected: federated"
    " sign-in of the domain is broken now, or will be on the day when the service switches to the"
    " new certificate.",
    fix=[
        step(
            "Keep an administrator on the initial onmicrosoft.com domain at hand, who does not"
            " depend on federation."
        ),
        step(
            "Compare the thumbprints on both sides.",
            command="Get-AdfsCertificate -CertificateType Token-Signing\n"
            "Get-MgDomainFederationConfiguration -DomainId <domain>",
        ),
        step(
            "Write the primary certificate into the tenant, for each federated domain on its own,"
            " and sign in as a user of the domain.",
            command="Update-MgDomainFederationConfiguration -DomainId <domain>"
            " -InternalDomainFederationId <id> -SigningCertificate <base64> -WhatIf",
        ),
    ],
    verify="The thumbprint that the tenant holds for the domain is that of the first signing key in"
    " the federation metadata, and a user of the domain can sign in.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.BLOCKER,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["all federated sign-in"],
    documents=[RENEW, TRUST],
    settle_after="1 h",
)
def certificate_matches_tenant(
    configuration: DomainFederation, metadata: tuple[FederationMetadata, ...] | Missing
) -> Iterator[Finding]:
    """Compare the tenant's certificates with those that the service published in the same run."""
    subject, document = configuration.subject, document_of(configuration.host, metadata)
    if document is None or not document.accepted or not document.trusted:
        yield _without_document(configuration, document)
        return
    published, primary = {one.sha256 for one in document.signing}, document.primary
    current, following = configuration.certificate, configuration.next_certificate
    if primary is None:
        yield unread(document, subject)
    elif current and current.sha256 == primary.sha256:
        yield passed(
            "match",
            subject,
            "The tenant holds the certificate that the service signs with, {thumbprint}.",
            thumbprint=thumbprint(current),
        )
    elif following and following.sha256 == primary.sha256:
        yield _both_sides(
            warned(
                "next-in-use",
                subject,
                "The service signs with the certificate that the tenant holds only as the next one.",
            ),
            configuration,
            document,
        )
    elif published & {one.sha256 for one in configuration.certificates}:
        yield _both_sides(
            warned(
                "switch-under-way",
                subject,
                "The tenant holds only a certificate that the service lists as its second one.",
            ),
            configuration,
            document,
        )
    else:
        yield _both_sides(
            failed(
                "no-overlap",
                subject,
                "The tenant holds none of the certificates that the service signs with.",
            ).fixed_by(_written(configuration, primary)),
            configuration,
            document,
        )


def _written(configuration: DomainFederation, primary: Certificate) -> Step:
    """The exact command for this domain, with the certificate that the service published."""
    return step(
        "For this domain, with the certificate that the service publishes ({thumbprint}):",
        command=update_command(
            configuration, f"-SigningCertificate {base64.b64encode(primary.der).decode()}"
        ),
        thumbprint=thumbprint(primary),
    )


def _both_sides(
    finding: Finding, configuration: DomainFederation, document: FederationMetadata
) -> Finding:
    return finding.showing(
        tenant_holds=named(configuration.certificates), service_publishes=named(document.signing)
    )


def _without_document(
    configuration: DomainFederation, document: FederationMetadata | None
) -> Finding:
    if not configuration.adfs and configuration.passive_uri:
        return other_product(configuration.subject)
    return unread(document, configuration.subject)


_INCIDENT: tuple[Step, ...] = (
    step(
        "Do not tidy up first: keep the evidence, and start the incident process. Search the audit"
        " log for who changed the federation settings, and when.",
        portal="Microsoft Entra admin center > Audit logs > Activity: Set federation settings on"
        " domain",
        link=WATCH,
    ),
    step(
        "Then remove what is unknown, rotate the signing certificates twice, and revoke sessions.",
        link=ROTATE,
    ),
)


@check(
    id="federation.no-unknown-signing-certificate",
    title="Nobody else can sign in the name of the domain",
    action="Investigate the unknown signing certificate or identity provider",
    why="Whoever holds the key of a certificate that the tenant trusts can sign in as any user of"
    " the domain, with any claim, multi-factor authentication included, and leaves no trace on the"
    " organisation's own servers. A second certificate or a quietly federated domain is a known way"
    " of staying in a tenant.",
    fix=_INCIDENT,
    verify="Every certificate that the tenant holds for the domain stands in the metadata of the"
    " organisation's own federation service.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["A3", "G9"],
    blocks=["trust in every sign-in"],
    documents=[ROTATE, WATCH],
)
def no_unknown_signing_certificate(
    configuration: DomainFederation,
    metadata: tuple[FederationMetadata, ...] | Missing,
    hosts: tuple[FederationHost, ...] | Missing,
    header: Header,
) -> Iterator[Finding]:
    """Look for a key or a provider that the organisation's own service does not know."""
    subject, document = configuration.subject, document_of(configuration.host, metadata)
    ours = [] if isinstance(hosts, Missing) else [one.name for one in hosts if one.configured]
    if ours and configuration.host and configuration.host not in ours:
        yield failed(
            "unnamed-provider",
            subject,
            "Users of the domain are sent to {host}, which is none of the named federation hosts"
            " {named}.",
            host=configuration.host,
            named=ours,
        )
        return
    if document is None or not document.accepted or not document.trusted:
        yield _without_document(configuration, document)
        return
    published = {one.sha256 for one in document.signing}
    extra = [one for one in configuration.certificates if one.sha256 not in published]
    if not extra:
        yield passed(
            "all-published",
            subject,
            "Every certificate that the tenant holds for the domain is published by the service.",
        )
        return
    judged = [_unknown(configuration, one, document, header) for one in extra]
    worst = min(judged, key=lambda one: one.status != "fail")
    yield _both_sides(worst, configuration, document)


def _unknown(
    configuration: DomainFederation,
    extra: Certificate,
    document: FederationMetadata,
    header: Header,
) -> Finding:
    """A left-over is older than what is in use; anything else is somebody's key."""
    primary = document.primary
    older = bool(
        primary
        and extra.not_before
        and primary.not_before
        and extra.not_before < primary.not_before
    )
    values = {"thumbprint": thumbprint(extra), "until": until(extra)}
    if ended(extra, header):
        return warned(
            "ended-left-over",
            configuration.subject,
            "The tenant still holds a certificate that the service does not publish; it ended on"
            " {until} ({thumbprint}).",
            **values,
        )
    if extra is configuration.certificate and older:
        return warned(
            "older-left-over",
            configuration.subject,
            "The tenant's current certificate is an older one that the service publishes no longer"
            " ({thumbprint}, until {until}).",
            **values,
        )
    return failed(
        "unknown-key",
        configuration.subject,
        "The tenant accepts signatures of a certificate that the service does not publish:"
        " {thumbprint}, until {until}.",
        **values,
    ).showing(subject=extra.subject or extra.problem)
