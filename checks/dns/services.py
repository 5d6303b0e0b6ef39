"""The names that clients of Microsoft 365 look for: one that must go, and those that must lead right."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import (
    DOMAINS_PORTAL,
    RECORDS_PAGE,
    asked,
    expected_at,
    mail_unknown,
    observed,
    phantom,
    publish,
    remove,
    tenant_records,
    undetermined,
    uses_mail,
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
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.dns import Lookup
from scanner.evidence.dns_clouds import CLOUDS, foreign_cloud, owners_of
from scanner.evidence.dns_domain import DnsDomain, ServiceNames, WildcardProbe
from scanner.evidence.tenant import DomainRecords


@check(
    id="dns.msoid-absent",
    title="The old msoid alias is gone, or right where the cloud needs it",
    action="Delete the old msoid record",
    why="Set-up lists of 2012 to 2015 asked for this alias. Today it sends Microsoft 365 Apps to a"
    " wrong endpoint for sign-in and activation. Only in the cloud run by 21Vianet it is needed:"
    " without it clients there go to an endpoint in the United States.",
    fix=[
        step("Delete the record at msoid below the domain.", portal=DOMAINS_PORTAL),
        step(
            "Where the answer comes from a wildcard: remove the wildcard, or publish a TXT record at"
            " msoid, so that the wildcard no longer covers the name."
        ),
    ],
    verify="CNAME and A queries for msoid below the domain answer that there is no such record.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G11", "G15", "E2"],
    blocks=["activation of Microsoft 365 Apps", "sign-in to Microsoft 365 Apps"],
    documents=[RECORDS_PAGE],
    settle_after="1 h",
)
def msoid_absent(
    names: ServiceNames, wildcard: WildcardProbe | None, header: Header
) -> Iterator[Finding]:
    """Judge the name in one domain."""
    owner = f"msoid.{names.domain}"
    alias, address = names.of(owner, "CNAME"), names.of(owner, "A")
    wanted = CLOUDS[header.cloud].msoid
    finding = (
        _msoid_needed(names.about, alias, wanted)
        if wanted
        else _msoid_unwanted(names.about, alias, address, wildcard)
    )
    yield finding.showing(observed=observed(alias, address), asked=asked(alias))


def _msoid_needed(about: DnsDomain, alias: Lookup, wanted: str) -> Finding:
    if not alias.known:
        return undetermined(about.subject, alias)
    if alias.value == wanted:
        return passed("right", about.subject, "msoid leads to {target}.", target=wanted)
    told = (
        failed("other-target", about.subject, "msoid leads to {target}.", target=alias.value)
        if alias.present
        else failed("absent", about.subject, "There is no msoid alias, and this cloud needs it.")
    )
    return told.showing(expected=f"CNAME {wanted}").fixed_by(
        publish(alias.name, "CNAME", f"{wanted}.")
    )


def _msoid_unwanted(
    about: DnsDomain, alias: Lookup, address: Lookup, wildcard: WildcardProbe | None
) -> Finding:
    present = next((one for one in (alias, address) if one.present or one.chain), None)
    if present is not None:
        told = " and ".join(present.values or present.chain)
        if phantom(present, wildcard):
            return failed(
                "from-wildcard",
                about.subject,
                "A wildcard of the zone makes msoid lead to {target}.",
                target=told,
            ).showing(expected=said("no record"))
        return (
            failed("present", about.subject, "msoid leads to {target}.", target=told)
            .showing(expected=said("no record"))
            .fixed_by(remove(present.name, present.type, told))
        )
    silent = next((one for one in (alias, address) if not one.known), None)
    if silent is not None:
        return undetermined(about.subject, silent)
    return passed("absent-as-wanted", about.subject, "There is no msoid record.")


@check(
    id="dns.autodiscover",
    title="Autodiscover leads to the mail service of this cloud",
    action="Point autodiscover to the mail service of this cloud",
    why="Outlook and mobile mail apps find their mailbox through this name. A target of another"
    " cloud, or one that is gone, makes every new profile fail.",
    fix=[
        step(
            "In mail hybrid leave the name on the own Exchange servers until all mailboxes are moved;"
            " otherwise publish the alias.",
            portal=DOMAINS_PORTAL,
        )
    ],
    verify="A CNAME query for autodiscover below the domain answers with the target, outside and"
    " inside.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G11", "E2"],
    blocks=["mail profiles of Outlook and mobile devices"],
    documents=[RECORDS_PAGE],
    settle_after="1 h",
)
def autodiscover(
    names: ServiceNames,
    wildcard: WildcardProbe | None,
    records: DomainRecords | None,
    header: Header,
) -> Iterator[Finding]:
    """Judge the name in one domain."""
    about = names.about
    if about.parked:
        yield not_applicable("parked", about.subject, "The domain is parked and has no mail.")
        return
    mail = uses_mail(names)
    if mail is False:
        yield not_applicable("no-mail", about.subject, "The domain has no mail in the tenant.")
        return
    owner = f"autodiscover.{about.domain}"
    wanted = expected_at(records, owner, "CNAME", CLOUDS[header.cloud].autodiscover)
    alias = names.of(owner, "CNAME")
    finding = _autodiscover(names, alias, wildcard, wanted.value, header)
    if mail is None and finding.status != "fail":
        yield mail_unknown(about.subject)
        return
    finding = finding.showing(
        expected=f"CNAME {wanted.value}",
        observed=observed(alias, names.of(owner, "A"), names.of(owner, "AAAA")),
        asked=asked(alias),
        source=wanted.source,
    )
    if finding.status in ("fail", "warn"):
        finding = finding.fixed_by(publish(owner, "CNAME", f"{wanted.value}.", wanted.ttl))
    yield finding


def _autodiscover(
    names: ServiceNames,
    alias: Lookup,
    wildcard: WildcardProbe | None,
    wanted: str,
    header: Header,
) -> Finding:
    subject, target = names.about.subject, alias.value
    addresses = [names.of(alias.name, one) for one in ("A", "AAAA")]
    direct = [
        one for one in addresses if one.present and not one.chain and not phantom(one, wildcard)
    ]
    if alias.present and not phantom(alias, wildcard):
        if direct:
            return failed(
                "alias-beside-address",
                subject,
                "autodiscover is an alias and holds addresses at the same time.",
            )
        if target == wanted:
            return passed("right", subject, "autodiscover leads to {target}.", target=target)
        other = foreign_cloud(target, header.cloud)
        if other:
            return failed(
                "other-cloud",
                subject,
                "autodiscover leads to {target}, which belongs to the cloud {cloud}.",
                target=target,
                cloud=other,
            ).at(Severity.HIGH)
        resolves = names.resolves(target)
        if resolves is None:
            return undetermined(subject, names.of(target, "A"))
        if not resolves:
            return failed(
                "target-missing",
                subject,
                "autodiscover leads to {target}, which does not exist.",
                target=target,
            )
        return warned(
            "own-host", subject, "autodiscover leads to the own host {target}.", target=target
        )
    if direct:
        told = ", ".join(direct[0].values)
        return warned(
            "own-host", subject, "autodiscover leads to the own host {target}.", target=told
        )
    if not alias.known:
        return undetermined(subject, alias)
    return _no_autodiscover(names)


def _no_autodiscover(names: ServiceNames) -> Finding:
    service = names.of(f"_autodiscover._tcp.{names.domain}", "SRV")
    if service.present:
        return warned(
            "service-only",
            names.about.subject,
            "There is only the service record that leads to {target}; not every client asks for it.",
            target=service.value,
        )
    if not service.known:
        return undetermined(names.about.subject, service)
    return failed("absent", names.about.subject, "There is no autodiscover record at all.")


@check(
    id="dns.sip-federation",
    title="The service record for Teams federation is right",
    action="Publish the service record for Teams federation",
    why="Organisations outside find the federation service of Teams through this record. Without it,"
    " or with a wrong port or target, chats with other organisations fail.",
    fix=step(
        "Publish the service record with priority 100, weight 1 and port 5061.",
        portal=DOMAINS_PORTAL,
    ),
    verify="An SRV query for _sipfederationtls._tcp below the domain answers with 100 1 5061 and the"
    " target.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G11", "E2"],
    blocks=["Teams federation with other organisations"],
    documents=[RECORDS_PAGE],
    settle_after="1 h",
)
def sip_federation(
    names: ServiceNames, records: DomainRecords | None, header: Header
) -> Iterator[Finding]:
    """Judge the record of one domain."""
    about = names.about
    teams = about.has("OfficeCommunicationsOnline")
    service = names.of(f"_sipfederationtls._tcp.{about.domain}", "SRV")
    if about.parked:
        yield not_applicable("parked", about.subject, "The domain is parked.")
    elif teams is False:
        yield not_applicable("no-teams", about.subject, "Teams is not on the domain.")
    elif teams is None and not service.present:
        yield (
            not_assessed(
                "unconfigured-teams",
                about.subject,
                "Whether Teams is on the domain is not known: the tenant was not read, and there is"
                " no record.",
            )
            if service.known
            else undetermined(about.subject, service)
        )
    else:
        yield _sip(names, service, records, header)


def _sip(
    names: ServiceNames, service: Lookup, records: DomainRecords | None, header: Header
) -> Finding:
    listed = [one for one in tenant_records(records, "SRV") if "_sipfederationtls" in one.owner]
    wanted = listed[0].value.casefold() if listed else CLOUDS[header.cloud].sip
    finding = _sip_verdict(names, service, wanted, header)
    finding = finding.showing(
        expected=f"SRV 100 1 5061 {wanted}", observed=observed(service), asked=asked(service)
    )
    if finding.status in ("fail", "warn"):
        finding = finding.fixed_by(publish(service.name, "SRV", f"100 1 5061 {wanted}."))
    return finding


def _sip_verdict(names: ServiceNames, service: Lookup, wanted: str, header: Header) -> Finding:
    subject = names.about.subject
    if not service.known:
        return undetermined(subject, service)
    if service.absent:
        return warned("absent", subject, "There is no service record for Teams federation.").at(
            Severity.LOW
        )
    record = service.records[0]
    other = foreign_cloud(record.value, header.cloud)
    if other:
        return failed(
            "other-cloud",
            subject,
            "The service record leads to {target}, which belongs to the cloud {cloud}.",
            target=record.value,
            cloud=other,
        )
    if record.value != wanted:
        return failed(
            "other-target",
            subject,
            "The service record leads to {target} instead of {wanted}.",
            target=record.value,
            wanted=wanted,
        )
    if record.port != 5061:  # noqa: PLR2004 - the port of SIP over TLS
        return failed(
            "other-port",
            subject,
            "The service record names port {port} instead of 5061.",
            port=record.port or 0,
        )
    if (record.priority, record.weight) != (100, 1):
        return warned(
            "other-weight",
            subject,
            "The service record has priority {priority} and weight {weight} instead of 100 and 1.",
            priority=record.priority or 0,
            weight=record.weight or 0,
        )
    return passed("right", subject, "The service record leads to {target}.", target=record.value)


_LEGACY = (("sip", "CNAME"), ("lyncdiscover", "CNAME"), ("_sip._tls", "SRV"))


@check(
    id="dns.legacy-skype-retired",
    title="Old Skype for Business records are gone, or still lead somewhere",
    action="Delete the old Skype for Business records",
    why="Skype for Business Online was retired in 2021. Its records serve nobody, and where their"
    " targets are gone they only slow clients down and hide real faults.",
    fix=step("Delete the records that are listed with the finding.", portal=DOMAINS_PORTAL),
    verify="Queries for sip, lyncdiscover and _sip._tls below the domain find nothing.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["G15"],
    documents=[RECORDS_PAGE],
)
def legacy_skype_retired(names: ServiceNames, wildcard: WildcardProbe | None) -> Iterator[Finding]:
    """Judge the three old names of one domain together."""
    subject = names.about.subject
    lookups = [names.of(f"{label}.{names.domain}", rdtype) for label, rdtype in _LEGACY]
    present = [one for one in lookups if one.present and not phantom(one, wildcard)]
    dead = [one for one in present if names.resolves(one.value) is False]
    own = [one for one in present if not owners_of(one.value)]
    silent = next((one for one in lookups if not one.known), None)
    if dead or own:
        left = dead or own
        finding = warned(
            "left-over",
            subject,
            "These old names lead to hosts that are gone or are not the cloud's: {names}.",
            names=[one.name for one in left],
        ).showing(observed=observed(*left), expected=said("no record"))
        yield finding.fixed_by(*(remove(one.name, one.type, one.value) for one in left))
    elif silent is not None:
        yield undetermined(subject, silent)
    elif present:
        yield passed(
            "still-lead", subject, "The old records are there and still lead to the cloud."
        )
    else:
        yield passed("gone", subject, "There are no old Skype for Business records.")
