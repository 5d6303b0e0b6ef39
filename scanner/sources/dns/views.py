"""The views of a run: resolvers outside, resolvers inside, and single servers asked directly."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.dns import Lookup, LookupStatus
from scanner.sources.dns.resolver import Peer, Resolver, Settings
from scanner.sources.dns.servers import (
    Server,
    external_servers,
    host_resolvers,
    parse_servers,
    redirected,
)

_PATIENCE = 1.5
"""Seconds that one try at an authoritative server may take; there are many of them."""


@dataclass(slots=True)
class Views:
    """Everything that can be asked in this run, and the names of the organisation's own hosts."""

    config: Config
    settings: Settings
    public: Resolver
    internal: Sequence[Resolver]
    _direct: dict[tuple[str, int], Resolver] = field(default_factory=dict)

    def direct(self, address: str, name: str = "") -> Resolver:
        """One authoritative server by its address; [network] connect may redirect either."""
        server = Server(address)
        connect = self.config.network.connect
        moved = redirected(server, connect)
        if moved == server and f"{name}:53" in connect:
            moved = redirected(Server(address, host=name), connect)
        key = (moved.address, moved.port)
        if key not in self._direct:
            settings = replace(self.settings, timeout=min(_PATIENCE, self.settings.timeout))
            peer = Peer(Server(moved.address, moved.port), settings)
            self._direct[key] = Resolver([peer], "direct", recursion=False)
        return self._direct[key]

    def asked(self) -> list[Lookup]:
        """Everything that was asked in the public view."""
        return self.public.asked()

    async def close(self) -> None:
        """Close all sockets."""
        for one in (self.public, *self.internal, *self._direct.values()):
            await one.close()


async def open_views(config: Config, deadline: Deadline) -> Views:
    """The views that the configuration asks for. Raises BadServer."""
    settings = Settings(config.dns.timeout, deadline, _context(config))
    external = await _resolved(external_servers(config), settings)
    internal = await _resolved(parse_servers(config.dns.internal, config.network.connect), settings)
    return Views(
        config,
        settings,
        Resolver([Peer(one, settings) for one in external]),
        [Resolver([Peer(one, settings)], "internal") for one in internal],
    )


def _context(config: Config) -> ssl.SSLContext | None:
    """Trust for DoT and DoH: the system's roots and the configured ones; None where unused."""
    if not any("://" in one for one in (*config.dns.external, *config.dns.internal)):
        return None
    context = ssl.create_default_context()
    if config.trust.ca_file:
        context.load_verify_locations(config.beside(config.trust.ca_file))
    return context


async def _resolved(servers: Sequence[Server], settings: Settings) -> list[Server]:
    """The same servers with addresses: names in URLs are resolved by the resolvers of this host."""
    if all(one.address for one in servers):
        return list(servers)
    host = Resolver([Peer(one, settings) for one in host_resolvers()])
    try:
        found = await asyncio.gather(*(_address(one, host) for one in servers))
    finally:
        await host.close()
    return [one for one in found if one.address]


async def _address(server: Server, host: Resolver) -> Server:
    if server.address:
        return server
    for rdtype in ("A", "AAAA"):
        lookup = await host.ask(server.host, rdtype)
        if lookup.present:
            return replace(server, address=lookup.value)
    return server


async def ask_name(resolver: Resolver, name: str, *types: str) -> list[Lookup]:
    """Several types of one name. Where the first says that the name does not exist, so do all."""
    first = await resolver.ask(name, types[0])
    if first.status is LookupStatus.NXDOMAIN and not first.chain:
        return [first, *(replace(first, type=other) for other in types[1:])]
    rest = await asyncio.gather(*(resolver.ask(name, other) for other in types[1:]))
    return [first, *rest]


async def ask_addresses(resolver: Resolver, *names: str) -> list[Lookup]:
    """The addresses of several names, side by side."""
    found = await asyncio.gather(*(ask_name(resolver, name, "A", "AAAA") for name in names))
    return [lookup for lookups in found for lookup in lookups]


async def ask_alias(resolver: Resolver, name: str) -> list[Lookup]:
    """A name that should be an alias: the alias and the addresses of its target, or its own."""
    alias = await resolver.ask(name, "CNAME")
    if alias.present:
        # The name's own addresses show a record beside the alias, where the server lets it show.
        own, target = await asyncio.gather(
            resolver.ask(name, "A"), ask_addresses(resolver, alias.value)
        )
        return [alias, own, *target]
    if alias.status is LookupStatus.NXDOMAIN:
        return [alias, *(replace(alias, type=other) for other in ("A", "AAAA"))]
    return [alias, *await ask_addresses(resolver, name)]


def once(lookups: Iterable[Lookup]) -> tuple[Lookup, ...]:
    """Each lookup once, in a fixed order."""
    return tuple(dict.fromkeys(sorted(lookups, key=lambda one: (one.name, one.type))))
