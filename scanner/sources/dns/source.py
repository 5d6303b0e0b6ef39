"""The source of DNS evidence: which domains, whom to ask, and all questions side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from scanner.config.model import Config
from scanner.evidence.dns_clouds import CLOUDS
from scanner.evidence.dns_domain import (
    ApexRecords,
    DnsDomain,
    ServiceNames,
    TenantRecordLookups,
    WildcardProbe,
)
from scanner.evidence.dns_host import HostNames
from scanner.evidence.dns_inside import (
    ForestNames,
    InternalNames,
    ResolverHealth,
    SearchSuffixes,
    WpadNames,
)
from scanner.evidence.dns_mail import (
    DaneFacts,
    DkimFacts,
    DmarcFacts,
    MtaStsFacts,
    SpfFacts,
    TlsRptFacts,
)
from scanner.evidence.dns_zone import AliasFacts, CaaFacts, Delegation, DnssecFacts
from scanner.evidence.envelope import Missing
from scanner.evidence.suffixes import DirectorySuffixes, TenantSuffixes
from scanner.evidence.tenant import DomainRecords, TenantDomains
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.dns.aliases import alias_facts
from scanner.sources.dns.apex import (
    apex_records,
    mail_signs,
    service_names,
    tenant_records,
    wildcard_probe,
)
from scanner.sources.dns.case import Case, Gatherer
from scanner.sources.dns.dkim import dkim_facts
from scanner.sources.dns.dmarc import dmarc_facts
from scanner.sources.dns.hosts import PublishedHost, host_names, published_hosts
from scanner.sources.dns.inside import (
    CONTROL_NAMES,
    forest_names,
    internal_names,
    resolver_health,
    search_list,
    search_suffixes,
    wpad_names,
)
from scanner.sources.dns.servers import BadServer, external_servers, parse_servers
from scanner.sources.dns.spf import analyse
from scanner.sources.dns.subjects import domains_of
from scanner.sources.dns.transport import dane_facts, mta_sts_facts, tls_rpt_facts
from scanner.sources.dns.views import Views, once, open_views
from scanner.sources.dns.zone import caa_facts, delegation, dnssec_facts
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.subject import Subject, domain, endpoint, forest, host
from scanner.text import said
from scanner.words import Reason

log = logging.getLogger("emsready.dns")


async def spf_facts(case: Case) -> SpfFacts:
    """The SPF tree of the domain."""
    signs, facts = await asyncio.gather(
        mail_signs(case), analyse(case.about, case.public.ask, CLOUDS[case.cloud].spf)
    )
    return replace(facts, found=once((*facts.found, *signs)))


PER_DOMAIN: Mapping[type, Gatherer] = {
    ApexRecords: apex_records,
    ServiceNames: service_names,
    WildcardProbe: wildcard_probe,
    TenantRecordLookups: tenant_records,
    SpfFacts: spf_facts,
    DkimFacts: dkim_facts,
    DmarcFacts: dmarc_facts,
    MtaStsFacts: mta_sts_facts,
    TlsRptFacts: tls_rpt_facts,
    DaneFacts: dane_facts,
    DnssecFacts: dnssec_facts,
    Delegation: delegation,
}
INSIDE: Mapping[type, Gatherer] = {InternalNames: internal_names, WpadNames: wpad_names}
"""Of a domain too, and worth nothing without an internal resolver or a public one of our own."""

NO_INSIDE = Missing(
    Reason.UNCONFIGURED,
    "this run asks no resolver inside the organisation's network; set dns.internal",
)
NO_FOREST = Missing(Reason.UNCONFIGURED, "no Active Directory domain is named; set dns.forests")


class DnsSource:
    """Asks resolvers, and where a question needs it authoritative servers."""

    name = "dns"
    kinds: tuple[type, ...] = (
        DnsDomain,
        *PER_DOMAIN,
        *INSIDE,
        CaaFacts,
        HostNames,
        AliasFacts,
        ResolverHealth,
        ForestNames,
        SearchSuffixes,
    )
    after: tuple[type, ...] = (
        TenantDomains,
        DomainRecords,
        DomainFederation,
        TenantSuffixes,
        DirectorySuffixes,
    )
    budget = 240.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The resolvers. Which authoritative servers are asked shows only in DNS itself."""
        if not wanted.intersection(self.kinds):
            return
        try:
            for server in external_servers(config):
                yield Contact("dns", server.label, server.transport, "records as seen outside")
            for server in parse_servers(config.dns.internal, config.network.connect):
                yield Contact("dns", server.label, server.transport, "records as seen inside")
        except BadServer:
            return
        if Delegation in wanted:
            yield Contact("dns", "name servers of each domain", "udp", "SOA and NS, directly")
        if MtaStsFacts in wanted:
            yield Contact("dns", "mta-sts host of each domain", "https GET", "the mail policy")

    def collect(self, gather: Gather) -> None:
        """Gather what is wanted. Raises Unavailable where nothing can be asked at all."""
        try:
            asyncio.run(_collect(gather))
        except BadServer as error:
            raise Unavailable(
                Reason.UNCONFIGURED, said("[dns] {error}", error=str(error))
            ) from error


