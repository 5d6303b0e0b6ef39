"""A small DNS server on loopback, UDP and TCP on one port."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from types import TracebackType
from typing import Self

import dns.exception
import dns.message
import dns.rcode

from scanner.lab.dns.zones import Zones

_UDP_LIMIT = 512
_HEADER = 2


class DnsServer:
    """Serves zones on 127.0.0.1 while it is entered. `asked` counts the queries that arrived.

    With `refuses` it answers as a server does that is asked for zones of others.
    """

    def __init__(self, zones: Zones, *, refuses: bool = False) -> None:
        self.zones = zones
        self.refuses = refuses
        self.asked = 0
        self._tcp, self._udp = _same_port()
        self._tcp.home = self
        self._threads = [
            threading.Thread(target=self._serve_udp, name="lab-dns-udp", daemon=True),
            threading.Thread(
                target=self._tcp.serve_forever, args=(0.02,), name="lab-dns-tcp", daemon=True
            ),
        ]

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._udp.getsockname()[1])

    @property
    def address(self) -> str:
        """Address and port, as [dns] external and internal take them."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()
        with contextlib.suppress(OSError):
            self._udp.shutdown(socket.SHUT_RDWR)
        self._udp.close()

    def _serve_udp(self) -> None:
        while True:
            try:
                data, sender = self._udp.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            with contextlib.suppress(OSError):
                self._udp.sendto(self.reply(data, tcp=False), sender)

    def reply(self, data: bytes, *, tcp: bool) -> bytes:
        """The reply to a query; nothing for what is no query."""
        try:
            query = dns.message.from_wire(data)
            self.asked += 1
            limit = 65535 if tcp else max(_UDP_LIMIT, query.payload)
            response = _refusal(query) if self.refuses else self.zones.answer(query)
            return _fit(response, limit)
        except (dns.exception.DNSException, IndexError, ValueError):
            return b""


def _refusal(query: dns.message.Message) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.REFUSED)
    return response


def _fit(response: dns.message.Message, limit: int) -> bytes:
    try:
        return response.to_wire(max_size=limit)
    except dns.exception.TooBig:
        response.answer.clear()
        response.authority.clear()
        response.flags |= 0x0200
        return response.to_wire()


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    home: DnsServer


class _Handler(socketserver.StreamRequestHandler):
    timeout = 5
    server: _Tcp

    def handle(self) -> None:
        """Answer queries until the client closes."""
        with contextlib.suppress(OSError):
            while len(head := self.rfile.read(_HEADER)) == _HEADER:
                reply = self.server.home.reply(self.rfile.read(int.from_bytes(head)), tcp=True)
                if not reply:
                    return
                self.wfile.write(len(reply).to_bytes(_HEADER) + reply)


def _same_port() -> tuple[_Tcp, socket.socket]:
    """A TCP and a UDP socket on one free port."""
    for _ in range(50):
        tcp = _Tcp(("127.0.0.1", 0), _Handler)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(("127.0.0.1", tcp.server_address[1]))
        except OSError:
            udp.close()
            tcp.server_close()
        else:
            return tcp, udp
    raise OSError("no port is free for both TCP and UDP")
