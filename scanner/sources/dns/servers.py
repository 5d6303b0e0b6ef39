"""Name servers as the configuration names them: address, URL or the resolvers of this host."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import dns.resolver

from scanner.config.model import Config

Transport = Literal["udp", "tls", "https"]

_PORTS: dict[Transport, int] = {"udp": 53, "tls": 853, "https": 443}


class BadServer(ValueError):  # noqa: N818 - it says what the text is
    """A text that names no server; the message says what would."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server and how to speak to it. `host` is the name that its certificate has to carry.

    `address` is empty where the host of a URL has still to be resolved.
    """

    address: str
    port: int = 53
    transport: Transport = "udp"
    host: str = ""
    path: str = ""

    @property
    def label(self) -> str:
        """How reports name it; the port only where it is not the usual one."""
        name = self.host or self.address
        shown = f"[{name}]" if ":" in name else name
        port = "" if self.port == _PORTS[self.transport] else f":{self.port}"
        if self.transport == "udp":
            return f"{shown}{port}" if port else name
        return f"{self.transport}://{shown}{port}{self.path}"


def parse_server(text: str, connect: Mapping[str, str] | None = None) -> Server:
    """A server from "192.0.2.1", "[2001:db8::1]:53", "tls://host:853" or "https://host/dns-query".

    `connect` redirects a "host:port" to an "address:port", as [network] connect does.
    Raises BadServer.
    """
    if "://" in text:
        return _from_url(text, connect or {})
    host, port = _split(text)
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError as error:
        raise BadServer(f"{text!r}: expected an address such as 192.0.2.1:53") from error
    return redirected(Server(address, port or 53), connect or {})


def redirected(server: Server, connect: Mapping[str, str]) -> Server:
    """The same server under the address that [network] connect gives for it."""
    wanted = server.host or server.address
    shown = f"[{wanted}]" if ":" in wanted else wanted
    target = connect.get(f"{shown}:{server.port}")
    if target is None:
        return server
    address, port = _split(target)
    return Server(address, port or server.port, server.transport, server.host, server.path)


def _from_url(text: str, connect: Mapping[str, str]) -> Server:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadServer(f"{text!r}: {error}") from error
    if parts.scheme not in ("tls", "https") or not parts.hostname:
        raise BadServer(f"{text!r}: expected tls://host or https://host/dns-query")
    transport: Transport = "tls" if parts.scheme == "tls" else "https"
    host = parts.hostname
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        address = ""
    path = (parts.path or "/dns-query") if transport == "https" else ""
    server = Server(address, port or _PORTS[transport], transport, host, path)
    return redirected(server, connect)


def _split(text: str) -> tuple[str, int | None]:
    """Address and port of "a:1", "[v6]:1", "a" or "v6". Raises BadServer for a bad port."""
    host, port = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, port = text.split(":")
    if not port:
        return host, None
    if not port.isdigit() or not 0 < int(port) < 65536:  # noqa: PLR2004 - ports have 16 bits
        raise BadServer(f"{text!r}: expected a port from 1 to 65535")
    return host, int(port)


def parse_servers(texts: Iterable[str], connect: Mapping[str, str]) -> list[Server]:
    """Several servers, each once, in the order given. Raises BadServer."""
    return list(dict.fromkeys(parse_server(text, connect) for text in texts))


def host_resolvers() -> list[Server]:
    """The resolvers that this host itself uses; none where it names none."""
    try:
        found = dns.resolver.Resolver()
    except (dns.resolver.NoResolverConfiguration, OSError):
        return []
    texts = [str(one) for one in found.nameservers]
    return [Server(one.partition("%")[0]) for one in texts if "://" not in one]


def external_servers(config: Config) -> list[Server]:
    """The resolvers of the public view: those of [dns] external, else those of this host."""
    if config.dns.external:
        return parse_servers(config.dns.external, config.network.connect)
    return host_resolvers()
