"""The HTTPS server of the lab's tenant."""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from scanner.lab.authority import Authority
from scanner.lab.federation import configurations, realm
from scanner.lab.organisation import Organisation
from scanner.lab.tenant.facts import WORKLOADS, Facts
from scanner.lab.tenant.faults import Faults, Reply, refusal
from scanner.lab.tenant.graph import Graph
from scanner.lab.tenant.login import Login

_LARGEST_FORM = 65536


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that arrived: what was asked, when (monotonic), and whether it carried a token."""

    method: str
    path: str
    at: float
    authorised: bool
    query: str = ""


class LabTenant:
    """Sign-in and Graph of the sample organisation, reachable at `base` while it is entered.

    `requests` records whatever arrives, so that a test can prove that a scan only reads.
    """

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        self.organisation = organisation
        self._certificate = authority.issue_application("emsready scan").write(folder, "scan")
        self.faults = Faults()
        self.login = Login(organisation)
        self.graph = Graph(Facts(organisation, authority.now), self.faults)
        for name, held in configurations(organisation, authority).items():
            self.graph.holdings[f"v1.0 /domains/{name}/federationConfiguration"] = held
        self.requests: list[Seen] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tenant = self
        self._server.tls = _context(authority, folder)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="lab-tenant", daemon=True
        )

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self._server.server_address[1])

    def settings(self) -> Mapping[str, object]:
        """What a configuration says to have this tenant read."""
        mine = self.organisation
        return {
            "scope": {
                "platforms": ["windows", "ios", "android"],
                "workloads": list(WORKLOADS),
                "pilot_groups": ["EMS pilot"],
            },
            "tenant": {
                "domain": mine.domain,
                "id": mine.tenant_id,
                "endpoints": {"login": self.base, "graph": self.base},
                "auth": {
                    "method": "certificate",
                    "client_id": mine.client_id,
                    "certificate_file": str(self._certificate),
                },
            },
        }

    @property
    def base(self) -> str:
        """The address for both tenant.endpoints.login and tenant.endpoints.graph."""
        return f"https://127.0.0.1:{self.port}"

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

    def answer(self, path: str, query: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a GET."""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        parts = path.strip("/").split("/")
        if parts[1:] == ["v2.0", ".well-known", "openid-configuration"]:
            planned = self.faults.pick("/.well-known/openid-configuration")
            return planned or self.login.configuration(self.base, parts[0])
        if parts[0] == "getuserrealm.srf" or parts[:2] == ["common", "userrealm"]:
            return self._realm(path, query)
        if parts[0] not in ("v1.0", "beta"):
            return refusal(404, "ResourceNotFound", "No such address.")
        if not self.login.accepts(token):
            return refusal(401, "InvalidAuthenticationToken", "Access token is empty or unknown.")
        return self.graph.answer(self.base, path, dict(parse_qsl(query)), headers)

    def _realm(self, path: str, query: str) -> Reply:
        """Realm discovery, which needs no sign-in, in both of its forms."""
        planned = self.faults.pick("/userrealm")
        if planned is not None:
            return planned
        new = path.startswith("/common/")
        person = unquote(path.rpartition("/")[2]) if new else dict(parse_qsl(query)).get("login")
        return Reply.of(realm(self.organisation, str(person).partition("@")[2], new=new))

    def answer_post(self, path: str, form: dict[str, str]) -> Reply:
        """The answer to a POST; nothing but the sign-in takes one."""
        if path.endswith("/oauth2/v2.0/token"):
            return self.faults.pick("/token") or self.login.token(form)
        if path.endswith("/oauth2/v2.0/devicecode"):
            return self.faults.pick("/devicecode") or self.login.device_code(self.base)
        return refusal(405, "MethodNotAllowed", "The lab is read only.")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    tenant: LabTenant
    tls: ssl.SSLContext

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

    def do_GET(self) -> None:
        """Answer a read."""
        parts = urlsplit(self.path)
        self._note(parts.path, parts.query, authorised="Authorization" in self.headers)
        headers = dict(self.headers.items())
        self._reply(self.server.tenant.answer(parts.path, parts.query, headers))

    def do_POST(self) -> None:
        """Answer a token request."""
        size = min(int(self.headers.get("Content-Length") or 0), _LARGEST_FORM)
        form = dict(parse_qsl(self.rfile.read(size).decode("utf-8", "replace")))
        path = urlsplit(self.path).path
        self._note(path, "", authorised="Authorization" in self.headers)
        self._reply(self.server.tenant.answer_post(path, form))

    def _note(self, path: str, query: str, *, authorised: bool) -> None:
        seen = Seen(self.command, path, time.monotonic(), authorised, query)
        self.server.tenant.requests.append(seen)

    def _reply(self, reply: Reply) -> None:
        if pause := reply.slow + self.server.tenant.faults.delay:
            time.sleep(pause)
        if reply.reset:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("request-id", "00000000-0000-4000-8000-0000000000aa")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.truncated:
            self.close_connection = True
            self.wfile.write(reply.body[: len(reply.body) // 2])
        elif reply.dribble:
            self._dribble(reply)
        else:
            self.wfile.write(reply.body)

    def _dribble(self, reply: Reply) -> None:
        with contextlib.suppress(OSError):  # a client that minds its time is gone by then
            for place in range(len(reply.body)):
                time.sleep(reply.dribble)
                self.wfile.write(reply.body[place : place + 1])
                self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: `requests` holds what arrived."""


def _context(authority: Authority, folder: Path) -> ssl.SSLContext:
    issued = authority.issue(["127.0.0.1", "localhost"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.write(folder, "tenant"))
    return context
