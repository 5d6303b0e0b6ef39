"""The source of DNS evidence: which domains, whom to ask, and all questions side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping

from scanner.config.model import Config
from scanner.evidence.dns_domain import (
    ApexRecords,
    DnsDomain,
    ServiceNames,
    TenantRecordLookups,
    WildcardProbe,
)
from scanner.evidence.envelope import Missing
from scanner.evidence.suffixes import DirectorySuffixes, TenantSuffixes
from scanner.evidence.tenant import DomainRecords, TenantDomains
from scanner.sources.dns.apex import apex_records, service_names, tenant_records, wildcard_probe
from scanner.sources.dns.case import Case, Gatherer
from scanner.sources.dns.servers import BadServer, external_servers, parse_servers
from scanner.sources.dns.subjects import domains_of
from scanner.sources.dns.views import Views, open_views
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.subject import domain
from scanner.words import Reason

log = logging.getLogger("emsready.dns")

PER_DOMAIN: Mapping[type, Gatherer] = {
    ApexRecords: apex_records,
    ServiceNames: service_names,
    WildcardProbe: wildcard_probe,
    TenantRecordLookups: tenant_records,
}


class DnsSource:
    """Asks resolvers, and where a question needs it authoritative servers."""

    name = "dns"
    kinds: tuple[type, ...] = (DnsDomain, *PER_DOMAIN)
    after: tuple[type, ...] = (TenantDomains, DomainRecords, TenantSuffixes, DirectorySuffixes)
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

    def collect(self, gather: Gather) -> None:
        """Gather what is wanted. Raises Unavailable where nothing can be asked at all."""
        try:
            asyncio.run(_collect(gather))
        except BadServer as error:
            raise Unavailable(Reason.UNCONFIGURED, f"[dns] {error}") from error


async def _collect(gather: Gather) -> None:
    domains = domains_of(gather)
    if not domains:
        raise Unavailable(
            Reason.UNCONFIGURED, "no domain is named; set domains.names or read the tenant"
        )
    views = await open_views(gather.config, gather.deadline)
    if not views.public.peers:
        await views.close()
        raise Unavailable(
            Reason.UNCONFIGURED,
            "this host names no resolver; set dns.external or give --resolver ADDRESS",
        )
    try:
        await _domains(gather, views, domains)
    finally:
        await views.close()


async def _domains(gather: Gather, views: Views, domains: list[DnsDomain]) -> None:
    records = {domain(one.domain).name: one for one in gather.seen_all(DomainRecords)}
    gatherers = {kind: one for kind, one in PER_DOMAIN.items() if kind in gather.wanted}
    done = 0

    async def one_domain(about: DnsDomain) -> None:
        nonlocal done
        if DnsDomain in gather.wanted:
            gather.put(about)
        if about.routable and not about.initial:
            case = Case(about, views, gather.config.tenant.cloud, records.get(about.domain))
            await asyncio.gather(*(_one(gather, case, *pair) for pair in gatherers.items()))
        done += 1
        gather.progress(done, len(domains))

    await asyncio.gather(*(one_domain(about) for about in domains))
    for kind in gatherers:
        if not any(about.routable and not about.initial for about in domains):
            gather.nothing(kind)


async def _one(gather: Gather, case: Case, kind: type, gatherer: Gatherer) -> None:
    """One kind of facts about one domain; a fault of ours costs only that."""
    try:
        gather.put(await gatherer(case))
    except Exception as error:
        log.exception("%s of %s failed", kind.__name__, case.domain)
        told = f"{type(error).__name__}: {error}"[:300]
        gather.miss(kind, Missing(Reason.BUG, told), case.about.subject)
