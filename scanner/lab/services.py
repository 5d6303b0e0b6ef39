"""The published TLS services of the sample organisation: healthy ones, or each with one fault."""

from __future__ import annotations

import socketserver
import ssl
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scanner.lab.authority import Authority, Issued
from scanner.lab.organisation import Organisation
from scanner.lab.publication import Publication

_LAPSED = timedelta(days=-3)


@dataclass(frozen=True, slots=True)
class _Service:
    """One endpoint: what it is called, what it presents, and the oldest version that it speaks.

    One that is not `listed` is found by its name, which DNS leads to the organisation.
    """

    name: str
    role: str
    issued: Issued
    whole: bool = True
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    listed: bool = True


class LabServices:
    """TLS endpoints on loopback, one port each, which answer every request with an empty page.

    Beside them `pki.` publishes revocation lists: those of the lab's authority, which stands for a
    public one, and those of the organisation's own authority.
    """

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        self._pki = f"pki.{organisation.domain}"
        own = Authority("Contoso Device CA", authority.now)
        self._own_roots = folder / "own-roots.pem"
        self._own_roots.write_bytes(own.root_pem() + own.intermediate.pem(with_key=False))
        late = timedelta(days=7) if organisation.healthy else _LAPSED
        self._publication = Publication(
            {
                "/issuing.cer": authority.issuing_der(),
                "/issuing.crl": authority.revocation_list(),
                "/devices.crl": own.revocation_list(ends=late),
            }
        )
        self._services = _services(organisation, authority, f"http://{self._pki}")
        self._servers = [_Server(_context(one, folder)) for one in self._services]

    def settings(self) -> Mapping[str, object]:
        """The services as [[hosts]], each with the port on loopback where it really is."""
        hosts: list[dict[str, object]] = [
            {"name": one.name, "role": one.role, "connect": server.address}
            for one, server in zip(self._services, self._servers, strict=True)
            if one.listed
        ]
        found = {
            f"{one.name}:443": server.address
            for one, server in zip(self._services, self._servers, strict=True)
            if not one.listed
        }
        lists = {"name": self._pki, "role": "cdp", "crls": [f"http://{self._pki}/devices.crl"]}
        return {
            "hosts": [*hosts, lists],
            "trust": {"private_roots_file": str(self._own_roots)},
            "network": {"connect": {f"{self._pki}:80": self._publication.address, **found}},
        }

    def __enter__(self) -> Self:
        self._publication.__enter__()
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._publication.__exit__(kind, error, trace)
        for server in self._servers:
            server.shutdown()
            server.server_close()


def _services(mine: Organisation, authority: Authority, pki: str) -> list[_Service]:
    domain = mine.domain
    words = ("apps", "ndes", "vpn", "mail", "portal")
    apps, ndes, vpn, mail, portal = (f"{word}.{domain}" for word in words)

    registration = f"enterpriseregistration.{domain}"

    def issued(*names: str, **dates: timedelta) -> Issued:
        return authority.issue(names, published_at=pki, **dates)

    if mine.healthy:
        return [
            _Service(apps, "app-proxy", issued(apps)),
            _Service(ndes, "ndes", issued(ndes)),
            _Service(vpn, "vpn", issued(vpn)),
            _Service(mail, "exchange", issued(mail, f"autodiscover.{domain}")),
            _Service(portal, "web", issued(portal)),
        ]
    return [
        _Service(apps, "app-proxy", issued(apps), whole=False),
        _Service(ndes, "ndes", issued(ndes, ends=_LAPSED)),
        _Service(vpn, "vpn", issued(f"gateway.{domain}")),
        _Service(mail, "exchange", issued(mail), oldest=ssl.TLSVersion.TLSv1),
        _Service(portal, "web", authority.issue_self_signed([portal])),
        # DNS leads it to AD FS, where nobody has asked for its name
        _Service(registration, "adfs", issued(mine.federation_host), listed=False),
    ]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.context = context

    @property
    def address(self) -> str:
        """Where it listens, as address:port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is not worth a traceback."""


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Shake hands, read the head of one request, answer it."""
        self.request.settimeout(5)
        with self.server.context.wrap_socket(self.request, server_side=True) as tls:
            if tls.recv(8192):
                tls.sendall(
                    b"HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=31536000\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )


def _context(service: _Service, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        service.issued.write(folder, f"service-{service.name}", with_chain=service.whole)
    )
    if service.oldest < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # TLS 1.0 signs with SHA-1
    with warnings.catch_warnings():  # that this is deprecated is the point of the old one
        warnings.simplefilter("ignore")
        context.minimum_version = service.oldest
    return context
