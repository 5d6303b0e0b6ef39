"""The federation metadata: whether the tenant can read it, and what it says."""

from __future__ import annotations

from collections.abc import Iterator

from checks.federation.keys import (
    WATCHED_DAYS,
    closed_to_public,
    days_left,
    is_adfs,
    other_product,
    unread,
)
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
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.federation import (
    FederationHost,
    FederationMetadata,
    Outcome,
    Refusal,
    Signature,
    Vantage,
)
from scanner.evidence.tenant_federation import DomainFederation, host_in

_RENEW = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-fed-o365-certs"
_SECURE = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/"
    "best-practices-securing-ad-fs"
)
_CERTIFICATES = (
    "https://learn.microsoft.com/windows-server/identity/ad-fs/operations/"
    "configure-ts-td-certs-ad-fs"
)


@check(
    id="federation.metadata-published",
    title="The federation metadata is readable from the internet",
    action="Publish the federation metadata to the internet",
    why="From 35 days before the signing certificate ends the tenant looks for the next one in this"
    " document, once a day. Where it cannot read it, somebody has to write each new certificate"
    " into the tenant by hand and in time, or everybody of the domain is locked out.",
    fix=[
        step(
            "See whether the path is enabled for the proxy, enable it, and restart the service on"
            " every node.",
            command="Get-AdfsEndpoint | Where-Object AddressPath -Like '*metadata*'\n"
            "Set-AdfsEndpoint -TargetAddressPath /FederationMetadata/2007-06/ -Proxy $true -WhatIf\n"
            "Restart-Service adfssrv",
        ),
        step(
            "Let everybody read the path through load balancer and firewall; a filter by country or"
            " against robots keeps the tenant out as well."
        ),
        step(
            "Or decide to write certificates by hand, and put the dates into the calendar now.",
            link=_RENEW,
        ),
    ],
    verify="From a device outside the network the address of the metadata answers with status 200"
    " and an XML document.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E4"],
    blocks=["automatic renewal of the signing certificate"],
    documents=[_RENEW, _SECURE],
)
def metadata_published(
    document: FederationMetadata,
    service: FederationHost,
    configurations: tuple[DomainFederation, ...] | None,
    header: Header,
) -> Iterator[Finding]:
    """Judge by what the internet sees; how bad it is depends on the days of the certificate."""
    subject = document.subject
    if not is_adfs(service):
        yield other_product(subject)
    elif document.vantage is Vantage.INSIDE and not document.public:
        yield not_assessed(
            "unsupported-from-inside",
            subject,
            "This run stands inside, where the document may be readable although it is not outside.",
        ).showing(seen_inside=f"{document.outcome} {document.status or ''}".strip())
    elif document.accepted and document.trusted:
        yield passed("readable", subject, "The federation metadata is readable.").showing(
            asked=document.url
        )
    elif document.accepted:
        yield warned(
            "untrusted-certificate",
            subject,
            "The federation metadata comes over a certificate that is not trusted, so the tenant"
            " will not read it.",
        ).showing(asked=document.url)
    elif not closed_to_public(document):
        yield unread(document, subject)
    else:
        yield _closed(document, configurations or (), header)


def _closed(
    document: FederationMetadata, configurations: tuple[DomainFederation, ...], header: Header
) -> Finding:
    """Urgent from the day on which the tenant starts to look."""
    held = [
        one.certificate
        for one in configurations
        if one.host == document.name and one.certificate and not one.certificate.problem
    ]
    soonest = min((days_left(one, header) for one in held), default=None)
    how = f"HTTP {document.status}" if document.status else str(document.outcome)
    how = f"{how}, {document.refusal}" if document.refusal else how
    if soonest is not None and soonest <= WATCHED_DAYS:
        found = failed(
            "closed-and-due",
            document.subject,
            "The federation metadata is not readable ({how}), and the tenant needs it now: the"
            " signing certificate has {days} days left.",
            how=how,
            days=soonest,
        )
    else:
        found = warned(
            "closed",
            document.subject,
            "The federation metadata is not readable ({how}).",
            how=how,
        )
    return found.showing(asked=document.url, detail=document.detail)


@check(
    id="federation.metadata-well-formed",
    title="The metadata document is federation metadata and safe to read",
    action="Make the address of the metadata answer with the document of AD FS",
    why="A portal, a proxy or a half-broken farm that answers in place of AD FS looks like success"
    " to a monitor that sees only status 200. The tenant finds no certificate there, and partners"
    " that read the document lose the trust.",
    fix=[
        step(
            "Open the address on an AD FS node itself and compare: where it is right there, a device"
            " in between answers."
        ),
        step(
            "Where it is wrong there too, read the AD FS event log and renew the certificates that"
            " cannot be read.",
            command="Get-WinEvent -LogName 'AD FS/Admin' -MaxEvents 50",
        ),
    ],
    verify="The address answers with an EntityDescriptor that holds at least one signing key.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3"],
    blocks=["automatic renewal of the signing certificate"],
    documents=[
        "https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf",
        _CERTIFICATES,
    ],
    requires=["federation.metadata-published"],
)
def metadata_well_formed(
    document: FederationMetadata, service: FederationHost
) -> Iterator[Finding]:
    """Whether what came with status 200 is what was asked for."""
    subject = document.subject
    if not is_adfs(service):
        yield other_product(subject)
    elif document.outcome is not Outcome.ANSWERED or document.status != 200:  # noqa: PLR2004
        yield unread(document, subject)
    elif document.refusal:
        yield failed(f"refused-{document.refusal}", subject, _REFUSED[document.refusal]).showing(
            asked=document.url, detail=document.detail
        )
    else:
        yield _content(document)


_REFUSED = {
    Refusal.DOCTYPE: "The document declares a document type, as web pages and attacks do, and is not"
    " read.",
    Refusal.TOO_LARGE: "The document is larger than 1 MiB and is not read.",
    Refusal.TOO_DEEP: "The elements of the document are nested too deeply; it is not read.",
    Refusal.TOO_MANY_ELEMENTS: "The document has too many elements and is not read.",
    Refusal.BROKEN_XML: "The document is no well-formed XML.",
    Refusal.ENCODING: "The bytes of the document are not in the encoding that it names.",
    Refusal.NOT_METADATA: "The document is XML of another kind: its root is no EntityDescriptor.",
}


def _content(document: FederationMetadata) -> Finding:
    subject = document.subject
    readable = [one for one in document.signing if not one.problem]
    if not document.entity_id:
        return failed("no-entity-id", subject, "The document does not name its entity.")
    if not document.signing:
        return failed("no-signing-key", subject, "The document holds no signing key.")
    if not readable:
        return failed(
            "unreadable-keys",
            subject,
            "None of the signing keys in the document can be read: {problem}.",
            problem=document.signing[0].problem,
        )
    if not document.trusted:
        return not_assessed(
            "unsupported-untrusted",
            subject,
            "The document is well formed, but came over a certificate that is not trusted.",
        )
    found = passed(
        "well-formed",
        subject,
        "The document names {entity}; signing keys in it: {count}.",
        entity=document.entity_id[:300],
        count=len(document.signing),
    )
    other = host_in(document.entity_id)
    return found.showing(entity_host=other) if other and other != document.name else found


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
