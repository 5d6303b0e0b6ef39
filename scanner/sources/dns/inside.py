"""Questions that only the organisation's own network can answer."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

import dns.resolver

from scanner.evidence.dns import Lookup, not_asked
from scanner.evidence.dns_inside import (
    ForestNames,
    InternalNames,
    ResolverHealth,
    Round,
    SearchSuffixes,
    WpadNames,
)
from scanner.sources.dns.case import Case
from scanner.sources.dns.resolver import Peer, Resolver
from scanner.sources.dns.views import Views, ask_addresses, ask_name, once
from scanner.sources.dns.wire import Question, to_lookup
from scanner.words import Cloud

CONTROL_NAMES = {
    Cloud.WORLDWIDE: (
        "login.microsoftonline.com",
        "graph.microsoft.com",
        "manage.microsoft.com",
        "enterpriseregistration.windows.net",
    ),
    Cloud.GCC_HIGH: ("login.microsoftonline.us", "graph.microsoft.us", "manage.microsoft.us"),
    Cloud.DOD: ("login.microsoftonline.us", "dod-graph.microsoft.us", "manage.microsoft.us"),
    Cloud.CHINA: (
        "login.partner.microsoftonline.cn",
        "microsoftgraph.chinacloudapi.cn",
        "manage.microsoftonline.cn",
    ),
}
ONBOARDING = (
    ("enterpriseenrollment", "CNAME"),
    ("enterpriseregistration", "CNAME"),
    ("autodiscover", "CNAME"),
    ("_sipfederationtls._tcp", "SRV"),
)
SERVICES = (
    "_ldap._tcp.dc._msdcs",
    "_kerberos._tcp.dc._msdcs",
    "_ldap._tcp.pdc._msdcs",
    "_ldap._tcp.gc._msdcs",
    "_gc._tcp",
    "_kerberos._tcp",
    "_kerberos._udp",
    "_kpasswd._tcp",
    "_kpasswd._udp",
)
_ROUND = 10
_MOST_CONTROLLERS = 30


async def inside(views: Views, name: str, rdtype: str) -> Lookup:
    """The answer of the first internal resolver that says anything."""
    last = not_asked(name, rdtype, "internal")
    for resolver in views.internal:
        last = await resolver.ask(name, rdtype)
        if last.known:
            return last
    return last


async def internal_names(case: Case) -> InternalNames:
    """SOA and onboarding records of a domain in both views."""
    questions = [(case.domain, "SOA")]
    questions += [(f"{label}.{case.domain}", rdtype) for label, rdtype in ONBOARDING]
    outside = await case.public.ask_all(*questions)
    within = await asyncio.gather(*(inside(case.views, *one) for one in questions))
    return InternalNames(outside, case.about, tuple(within))


async def wpad_names(case: Case) -> WpadNames:
    """`wpad` below a domain, in both views."""
    name = f"wpad.{case.domain}"
    outside = await ask_name(case.public, name, "A", "AAAA", "CNAME")
    within = await inside(case.views, name, "A")
    return WpadNames(once(outside), case.about, (within,))


async def forest_names(views: Views, name: str, cloud: Cloud) -> ForestNames:
    """The SRV records of an AD domain inside, and whether they leak outside."""
    owners = [f"{service}.{name}" for service in SERVICES]
    found = list(await asyncio.gather(*(inside(views, owner, "SRV") for owner in owners)))
    hosts = dict.fromkeys(value for one in found for value in one.values if value != ".")
    names = [*list(hosts)[:_MOST_CONTROLLERS], *CONTROL_NAMES[cloud]]
    addresses = await asyncio.gather(*(inside(views, host, "A") for host in names))
    outside = await asyncio.gather(*(views.public.ask(owner, "SRV") for owner in owners[:3]))
    return ForestNames(
        once((*found, *addresses)),
        name,
        tuple(outside),
        bool(views.internal),
        CONTROL_NAMES[cloud],
    )


async def resolver_health(views: Views, resolver: Resolver, cloud: Cloud) -> ResolverHealth:
    """One resolver put to the test. Times are taken at last, so that nothing else runs beside."""
    (peer,) = resolver.peers
    control = CONTROL_NAMES[cloud]
    found = await ask_addresses(resolver, *control)
    outside = await ask_addresses(views.public, *control) if resolver.view == "internal" else []
    made_up = await resolver.ask(f"emsready-{secrets.token_hex(8)}.com", "A")
    plain, edns, tcp = await _transports(peer, control[0])
    return ResolverHealth(
        once(found),
        peer.server.host or peer.server.address,
        peer.server.port,
        peer.server.transport,
        resolver.view,
        control,
        once(outside),
        made_up,
        plain,
        edns,
        tcp,
        cold=await _timed(peer, [f"emsready-{secrets.token_hex(6)}.com" for _ in range(_ROUND)]),
        warm=await _timed(peer, [control[0]] * _ROUND),
    )


async def _transports(peer: Peer, name: str) -> tuple[Lookup | None, Lookup | None, Lookup | None]:
    """One name by plain UDP, by UDP with EDNS and DO, and by TCP. Nothing for DoT and DoH."""
    if peer.server.transport != "udp":
        return None, None, None
    question = Question(name, "A", edns=None)
    signed = Question(name, "A", dnssec=True)
    outcomes = (
        (question, await peer.over_udp(question)),
        (signed, await peer.over_udp(signed)),
        (question, await peer.over_tcp(question)),
    )
    plain, edns, tcp = (
        to_lookup(
            asked,
            one.reply,
            view="internal",
            server=peer.server.label,
            attempts=one.attempts,
            transport=one.transport,
            size=one.size,
            detail=one.detail,
        )
        for asked, one in outcomes
    )
    return plain, edns, tcp


async def _timed(peer: Peer, names: Sequence[str]) -> Round:
    """How long each name takes, one after the other."""
    times: list[float] = []
    lost = 0
    for name in names:
        if peer.dead:
            return Round(tuple(times), lost + len(names) - len(times))
        began = time.perf_counter()
        outcome = await peer.ask(Question(name, "A"))
        if outcome.reply.status.value in ("answer", "nodata", "nxdomain"):
            times.append(round((time.perf_counter() - began) * 1000, 1))
        else:
            lost += 1
    return Round(tuple(times), lost)


def search_list(configured: Sequence[str]) -> tuple[str, ...]:
    """The search suffixes: those of the configuration, else those of this host."""
    if configured:
        return tuple(one.casefold().rstrip(".") for one in configured)
    try:
        found = dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return ()
    texts = [one.to_text(omit_final_dot=True).lower() for one in found.search]
    return tuple(one for one in texts if one)


async def search_suffixes(views: Views, suffixes: Sequence[str], host: str) -> SearchSuffixes:
    """A random label below each suffix, and the sign-in host below it."""
    lookups: list[Lookup] = []
    for suffix in suffixes:
        label = f"emsready-{secrets.token_hex(6)}"
        wild = await views.public.ask(f"{label}.{suffix}", "A")
        lookups.append(replace(wild, name=f"*.{suffix}"))
        lookups.append(await views.public.ask(f"{host}.{suffix}", "A"))
    return SearchSuffixes(once(lookups), tuple(suffixes), host)
