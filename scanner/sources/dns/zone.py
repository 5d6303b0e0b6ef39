"""Signatures, delegation and CAA: questions that go past the resolver, or climb the tree."""

from __future__ import annotations

import asyncio

from scanner.evidence.dns import Lookup, LookupStatus
from scanner.evidence.dns_zone import CaaFacts, Delegation, DnssecFacts, NameServer
from scanner.sources.dns.apex import hosts_of
from scanner.sources.dns.case import Case
from scanner.sources.dns.views import Views, ask_name, once

_MOST_ADDRESSES = 4
_PARENT_SERVERS = 2


async def dnssec_facts(case: Case) -> DnssecFacts:
    """What a validating resolver says of the zone."""
    types = ("DS", "DNSKEY", "SOA")
    found = await asyncio.gather(*(case.public.ask(case.domain, one, dnssec=True) for one in types))
    return DnssecFacts(tuple(found), case.about)


async def delegation(case: Case) -> Delegation:
    """The NS sets of child and parent, and SOA at every address of every server."""
    own, parent = await asyncio.gather(
        case.public.ask(case.domain, "NS"), _parent_set(case.views, case.domain)
    )
    names = dict.fromkeys((*hosts_of(own), *(hosts_of(parent) if parent else ())))
    servers = await asyncio.gather(*(_server(case.views, case.domain, name) for name in names))
    return Delegation((own,), case.about, tuple(servers), parent)


async def _server(views: Views, zone: str, name: str) -> NameServer:
    lookups = await ask_name(views.public, name, "CNAME", "A", "AAAA")
    alias = lookups[0].present
    addresses = [value for one in lookups[1:] for value in one.values][:_MOST_ADDRESSES]
    if not addresses:
        known = all(one.known for one in lookups[1:])
        return NameServer(name, (), alias, (), resolved=False if known else None)
    soa = await asyncio.gather(*(views.direct(one, name).ask(zone, "SOA") for one in addresses))
    return NameServer(name, tuple(addresses), alias, tuple(soa))


async def _parent_set(views: Views, zone: str) -> Lookup | None:
    """The NS set as the parent's servers hand it out; None where none of them can be asked."""
    parent = zone.partition(".")[2]
    while parent:
        servers = await views.public.ask(parent, "NS")
        if servers.present:
            return await _ask_parent(views, zone, hosts_of(servers)[:_PARENT_SERVERS])
        if not servers.known:
            return None
        parent = parent.partition(".")[2]
    return None


async def _ask_parent(views: Views, zone: str, names: list[str]) -> Lookup | None:
    for name in names:
        lookup = await views.public.ask(name, "A")
        for address in lookup.values[:1]:
            found = await views.direct(address, name).ask(zone, "NS")
            if found.present:
                return found
    return None


async def caa_facts(views: Views, name: str, domain: str) -> CaaFacts:
    """The climb from a name to below the root; it ends at the first set."""
    lookups: list[Lookup] = []
    labels = name.split(".")
    for place in range(len(labels)):
        lookup = await views.public.ask(".".join(labels[place:]), "CAA")
        lookups.append(lookup)
        if lookup.present or lookup.status in _UNKNOWN:
            break
    return CaaFacts(once(lookups), name, domain)


_UNKNOWN = frozenset(LookupStatus) - {
    LookupStatus.ANSWER,
    LookupStatus.NODATA,
    LookupStatus.NXDOMAIN,
}
