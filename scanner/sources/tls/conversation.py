"""One connection, one hello, one reply: within one deadline, whatever the server does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from scanner.evidence.tls import StartTls, TlsOutcome
from scanner.sources.tls.addresses import Address
from scanner.sources.tls.faults import fault_of
from scanner.sources.tls.hello import Hello
from scanner.sources.tls.reply import Reader, Reply
from scanner.sources.tls.starttls import start_tls

_CHUNK = 16384

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Place:
    """One address of a service, and what must be said there before TLS begins."""

    address: Address
    starttls: StartTls = ""


@asynccontextmanager
async def connected(place: Place) -> AsyncIterator[Streams]:
    """A connection that is ready for TLS, closed with the block. Raises OSError, EOFError."""
    reader, writer = await asyncio.open_connection(*place.address)
    try:
        await start_tls(place.starttls, reader, writer)
        yield reader, writer
    finally:
        writer.transport.abort()


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
    heard.ended(TlsOutcome.CLOSED, "the server closed the connection")
    return heard.reply
