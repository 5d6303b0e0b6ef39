"""Ways out through a proxy: HTTP CONNECT and SOCKS 5, spoken by hand so that refusals are seen."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scanner.evidence.reachability import HttpSeen, Why
from scanner.sources.reachability.http import BadAnswerError, ask, basic
from scanner.text import said

_SOCKS = 5
_NO_METHOD = 0xFF
_PASSWORD = 2
_DEFAULT_PORTS = {"http": 8080, "socks5": 1080, "socks5h": 1080}
# RFC 1928, 6
_REPLIES = {
    1: (Why.PROXY_DENIED, said("general failure")),
    2: (Why.PROXY_DENIED, said("not allowed by its rules")),
    3: (Why.HOST_UNREACHABLE, said("the proxy has no route")),
    4: (Why.HOST_UNREACHABLE, said("the proxy cannot reach the host")),
    5: (Why.TCP_REFUSED, said("refused behind the proxy")),
    6: (Why.TCP_TIMEOUT, said("no answer behind the proxy")),
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy. `scheme` is http, socks5 (names resolved here) or socks5h (names resolved there)."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    @property
    def path(self) -> str:
        """The word of Probe.path."""
        return "proxy" if self.scheme == "http" else "socks"

    @property
    def label(self) -> str:
        """How it is called in evidence: never with credentials."""
        return f"{self.scheme}://{self.host}:{self.port}"


class ProxyRefusal(Exception):  # noqa: N818 - an answer, not an error
    """The proxy did not let a connection through."""

    def __init__(self, reason: Why, detail: str = "", answer: HttpSeen | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.answer = reason, detail, answer


def parse_proxy(text: str) -> Proxy:
    """'host:port' or a URL. Raises ValueError saying what is right."""
    url = urlsplit(text if "://" in text else f"http://{text}")
    if url.scheme not in _DEFAULT_PORTS or not url.hostname:
        raise ValueError(f"expected HOST:PORT, http://, socks5:// or socks5h://, got {text!r}")
    return Proxy(
        url.scheme,
        url.hostname,
        url.port or _DEFAULT_PORTS[url.scheme],
        unquote(url.username or ""),
        unquote(url.password or ""),
    )


@dataclass(frozen=True, slots=True)
class Environment:
    """The proxy variables of this process, as curl and most other programs read them."""

    http: str = ""
    https: str = ""
    all: str = ""
    bypass: tuple[str, ...] = ()

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> Environment:
        """Lower case counts before upper case."""

        def value(name: str) -> str:
            return (variables.get(name) or variables.get(name.upper()) or "").strip()

        exceptions = tuple(filter(None, re.split(r"[,\s]+", value("no_proxy"))))
        return cls(value("http_proxy"), value("https_proxy"), value("all_proxy"), exceptions)

    def for_target(self, protocol: str, host: str, port: int) -> str:
        """The proxy of that destination, or '' for direct."""
        if bypassed(self.bypass, host, port):
            return ""
        return (self.http if protocol == "http" else self.https) or self.all


def bypassed(rules: tuple[str, ...], host: str, port: int) -> bool:
    """Whether a no_proxy list exempts that destination: suffixes, ports, addresses, networks, *."""
    host = host.casefold().rstrip(".")
    return any(_exempts(rule.casefold(), host, port) for rule in rules)


def _exempts(rule: str, host: str, port: int) -> bool:
    if rule == "*":
        return True
    name, _, number = rule.rpartition(":")
    if name and number.isdigit() and "]" not in number and name.count(":") == 0:
        if int(number) != port:
            return False
        rule = name
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule.strip("[]"), strict=False)
    except (ValueError, TypeError):
        suffix = rule.removeprefix("*").lstrip(".")
        return bool(suffix) and (host == suffix or host.endswith(f".{suffix}"))


async def connect_through(
    sock: socket.socket,
    proxy: Proxy,
    host: str,
    port: int,
    *,
    seconds: float,
    sign_in: bool = True,
    address: str = "",
) -> None:
    """Have the proxy connect to a destination over this connection to it.

    Without `sign_in` no credentials are shown even where there are some. `address` is what socks5
    is asked for in place of the name. Raises ProxyRefusal, TimeoutError and OSError.
    """
    if proxy.scheme == "http":
        await _http_connect(sock, proxy, host, port, seconds, sign_in=sign_in)
    else:
        try:
            async with asyncio.timeout(seconds):
                await _socks_greeting(sock, proxy, sign_in=sign_in)
        except TimeoutError:
            raise ProxyRefusal(Why.PROXY_UNREACHABLE, said("no SOCKS 5 proxy answers")) from None
        async with asyncio.timeout(seconds):
            await _socks_connect(sock, address if proxy.scheme == "socks5" else host, port)


async def _http_connect(
    sock: socket.socket, proxy: Proxy, host: str, port: int, seconds: float, *, sign_in: bool
) -> None:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    shown = (basic(proxy.user, proxy.password),) if proxy.user and sign_in else ()
    try:
        answer = await ask(sock, where, where, method="CONNECT", seconds=seconds, headers=shown)
    except BadAnswerError as error:
        raise ProxyRefusal(
            Why.PROXY_UNREACHABLE, said("no HTTP proxy answers: {error}", error=str(error))
        ) from error
    if answer.status // 100 != 2:  # noqa: PLR2004 - RFC 9110, 9.3.6: any 2xx opens the tunnel
        raise ProxyRefusal(proxy_reason(answer), f"status {answer.status}", answer)


def proxy_reason(answer: HttpSeen) -> Why:
    """What an answer that comes from a proxy says."""
    if answer.status == 407:  # noqa: PLR2004
        return Why.PROXY_AUTH_REQUIRED
    if answer.status == 511 or 300 <= answer.status < 400:  # noqa: PLR2004 - RFC 6585, 6
        return Why.CAPTIVE_PORTAL
    return Why.PROXY_DENIED


async def _socks_greeting(sock: socket.socket, proxy: Proxy, *, sign_in: bool) -> None:
    loop = asyncio.get_running_loop()
    methods = b"\x00\x02" if proxy.user and sign_in else b"\x00"
    await loop.sock_sendall(sock, bytes([_SOCKS, len(methods)]) + methods)
    version, method = await _exactly(sock, 2)
    if version != _SOCKS:
        raise ProxyRefusal(Why.PROXY_UNREACHABLE, said("no SOCKS 5 proxy answers"))
    if method == _NO_METHOD or (method == _PASSWORD and not (proxy.user and sign_in)):
        raise ProxyRefusal(Why.PROXY_AUTH_REQUIRED, said("the proxy wants a sign-in"))
    if method == _PASSWORD:  # RFC 1929
        user, password = proxy.user.encode()[:255], proxy.password.encode()[:255]
        message = b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password
        await loop.sock_sendall(sock, message)
        _, status = await _exactly(sock, 2)
        if status:
            raise ProxyRefusal(Why.PROXY_AUTH_REQUIRED, said("the proxy refuses the sign-in"))


async def _socks_connect(sock: socket.socket, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, b"\x05\x01\x00" + _socks_host(host) + struct.pack(">H", port))
    _, reply, _, kind = await _exactly(sock, 4)
    if reply:
        reason, detail = _REPLIES.get(reply, (Why.PROXY_DENIED, f"reply {reply}"))
        raise ProxyRefusal(reason, detail)
    length = {1: 4, 4: 16}.get(kind) or (await _exactly(sock, 1))[0]
    await _exactly(sock, length + 2)


def _socks_host(host: str) -> bytes:
    try:
        packed = ipaddress.ip_address(host).packed
    except ValueError:
        name = host.encode("idna")[:255]
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if len(packed) == 4 else b"\x04") + packed  # noqa: PLR2004 - IPv4


async def _exactly(sock: socket.socket, count: int) -> bytes:
    """Read that many bytes. Raises ConnectionResetError where the other side closes before."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < count:
        more = await loop.sock_recv(sock, count - len(data))
        if not more:
            raise ConnectionResetError(said("the proxy closed the connection"))
        data += more
    return data
