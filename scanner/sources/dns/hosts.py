"""The organisation's published hosts: named in the configuration, or known to the tenant."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from scanner.evidence.dns import Lookups
from scanner.evidence.dns_host import HostNames
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.dns.inside import inside
from scanner.sources.dns.views import Views, ask_name, once
from scanner.sources.interface import Gather
from scanner.subject import domain

_FEDERATION = frozenset({"adfs", "wap"})
_WITHOUT_CERTIFICATE = frozenset({"cdp", "other"})
TYPES = ("CNAME", "A", "AAAA")


@dataclass(frozen=True, slots=True)
class PublishedHost:
    """One host with its roles, and the domain that its name lies in."""

    name: str
    roles: tuple[str, ...] = ()
    federation: bool = False

    @property
    def wants_certificate(self) -> bool:
        """Whether a certificate is bought for it."""
        return not set(self.roles) <= _WITHOUT_CERTIFICATE

    @property
    def domain(self) -> str:
        """The name above the host's own label."""
        return self.name.partition(".")[2] or self.name


def published_hosts(gather: Gather) -> list[PublishedHost]:
    """All hosts in scope, by name, each once with all its roles."""
    roles: dict[str, list[str]] = {}
    for one in gather.config.hosts:
        roles.setdefault(domain(one.name).name, []).append(one.role)
    for known in gather.seen_all(DomainFederation):
        if known.host and known.adfs:
            roles.setdefault(domain(known.host).name, []).append("adfs")
    return [
        PublishedHost(name, tuple(dict.fromkeys(roles[name])), bool(_FEDERATION & set(roles[name])))
        for name in sorted(roles)
    ]


async def host_names(views: Views, published: PublishedHost) -> HostNames:
    """CNAME, A and AAAA of a host in both views."""
    name = published.name
    outside = await ask_name(views.public, name, *TYPES)
    within = None
    if views.internal:
        found = await asyncio.gather(*(inside(views, name, one) for one in TYPES))
        within = Lookups(once(found))
    return HostNames(once(outside), name, published.roles, within, published.federation)
