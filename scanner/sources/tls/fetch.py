"""Fetching what certificates point to, over plain HTTP. Their addresses are hostile input.

A name is resolved first; addresses of the inside are refused unless the configuration allows them; the
connection goes to the address that was checked; redirects are checked alike.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from scanner.config.model import Config
from scanner.sources.tls.addresses import Address, AddressBook, shown
from scanner.sources.tls.faults import ConnectFault, fault_of
from scanner.text import said

SMALL = 64 * 1024
BUNDLE = 1024 * 1024
LIST = 32 * 1024 * 1024
_CHUNK = 65536
_MOST_REDIRECTS = 2
_MOST_HEAD = 32 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back. `fault` is one coded word where nothing usable did, `detail` says more.

    Faults: location (not http), name, inside (an address that is not allowed), unreachable, timeout,
    not-http, redirects, too-large, status.
    """

    url: str
    body: bytes = b""
    status: int = 0
    fault: str = ""
    detail: str = ""


class _Refused(Exception):  # noqa: N818 - says what happened to the fetch
    """A fetch that is not made, or whose answer is not taken."""

    def __init__(self, fault: str, detail: str, status: int = 0) -> None:
        super().__init__(detail)
        self.fault, self.detail, self.status = fault, detail, status


@dataclass(slots=True)
class Fetcher:
    """Fetches each address once per run. `allowed` are networks and names inside that may be asked."""

    book: AddressBook
    seconds: float
    networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = ()
    names: frozenset[str] = frozenset()
    _asked: dict[tuple[str, bytes], asyncio.Future[Fetched]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config, book: AddressBook) -> Fetcher:
        """What [trust] fetch_inside allows, and the hosts that the configuration names anyway."""
        networks, names = [], {one.name.casefold() for one in config.hosts}
        for one in config.trust.fetch_inside:
            try:
                networks.append(ipaddress.ip_network(one, strict=False))
            except ValueError:
                names.add(one.casefold())
        return cls(book, config.network.timeout, networks, frozenset(names))

    async def get(self, url: str, most: int) -> Fetched:
        """GET, at most that many bytes. Never raises but for being cancelled."""
        return await self._once(url, b"", most)

    async def post(self, url: str, body: bytes, most: int) -> Fetched:
        """POST of an OCSP request, at most that many bytes of answer."""
        return await self._once(url, body, most)

    async def _once(self, url: str, body: bytes, most: int) -> Fetched:
        key = (url, body)
        if key not in self._asked:
            self._asked[key] = asyncio.ensure_future(self._fetch(url, body, most))
        return await asyncio.shield(self._asked[key])

    async def _fetch(self, url: str, body: bytes, most: int) -> Fetched:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._follow(url, body, most)
        except _Refused as refused:
            return Fetched(url, b"", refused.status, refused.fault, refused.detail)
        except TimeoutError:
            return Fetched(url, fault="timeout", detail=said("no answer in time"))
        except (OSError, EOFError) as error:
            return Fetched(url, fault="unreachable", detail=fault_of(error).detail)

    async def _follow(self, url: str, body: bytes, most: int) -> Fetched:
        at = url
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._ask(at, body, most)
            if response.status not in _REDIRECTS:
                break
            at = urljoin(at, response.getheader("Location") or "")
        else:
            raise _Refused(
                "redirects",
                said("more than {most} redirects", most=_MOST_REDIRECTS),
            )
        if response.status != 200:  # noqa: PLR2004 - the only status with what was asked for
            raise _Refused("status", f"HTTP status {response.status}", response.status)
        try:
            return Fetched(url, response.read(), response.status)
        except HTTPException as error:
            raise _Refused(
                "not-http", said("a broken answer: {kind}", kind=type(error).__name__)
            ) from error

    async def _ask(self, url: str, body: bytes, most: int) -> HTTPResponse:
        """One request to one checked address. Raises _Refused, OSError, EOFError."""
        host, port, target = _taken_apart(url)
        address = await self._checked(host, port)
        reader, writer = await asyncio.open_connection(*address)
        try:
            writer.write(_request(host, port, target, body))
            return _response(await _read(reader, most))
        finally:
            writer.transport.abort()

    async def _checked(self, host: str, port: int) -> Address:
        """An address of the host that may be asked. Raises _Refused."""
        there = self.book.redirected(host, port)
        try:
            addresses = await self.book.addresses(host, port)
        except ConnectFault as fault:
            raise _Refused("name", fault.detail) from fault
        if there is not None or host.casefold() in self.names:
            return addresses[0]
        for one in addresses:
            address = ipaddress.ip_address(one[0].partition("%")[0])
            if address.is_global or any(address in network for network in self.networks):
                return one
        raise _Refused(
            "inside",
            said(
                "{address} is an inside address; trust.fetch_inside can allow it",
                address=shown(addresses[0]),
            ),
        )


def _taken_apart(url: str) -> tuple[str, int, str]:
    """Host, port and request target. Raises _Refused for anything but plain HTTP."""
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError as error:
        raise _Refused("location", said("this is no valid address")) from error
    if parts.scheme.casefold() != "http" or not parts.hostname:
        raise _Refused(
            "location", said("only http is fetched, not {scheme}", scheme=repr(parts.scheme[:20]))
        )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not target.isascii() or not target.isprintable() or " " in target:
        raise _Refused("location", said("the address holds characters that no address may hold"))
    return parts.hostname, port, target


def _request(host: str, port: int, target: str, body: bytes) -> bytes:
    named = f"[{host}]" if ":" in host else host
    lines = [
        f"{'POST' if body else 'GET'} {target} HTTP/1.1",
        f"Host: {named}" if port == 80 else f"Host: {named}:{port}",  # noqa: PLR2004 - the default
        "User-Agent: emsready",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if body:
        lines += ["Content-Type: application/ocsp-request", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace") + body


async def _read(reader: asyncio.StreamReader, most: int) -> bytes:
    """Head and body, until the length is reached or the server ends. Raises _Refused, OSError."""
    data = bytearray()
    length: int | None = None
    while chunk := await reader.read(_CHUNK):
        data += chunk
        if len(data) > most + _MOST_HEAD:
            raise _Refused("too-large", said("more than {most} bytes", most=most))
        if length is None:
            length = _whole_length(data)
        if length is not None and len(data) >= length:
            break
    return bytes(data)


def _whole_length(data: bytearray) -> int | None:
    """How long head and body are together, once the head is there and says so; chunks end alike."""
    head, blank, _ = data.partition(b"\r\n\r\n")
    if not blank:
        return None
    for line in head.lower().split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip() == b"content-length" and value.strip().isdigit():
            return len(head) + 4 + int(value)
        if name.strip() == b"transfer-encoding" and data.endswith(b"\r\n0\r\n\r\n"):
            return len(data)
    return None


class _Socket:
    """Bytes in the place of a socket, for the parser of the standard library."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, mode: str) -> BytesIO:
        """The bytes, to be read."""
        del mode
        return BytesIO(self._data)


def _response(data: bytes) -> HTTPResponse:
    response = HTTPResponse(cast("Any", _Socket(data)))
    try:
        response.begin()
    except (HTTPException, ValueError) as error:
        raise _Refused(
            "not-http", said("the answer is no HTTP: {data}", data=repr(data[:40]))
        ) from error
    return response
