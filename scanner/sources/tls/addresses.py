"""Where to connect: 'host:port' texts, redirections of the configuration, and addresses of names."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import dns.asyncresolver
import dns.exception
import dns.inet
import dns.name
import dns.rdatatype
import dns.resolver

from scanner.config.model import Config
from scanner.evidence.tls import TlsOutcome
from scanner.sources.tls.faults import ConnectFault
from scanner.sources.tls.names import is_address
from scanner.sources.tls.off_loop import off_loop
from scanner.text import said

Address = tuple[str, int]

MOST_ADDRESSES = 8
_HIGHEST_PORT = 65535


def split_address(text: str, default_port: int = 443) -> Address:
    """'host:port', '[v6]:port' or a bare host. Raises ValueError for a port that is none."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""  # a name, or an IPv6 address without brackets
    number = int(port) if port else default_port
    if not host or not 0 < number <= _HIGHEST_PORT:
        raise ValueError(f"{text!r} is no address and port")
    return host, number


def shown(address: Address) -> str:
    """'address:port', with brackets around IPv6."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Known:
    """What DNS says of a name: its canonical name, and its addresses; none where it has none."""

    canonical: str
    addresses: tuple[str, ...]


@dataclass(slots=True)
class AddressBook:
    """Addresses of names, each asked for once per run.

    With [dns] external these resolvers are asked, and in order to see from outside nothing else;
    without them the machine's own look-up, which knows its hosts file.
    """

    resolvers: Sequence[str] = ()
    timeout: float = 3.0
    connect: Mapping[str, str] = field(default_factory=dict)
    _asked: dict[str, asyncio.Future[Known]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> AddressBook:
        """The book for that configuration."""
        connect = {key.casefold(): to for key, to in config.network.connect.items()}
        plain = tuple(one for one in config.dns.external if "://" not in one)
        return cls(plain, config.dns.timeout, connect)

    def redirected(self, host: str, port: int) -> Address | None:
        """The address that the configuration puts in the place of host and port, or None."""
        to = self.connect.get(f"{host}:{port}".casefold())
        return split_address(to, port) if to else None

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Where to connect for that host and port, at most eight addresses.

        Raises ConnectFault with `dns` where the name has none, `resolver` where that is not known.
        """
        if (there := self.redirected(host, port)) is not None:
            if is_address(there[0]):
                return [there]
            host, port = there
        if is_address(host):
            return [(host, port)]
        known = await self.known(host)
        return [(one, port) for one in known.addresses[:MOST_ADDRESSES]]

    async def known(self, host: str) -> Known:
        """What DNS says of a name. Raises ConnectFault as `addresses` does."""
        if host not in self._asked:
            asked = asyncio.ensure_future(self._look_up(host))
            # where everybody who waited was cancelled, nobody is left to hear of a failure
            asked.add_done_callback(lambda one: one.cancelled() or one.exception())
            self._asked[host] = asked
        return await asyncio.shield(self._asked[host])

    async def _look_up(self, host: str) -> Known:
        if not self.resolvers:
            return await off_loop(lambda: _system(host))
        faults = []
        for one in self.resolvers:
            try:
                return await self._ask(one, host)
            except (dns.exception.DNSException, OSError) as error:
                if isinstance(error, ConnectFault):
                    raise
                faults.append(f"{one}: {type(error).__name__}")
        raise ConnectFault(
            TlsOutcome.RESOLVER, said("no resolver answered: {names}", names=", ".join(faults))
        )

    async def _ask(self, server: str, host: str) -> Known:
        """Ask one resolver for both families. Raises ConnectFault(dns) where there is no address."""
        resolver = dns.asyncresolver.Resolver(configure=False)
        address, port = split_address(server, 53)
        resolver.nameservers = [address]
        resolver.port = port
        resolver.timeout = resolver.lifetime = self.timeout
        name = dns.name.from_text(host)
        answers = await asyncio.gather(
            *(
                resolver.resolve(name, kind, raise_on_no_answer=False)
                for kind in (dns.rdatatype.A, dns.rdatatype.AAAA)
            ),
            return_exceptions=True,
        )
        found = [one for one in answers if isinstance(one, dns.resolver.Answer)]
        for one in answers:
            if isinstance(one, dns.resolver.NXDOMAIN):
                raise ConnectFault(TlsOutcome.DNS, said("the name does not exist"))
            if isinstance(one, BaseException) and not found:
                raise one
        addresses = tuple(item.address for one in found for item in one.rrset or ())
        canonical = found[0].canonical_name.to_text(omit_final_dot=True)
        if not addresses and canonical.casefold() == host.casefold():
            raise ConnectFault(TlsOutcome.DNS, said("the name has no address"))
        return Known(canonical, addresses)


def _system(host: str) -> Known:
    """The machine's own look-up. Raises ConnectFault."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except socket.gaierror as error:
        none = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        outcome = TlsOutcome.DNS if error.errno in none else TlsOutcome.RESOLVER
        raise ConnectFault(outcome, error.strerror or str(error)) from error
    except UnicodeError as error:
        raise ConnectFault(TlsOutcome.DNS, said("this is not a valid DNS name")) from error
    canonical = next((one[3] for one in found if one[3]), host)
    return Known(canonical, tuple(dict.fromkeys(str(one[4][0]) for one in found)))
