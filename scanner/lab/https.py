"""A small HTTPS server on loopback for parts of the lab: one function answers every GET."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Page:
    """One answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()


Answering = Callable[[str], Page]
"""The answer to GET of a path, which comes in lower case and without its query."""


@dataclass(slots=True)
class Requests:
    """What arrived, so that a test can prove that a scan only reads: method, path, headers."""

    seen: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)


class HttpsServer:
    """Serves while it is entered. `skew` is how far the server's clock is ahead, in seconds."""

    def __init__(
        self, certificate: Path, answer: Answering, name: str, *, skew: float = 0.0
    ) -> None:
        self.requests = Requests()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.answering, self._server.skew, self._server.log = answer, skew, self.requests
        self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.tls.load_cert_chain(certificate)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=name, daemon=True
        )

    @property
    def address(self) -> str:
        """Where it listens, as 'address:port'."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    answering: Answering
    tls: ssl.SSLContext
    skew: float
    log: Requests

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is not worth a traceback."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    server: _Server

    def setup(self) -> None:
        """Shake hands in the connection's own thread, so that one client cannot block others."""
        self.request.settimeout(self.timeout)
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        """Close the wrapped socket as well: the server closes only the bare one."""
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()

    def parse_request(self) -> bool:
        """Note whatever arrives, then go on."""
        understood = super().parse_request()
        if understood:
            self.server.log.seen.append((self.command, self.path, dict(self.headers)))
        return understood

    def do_GET(self) -> None:
        """Answer a read; anything else is refused by the base."""
        page = self.server.answering(self.path.partition("?")[0].casefold())
        self.send_response(page.status)
        self.send_header("Content-Type", page.kind)
        self.send_header("Content-Length", str(len(page.body)))
        for name, value in page.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date of this server's own clock."""
        return formatdate((timestamp or time()) + self.server.skew, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: `requests` holds what arrived."""
