"""Names to addresses by our own questions to each resolver, so that the way of failing is seen."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.reachability import NameLookup, Why
from scanner.sources.reachability.addresses import ascii_name
from scanner.sources.reachability.exchange import exchange

_PER_TRY = 1.5
_TRIES = 2
_WIDTH = 50
_ENOUGH_SILENCE = 40
_MOST_ADDRESSES = 16
_MOST_RESOLVERS = 3  # as many as resolv.conf(5) reads
_RESOLV = Path("/etc/resolv.conf")
_HOSTS = Path("/etc/hosts")
_SINKS = tuple(
    ipaddress.ip_network(one)
    for one in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10")
)
_PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
WORDS = {
    "nxdomain": Why.DNS_NXDOMAIN,
    "nodata": Why.DNS_NODATA,
    "servfail": Why.DNS_SERVFAIL,
    "refused": Why.DNS_REFUSED,
    "timeout": Why.DNS_TIMEOUT,
}


def leads_nowhere(address: str) -> bool:
    """Whether no public service can be there: this host, this link, or nothing."""
    return _within(address, _SINKS)


def is_private(address: str) -> bool:
    """Whether it is an address of somebody's inner network (RFC 1918, RFC 4193)."""
    return _within(address, _PRIVATE)


def _within(
    address: str, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    one = ipaddress.ip_address(address.partition("%")[0])
    return any(one in network for network in networks)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Where to ask."""

    address: str
    port: int = 53

    @property
    def label(self) -> str:
        """How it is called in evidence."""
        return self.address if self.port == 53 else f"{self.address}:{self.port}"  # noqa: PLR2004


def resolvers_of(config: Config) -> list[Resolver]:
    """The resolvers of [dns] external, else those of this host. URLs are left to other sources."""
    named = [_resolver(one) for one in config.dns.external if "://" not in one]
    return named or system_resolvers()


def inner_resolvers(config: Config) -> list[Resolver]:
    """The resolvers of [dns] internal, else those of this host."""
    named = [_resolver(one) for one in config.dns.internal if "://" not in one]
    return named or system_resolvers()


def system_resolvers() -> list[Resolver]:
    """The resolvers of this host, in its order."""
    if sys.platform == "win32":
        return _registry_resolvers()
    try:
        lines = _RESOLV.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = (line.split() for line in lines)
    found = [one[1] for one in words if len(one) > 1 and one[0] == "nameserver"]
    return [Resolver(one.partition("%")[0]) for one in dict.fromkeys(found)][:_MOST_RESOLVERS]


def _registry_resolvers() -> list[Resolver]:
    import dns.resolver  # noqa: PLC0415 - brings an HTTP client along

    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError):
        return []
    return [Resolver(str(one)) for one in found if "://" not in str(one)]


def _resolver(text: str) -> Resolver:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return Resolver(host, int(rest.removeprefix(":") or 53))
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return Resolver(host, int(port))
    return Resolver(text)


def hosts_file() -> dict[str, list[str]]:
    """The names that this host knows by itself, before any resolver."""
    found: dict[str, list[str]] = {}
    if sys.platform == "win32":
        return found
    try:
        lines = _HOSTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found.setdefault(name.casefold().rstrip("."), []).append(address)
    return found


@dataclass(slots=True)
class Names:
    """Looks names up, each once for each resolver, fifty at a time."""

    vantage: str
    resolvers: Sequence[Resolver]
    deadline: Deadline
    per_try: float = _PER_TRY
    lookups: dict[tuple[str, str], NameLookup] = field(default_factory=dict)
    _local: dict[str, list[str]] = field(default_factory=hosts_file)
    _answered: dict[str, int] = field(default_factory=dict)
    _silent: dict[str, int] = field(default_factory=dict)
    _width: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_WIDTH))

    async def learn(self, names: Iterable[str]) -> None:
        """Look all of them up at every resolver."""
        pairs = [
            (name, resolver)
            for name in dict.fromkeys(ascii_name(one) for one in names)
            for resolver in self.resolvers
            if name not in self._local and (name, resolver.label) not in self.lookups
        ]
        await asyncio.gather(*(self._look_up(name, resolver) for name, resolver in pairs))

    def addresses(self, name: str) -> tuple[list[str], Why, str]:
        """The addresses of a name, why there are none, and the resolver that says so."""
        name = ascii_name(name)
        if name in self._local:
            return self._local[name], Why.OK, ""
        said = [
            self.lookups[name, one.label]
            for one in self.resolvers
            if (name, one.label) in self.lookups
        ]
        for one in said:
            if one.outcome == "ok":
                return [*one.a, *one.aaaa], Why.OK, one.resolver
        if not said:
            return [], Why.UNKNOWN, ""
        definite = [one for one in said if one.outcome in ("nxdomain", "nodata")] or said
        return [], WORDS.get(definite[0].outcome, Why.UNKNOWN), definite[0].resolver

    async def _look_up(self, name: str, resolver: Resolver) -> None:
        began = time.perf_counter()
        async with self._width:
            outcome, a, aaaa = await self._both(name, resolver)
        if outcome:
            self.lookups[name, resolver.label] = NameLookup(
                self.vantage,
                name,
                resolver.label,
                outcome,
                tuple(a),
                tuple(aaaa),
                round((time.perf_counter() - began) * 1000, 1),
            )

    async def _both(self, name: str, resolver: Resolver) -> tuple[str, list[str], list[str]]:
        """A and AAAA; the outcome is '' where time was up before anything was asked."""
        if self.deadline.remaining() <= 0:
            return "", [], []
        (first, a), (second, aaaa) = await asyncio.gather(
            self._ask(name, "A", resolver), self._ask(name, "AAAA", resolver)
        )
        if a or aaaa:
            return "ok", a, aaaa
        worse = [one for one in (first, second) if one not in ("ok", "nodata")]
        return (worse[0] if worse else "nodata"), [], []

    async def _ask(self, name: str, kind: str, resolver: Resolver) -> tuple[str, list[str]]:
        try:
            question = dns.message.make_query(dns.name.from_text(name), kind)
        except (dns.exception.DNSException, UnicodeError):
            return "nxdomain", []
        for _ in range(_TRIES):
            if self.deadline.remaining() <= 0 or self._gone(resolver):
                break
            try:
                seconds = min(self.per_try, self.deadline.remaining())
                answer = await exchange(question, resolver.address, resolver.port, seconds)
            except TimeoutError:
                continue
            except (dns.exception.DNSException, OSError, ValueError):
                await asyncio.sleep(0.05)
                continue
            self._answered[resolver.label] = self._answered.get(resolver.label, 0) + 1
            return _read(answer)
        self._silent[resolver.label] = self._silent.get(resolver.label, 0) + 1
        return "timeout", []

    def _gone(self, resolver: Resolver) -> bool:
        """A resolver that let many questions pass and never answered one is not asked again."""
        silent = self._silent.get(resolver.label, 0)
        return silent >= _ENOUGH_SILENCE and not self._answered.get(resolver.label)


def _read(answer: dns.message.Message) -> tuple[str, list[str]]:
    code = answer.rcode()
    if code == dns.rcode.NXDOMAIN:
        return "nxdomain", []
    if code == dns.rcode.SERVFAIL:
        return "servfail", []
    if code != dns.rcode.NOERROR:
        return "refused", []
    wanted = (dns.rdatatype.A, dns.rdatatype.AAAA)
    found = [str(record) for rrset in answer.answer if rrset.rdtype in wanted for record in rrset]
    return ("ok" if found else "nodata"), list(dict.fromkeys(found))[:_MOST_ADDRESSES]


def usable(address: str) -> bool:
    """Whether this host has a route of its own to an IPv6 address. Sends nothing."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 443))
            source = ipaddress.ip_address(sock.getsockname()[0].partition("%")[0])
    except OSError:
        return False
    return not source.is_link_local and (not source.is_loopback or address == "::1")
