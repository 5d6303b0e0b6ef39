"""The federation metadata: whether the tenant can read it, and whether it is what was asked for."""

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
from checks.federation.links import CERTIFICATES, RENEW, SECURE
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
    Vantage,
)
from scanner.evidence.tenant_federation import DomainFederation, host_in


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
            link=RENEW,
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
    documents=[RENEW, SECURE],
)
def metadata_published(
    document: FederationMetadata,
    service: FederationHost,
    configurations: tuple[DomainFederation, ...] | None,
    header: Header,
) -> Iterator[Finding]:
    """Judge by what the internet sees; how bad it is depends on the days of the certificate."""
    subject, seen = document.subject, document.outside
    if not is_adfs(service):
        yield other_product(subject)
    elif seen.vantage is Vantage.INSIDE and not seen.public:
        yield not_assessed(
            "unsupported-from-inside",
            subject,
            "This run stands inside, where the document may be readable although it is not outside.",
        ).showing(seen_inside=f"{seen.outcome} {seen.status or ''}".strip())
    elif seen.accepted and seen.trusted:
        yield passed("readable", subject, "The federation metadata is readable.").showing(
            asked=document.url
        )
    elif seen.accepted:
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
    seen = document.outside
    held = [
        one.certificate
        for one in configurations
        if one.host == document.name and one.certificate and not one.certificate.problem
    ]
    soonest = min((days_left(one, header) for one in held), default=None)
    how = f"HTTP {seen.status}" if seen.status else str(seen.outcome)
    how = f"{how}, {seen.refusal}" if seen.refusal else how
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
    return found.showing(asked=document.url, detail=seen.detail)


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
        CERTIFICATES,
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
    elif document.by.outcome is not Outcome.ANSWERED or document.by.status != 200:  # noqa: PLR2004
        yield unread(document, subject)
    elif document.by.refusal:
        yield failed(
            f"refused-{document.by.refusal}", subject, _REFUSED[document.by.refusal]
        ).showing(asked=document.url, detail=document.by.detail)
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
