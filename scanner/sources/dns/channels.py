"""Sending queries: many at once over one UDP socket, pipelined over TCP or TLS, or over HTTPS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass, field
from typing import Protocol

from scanner.sources.dns.servers import Server
from scanner.sources.dns.wire import matches
from scanner.text import said

_BUFFER = 1 << 20


class Silence(Exception):  # noqa: N818 - what happened, not an error of ours
    """No usable reply in the time given. `odd` says what arrived in its place."""

    def __init__(self, odd: str = "") -> None:
        super().__init__(odd or said("no reply"))
        self.odd = odd


class Unreachable(Exception):  # noqa: N818 - what happened, not an error of ours
    """Nothing listens there, no route leads there, or the connection broke."""


class Channel(Protocol):
    """A way to one server."""

    async def exchange(self, query: bytes, question: bytes, seconds: float) -> bytes:
        """The reply to a query. Raises Silence or Unreachable."""

    async def close(self) -> None:
        """Let go of sockets."""


@dataclass(slots=True)
class _Waiting:
    query: bytes
    question: bytes
    future: asyncio.Future[bytes]
    odd: str = ""


@dataclass(slots=True)
class _Desk:
    """Who waits for which reply; ids may repeat over time, never at one moment."""

    waiting: dict[bytes, _Waiting] = field(default_factory=dict)
    strays: int = 0

    def enter(self, query: bytes, question: bytes) -> _Waiting:
        """Wait for the reply to that query, under another id where its own is taken."""
        number = int.from_bytes(query[:2])
        while query[:2] in self.waiting:
            number = (number + 1) % 65536
            query = number.to_bytes(2) + query[2:]
        one = _Waiting(query, question, asyncio.get_running_loop().create_future())
        self.waiting[query[:2]] = one
        return one

    def arrived(self, data: bytes) -> None:
        """Hand a reply to who waits for it; what fits nobody is counted and dropped."""
        one = self.waiting.get(data[:2])
        if one is None:
            self.strays += 1
        elif not matches(data, one.query, one.question):
            one.odd = said("a reply to another question arrived")
        elif not one.future.done():
            one.future.set_result(data)

    def fail(self, error: Exception) -> None:
        """Tell everybody who waits that nothing more will come."""
        for one in self.waiting.values():
            if not one.future.done():
                one.future.set_exception(error)

    async def wait(self, one: _Waiting, seconds: float) -> bytes:
        """The reply, or Silence."""
        strays = self.strays

        def give_up() -> None:
            if not one.future.done():
                wrong = said("a reply with a wrong id arrived") if self.strays > strays else ""
                one.future.set_exception(Silence(one.odd or wrong))

        # One timer for each query: a timeout scope costs several times as much, thousands of times.
        timer = asyncio.get_running_loop().call_later(seconds, give_up)
        try:
            return await one.future
        finally:
            timer.cancel()
            self.waiting.pop(one.query[:2], None)


class UdpChannel(asyncio.DatagramProtocol):
    """Do53 over UDP. The socket is connected, so the kernel drops datagrams of other senders."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._desk = _Desk()
        self._transport: asyncio.DatagramTransport | None = None
        self._opening = asyncio.Lock()

    async def exchange(self, query: bytes, question: bytes, seconds: float) -> bytes:
        """Send one datagram and wait for its reply."""
        transport = await self._open()
        one = self._desk.enter(query, question)
        transport.sendto(one.query)
        return await self._desk.wait(one, seconds)

    async def _open(self) -> asyncio.DatagramTransport:
        async with self._opening:
            if self._transport is None:
                target = (self._server.address, self._server.port)
                try:
                    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                        lambda: self, remote_addr=target
                    )
                except OSError as error:
                    raise Unreachable(_words(error)) from error
                sock = transport.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
                self._transport = transport
            return self._transport

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - of the base
        """Take a reply in."""
        self._desk.arrived(data)

    def error_received(self, exc: Exception) -> None:
        """An ICMP error: nothing listens there."""
        self._desk.fail(Unreachable(_words(exc)))

    async def close(self) -> None:
        """Close the socket."""
        if self._transport is not None:
            self._transport.close()


class StreamChannel:
    """DNS over TCP or TLS: queries pipelined on one connection, replies in any order (RFC 7766)."""

    def __init__(self, server: Server, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context
        self._desk = _Desk()
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    async def exchange(self, query: bytes, question: bytes, seconds: float) -> bytes:
        """Send one query and wait for its reply; once more where an idle connection had ended."""
        reused = self._writer is not None
        try:
            return await self._exchange(query, question, seconds)
        except Unreachable:
            if not reused:
                raise
            return await self._exchange(query, question, seconds)

    async def _exchange(self, query: bytes, question: bytes, seconds: float) -> bytes:
        try:
            async with asyncio.timeout(seconds):
                writer = await self._open()
        except TimeoutError:
            raise Silence(said("the connection was not accepted in time")) from None
        one = self._desk.enter(query, question)
        try:
            writer.write(len(one.query).to_bytes(2) + one.query)
            return await self._desk.wait(one, seconds)
        except OSError as error:
            raise Unreachable(_words(error)) from error

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opening:
            if self._writer is None or self._writer.is_closing():
                host = self._server.host or self._server.address
                try:
                    reader, self._writer = await asyncio.open_connection(
                        self._server.address,
                        self._server.port,
                        ssl=self._context,
                        server_hostname=host if self._context else None,
                    )
                except OSError as error:
                    raise Unreachable(_words(error)) from error
                self._reading = asyncio.create_task(self._read(reader, self._writer))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(2))
                self._desk.arrived(await reader.readexactly(size))
        except (OSError, asyncio.IncompleteReadError):
            self._desk.fail(Unreachable(said("the connection was closed without an answer")))
        finally:
            writer.close()

    async def close(self) -> None:
        """Close the connection."""
        if self._reading is not None:
            self._reading.cancel()
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._writer.wait_closed()


def _words(error: BaseException) -> str:
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
