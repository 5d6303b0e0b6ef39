"""One connection, one hello, one reply: within one deadline, whatever the server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scanner.evidence.tls import StartTls, TlsOutcome
from scanner.sources.tls.addresses import Address
from scanner.sources.tls.faults import ConnectFault, fault_of
from scanner.sources.tls.hello import Hello
from scanner.sources.tls.reply import Reader, Reply
from scanner.sources.tls.starttls import start_tls
from scanner.text import said

_CHUNK = 16384

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy on the way, and what it is asked to connect to."""

    address: Address
    wanted: str


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a service, and what must be said there before TLS begins."""

    address: Address
    starttls: StartTls = ""
    through: Proxy | None = None


@asynccontextmanager
async def connected(place: Place) -> AsyncIterator[Streams]:
    """A connection that is ready for TLS, closed with the block. Raises OSError, EOFError."""
    address = place.through.address if place.through else place.address
    reader, writer = await asyncio.open_connection(*address)
    try:
        if place.through:
            await _pass(place.through, reader, writer)
        await start_tls(place.starttls, reader, writer)
        yield reader, writer
    finally:
        writer.transport.abort()


async def _pass(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """CONNECT (RFC 9110, 9.3.6). Raises ConnectFault where the proxy does not."""
    request = f"CONNECT {proxy.wanted} HTTP/1.1\r\nHost: {proxy.wanted}\r\n\r\n"
    writer.write(request.encode("ascii", "replace"))
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise ConnectFault(
            TlsOutcome.TOO_LARGE, said("an answer of the proxy without an end")
        ) from error
    words = head.split(None, 2)
    if len(words) < 2 or words[1] != b"200":  # noqa: PLR2004 - version and status
        first = head.partition(b"\r\n")[0][:80]
        raise ConnectFault(
            TlsOutcome.UNREACHABLE, said("the proxy answers {first}", first=repr(first))
        )


async def say(hello: Hello, host: str, place: Place, seconds: float) -> Reply:
    """What the server says to that hello. Never raises but for being cancelled."""
    heard = Reader()
    try:
        async with asyncio.timeout(seconds), connected(place) as (reader, writer):
            writer.write(hello.encode(host))
            while (data := await reader.read(_CHUNK)) and not heard.feed(data):
                pass
    except (OSError, EOFError) as error:
        fault = fault_of(error)
        heard.ended(fault.outcome, fault.detail)
    heard.ended(TlsOutcome.CLOSED, said("the server closed the connection"))
    return heard.reply
