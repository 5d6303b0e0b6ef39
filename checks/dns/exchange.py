"""Where mail for a domain goes, and whether DANE protects the way."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import (
    DOMAINS_PORTAL,
    RECORDS_PAGE,
    Expected,
    asked,
    mail_unknown,
    observed,
    publish,
    tenant_records,
    undetermined,
    uses_mail,
)
from scanner.api import (
    Cloud,
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
    passed,
    step,
    warned,
)
from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.evidence.dns_clouds import CLOUDS, below, foreign_cloud, owners_of
from scanner.evidence.dns_domain import ApexRecords, DnsDomain
from scanner.evidence.dns_mail import DaneFacts
from scanner.evidence.tenant import DomainRecords


@check(
    id="dns.mx-points-to-cloud",
    title="Mail goes to the expected host of this cloud and domain",
    action="Point the MX record to the expected mail host",
    why="The MX record decides where every message for the domain goes. The host of another cloud or"
    " of another domain's tenant refuses or loses mail, and a target that is an address, an alias or"
    " gone breaks delivery for some senders at least.",
    fix=[
        step(
            "Before a move, lower the TTL one old TTL ahead, and extend an MTA-STS policy first"
            " where there is one."
        ),
        step("Publish exactly one MX record, as the tenant lists it.", portal=DOMAINS_PORTAL),
    ],
    verify="An MX query for the domain answers with the expected host alone, at each authoritative"
    " server and at a public resolver.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G11", "E2"],
    blocks=["moving inbound mail"],
    documents=[
        RECORDS_PAGE,
        "https://www.rfc-editor.org/rfc/rfc5321",
        "https://www.rfc-editor.org/rfc/rfc7505",
    ],
    settle_after="1 h",
)
def mx_points_to_cloud(
    apex: ApexRecords, records: DomainRecords | None, header: Header
) -> Iterator[Finding]:
    """Judge the MX set of one domain."""
    about, exchange = apex.about, apex.of(apex.domain, "MX")
    wanted = expected_host(about, records, header.cloud)
    finding = _mx(apex, exchange, wanted, uses_mail(apex), header.cloud)
    finding = finding.showing(observed=observed(exchange), asked=asked(exchange))
    if wanted and not about.parked:
        finding = finding.showing(expected=f"MX 0 {wanted.value}", source=wanted.source)
        if finding.status in ("fail", "warn"):
            finding = finding.fixed_by(
                publish(about.domain, "MX", f"0 {wanted.value}.", wanted.ttl)
            )
    yield finding


def expected_host(about: DnsDomain, records: DomainRecords | None, cloud: Cloud) -> Expected | None:
    """The MX host: the tenant's where it lists one, else derived; None where that is impossible."""
    for one in tenant_records(records, "MX"):
        if one.owner.casefold() == about.domain:
            return Expected((one.value.casefold().rstrip("."),), "tenant", one.ttl or 3600)
    if cloud in (Cloud.WORLDWIDE, Cloud.CHINA):
        token = about.domain.replace(".", "-")
        return Expected((f"{token}.{CLOUDS[cloud].mail_suffixes[0]}",), "table")
    return None  # the US government clouds use the tenant's name, which only the tenant knows


def _mx(
    apex: ApexRecords,
    exchange: Lookup,
    wanted: Expected | None,
    mail: bool | None,
    cloud: Cloud,
) -> Finding:
    subject = apex.about.subject
    if not exchange.known:
        return undetermined(subject, exchange)
    if apex.about.parked:
        return not_applicable(
            "parked", subject, "The domain is parked; dns.parked-protected judges it."
        )
    if mail is False:
        return not_applicable("no-mail", subject, "The domain has no mail in the tenant.")
    if mail is None and exchange.absent:
        return mail_unknown(subject)
    return (
        _absence(apex, exchange)
        or _faults(apex, exchange, wanted, cloud)
        or _order(apex, exchange, wanted, cloud)
    )


