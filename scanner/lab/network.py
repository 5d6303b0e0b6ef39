"""What the sample organisation gets out to: every required endpoint, answered on loopback.

Two things are wrong in the troubled variant, as in many real ones: a rule refuses some content hosts
of Intune, and TLS inspection presents its own certificates where Intune does not accept that.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanner.lab.authority import Authority
from scanner.lab.organisation import Organisation
from scanner.sources.reachability.catalogue import bundled
from scanner.words import Cloud

ROLES = ("client", "managed-device")
BLOCKED = ("swda01-mscdn.manage.microsoft.com", "swda02-mscdn.manage.microsoft.com")
INSPECTED = ("manage.microsoft.com", "graph.microsoft.com")
_PAGES = {
    "www.msftconnecttest.com": (200, "Microsoft Connect Test"),
    "captive.apple.com": (200, "<HTML><BODY>Success</BODY></HTML>"),
    "connectivitycheck.gstatic.com": (204, ""),
}
_NTP_EPOCH = 2208988800
_STUN_COOKIE = b"\x21\x12\xa4\x42"


class LabNetwork:
    """The servers behind the endpoint list, in one event loop on a thread of their own."""

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        self._healthy = organisation.healthy
        self._trust = folder / "machine-roots.pem"
        inspection = Authority("Contoso Web Gateway CA", authority.now)
        self._trust.write_bytes(authority.root_pem() + inspection.root_pem())
        self._genuine = _context(authority, _names(), folder, "internet")
        self._forged = _context(inspection, list(INSPECTED), folder, "inspection")
        self._ports: dict[str, int] = {}
        self._servers: list[asyncio.Server | asyncio.DatagramTransport] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def settings(self) -> Mapping[str, object]:
        """Every endpoint leads here; in the troubled variant a few lead to the faults."""
        here = {key: f"127.0.0.1:{port}" for key, port in self._ports.items()}
        connect = {"*:443": here["tls"], "*:80": here["http"], "*:123": here["ntp"]}
        connect |= {f"*:{port}": here["stun"] for port in range(3478, 3482)}
        if not self._healthy:
            connect |= {f"{name}:443": "127.0.0.1:1" for name in BLOCKED}
            connect |= {f"{name}:443": here["forged"] for name in INSPECTED}
        network: dict[str, Any] = {
            "roles": list(ROLES),
            "vantage": "Head office",
            "connect": connect,
        }
        return {"network": network, "trust": {"ca_file": str(self._trust)}}

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _start(self) -> None:
        for name, context in (("tls", self._genuine), ("forged", self._forged), ("http", None)):
            serve = _page if context is None else _silent
            server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, backlog=1024)
            self._servers.append(server)
            self._ports[name] = int(server.sockets[0].getsockname()[1])
        for name, protocol in (("ntp", _Time), ("stun", _Stun)):
            transport, _ = await self._loop.create_datagram_endpoint(
                protocol, local_addr=("127.0.0.1", 0)
            )
            self._servers.append(transport)
            self._ports[name] = int(transport.get_extra_info("sockname")[1])

    async def _stop(self) -> None:
        for one in self._servers:
            one.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # closing a transport takes one more turn of the loop


def _names() -> list[str]:
    """Every host that the roles of the lab are probed for."""
    areas = bundled().areas(ROLES, Cloud.WORLDWIDE, {}, "")
    return sorted({host for area in areas for row in area.rows for host in row.hosts})


def _context(authority: Authority, names: list[str], folder: Path, file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue(names).write(folder, file))
    return context


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """TLS and nothing behind it: a scan looks no further."""
    with contextlib.suppress(OSError):
        await reader.read(1)
    writer.close()


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A page for whatever is asked; the pages that operating systems know come back as they should."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        host = next((line[6:] for line in head.split("\r\n") if line.startswith("Host: ")), "")
        status, body = _PAGES.get(host, (200, "lab"))
        writer.write(f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        await writer.drain()
    writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """A UDP service that answers each datagram with another one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert hasattr(transport, "sendto")  # noqa: S101 - it is made for datagrams
        self._send = transport.sendto

    def datagram_received(self, data: bytes, address: tuple[str | Any, int]) -> None:
        """Answer, where there is an answer."""
        answer = self.answer(data)
        if answer:
            self._send(answer, address)

    def answer(self, data: bytes) -> bytes:
        """The answer to one datagram, or b''."""
        raise NotImplementedError


class _Time(_Datagrams):
    """SNTP (RFC 4330) with the clock of this machine."""

    def answer(self, data: bytes) -> bytes:
        """Mode 4, stratum 2, and the time twice."""
        now = time.time() + _NTP_EPOCH
        stamp = struct.pack(">II", int(now), int((now % 1) * 2**32))
        head = bytes([0x24, 2, 6, 0xE8]) + bytes(12) + stamp
        return head + data[40:48] + stamp + stamp if len(data) >= 48 else b""  # noqa: PLR2004


class _Stun(_Datagrams):
    """STUN binding (RFC 8489) without attributes."""

    def answer(self, data: bytes) -> bytes:
        """Success, with the transaction id of the request."""
        return b"\x01\x01\x00\x00" + _STUN_COOKIE + data[8:20]


__all__ = ["BLOCKED", "INSPECTED", "ROLES", "LabNetwork"]
