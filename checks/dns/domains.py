"""The domains themselves: proven to the tenant, and holding what the tenant asks for."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import (
    DOMAINS_PORTAL,
    TTL,
    asked,
    observed,
    publish,
    quoted,
    undetermined,
)
from scanner.api import (
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Severity,
    Step,
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
from scanner.evidence.dns import Lookup
from scanner.evidence.dns_domain import ApexRecords, DnsDomain, TenantRecordLookups
from scanner.evidence.tenant import DomainRecords, ExpectedRecord

_VERIFY_PAGE = "https://learn.microsoft.com/graph/api/domain-list-verificationdnsrecords"


@check(
    id="dns.domain-verified",
    title="Every custom domain in use is verified in the tenant",
    action="Verify the domain in the tenant",
    why="Users whose sign-in name ends in an unverified domain are synchronised with a name below"
    " the initial domain instead: they sign in with a name that they do not know. An unverified"
    " domain cannot be federated either.",
    fix=[
        step(
            "Add the domain to the tenant where it is missing, and read the text that proves the"
            " ownership.",
            command="Get-MgDomain -DomainId <domain>\n"
            "Get-MgDomainVerificationDnsRecord -DomainId <domain>",
            portal="Entra admin center > Settings > Domain names > (domain)",
        ),
        step(
            "Publish the text at the domain itself, and verify it when it shows up.",
            command="Resolve-DnsName <domain> -Type TXT -DnsOnly\n"
            "Confirm-MgDomain -DomainId <domain>",
        ),
    ],
    verify="The tenant shows the domain as verified.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.BLOCKER,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["I1", "A3", "E3"],
    blocks=["directory synchronisation", "federation", "sign-in names of this suffix"],
    documents=[
        "https://learn.microsoft.com/graph/api/resources/domain",
        _VERIFY_PAGE,
        "https://learn.microsoft.com/entra/fundamentals/add-custom-domain",
    ],
    settle_after="72 h",
)
def domain_verified(
    about: DnsDomain, apex: ApexRecords | None, records: DomainRecords | None
) -> Iterator[Finding]:
    """Judge one domain: the tenant's word first, the public record where it cannot be read."""
    subject = about.subject
    if about.initial:
        yield not_applicable("initial", subject, "This is a domain that Microsoft itself serves.")
    elif not about.routable:
        yield not_applicable(
            "not-public",
            subject,
            "Such a name cannot exist in public DNS, so nobody can verify it.",
        )
    elif about.verified:
        yield passed("verified", subject, "The tenant shows the domain as verified.")
    elif about.tenant_read and about.verified is None:
        yield _absent_in_tenant(about)
    else:
        yield _unverified(about, apex, records)


def _absent_in_tenant(about: DnsDomain) -> Finding:
    if not about.in_use or about.parked:
        return not_applicable(
            "not-in-tenant",
            about.subject,
            "The tenant does not have this domain, and nobody uses it.",
        )
    return failed(
        "not-in-tenant-in-use",
        about.subject,
        "The tenant does not have this domain at all, and it is in use here.",
    ).showing(
        expected=said("a verified domain of the tenant"),
        observed=said("not a domain of the tenant"),
    )


def _unverified(
    about: DnsDomain, apex: ApexRecords | None, records: DomainRecords | None
) -> Finding:
    subject = about.subject
    proofs = [one for one in (records.verification if records else ()) if one.type == "TXT"]
    texts = apex.of(about.domain, "TXT") if apex else None
    state_known = about.verified is False
    if state_known and not about.in_use:
        return warned(
            "unverified-unused",
            subject,
            "The domain is not verified; nobody signs in with it, so verify or remove it.",
        )
    if texts is None or not proofs:
        return _without_proof(about, state_known=state_known)
    proof = proofs[0].value
    if _published(apex, about, records):
        if state_known:
            return warned(
                "published-unverified",
                subject,
                "The verification record is published, but the domain is not verified yet.",
            ).showing(observed=proof, asked=asked(texts))
        return passed("published", subject, "The verification record is published.")
    if not texts.known:
        return undetermined(subject, texts)
    if not state_known:
        return not_assessed(
            "unconfigured-state",
            subject,
            "The verification record is not published; whether the domain was verified before"
            " cannot be seen without reading the tenant.",
        )
    return _unpublished(about, apex, proof)


def _without_proof(about: DnsDomain, *, state_known: bool) -> Finding:
    if state_known:
        return failed(
            "unverified",
            about.subject,
            "The domain is not verified, and users are to sign in with it.",
        )
    return not_assessed(
        "unconfigured-tenant",
        about.subject,
        "Whether the domain is verified cannot be seen from outside; let the scan read the tenant.",
    )


def _published(apex: ApexRecords | None, about: DnsDomain, records: DomainRecords | None) -> bool:
    if apex is None or records is None:
        return False
    texts = {value.strip() for value in apex.of(about.domain, "TXT").values}
    hosts = set(apex.of(about.domain, "MX").values)
    return any(
        (one.type == "TXT" and one.value in texts)
        or (one.type == "MX" and one.value.casefold().rstrip(".") in hosts)
        for one in records.verification
    )


