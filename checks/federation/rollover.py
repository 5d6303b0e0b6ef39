"""The keys of the metadata: when they change, and whether they are strong enough."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.federation.keys import (
    PROMOTED_DAYS,
    WATCHED_DAYS,
    closed_to_public,
    days_left,
    is_adfs,
    other_product,
    thumbprint,
    unread,
    until,
)
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
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
from scanner.evidence.certificate import Certificate
from scanner.evidence.federation import FederationHost, FederationMetadata
from scanner.evidence.inventory import InventoryServer
from scanner.evidence.tenant_federation import DomainFederation

_RENEW = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-o365-certs"
_CERTIFICATES = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/"
    "configure-ts-td-certs-ad-fs"
)


@check(
    id="federation.signing-rollover-ready",
    title="The change of the signing certificate will surprise nobody",
    action="Prepare the next change of the signing certificate",
    why="AD FS makes and promotes signing certificates on days of its own choosing. A change that"
    " falls near the kickoff, or that the tenant does not know of, stops sign-in in the middle of"
    " the project.",
    fix=[
        step(
            "See on which days the certificate will be made and promoted.",
            command="Get-AdfsProperties | Format-List AutoCertificateRollover, Certificate*\n"
            "Get-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "Bring the change forward to a date that suits, by making and publishing the successor"
            " now.",
            command="Update-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "Certificates of a certification authority do not change by themselves: plan 60 days."
        ),
    ],
    verify="One signing key with more than 35 days left is published, or a second one that outlives"
    " it and that the tenant holds.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3"],
    blocks=["the date of the kickoff"],
    documents=[_CERTIFICATES, _RENEW],
    requires=["federation.metadata-well-formed"],
)
def signing_rollover_ready(
    document: FederationMetadata,
    service: FederationHost,
    configurations: tuple[DomainFederation, ...] | None,
    servers: tuple[InventoryServer, ...] | None,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Foresee the promotion: 15 days before the end by default, unless settings say otherwise."""
    subject, primary = document.subject, document.primary
    if not is_adfs(service):
        yield other_product(subject)
        return
    kickoff = scope.plans.kickoff
    held = [one for one in configurations or () if one.host == document.name]
    known = primary or next((one.certificate for one in held if one.certificate), None)
    due = known.not_after - timedelta(days=PROMOTED_DAYS) if known and known.not_after else None
    near = kickoff and due and due.date() <= kickoff + timedelta(days=14)
    if near and due and closed_to_public(document):
        yield failed(
            "due-and-closed",
            subject,
            "AD FS changes its signing certificate about {date}, before or soon after the kickoff,"
            " and the tenant cannot fetch the new one.",
            date=due.date().isoformat(),
        )
    elif not document.accepted or primary is None or not document.trusted:
        yield unread(document, subject)
    elif _by_hand(servers) and days_left(primary, header) < _PLANNED_DAYS:
        yield warned(
            "by-hand",
            subject,
            "The signing key has {days} days left, and AD FS does not change it by itself.",
            days=days_left(primary, header),
        ).showing(automatic_rollover="off, says the inventory")
    else:
        yield _rollover(document, primary, held, header)


_PLANNED_DAYS = 60
"""How long before the end a change by hand should be planned, says the vendor."""


def _by_hand(servers: tuple[InventoryServer, ...] | None) -> bool:
    """Whether an inventory of the farm says that automatic rollover is off."""
    farms = [one.ad_fs for one in servers or () if one.ad_fs is not None]
    return any(one.auto_rollover is False for one in farms)


def _rollover(
    document: FederationMetadata,
    primary: Certificate,
    held: list[DomainFederation],
    header: Header,
) -> Finding:
    subject, left = document.subject, days_left(primary, header)
    others = [one for one in document.signing if one.sha256 != primary.sha256]
    later = [
        one
        for one in others
        if one.not_after and primary.not_after and one.not_after > primary.not_after
    ]
    if not later and left > WATCHED_DAYS:
        return passed(
            "no-change-near",
            subject,
            "The signing key has {days} days left, and no change is under way.",
            days=left,
        )
    if not later:
        return warned(
            "due",
            subject,
            "The signing key has {days} days left; a change of the certificate is near.",
            days=left,
        )
    told = {"successor": thumbprint(later[0]), "until": until(later[0])}
    if not held:
        return not_assessed(
            "unconfigured-tenant",
            subject,
            "A successor is published ({successor}, until {until}); whether the tenant knows it is"
            " not known without reading the tenant.",
            **told,
        )
    published = {one.sha256 for one in later}
    ignorant = [
        one.domain for one in held if not published & {key.sha256 for key in one.certificates}
    ]
    if ignorant:
        return warned(
            "successor-unknown",
            subject,
            "The service publishes a successor ({successor}, until {until}), and the tenant does not"
            " hold it for {domains}.",
            domains=ignorant,
            **told,
        )
    return passed(
        "successor-known",
        subject,
        "The service publishes a successor ({successor}, until {until}), and the tenant holds it.",
        **told,
    )


