"""Published hosts: the federation service, listed names, aliases, addresses and who may certify."""

from __future__ import annotations

from collections.abc import Iterator

from checks.dns.asked import VIEWS, asked, observed, remove, undetermined, zone_line
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Scope,
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
from scanner.evidence.addresses import is_private
from scanner.evidence.dns import Lookup, Lookups, LookupStatus
from scanner.evidence.dns_clouds import below
from scanner.evidence.dns_host import HostNames
from scanner.evidence.dns_zone import AliasFacts, CaaFacts

_LONG_TTL = 86400
_MUST_BE_PUBLIC = frozenset({"ndes", "vpn", "app-proxy", "exchange", "autodiscover", "web", "cdp"})


@check(
    id="dns.federation-name",
    title="The federation name has an address record, right in each view",
    action="Publish the federation name as an address record in each view",
    why="Browsers ask for a Kerberos ticket of the name that an alias leads to, not of the name that"
    " was typed. With an alias users are prompted for a password and then refused; and without a"
    " public address nobody outside can sign in at all.",
    fix=[
        step("Outside: an A record to the virtual address of the proxies."),
        step("Inside: an A record to the virtual address of the federation farm."),
    ],
    verify="A and CNAME queries for the name show an address and no alias, outside and inside.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.BLOCKER,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "A3", "E2"],
    blocks=["federated sign-in"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/configure-corporate-dns-for-the-federation-service-and-drs"
    ],
    settle_after="1 h",
)
def federation_name(names: HostNames) -> Iterator[Finding]:
    """Judge one host of the federation service."""
    subject = names.subject
    if not names.federation:
        yield not_applicable("other-host", subject, "This host is not the federation service.")
        return
    outside = names.of(names.name, "A")
    yield _federation(names).showing(
        expected=said("an A record, no CNAME"),
        observed=observed(names.of(names.name, "CNAME"), outside, names.of(names.name, "AAAA")),
        asked=asked(outside),
    )


def _federation(names: HostNames) -> Finding:
    subject, name = names.subject, names.name
    views: list[tuple[str, Lookups]] = [("public", names)]
    if names.inside is not None:
        views.append(("internal", names.inside))
    for view, lookups in views:
        alias = lookups.of(name, "CNAME")
        if alias.present:
            return failed(
                "alias",
                subject,
                "In the {view} view the name is an alias of {target}.",
                view=VIEWS.say(view),
                target=alias.value,
            ).fixed_by(
                step(
                    "Replace the alias by an address record.",
                    command=zone_line(name, "A", "(address of the virtual server)"),
                )
            )
    addresses = names.addresses(name)
    if names.resolves(name) is False:
        return failed("absent", subject, "The name has no address in the public view.")
    if not addresses:
        return undetermined(subject, names.undetermined() or names.of(name, "A"))
    private = [one for one in addresses if is_private(one)]
    if private:
        return failed(
            "private-outside",
            subject,
            "In the public view the name has the private address {address}.",
            address=private[0],
        )
    return _federation_inside(names)


def _federation_inside(names: HostNames) -> Finding:
    subject, name, outside = names.subject, names.name, names.of(names.name, "A")
    if names.inside is not None:
        found = names.inside.resolves(name)
        if found is False:
            return warned("absent-inside", subject, "The name has no address in the internal view.")
        if found is None:
            return undetermined(subject, names.inside.of(name, "A"))
    if outside.authoritative and (outside.ttl or 0) > _LONG_TTL:
        return warned(
            "long-ttl",
            subject,
            "The address may be kept for {ttl} seconds, more than a day; lower it before a move.",
            ttl=outside.ttl or 0,
        )
    return passed("right", subject, "The name has an address record and no alias.")


