"""An AD FS look-alike over HTTPS: the farm as it is inside, and the proxy that publishes it."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.lab.authority import Authority
from scanner.lab.federation.document import document
from scanner.lab.federation.tenant import signing
from scanner.lab.https import HttpsServer, Page
from scanner.lab.organisation import Organisation

_TRUST = "/adfs/services/trust"
_CHALLENGE = Page(401, headers=(("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")))
_CLOSED = Page(503, b"Service unavailable")
_DISABLED = Page(
    200,
    b"<!DOCTYPE html><html><body>An error occurred. The resource you are trying to access is not"
    b" available.</body></html>",
)
_FAST_CLOCK = 420.0


class LabFederation:
    """The federation service of the sample organisation, by its two faces.

    Troubled: the proxy publishes the Windows-integrated endpoints and the page of relying parties,
    and the clock is seven minutes ahead.
    """

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        self._organisation = organisation
        host = organisation.federation_host
        names = [host, f"certauth.{host}", f"enterpriseregistration.{organisation.domain}"]
        issued = authority.issue(names)
        certificate = issued.write(folder, "federation")
        key = signing(organisation, authority)
        locked = authority.token_signing(f"ADFS Encryption - {host}", ends=timedelta(days=210))
        pages = _pages(host, document(host, [key], [locked]))
        skew = 0.0 if organisation.healthy else _FAST_CLOCK
        self.farm = HttpsServer(certificate, lambda path: pages.get(path, Page(404)), "lab-adfs")
        self.proxy = HttpsServer(
            certificate,
            lambda path: self._published(path, pages),
            "lab-adfs-proxy",
            skew=skew,
        )
        self._closed = socket.socket()  # bound and not listening: port 80 is refused
        self._closed.bind(("127.0.0.1", 0))
        self._stack = ExitStack()

    def _published(self, path: str, pages: Mapping[str, Page]) -> Page:
        """What the proxy lets through."""
        if self._organisation.healthy:
            if path.startswith(_TRUST) and path != f"{_TRUST}/mex":
                return _CLOSED
            if path == "/adfs/ls/idpinitiatedsignon.aspx":
                return _DISABLED
        return pages.get(path, Page(404))

    def settings(self) -> Mapping[str, object]:
        """The service name, once as the farm and once as the proxy in front of it; the plan too."""
        mine = self._organisation
        name, (host, port) = mine.federation_host, self._closed.getsockname()
        return {
            "domains": {"sign_in": {mine.domain: "federated", mine.second_domain: "managed"}},
            "network": {"connect": {f"{name}:80": f"{host}:{port}"}},
            "hosts": [
                {"name": name, "role": "adfs", "connect": self.farm.address},
                {"name": name, "role": "wap", "connect": self.proxy.address},
            ],
        }

    def __enter__(self) -> Self:
        self._stack.enter_context(self.farm)
        self._stack.enter_context(self.proxy)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        self._closed.close()


def _pages(host: str, metadata: bytes) -> dict[str, Page]:
    """Every path of the farm, in lower case: AD FS does not mind the case."""
    openid = json.dumps({"issuer": f"https://{host}/adfs"}).encode()
    mixed = Page(405, b"", headers=(("Allow", "POST"),))
    pages = {
        "/federationmetadata/2007-06/federationmetadata.xml": Page(
            200, metadata, "application/samlmetadata+xml"
        ),
        "/adfs/.well-known/openid-configuration": Page(200, openid, "application/json"),
        "/adfs/ls/": Page(200, b"<!DOCTYPE html><html><body>Sign in</body></html>"),
        "/adfs/ls/idpinitiatedsignon.aspx": Page(
            200, b"<!DOCTYPE html><html><body>You are not signed in.</body></html>"
        ),
        f"{_TRUST}/mex": Page(200, b"<definitions/>", "text/xml"),
    }
    for version in ("2005", "13"):
        pages[f"{_TRUST}/{version}/windowstransport"] = _CHALLENGE
        pages[f"{_TRUST}/{version}/usernamemixed"] = mixed
        pages[f"{_TRUST}/{version}/certificatemixed"] = mixed
    return pages