@check(
    id="federation.signing-key-strength",
    title="The signing key is RSA 2048 or better with SHA-256",
    action="Replace the weak token-signing certificate",
    why="A signing key that can be computed lets anybody sign in as anybody. The tenant accepts"
    " RSA keys; shorter ones and SHA-1 fail security baselines and audits.",
    fix=[
        step(
            "Make a new certificate, give it to the tenant, and let it take over: AD FS makes RSA"
            " keys of 2048 bits and signs with SHA-256.",
            command="Update-AdfsCertificate -CertificateType Token-Signing",
        ),
        step(
            "See by hand that tokens for the tenant are signed with SHA-256, which no probe sees.",
            command="Get-AdfsRelyingPartyTrust -Identifier urn:federation:MicrosoftOnline |"
            " Select-Object SignatureAlgorithm",
        ),
    ],
    verify="Every signing key in the metadata is RSA with 2048 bits or more, in a certificate that"
    " is signed with SHA-256 or better.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "G9"],
    blocks=["the security baseline"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-requirements",
        _CERTIFICATES,
    ],
)
def signing_key_strength(
    document: FederationMetadata, configurations: tuple[DomainFederation, ...] | None
) -> Iterator[Finding]:
    """Every signing key counts; the weakest decides."""
    subject = document.subject
    held = [
        key for one in configurations or () if one.host == document.name for key in one.certificates
    ]
    keys = [one for one in document.signing or tuple(held) if not one.problem]
    weak = [one for one in keys if one.key_type != "RSA" or one.key_bits < 2048]  # noqa: PLR2004
    old = [one for one in keys if one.hash in ("sha1", "md5")]
    if not keys:
        yield unread(document, subject)
    elif weak:
        yield failed(
            "weak-key",
            subject,
            "The signing key {thumbprint} is {type} with {bits} bits.",
            thumbprint=thumbprint(weak[0]),
            type=weak[0].key_type,
            bits=weak[0].key_bits,
        ).showing(expected="RSA, 2048 bits or more")
    elif old:
        yield warned(
            "old-hash",
            subject,
            "The certificate of the signing key {thumbprint} is signed with {algorithm}.",
            thumbprint=thumbprint(old[0]),
            algorithm=old[0].hash,
        )
    elif not document.trusted:
        yield unread(document, subject)
    else:
        yield passed(
            "strong",
            subject,
            "Signing keys that are published: {count}, all of them strong enough.",
            count=len(keys),
        )


@check(
    id="federation.encryption-certificate-current",
    title="The encryption certificate is in date",
    action="Renew the token-decrypting certificate",
    why="Partners that encrypt tokens to this service take the key from its metadata. Users of the"
    " tenant do not notice; users of such partners cannot sign in once it has ended.",
    fix=step(
        "See which certificates there are, and make a new one.",
        command="Get-AdfsCertificate -CertificateType Token-Decrypting\n"
        "Update-AdfsCertificate -CertificateType Token-Decrypting",
    ),
    verify="The encryption key in the metadata has more than 35 days left.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.LOW,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["A3"],
    blocks=["encrypted tokens of partners"],
    documents=[_CERTIFICATES],
    requires=["federation.metadata-well-formed"],
)
def encryption_certificate_current(
    document: FederationMetadata, header: Header
) -> Iterator[Finding]:
    """The longest-lived encryption key decides: partners may use any of them."""
    subject = document.subject
    if not document.accepted:
        yield unread(document, subject)
        return
    keys = [one for one in document.encryption if not one.problem]
    if not keys:
        yield not_applicable("absent", subject, "The metadata names no encryption key.")
        return
    best = max(keys, key=lambda one: days_left(one, header))
    left = days_left(best, header)
    if left <= WATCHED_DAYS:
        yield warned(
            "near-its-end",
            subject,
            "The encryption certificate ends or ended on {until}.",
            until=until(best),
        )
    elif not document.trusted:
        yield unread(document, subject)
    else:
        yield passed(
            "in-date", subject, "The encryption certificate has {days} days left.", days=left
        )