async def _collect(gather: Gather) -> None:
    views = await open_views(gather.config, gather.deadline)
    try:
        if not views.public.peers:
            raise Unavailable(
                Reason.UNCONFIGURED,
                "this host names no resolver; set dns.external or give --resolver ADDRESS",
            )
        await _Reading(gather, views).run()
    finally:
        await views.close()


@dataclass(slots=True)
class _Reading:
    """One collection: everything wanted, each fact on its own so that a fault costs only that."""

    gather: Gather
    views: Views
    domains: list[DnsDomain] = field(default_factory=list)
    _done: int = 0

    async def run(self) -> None:
        """All domains and hosts side by side; then what looks back on them, and what is timed."""
        self.domains = domains_of(self.gather)
        hosts = published_hosts(self.gather)
        await asyncio.gather(self._all_domains(), self._hosts(hosts), self._forests())
        await self._aliases()
        await self._resolvers()
        await self._search()

    @property
    def _public(self) -> list[DnsDomain]:
        return [one for one in self.domains if one.routable and not one.initial]

    def _wants(self, kind: type) -> bool:
        return kind in self.gather.wanted

    async def _one(
        self, kind: type, subject: Subject, work: Callable[[], Awaitable[object]]
    ) -> None:
        try:
            self.gather.put(await work())
        except Exception as error:
            log.exception("%s of %s failed", kind.__name__, subject.name)
            told = f"{type(error).__name__}: {error}"[:300]
            self.gather.miss(kind, Missing(Reason.BUG, told), subject)

    async def _all_domains(self) -> None:
        gatherers = {kind: one for kind, one in PER_DOMAIN.items() if self._wants(kind)}
        for kind, one in INSIDE.items():
            if self._wants(kind) and (self.views.internal or kind is WpadNames):
                gatherers[kind] = one
            elif self._wants(kind):
                self.gather.miss(kind, NO_INSIDE)
        if not self.domains:
            told = said("no domain is named; set domains.names or let the scan read the tenant")
            for kind in (DnsDomain, *gatherers):
                self.gather.miss(kind, Missing(Reason.UNCONFIGURED, told))
            return
        records = {domain(one.domain).name: one for one in self.gather.seen_all(DomainRecords)}
        await asyncio.gather(
            *(self._domain(one, gatherers, records.get(one.domain)) for one in self.domains)
        )
        for kind in gatherers if not self._public else ():
            self.gather.nothing(kind)

    async def _domain(
        self, about: DnsDomain, gatherers: Mapping[type, Gatherer], expected: DomainRecords | None
    ) -> None:
        if self._wants(DnsDomain):
            self.gather.put(about)
        if about in self._public:
            case = Case(about, self.views, self.gather.config.tenant.cloud, expected)
            await asyncio.gather(
                *(
                    self._one(kind, about.subject, partial(one, case))
                    for kind, one in gatherers.items()
                )
            )
        self._done += 1
        self.gather.progress(self._done, len(self.domains))

    async def _hosts(self, hosts: Iterable[PublishedHost]) -> None:
        published = list(hosts)
        names = [(one.name, one.domain) for one in published if one.wants_certificate]
        names += [(one.domain, one.domain) for one in self._public]
        work = []
        if self._wants(CaaFacts):
            work += [
                self._one(CaaFacts, host(name), partial(caa_facts, self.views, name, zone))
                for name, zone in dict.fromkeys(names)
            ]
        if self._wants(HostNames):
            work += [
                self._one(HostNames, host(one.name), partial(host_names, self.views, one))
                for one in published
            ]
        await asyncio.gather(*work)
        for kind, found in ((CaaFacts, names), (HostNames, published)):
            if self._wants(kind) and not found:
                self.gather.nothing(kind)

    async def _aliases(self) -> None:
        if not self._wants(AliasFacts):
            return
        found = await alias_facts(self.views, [one.domain for one in self._public])
        for one in found:
            self.gather.put(one)
        if not found:
            self.gather.nothing(AliasFacts)

    async def _forests(self) -> None:
        if not self._wants(ForestNames):
            return
        names = self.gather.config.dns.forests
        if not names:
            self.gather.miss(ForestNames, NO_FOREST)
        cloud = self.gather.config.tenant.cloud
        for name in names:
            plain = name.casefold().rstrip(".")
            await self._one(
                ForestNames,
                forest(plain),
                partial(forest_names, self.views, plain, cloud),
            )

    async def _resolvers(self) -> None:
        if not self._wants(ResolverHealth):
            return
        resolvers = list(self.views.internal)
        if not resolvers:
            self.gather.miss(ResolverHealth, NO_INSIDE)
        for one in resolvers:
            server = one.peers[0].server
            await self._one(
                ResolverHealth,
                endpoint(server.host or server.address, server.port),
                partial(resolver_health, self.views, one, self.gather.config.tenant.cloud),
            )

    async def _search(self) -> None:
        if not self._wants(SearchSuffixes):
            return
        if not (self.gather.config.dns.search or self.views.internal):
            self.gather.miss(SearchSuffixes, NO_INSIDE)
            return
        suffixes = search_list(self.gather.config.dns.search)
        name = CONTROL_NAMES[self.gather.config.tenant.cloud][0]
        self.gather.put(await search_suffixes(self.views, suffixes, name))