@check(
    id="dns.listed-names-resolve",
    title="Published names resolve",
    action="Publish the names of the listed hosts",
    why="A host that clients cannot find is down for them, whatever its own state.",
    fix=step("Publish an address record for the name, or remove the host from the configuration."),
    verify="An A or AAAA query for the name finds an address from outside.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G7", "G11", "E2"],
    blocks=["the service behind the name"],
    documents=[
        "https://learn.microsoft.com/entra/identity/app-proxy/application-proxy-configure-custom-domain"
    ],
    settle_after="1 h",
)
def listed_names_resolve(names: HostNames) -> Iterator[Finding]:
    """Judge one listed host."""
    subject, address = names.subject, names.of(names.name, "A")
    if names.federation:
        yield not_applicable(
            "federation", subject, "This is the federation service; dns.federation-name judges it."
        )
        return
    found = names.resolves(names.name)
    if found:
        finding = passed("resolves", subject, "The name resolves.")
    elif found is None:
        finding = undetermined(subject, names.undetermined() or address)
    else:
        finding = failed("absent", subject, "The name has no address.")
    yield finding.showing(observed=observed(address), asked=asked(address))


@check(
    id="dns.public-addresses",
    title="Public names show public addresses only",
    action="Replace private addresses in public DNS",
    why="Nobody outside can reach a private address, so the service behind the name fails for them;"
    " and it tells the world how the internal network is laid out.",
    fix=[
        step("Publish the public address of the host outside."),
        step("Keep the private address in the internal zone only."),
    ],
    verify="A and AAAA queries for the name from outside show public addresses only.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G9", "G11", "E4"],
    blocks=["access from outside"],
    documents=["https://www.rfc-editor.org/rfc/rfc1918"],
    settle_after="1 h",
)
def public_addresses(names: HostNames) -> Iterator[Finding]:
    """Judge one host by its addresses in the public view."""
    subject, addresses = names.subject, names.addresses(names.name)
    private = [one for one in addresses if is_private(one)]
    if names.federation:
        yield not_applicable(
            "federation", subject, "This is the federation service; dns.federation-name judges it."
        )
    elif private and _MUST_BE_PUBLIC.intersection(names.roles):
        yield failed(
            "private",
            subject,
            "The name has to work outside and has the private address {address}.",
            address=private[0],
        ).showing(observed=list(addresses))
    elif private:
        yield warned(
            "private-shown",
            subject,
            "Public DNS shows the private address {address}.",
            address=private[0],
        ).at(Severity.LOW)
    elif addresses:
        yield passed("public", subject, "All addresses are public.")
    elif names.resolves(names.name) is None:
        yield undetermined(subject, names.undetermined() or names.of(names.name, "A"))
    else:
        yield not_applicable("no-address", subject, "The name has no address.")


@check(
    id="dns.caa-allows-issuer",
    title="CAA lets the chosen certification authority issue",
    action="Let the chosen certification authority issue, in CAA",
    why="Certification authorities must refuse to issue where CAA names others only. A renewal then"
    " fails on the day when the old certificate is about to end.",
    fix=step("Add an issue record for the authority, at the name that holds the set."),
    verify="A CAA query at the name, or at the first parent with a set, names the authority.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G11", "G18", "E4"],
    blocks=["buying and renewing certificates"],
    documents=["https://www.rfc-editor.org/rfc/rfc8659"],
    settle_after="1 h",
)
def caa_allows_issuer(facts: CaaFacts, scope: Scope) -> Iterator[Finding]:
    """Judge one name that certificates are bought for."""
    subject = facts.subject
    lookup = facts.effective
    if lookup is None:
        silent = facts.undetermined()
        if silent is not None:
            yield undetermined(subject, silent)
        else:
            yield passed("no-set", subject, "No CAA set on the way up: every authority may issue.")
        return
    yield _caa(facts, lookup, scope.issuers).showing(
        observed=[f"{one.tag} {one.value}" for one in lookup.records],
        asked=asked(lookup),
        expected=list(scope.issuers) or said("the authority that certificates are bought from"),
    )


_KNOWN_TAGS = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail"})
_CRITICAL = 128


