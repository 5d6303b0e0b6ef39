"""The source: rows of the endpoint list, their probes on each path, and the place that looked."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import certifi

from scanner.config.model import Config
from scanner.config.read import ConfigError
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import NameLookup, Probe, Vantage, Why
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.sources.reachability.catalogue import Catalogue, CatalogueError, read
from scanner.sources.reachability.edge import descriptors
from scanner.sources.reachability.exposure import DANGEROUS, RATE
from scanner.sources.reachability.inner import controllers_of, inner_targets, known_servers
from scanner.sources.reachability.place import describe, proxies_of
from scanner.sources.reachability.portal import SENTINELS, sentinel_jobs, sentinels_of
from scanner.sources.reachability.prober import Prober
from scanner.sources.reachability.proxy import Proxy
from scanner.sources.reachability.refresh import current
from scanner.sources.reachability.resolve import Names, resolvers_of
from scanner.sources.reachability.sites import knows
from scanner.sources.reachability.targets import Target, targets_of
from scanner.sources.reachability.tls import Looker
from scanner.sources.reachability.trust import Trust
from scanner.sources.reachability.work import Job, Settings
from scanner.text import said
from scanner.words import Reason

_CANARIES = 12  # destinations that are also tried directly where a proxy is the way out
_SPARE = 1.5  # seconds kept back to write down what there is


class ReachabilitySource:
    """Probes what the roles of [network] need, from here."""

    name = "reachability"
    kinds: tuple[type, ...] = (EndpointRows, Probe, NameLookup, Vantage)
    after: tuple[type, ...] = ()
    budget = 120.0

    def proofread(self, config: Config, questions: Collection[str]) -> None:  # noqa: ARG002 - no answers here
        """Refuse an endpoint list of the operator that cannot be used. Raises ConfigError."""
        try:
            catalogue_of(config)
        except Unavailable as error:
            raise ConfigError(error.missing.detail) from error

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterable[Contact]:
        """Every destination that would be probed."""
        if not wanted.intersection(self.kinds):
            return
        try:
            areas = list(_areas(config, catalogue_of(config)))
        except Unavailable:
            return
        purposes = {host: area.area for area in areas for row in area.rows for host in row.hosts}
        for target in targets_of(areas):
            where = f"{target.host}:{target.port}"
            protocol = target.protocol.upper()
            yield Contact(self.name, where, protocol, f"reachable for {purposes[target.host]}")
        for target in inner_targets(areas, known_servers(config)):
            where = f"{target.host}:{target.port}"
            yield Contact(
                self.name, where, target.protocol.upper(), "an inner server that a role needs"
            )
        for job in _exposure_jobs(config) if config.policy.exposure.owned else ():
            where = f"{job.target.host}:{job.target.port}"
            yield Contact(self.name, where, "TCP", "must not be open to the internet")
        for url, _ in SENTINELS:
            yield Contact(self.name, url, "HTTP", "looking for a web sign-in page")

    def collect(self, gather: Gather) -> None:
        """Probe, and put what was found. Raises Unavailable where the settings cannot be used."""
        config = gather.config
        catalogue = catalogue_of(config)
        areas = list(_areas(config, catalogue))
        for area in areas:
            gather.put(area)
        for kind in (EndpointRows, Probe, NameLookup):
            gather.nothing(kind)  # until there is some
        with descriptors() as most:
            asyncio.run(_collect(gather, catalogue, areas, most))


async def _collect(
    gather: Gather, catalogue: Catalogue, areas: list[EndpointRows], most: int
) -> None:
    config = gather.config
    began = time.monotonic()
    deadline = gather.deadline.sooner(max(0.5, gather.deadline.remaining() - _SPARE))
    label = config.network.vantage
    names = Names(label, resolvers_of(config), deadline)
    prober = Prober(
        Settings(
            vantage=label,
            looker=Looker(trust_of(config), config.network.timeout),
            names=names,
            connect=redirections(config),
            seconds=config.network.timeout,
            deadline=deadline,
            descriptors=most,
            told=gather.progress,
            related=knows(str(row.get("fqdn") or "") for row in catalogue.rows),
        )
    )
    place = describe(config, catalogue)
    servers = known_servers(config)
    if found := await controllers_of(config):
        known = servers.setdefault("domain-controller", [])
        known += [one for one in found if one not in known]
    jobs = list(_jobs(config, targets_of(areas)))
    jobs += [Job(target) for target in inner_targets(areas, servers)]
    watch = sentinel_jobs(config, proxies_of(config))
    probes = await prober.run([*jobs, *watch])
    answered, portal = probes[: len(jobs)], probes[len(jobs) :]
    sentinels = sentinels_of(portal)
    clean = bool(sentinels) and sentinels[0].matches
    for probe in answered:
        gather.put(_without_portal(probe) if clean else probe)
    for lookup in names.lookups.values():
        gather.put(lookup)
    shape = prober.shape
    burst = await prober.burst(answered)
    gather.put(
        replace(
            place,
            paths=tuple(dict.fromkeys(probe.path for probe in answered)) or ("direct",),
            egress=tuple(_egress([*answered, *portal])),
            probes=len(answered),
            not_run=sum(one.unknown for one in answered),
            limited_at=shape.limited_at,
            connection_limit=shape.connection_limit,
            breaker=shape.breaker,
            redirected=prober.ways.redirected,
            seconds=round(time.monotonic() - began, 1),
            servers=tuple((kind, name) for kind in sorted(servers) for name in servers[kind]),
            sentinels=sentinels,
            bursts=(burst,) if burst else (),
        )
    )
    if config.policy.exposure.owned:
        slow = Prober(prober.settings)
        slow.edge.rate = RATE
        for probe in await slow.run(_exposure_jobs(config)):
            gather.put(probe)


def _exposure_jobs(config: Config) -> list[Job]:
    return [
        Job(Target(0, address, port, "exposure"))
        for address in config.policy.exposure.addresses
        for port in DANGEROUS
    ]


def catalogue_of(config: Config) -> Catalogue:
    """The endpoint list to use. Raises Unavailable naming what is wrong with the operator's own."""
    named = config.network.catalogue
    try:
        return read(config.beside(named)) if named else current()
    except CatalogueError as error:
        raise Unavailable(Reason.UNCONFIGURED, str(error)) from error


