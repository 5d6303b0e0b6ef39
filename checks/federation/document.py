"""What the metadata document says: addresses, signature, and the strength of its keys."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.keys import (
    WATCHED_DAYS,
    days_left,
    thumbprint,
    unread,
    until,
)
from checks.federation.links import CERTIFICATES
from scanner.api import (
    Effort,
    Finding,
    Header,
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
from scanner.evidence.federation import (
    FederationMetadata,
    Signature,
)
from scanner.evidence.tenant_federation import DomainFederation, host_in


@check(
    id="federation.metadata-endpoints",
    title="Addresses in the metadata are https on the service host",
    action="Correct the host name and addresses of the federation service",
    why="Partners and libraries take the sign-in address from the metadata. One that is http or on"
    " another host sends users and their tokens somewhere else than the tenant does.",
    fix=[
        step(
            "Compare the properties of the service with its name, and correct them.",
            command="Get-AdfsProperties | Format-List HostName, Identifier, FederationPassiveAddress\n"
            "Set-AdfsProperties -HostName <service name> -WhatIf",
        ),
        step("Restart the service on every node; the document is written anew."),
    ],
    verify="Every sign-in address in the metadata starts with https:// and the service name.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3"],
    blocks=["other relying parties"],
    documents=["https://learn.microsoft.com/powershell/module/adfs/set-adfsproperties"],
    requires=["federation.metadata-well-formed"],
)
def metadata_endpoints(document: FederationMetadata) -> Iterator[Finding]:
    """Look at the addresses where people sign in, by either protocol."""
    subject = document.subject
    if not document.accepted or not document.trusted:
        yield unread(document, subject)
        return
    kinds = ("PassiveRequestorEndpoint", "SingleSignOnService")
    addresses = [one.address for one in document.endpoints if one.kind in kinds]
    plain = [one for one in addresses if not one.casefold().startswith("https://")]
    elsewhere = [one for one in addresses if host_in(one) != document.name]
    if plain:
        yield failed(
            "not-https",
            subject,
            "{count} sign-in addresses in the metadata are not https.",
            count=len(plain),
        ).showing(addresses=plain[:10])
    elif not addresses:
        yield warned("none", subject, "The metadata names no address to sign in at.")
    elif elsewhere:
        yield warned(
            "other-host",
            subject,
            "{count} sign-in addresses in the metadata are on another host.",
            count=len(elsewhere),
        ).showing(addresses=elsewhere[:10])
    else:
        yield passed(
            "on-host",
            subject,
            "Sign-in addresses in the metadata: {count}, all of them https on the service host.",
            count=len(addresses),
        )


@check(
    id="federation.metadata-signed",
    title="The signature of the metadata verifies",
    action="Find out why the signature of the metadata does not verify",
    why="The tenant relies on the TLS session and not on this signature. A signature that is there"
    " and wrong nonetheless means that somebody changed the document on its way, or that a change"
    " of the signing certificate stopped half-way.",
    fix=[
        step("Read the document on an AD FS node itself and compare it byte by byte."),
        step(
            "Where both are the same, see which certificate is primary, and restart the service on"
            " every node.",
            command="Get-AdfsCertificate -CertificateType Token-Signing\nRestart-Service adfssrv",
        ),
    ],
    verify="The signature covers the whole document and was made by a signing key that it lists.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.LOW,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["A3"],
    blocks=["partners that verify the metadata"],
    documents=["https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf"],
    requires=["federation.metadata-well-formed"],
)
def metadata_signed(document: FederationMetadata) -> Iterator[Finding]:
    """What the source found out about the signature; a wrong one is worse than none."""
    subject = document.subject
    if not document.accepted:
        yield unread(document, subject)
    elif document.signature is Signature.UNCHECKED:
        yield not_assessed(
            "unsupported-extra",
            subject,
            "The document is signed; install the extra fedsig to have the signature verified.",
        )
    elif document.signature is Signature.ABSENT:
        yield warned("unsigned", subject, "The federation metadata is not signed.")
    elif document.signature is Signature.VALID:
        yield passed("valid", subject, "The signature of the federation metadata verifies.")
    else:
        found = failed(str(document.signature), subject, _WRONG[document.signature]).showing(
            detail=document.signature_detail
        )
        yield found if document.signature is Signature.WEAK else found.at(Severity.HIGH)


_WRONG = {
    Signature.BROKEN: "The federation metadata is not what was signed: its signature is wrong.",
    Signature.NOT_LISTED: "The federation metadata was signed by a key that it does not list.",
    Signature.NOT_ROOT: "The signature of the federation metadata does not cover the whole document.",
    Signature.WEAK: "The signature of the federation metadata rests on SHA-1.",
}


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
        CERTIFICATES,
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
        ).showing(expected=said("RSA, 2048 bits or more"))
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
    documents=[CERTIFICATES],
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
