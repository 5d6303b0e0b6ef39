"""One GET after the other over a kept connection, each under a deadline that a drip cannot stretch.

Nothing else is ever sent: no other method, no credentials, no answer to a challenge, no request to
where a redirect points.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scanner import __version__
from scanner.deadline import Deadline
from scanner.evidence.federation import Outcome
from scanner.sources.federation.reach import Distrusted, HttpFault, open_first
from scanner.sources.tls.addresses import Address
from scanner.text import said

_HEADERS = {
    "User-Agent": f"emsready/{__version__} (readiness assessment; reads only)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
_MOST_ADDRESSES = 4
_PIECE = 64 * 1024
_LONGEST_TUNNEL_ANSWER = 16 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `asked` is this machine's clock at the middle of the request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    whole: bool
    asked: datetime
    round_trip: float


@dataclass(frozen=True, slots=True)
class Way:
    """How to reach a host: its name, the addresses to try, and TLS settings (None: plain http).

    `timeout` bounds one whole request, in seconds. `proxy` is a CONNECT proxy as 'host:port' that
    `addresses` then lead to.
    """

    host: str
    port: int
    addresses: tuple[Address, ...]
    tls: ssl.SSLContext | None
    timeout: float
    tunnel: bool = False


class Line:
    """A connection that is kept between requests. Not for several threads at once."""

    def __init__(self, way: Way, deadline: Deadline) -> None:
        self._way = way
        self._deadline = deadline
        self._kept: _Connection | None = None

    def get(self, path: str, most: int) -> Reply:
        """The answer to GET path, its body cut after `most` bytes. Raises HttpFault."""
        deadline = self._deadline.sooner(self._way.timeout)
        if self._kept is not None:
            try:
                return self._ask(self._kept, path, most, deadline)
            except HttpFault as fault:
                if fault.outcome is not Outcome.RESET:
                    raise
        self._kept = self._open(deadline)  # the first, or a kept one that the server has closed
        return self._ask(self._kept, path, most, deadline)

    def close(self) -> None:
        """Close the connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _open(self, deadline: Deadline) -> _Connection:
        self.close()
        way = self._way
        tried = way.addresses[:_MOST_ADDRESSES]
        sock = open_first(tried, deadline, way.timeout / max(1, len(tried)))
        try:
            if way.tunnel:
                _tunnel(sock, way, deadline)
            if way.tls is not None:
                sock.settimeout(deadline.left(way.timeout))
                sock = way.tls.wrap_socket(sock, server_hostname=way.host)
            return _Connection(way, sock)
        except ssl.SSLCertVerificationError as error:
            sock.close()
            raise Distrusted(Outcome.TLS, error.verify_message[:200], early=True) from error
        except OSError as error:
            sock.close()
            raise _fault(error, Outcome.TLS, early=True) from error

    def _ask(self, connection: _Connection, path: str, most: int, deadline: Deadline) -> Reply:
        connection.timed.deadline = deadline
        try:
            began, at = time.monotonic(), datetime.now(UTC)
            connection.request("GET", path, headers=_HEADERS)
            response = connection.getresponse()
            spent = time.monotonic() - began
            body = _body(response, most)
            response.close()  # read1 leaves it open even at its end
            whole = len(body) <= most
            if not whole or response.will_close:
                self.close()
        except http.client.RemoteDisconnected as error:
            raise self._lost(
                Outcome.RESET, said("the connection was closed without an answer")
            ) from error
        except http.client.HTTPException as error:
            told = said("this is no HTTP answer ({kind})", kind=type(error).__name__)
            raise self._lost(Outcome.NOT_HTTP, told) from error
        except OSError as error:
            self.close()
            raise _fault(error, Outcome.RESET) from error
        middle = datetime.fromtimestamp(at.timestamp() + spent / 2, UTC)
        return Reply(response.status, response.headers, body[:most], whole, middle, spent)

    def _lost(self, outcome: Outcome, detail: str) -> HttpFault:
        self.close()
        return HttpFault(outcome, detail)


def _body(response: http.client.HTTPResponse, most: int) -> bytes:
    """The body up to one byte more than `most`. A body that breaks off counts as far as it came."""
    parts: list[bytes] = []
    size = 0
    try:
        while size <= most and (part := response.read1(_PIECE)):
            parts.append(part)
            size += len(part)
    except http.client.IncompleteRead as error:
        parts.append(error.partial)
    return b"".join(parts)[: most + 1]


def _fault(error: OSError, otherwise: Outcome, *, early: bool = False) -> HttpFault:
    if isinstance(error, HttpFault):
        return error
    if isinstance(error, TimeoutError):
        return HttpFault(Outcome.TIMEOUT, said("no answer in time"), early=early)
    if isinstance(error, ssl.SSLError):
        told = (error.reason or said("no TLS session came about")).replace("_", " ").lower()
        return HttpFault(otherwise, told[:200], early=early)
    return HttpFault(otherwise, error.strerror or type(error).__name__, early=early)


def _tunnel(sock: socket.socket, way: Way, deadline: Deadline) -> None:
    """Have the proxy connect us through. Raises HttpFault with what it says."""
    name = f"[{way.host}]" if ":" in way.host else way.host
    sock.settimeout(deadline.left(way.timeout))
    sock.sendall(f"CONNECT {name}:{way.port} HTTP/1.1\r\nHost: {name}:{way.port}\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        sock.settimeout(deadline.left(way.timeout))
        piece = sock.recv(1)  # not a byte more: what follows belongs to TLS
        if not piece or len(got) > _LONGEST_TUNNEL_ANSWER:
            raise HttpFault(
                Outcome.NOT_HTTP, said("the proxy gave no answer to CONNECT"), early=True
            )
        got += piece
    status = got.split(b"\r\n", 1)[0].split()[1:2]
    if status != [b"200"]:
        told = (status[0] if status else b"nothing").decode("ascii", "replace")[:20]
        raise HttpFault(
            Outcome.UNREACHABLE, said("the proxy answered {told} to CONNECT", told=told), early=True
        )


class _Connection(http.client.HTTPConnection):
    """http.client over a socket that is already connected and watches the clock."""

    def __init__(self, way: Way, sock: socket.socket) -> None:
        super().__init__(way.host, way.port)
        self.default_port = 443 if way.tls else 80
        self.auto_open = 0
        self.timed = _Timed(sock)
        self.sock: Any = self.timed


class _Timed:
    """The part of a socket that http.client uses, each operation within what is left of time."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.deadline = Deadline.after(0)

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self.deadline.remaining() or 0.001)
        self._sock.sendall(data)

    def receive(self, into: memoryview) -> int:
        self._sock.settimeout(self.deadline.left(self.deadline.remaining()))
        return self._sock.recv_into(into)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - always for reading
        return io.BufferedReader(_Reader(self), _PIECE)

    def close(self) -> None:
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._timed.receive(memoryview(buffer))