def _absence(apex: ApexRecords, exchange: Lookup) -> Finding | None:
    subject = apex.about.subject
    if exchange.absent:
        return failed("absent", subject, "There is no MX record.")
    if "." in exchange.values:
        return failed(
            "null-mx-with-mail",
            subject,
            "The null MX says that the domain takes no mail, but it has mail in the tenant.",
        )
    return None


def _faults(
    apex: ApexRecords, exchange: Lookup, wanted: Expected | None, cloud: Cloud
) -> Finding | None:
    """The first fault of any target; then what could not be determined."""
    found = [fault for record in exchange.records if (fault := _fault(apex, record, wanted, cloud))]
    if found:
        return found[0]
    silent = next((one for one in exchange.values if apex.resolves(one) is None), None)
    if silent:
        return undetermined(apex.about.subject, apex.of(silent, "A"))
    return None


def _fault(
    apex: ApexRecords, record: Record, wanted: Expected | None, cloud: Cloud
) -> Finding | None:
    subject, target = apex.about.subject, record.value
    if target.replace(".", "").isdigit():
        return failed(
            "address-as-host",
            subject,
            "An MX record holds the address {target} where a host name belongs.",
            target=target,
        )
    if apex.of(target, "CNAME").present:
        return failed(
            "alias-as-host", subject, "The mail host {target} is an alias.", target=target
        )
    if apex.resolves(target) is False:
        if below(target, apex.domain) and owners_of(target.removesuffix(f".{apex.domain}")):
            return failed(
                "final-dot-missing",
                subject,
                "The mail host {target} does not exist; the final dot is missing in the zone file.",
                target=target,
            )
        return failed(
            "host-missing", subject, "The mail host {target} does not exist.", target=target
        )
    other = foreign_cloud(target, cloud)
    if other:
        return failed(
            "other-cloud",
            subject,
            "The mail host {target} belongs to the cloud {cloud}.",
            target=target,
            cloud=other,
        )
    if wanted and wanted.said_by == "tenant" and _of_mail(target, cloud):
        return _other_token(apex, target, wanted.value)
    return None


def _of_mail(target: str, cloud: Cloud) -> bool:
    return any(below(target, suffix) for suffix in CLOUDS[cloud].mail_suffixes)


def _other_token(apex: ApexRecords, target: str, wanted: str) -> Finding | None:
    """A host of our cloud that is not the expected one belongs to another domain's mail."""
    if target == wanted or (below(wanted, "mx.microsoft") and _old_form(apex, target)):
        return None
    return failed(
        "other-domain",
        apex.about.subject,
        "The mail host {target} belongs to another domain of Exchange Online; this one has {wanted}.",
        target=target,
        wanted=wanted,
    )


def _old_form(apex: ApexRecords, target: str) -> bool:
    token = target.partition(".")[0]
    return below(target, "mail.protection.outlook.com") and token.startswith(
        apex.domain.replace(".", "-")
    )


def _order(apex: ApexRecords, exchange: Lookup, wanted: Expected | None, cloud: Cloud) -> Finding:
    """All targets exist and none is wrong by itself: which is first, and what stands beside it."""
    subject = apex.about.subject
    ranked = sorted(exchange.records, key=lambda one: one.priority or 0)
    first, hosts = ranked[0].value, exchange.values
    if wanted is None or (wanted.said_by == "table" and wanted.value not in hosts):
        return _derived(apex, first, hosts, cloud)
    if wanted.value == first:
        if len(hosts) == 1:
            return passed("right", subject, "Mail goes to {target}.", target=first)
        return warned(
            "others-behind",
            subject,
            "Mail goes to {target} first, and other hosts stand behind it.",
            target=first,
        )
    if wanted.value in hosts:
        return warned(
            "not-first",
            subject,
            "Mail goes to {target} first; the expected host stands behind it.",
            target=first,
        )
    if _of_mail(first, cloud):
        return warned(
            "old-form",
            subject,
            "Mail goes to {target}, the older form of the host that the tenant lists now.",
            target=first,
        )
    return _elsewhere(apex, first)