def _unpublished(about: DnsDomain, apex: ApexRecords | None, proof: str) -> Finding:
    assert apex is not None  # noqa: S101 - the caller looked
    subject, texts = about.subject, apex.of(about.domain, "TXT")
    others = [value for value in texts.values if value.casefold().startswith("ms=")]
    lost = [
        name
        for name in (f"_ms.{about.domain}", f"{about.domain}.{about.domain}")
        if proof in apex.of(name, "TXT").values
    ]
    if lost:
        finding = failed(
            "wrong-owner-name",
            subject,
            "The verification record stands at {name} instead of at the domain itself.",
            name=lost[0],
        )
    elif others:
        finding = failed(
            "other-value",
            subject,
            "The domain holds the verification record {value}, which is not the one of this tenant.",
            value=others[0][:80],
        )
    else:
        finding = failed(
            "unpublished",
            subject,
            "The domain is not verified, and its verification record is not published.",
        )
    return finding.showing(
        expected=f'TXT "{proof}"', observed=observed(texts), asked=asked(texts)
    ).fixed_by(publish(about.domain, "TXT", quoted(proof)))


_OWNED_LABELS = (
    "autodiscover.",
    "enterpriseenrollment.",
    "enterpriseregistration.",
    "msoid.",
    "sip.",
    "lyncdiscover.",
    "_sip._tls.",
    "_sipfederationtls._tcp.",
)
"""Owner names whose records other checks judge."""


def _unowned(record: ExpectedRecord, name: str) -> bool:
    owner = record.owner.casefold().rstrip(".")
    if record.type == "MX" and owner == name:
        return False
    if record.type == "TXT" and "v=spf1" in record.value.casefold():
        return False
    return not owner.startswith(_OWNED_LABELS)


@check(
    id="dns.tenant-service-records-published",
    title="Every record that the tenant asks for is published",
    action="Publish the records that the tenant asks for",
    why="The tenant says itself which records it expects for this domain and cloud. Those that have no"
    " check of their own are compared here, so that none is forgotten.",
    fix=step(
        "Read the records of the domain, and publish those that are missing.",
        command="Get-MgDomainServiceConfigurationRecord -DomainId <domain>",
        portal=DOMAINS_PORTAL,
    ),
    verify="A query for each record answers with the value that the tenant lists.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G11", "E2", "E7"],
    blocks=["services that find themselves by these records"],
    documents=[
        "https://learn.microsoft.com/graph/api/domain-list-serviceconfigurationrecords",
    ],
    requires=["dns.domain-verified"],
    settle_after="1 h",
)
def tenant_service_records_published(
    records: DomainRecords | Missing, lookups: TenantRecordLookups
) -> Iterator[Finding]:
    """Judge the records of one domain that no other check owns."""
    about, subject = lookups.about, lookups.about.subject
    if about.parked:
        yield not_applicable("parked", subject, "The domain is parked.")
    elif about.tenant_read and not about.verified:
        yield not_applicable("unverified", subject, "The domain is not verified in the tenant.")
    elif isinstance(records, Missing):
        yield not_assessed(
            f"{records.reason}-records",
            subject,
            "What the tenant asks for is not known. {detail}",
            detail=records.said,
        )
    else:
        yield _published_all(records, lookups)


def _published_all(records: DomainRecords, lookups: TenantRecordLookups) -> Finding:
    about, subject = lookups.about, lookups.about.subject
    mine = [one for one in records.service if _unowned(one, about.domain)]
    pairs = [(one, lookups.of(one.owner, one.type)) for one in mine]
    wrong = [one for one, found in pairs if found.known and not _holds(found, one)]
    silent = next((found for _, found in pairs if not found.known), None)
    needed = [one for one in wrong if not one.optional]
    if needed:
        return failed(
            "missing", subject, "Records are missing or differ: {records}.", records=_told(needed)
        ).fixed_by(*(_publish(one) for one in needed))
    if silent is not None:
        return undetermined(subject, silent)
    if wrong:
        return warned(
            "optional-missing",
            subject,
            "Optional records are missing or differ: {records}.",
            records=_told(wrong),
        ).fixed_by(*(_publish(one) for one in wrong))
    if records.unavailable:
        return not_assessed(
            "unsupported-records",
            subject,
            "The tenant could not tell {count} of its records.",
            count=records.unavailable,
        )
    return passed(
        "published",
        subject,
        "The tenant asks for {count} records, and those without a check of their own are there.",
        count=len(records.service),
    )


def _holds(found: Lookup, wanted: ExpectedRecord) -> bool:
    value = wanted.value if wanted.type == "TXT" else wanted.value.casefold().rstrip(".")
    return value in found.values


def _told(records: list[ExpectedRecord]) -> list[str]:
    return [f"{one.type} {one.owner}" for one in records]


def _publish(one: ExpectedRecord) -> Step:
    value = quoted(one.value) if one.type == "TXT" else f"{one.value.rstrip('.')}."
    numbers = [str(n) for n in (one.priority, one.weight, one.port) if n is not None]
    return publish(one.owner, one.type, " ".join((*numbers, value)), one.ttl or TTL)