def trust_of(config: Config) -> Trust:
    """Whom to trust. Raises Unavailable naming a file of roots that cannot be used."""
    more = config.beside(config.trust.ca_file) if config.trust.ca_file else None
    named = config.trust.roots_file
    roots = config.beside(named) if named else Path(certifi.where())
    try:
        return Trust(roots, more)
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(
            Reason.UNCONFIGURED, said("[trust] cannot be used: {error}", error=str(error))
        ) from error


def _areas(config: Config, catalogue: Catalogue) -> Iterator[EndpointRows]:
    roles, vantage = config.network.roles, config.network.vantage
    return catalogue.areas(roles, config.tenant.cloud, templates(config), vantage)


def redirections(config: Config) -> dict[str, str]:
    """[network] connect and the connect of each host, by lower-case host:port."""
    found = {f"{one.name}:{one.port}": one.connect for one in config.hosts if one.connect}
    found |= config.network.connect
    return {key.casefold(): to for key, to in found.items()}


def templates(config: Config) -> dict[str, str]:
    """What stands for the placeholders of the endpoint list, as far as the configuration knows."""
    named = [config.tenant.domain, *config.domains.names]
    initial = next((one for one in named if one.endswith(".onmicrosoft.com")), "")
    custom = next((one for one in named if one and not one.endswith(".onmicrosoft.com")), "")
    adfs = next((host.name for host in config.hosts if host.role == "adfs"), "")
    return {
        "tenant": initial.partition(".")[0],
        "tenant-guid": config.tenant.id,
        "domain-with-dashes": custom.replace("-", "").replace(".", "-"),
        "federation-service-name": adfs,
    }


def _jobs(config: Config, targets: list[Target]) -> Iterator[Job]:
    """Each target on the way that its callers use; a few of them directly too, behind a proxy."""
    proxies = proxies_of(config)
    canaries = 0
    for target in targets:
        proxy = None if target.direct_only else _proxy_for(config, proxies, target)
        yield Job(target, proxy)
        if proxy and canaries < _CANARIES and target.protocol == "tls":
            canaries += 1
            yield Job(target)


def _proxy_for(config: Config, proxies: dict[str, Proxy], target: Target) -> Proxy | None:
    """The proxy of a target; none for one that the configuration redirects."""
    where = f"{target.host}:{target.port}".casefold()
    rules = {key.casefold() for key in config.network.connect}
    if where in rules or f"*:{target.port}" in rules:
        return None
    return proxies.get(target.protocol if target.protocol == "http" else "tls")


def _without_portal(probe: Probe) -> Probe:
    """A redirect to somewhere else, where no portal is in between, is the service's own affair."""
    moved = probe.http is not None and probe.http.status < 400  # noqa: PLR2004
    if probe.reason is Why.CAPTIVE_PORTAL and moved:
        return replace(probe, reason=Why.OK, offender="")
    return probe


_ENOUGH = 8  # destinations that must fail before a path counts as closed


def _egress(probes: list[Probe]) -> Iterator[tuple[str, str]]:
    """Whether anything at all came back, for each path."""
    for path in dict.fromkeys(probe.path for probe in probes):
        mine = [one for one in probes if one.path == path and one.protocol not in ("ntp", "stun")]
        named = [one for one in mine if not one.reason.startswith("dns_") and not one.unknown]
        if any(_answered(one) for one in mine):
            yield path, "open"
        elif not named and mine and all(one.reason is Why.DNS_TIMEOUT for one in mine):
            yield path, "no-names"
        else:
            yield path, "closed" if len({one.host for one in named}) >= _ENOUGH else "unknown"


def _answered(probe: Probe) -> bool:
    opened = any(one.outcome == "open" for one in probe.attempts)
    return opened or (probe.path != "direct" and probe.works)


def is_local(address: str) -> bool:
    """Whether an address is on this machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