def _elsewhere(apex: ApexRecords, first: str) -> Finding:
    return warned(
        "other-host",
        apex.about.subject,
        "Mail goes to {target}, which is not Exchange Online; a filter or mail hybrid is a legal"
        " design, and connectors and SPF need a look.",
        target=first,
    )


def _derived(apex: ApexRecords, first: str, hosts: tuple[str, ...], cloud: Cloud) -> Finding:
    """Without the tenant's list: the suffix is known, the token is only likely."""
    mine = [one for one in hosts if _of_mail(one, cloud)]
    if not mine:
        return _elsewhere(apex, first)
    token = apex.domain.replace(".", "-")
    if len(hosts) == 1 and first.startswith(f"{token}."):
        return passed("right", apex.about.subject, "Mail goes to {target}.", target=first)
    return warned(
        "token-unconfirmed",
        apex.about.subject,
        "Mail goes to {target} of this cloud; that it is this tenant's host only the tenant can tell.",
        target=mine[0],
    )


@check(
    id="dns.mx-dane",
    title="DANE for inbound mail is in place below mx.microsoft",
    action="Complete DANE for inbound mail",
    why="Mail hosts below mx.microsoft publish keys in signed DNS, so that senders can refuse a"
    " forged or unencrypted connection. That works only when the customer's own zone is signed too.",
    fix=[
        step("Sign the zone and publish the DS record at the registrar."),
        step(
            "Switch DNSSEC and then inbound DANE on for the domain.",
            command="Get-DnssecStatusForVerifiedDomain -DomainName <domain>\n"
            "Enable-DnssecForVerifiedDomain -DomainName <domain>\n"
            "Enable-SmtpDaneInbound -DomainName <domain>",
        ),
    ],
    verify="A validating resolver marks MX and TLSA as authentic.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=["G11", "E4"],
    blocks=["inbound SMTP DANE"],
    documents=[
        "https://learn.microsoft.com/purview/how-smtp-dane-works",
        "https://www.rfc-editor.org/rfc/rfc7672",
    ],
)
def mx_dane(facts: DaneFacts) -> Iterator[Finding]:
    """Judge the chain from the customer's zone to the keys of the mail hosts."""
    subject, exchange = facts.about.subject, facts.of(facts.domain, "MX")
    keys = [facts.of(f"_25._tcp.{host}", "TLSA") for host in facts.hosts]
    bogus = next((one for one in (exchange, *keys) if one.status is LookupStatus.BOGUS), None)
    if bogus is not None:
        yield failed(
            "bogus",
            subject,
            "{record} fails DNSSEC validation, so senders with DANE refuse to deliver.",
            record=f"{bogus.type} {bogus.name}",
        ).showing(asked=asked(bogus), observed=bogus.detail or "SERVFAIL")
    elif not exchange.known:
        yield undetermined(subject, exchange)
    elif not facts.hosts:
        yield not_applicable(
            "other-host", subject, "No mail host of the domain lies below mx.microsoft."
        )
    else:
        yield _dane(facts, exchange, keys)


def _dane(facts: DaneFacts, exchange: Lookup, keys: list[Lookup]) -> Finding:
    subject, signed = facts.about.subject, facts.of(facts.domain, "DS")
    if signed.absent:
        return warned("unsigned", subject, "The zone is not signed, so DANE protects nothing.").at(
            Severity.INFO
        )
    silent = next((one for one in (signed, *keys) if not one.known), None)
    if silent is not None:
        return undetermined(subject, silent)
    if any(one.absent for one in keys):
        return warned("no-keys", subject, "The mail host publishes no keys for DANE yet.").at(
            Severity.INFO
        )
    if not all("ad" in one.flags for one in (exchange, *keys)):
        return warned(
            "not-authentic",
            subject,
            "The resolver of this run does not mark the records as authentic.",
        ).at(Severity.INFO)
    return passed("in-place", subject, "MX and keys are signed and validate.")