def _caa(facts: CaaFacts, lookup: Lookup, issuers: tuple[str, ...]) -> Finding:
    subject = facts.subject
    strange = [
        one.tag
        for one in lookup.records
        if (one.priority or 0) & _CRITICAL and one.tag not in _KNOWN_TAGS
    ]
    if strange:
        return failed(
            "critical-tag",
            subject,
            "The set at {owner} holds the unknown critical tag {tag}, so nobody may issue.",
            owner=lookup.owner,
            tag=strange[0][:40],
        )
    allowed = [
        one.value.partition(";")[0].strip().casefold()
        for one in lookup.records
        if one.tag == "issue"
    ]
    if not allowed:
        return warned(
            "no-issue",
            subject,
            "The set at {owner} restricts no plain certificate.",
            owner=lookup.owner,
        ).at(Severity.LOW)
    if not any(allowed):
        return failed(
            "nobody", subject, "The set at {owner} lets nobody issue.", owner=lookup.owner
        )
    if not issuers:
        return not_assessed(
            "unconfigured-issuer",
            subject,
            "The set at {owner} allows {allowed} only; say in trust.issuers whom certificates are"
            " bought from.",
            owner=lookup.owner,
            allowed=[one for one in allowed if one],
        )
    refused = [one for one in issuers if one.casefold() not in allowed]
    if refused:
        return failed(
            "not-named",
            subject,
            "The set at {owner} does not name {issuer}.",
            owner=lookup.owner,
            issuer=refused[0],
        ).fixed_by(
            step(
                "Add the authority to the set.",
                command=zone_line(lookup.owner, "CAA", f'0 issue "{refused[0]}"'),
            )
        )
    return passed("named", subject, "The set at {owner} names the authority.", owner=lookup.owner)


_CLAIMABLE = (
    "azurewebsites.net",
    "azurefd.net",
    "azureedge.net",
    "blob.core.windows.net",
    "cloudapp.azure.com",
    "cloudapp.net",
    "trafficmanager.net",
    "azurecontainer.io",
    "azure-api.net",
    "usgovcloudapp.net",
    "chinacloudapp.cn",
)
"""Names below these can be taken by anybody with an Azure subscription once they are free."""


@check(
    id="dns.dangling-cname",
    title="No alias leads to a name that somebody else can claim",
    action="Delete the alias that leads nowhere",
    why="An alias to a cloud resource that was deleted waits for the next person who takes that name:"
    " from then on a page of theirs answers below the organisation's own domain, can phish sign-ins"
    " there and read its cookies.",
    fix=step("Delete the alias, or make the resource again."),
    verify="The name is gone, or leads to something that exists.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.HOURS,
    clause=["G9", "G11", "G15"],
    documents=["https://learn.microsoft.com/azure/security/fundamentals/subdomain-takeover"],
    settle_after="1 h",
)
def dangling_cname(facts: AliasFacts) -> Iterator[Finding]:
    """Judge the end of one alias chain. An end without addresses is no end that anybody can take."""
    end = facts.chain[-1] if facts.chain else facts.name
    if facts.end.status is LookupStatus.NXDOMAIN:
        finding = (
            failed(
                "claimable",
                facts.subject,
                "The alias ends at {end}, which does not exist and which anybody can claim.",
                end=end,
            )
            if any(below(end, suffix) for suffix in _CLAIMABLE)
            else warned(
                "dangling",
                facts.subject,
                "The alias ends at {end}, which does not exist.",
                end=end,
            ).at(Severity.LOW)
        )
        yield finding.showing(observed=" > ".join((facts.name, *facts.chain))).fixed_by(
            remove(facts.name, "CNAME", facts.chain[0] if facts.chain else end)
        )
    elif facts.end.known:
        yield passed("leads-somewhere", facts.subject, "The alias ends at {end}.", end=end)
    else:
        yield undetermined(facts.subject, facts.end)


@check(
    id="dns.cname-conflict",
    title="No name holds an alias beside other records",
    action="Keep the alias alone at its name",
    why="An alias must be the only record at its name. With another record beside it resolvers answer"
    " by chance, and strict servers refuse the whole zone.",
    fix=step("Keep the alias where the service asks for one, and delete what stands beside it."),
    verify="Queries of every type for the name answer with the alias alone.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["G11"],
    blocks=["reliability of the name"],
    documents=["https://www.rfc-editor.org/rfc/rfc2181#section-10.1"],
    settle_after="1 h",
)
def cname_conflict(facts: AliasFacts) -> Iterator[Finding]:
    """Judge one owner of an alias."""
    if len(facts.targets) > 1:
        yield failed(
            "two-aliases",
            facts.subject,
            "The name has several aliases: {targets}.",
            targets=list(facts.targets),
        )
    elif facts.beside:
        yield failed(
            "other-records",
            facts.subject,
            "Beside the alias stand records of the types {types}.",
            types=list(facts.beside),
        )
    else:
        yield passed("alone", facts.subject, "The alias stands alone.")
