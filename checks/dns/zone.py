"""The zone: its servers, its signatures, and records that break or blur it."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import STATUSES, asked, observed, remove, undetermined
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Phase,
    Said,
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
from scanner.evidence.dns import Lookup, LookupStatus
from scanner.evidence.dns_domain import ApexRecords, ServiceNames, WildcardProbe
from scanner.evidence.dns_zone import Delegation, DnssecFacts, NameServer

_DNSSEC_RFC = "https://www.rfc-editor.org/rfc/rfc4033"
_SILENT = frozenset({LookupStatus.TIMEOUT, LookupStatus.UNREACHABLE})
_DISCOVERY = ("msoid", "autodiscover", "enterpriseenrollment", "enterpriseregistration")
_UDP = 1232
_DAY = 86400


@check(
    id="dns.dnssec",
    title="The zone is signed and validates, or is cleanly unsigned",
    action="Repair or complete the DNSSEC signing of the zone",
    why="A zone whose signatures do not validate vanishes for everybody whose resolver checks them:"
    " no record of the domain can be found there, while it looks fine elsewhere.",
    fix=[
        step(
            "Where validation fails: sign the zone again, or correct or remove the DS record at the"
            " registrar, at once.",
            command="Resolve-DnsName <domain> -Type DS -DnssecOk\n"
            "Resolve-DnsName <domain> -Type DNSKEY -DnssecOk",
        ),
        step("Where the zone is unsigned: sign it at the DNS host, then publish its DS record."),
    ],
    verify="A validating resolver answers for the domain and marks the answer as authentic.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.BLOCKER,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E4"],
    blocks=["everything on the domain"],
    documents=[_DNSSEC_RFC, "https://www.rfc-editor.org/rfc/rfc8914"],
    settle_after="1 day",
)
def dnssec(facts: DnssecFacts) -> Iterator[Finding]:
    """Judge what a validating resolver says of one zone."""
    name = facts.domain
    signed, keys, zone = (facts.of(name, one) for one in ("DS", "DNSKEY", "SOA"))
    yield _dnssec(facts, signed, keys, zone).showing(
        asked=asked(zone),
        observed=said(
            "DS: {ds}, DNSKEY: {keys}, SOA: {zone}",
            ds=STATUSES.say(signed.status),
            keys=STATUSES.say(keys.status),
            zone=STATUSES.say(zone.status),
        ),
    )


def _dnssec(facts: DnssecFacts, signed: Lookup, keys: Lookup, zone: Lookup) -> Finding:
    subject = facts.about.subject
    bogus = next((one for one in (zone, keys) if one.status is LookupStatus.BOGUS), None)
    if bogus is not None:
        return failed(
            "bogus",
            subject,
            "The zone does not validate: {server} answers only with checking switched off. {why}",
            server=bogus.server,
            why=Said.of(bogus.detail),
        )
    if not signed.known:
        return undetermined(subject, signed)
    if signed.present and keys.absent:
        return failed(
            "no-keys",
            subject,
            "The parent holds a DS record, and the zone holds no key: it cannot validate anywhere.",
        )
    if signed.absent:
        if keys.present:
            return warned(
                "chain-open",
                subject,
                "The zone is signed, and no DS record at the registrar closes the chain.",
            ).at(Severity.INFO)
        return warned("unsigned", subject, "The zone is not signed.").at(Severity.INFO)
    if not zone.known:
        return undetermined(subject, zone)
    if "ad" in zone.flags:
        return passed("validates", subject, "The zone is signed and validates.")
    return not_assessed(
        "unsupported-resolver",
        subject,
        "The zone is signed, and {server} neither validates nor refuses; ask a validating resolver.",
        server=zone.server,
    )


@check(
    id="dns.delegation",
    title="All name servers of the zone answer with the same zone",
    action="Repair the name servers of the zone",
    why="Resolvers ask any of the listed servers. One that does not answer, or answers with an older"
    " zone, makes every later change of a record work for some users and not for others.",
    fix=[
        step(
            "Repair the server that is named here, or remove it at the registrar and in the zone."
        ),
        step("Bring the NS records at the registrar and in the zone into line."),
    ],
    verify="An SOA query at every address of every name server answers with the same serial.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E2"],
    blocks=["reliability of every record change"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc1034",
        "https://www.rfc-editor.org/rfc/rfc2182",
    ],
    settle_after="2 days",
)
def delegation(facts: Delegation) -> Iterator[Finding]:
    """Judge the servers of one zone."""
    own = facts.of(facts.domain, "NS")
    table = Affected(("server", "address", "outcome", "serial"), spoken=("outcome",))
    for server in facts.servers:
        for soa in server.soa:
            serial = str(soa.records[0].serial) if soa.records else ""
            table.add(server.name, soa.server, str(soa.status), serial)
    finding = _delegation(facts, own).showing(observed=observed(own), asked=asked(own))
    yield finding.affecting(table) if finding.status in ("fail", "warn") and len(table) else finding


def _delegation(facts: Delegation, own: Lookup) -> Finding:
    subject = facts.about.subject
    if not own.known:
        return undetermined(subject, own)
    if own.absent or own.chain:
        return failed("no-servers", subject, "The zone lists no name servers at its apex.")
    missing = [one.name for one in facts.servers if one.resolved is False]
    if missing:
        return failed(
            "server-name-missing", subject, "Name servers do not resolve: {names}.", names=missing
        )
    answers = [(server, soa) for server in facts.servers for soa in server.soa]
    good = [soa for _, soa in answers if _speaks(soa)]
    lame = [(server, soa) for server, soa in answers if _is_lame(soa)]
    if lame and not good and all("ra" in soa.flags for _, soa in lame):
        return not_assessed(
            "unreachable-intercepted",
            subject,
            "A resolver answers in place of every name server: outbound DNS is intercepted here, or"
            " the listed servers are no authorities.",
        )
    if lame:
        return failed(
            "lame-server",
            subject,
            "{server} ({address}) does not serve the zone: it answers {outcome}.",
            server=lame[0][0].name,
            address=lame[0][1].server,
            outcome=_outcome(lame[0][1]),
        )
    return _silence(facts, answers, good) or _agreement(facts, own, good)


def _speaks(soa: Lookup) -> bool:
    return soa.present and soa.authoritative


def _is_lame(soa: Lookup) -> bool:
    if soa.status in _SILENT:
        return False
    return not _speaks(soa)


def _outcome(soa: Lookup) -> str:
    if soa.known and not soa.authoritative:
        return said("without authority")
    return STATUSES.say(soa.status)


def _silence(
    facts: Delegation, answers: list[tuple[NameServer, Lookup]], good: list[Lookup]
) -> Finding | None:
    """A silent server is a fault only where another one answered from the same place."""
    subject = facts.about.subject
    if not good:
        if not answers:
            return not_assessed(
                "timeout-no-address", subject, "No address of a name server is known."
            )
        return not_assessed(
            "timeout-all-silent",
            subject,
            "No name server answers from here; outbound DNS may be blocked.",
        )
    six_answers = any(":" in one.server.rpartition(":")[0] for one in good)
    quiet = [
        (server, soa)
        for server, soa in answers
        if soa.status in _SILENT and (six_answers or ":" not in soa.server.rpartition(":")[0])
    ]
    if not quiet:
        return None
    return failed(
        "silent-server",
        subject,
        "{server} ({address}) does not answer over UDP or TCP, while other servers do.",
        server=quiet[0][0].name,
        address=quiet[0][1].server,
    )


def _agreement(facts: Delegation, own: Lookup, good: list[Lookup]) -> Finding:
    subject = facts.about.subject
    serials = sorted({record.serial for soa in good for record in soa.records if record.serial})
    if len(serials) > 1:
        return warned(
            "serials-differ",
            subject,
            "The servers hold different versions of the zone: {serials}.",
            serials=[str(one) for one in serials],
        )
    if facts.parent is not None and set(facts.parent.values) != set(own.values):
        return warned(
            "parent-differs",
            subject,
            "The registrar lists {parent}, the zone lists {child}.",
            parent=sorted(facts.parent.values),
            child=sorted(own.values),
        )
    if len(own.values) < 2:  # noqa: PLR2004 - one to fail, one to go on
        return warned("one-server", subject, "The zone has only one name server.")
    if any(server.alias for server in facts.servers):
        return warned("server-is-alias", subject, "A name server is an alias.")
    unresolved = [one.name for one in facts.servers if one.resolved is None]
    if unresolved:
        return not_assessed(
            "timeout-server-names",
            subject,
            "The addresses of these name servers could not be looked up: {names}.",
            names=unresolved,
        )
    return passed(
        "in-agreement",
        subject,
        "All {count} addresses of the name servers answer with the same zone.",
        count=len(good),
    )


@check(
    id="dns.apex-cname",
    title="The zone apex carries no alias",
    action="Remove the alias from the apex of the zone",
    why="An alias must stand alone, and the apex always holds SOA and NS. Strict servers refuse such a"
    " zone as a whole; lenient ones make mail, SPF and verification records unreliable.",
    fix=step(
        "Replace the alias by address records, or by the flattening record of the DNS host (ALIAS,"
        " ANAME)."
    ),
    verify="A CNAME query for the domain finds nothing.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G11"],
    blocks=["mail, SPF and verification at the domain"],
    documents=["https://www.rfc-editor.org/rfc/rfc2181#section-10.1"],
    settle_after="1 h",
)
def apex_cname(apex: ApexRecords) -> Iterator[Finding]:
    """Judge the apex of one domain."""
    alias = apex.of(apex.domain, "CNAME")
    subject = apex.about.subject
    if alias.present:
        finding = failed(
            "alias", subject, "The domain itself is an alias of {target}.", target=alias.value
        ).fixed_by(remove(alias.name, "CNAME", alias.value))
    elif alias.absent:
        finding = passed("none", subject, "The domain itself is no alias.")
    else:
        finding = undetermined(subject, alias)
    yield finding.showing(observed=observed(alias), asked=asked(alias))


@check(
    id="dns.wildcard",
    title="No wildcard answers for names that do not exist",
    action="Replace the wildcard by the names that are meant",
    why="A wildcard answers for every name, also for those that clients and scanners probe to learn"
    " whether a service is there. They then talk to a host that knows nothing of it.",
    fix=step("Publish the names that are in use one by one, and remove the wildcard."),
    verify="A query for a made-up name below the domain answers that there is no such name.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["G11"],
    documents=["https://www.rfc-editor.org/rfc/rfc4592"],
    settle_after="1 h",
)
def wildcard(probe: WildcardProbe, names: ServiceNames | None) -> Iterator[Finding]:
    """Judge one domain."""
    subject = probe.about.subject
    present = [one for one in probe.found if one.present or one.chain]
    silent = next((one for one in probe.found if not one.known), None)
    if present:
        finding = warned(
            "answers",
            subject,
            "A made-up name has records of the types {types}.",
            types=[one.type for one in present],
        ).showing(observed=observed(*present))
        hit = _swallowed(probe, names)
        if hit:
            finding = finding.at(Severity.MEDIUM).showing(swallows=hit)
        yield finding
    elif silent is not None:
        yield undetermined(subject, silent)
    else:
        yield passed("none", subject, "A made-up name does not exist.")


def _swallowed(probe: WildcardProbe, names: ServiceNames | None) -> list[str]:
    """The discovery names that exist only by the wildcard."""
    if names is None:
        return []
    found = []
    for label in _DISCOVERY:
        for rdtype in ("CNAME", "A"):
            lookup = names.of(f"{label}.{names.domain}", rdtype)
            random = probe.of(f"{probe.label}.{probe.domain}", rdtype)
            if lookup.present and random.present and lookup.values == random.values:
                found.append(label)
                break
    return found


@check(
    id="dns.ipv6",
    title="Where the domain has an IPv4 address it has an IPv6 address",
    action="Publish an IPv6 address where the host serves IPv6",
    why="The services of Entra ID and Exchange Online are reachable over both protocols, and clients"
    " in IPv6-only networks reach an IPv4-only host through translation at best.",
    fix=step("Publish an AAAA record where the host serves IPv6."),
    verify="An AAAA query for the domain finds an address.",
    topic=Topic.NETWORK,
    severity=Severity.INFO,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=["G11"],
    documents=["https://learn.microsoft.com/microsoft-365/enterprise/ipv6-support"],
    settle_after="1 h",
)
def ipv6(apex: ApexRecords) -> Iterator[Finding]:
    """Judge the apex of one domain."""
    subject = apex.about.subject
    four, six = apex.of(apex.domain, "A"), apex.of(apex.domain, "AAAA")
    if six.present:
        yield passed("both", subject, "The domain has an IPv6 address.")
    elif not four.known or not six.known:
        yield undetermined(subject, four if not four.known else six)
    elif four.present:
        yield warned("four-only", subject, "The domain has an IPv4 address and no IPv6 address.")
    else:
        yield not_applicable("no-address", subject, "The domain itself has no address.")


@check(
    id="dns.apex-txt-size",
    title="The text records of the domain fit a reply, or TCP works",
    action="Remove stale text records from the domain",
    why="Services leave verification texts behind for years. When all of them together no longer fit"
    " a UDP reply, SPF and verification are found only where DNS over TCP works, and it is often"
    " blocked.",
    fix=[
        step("Remove the verification texts of services that are no longer used."),
        step("Let DNS over TCP, port 53, through to the name servers."),
    ],
    verify="The reply for TXT at the domain is 1232 octets or smaller.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["G11"],
    blocks=["SPF and domain verification"],
    documents=["https://www.rfc-editor.org/rfc/rfc7766"],
    settle_after="1 h",
)
def apex_txt_size(apex: ApexRecords) -> Iterator[Finding]:
    """Judge the TXT set of one domain."""
    subject, texts = apex.about.subject, apex.of(apex.domain, "TXT")
    if texts.status is LookupStatus.TRUNCATED:
        yield failed(
            "too-large-without-tcp",
            subject,
            "The text records do not fit a UDP reply, and TCP to {server} does not work.",
            server=texts.server,
        )
    elif not texts.known:
        yield undetermined(subject, texts)
    elif texts.size > _UDP:
        yield warned(
            "needs-tcp",
            subject,
            "The reply with the text records has {size} octets, above 1232, and needs TCP.",
            size=texts.size,
        ).showing(records=len(texts.records))
    else:
        yield passed("fits", subject, "The reply has {size} octets.", size=texts.size)


@check(
    id="dns.ttl-change-ready",
    title="Records that will change can be changed within a day",
    action="Lower the TTL of records that are about to change",
    why="Resolvers keep a record for its TTL. Until the longest one has run out after a change, some"
    " users still go to the old place.",
    fix=step(
        "Lower the TTL to between 300 and 3600 seconds, one old TTL ahead of the change; raise it"
        " again afterwards."
    ),
    verify="The TTL at each authoritative server is 86400 seconds or less.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G11", "E2"],
    blocks=["length of a cut-over"],
    documents=["https://www.rfc-editor.org/rfc/rfc2181#section-5.2"],
    settle_after="1 day",
)
def ttl_change_ready(apex: ApexRecords, names: ServiceNames) -> Iterator[Finding]:
    """Judge MX and discovery names of one domain, by answers of authoritative servers only."""
    subject, name = apex.about.subject, apex.domain
    records = [apex.of(name, "MX")]
    records += [names.of(f"{label}.{name}", "CNAME") for label in _DISCOVERY[1:]]
    spoken = [one for one in records if one.present and one.authoritative]
    slow = [one for one in spoken if (one.ttl or 0) > _DAY]
    if slow:
        yield warned(
            "too-long",
            subject,
            "These records may be kept for more than a day: {records}.",
            records=[f"{one.type} {one.name} ({one.ttl} s)" for one in slow],
        )
    elif spoken:
        yield passed("short-enough", subject, "All records can be changed within a day.")
    elif any(one.present for one in records):
        yield not_assessed(
            "unsupported-recursive",
            subject,
            "The resolver counts TTLs down, so the published ones are not known.",
        )
    else:
        yield not_applicable("nothing-to-change", subject, "There is no such record yet.")
