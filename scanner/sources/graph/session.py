"""HTTP sessions that cannot do what a read-only scan must not do, and the roots that they trust."""

from __future__ import annotations

import logging
import ssl
import time
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from requests.auth import AuthBase
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from scanner import __version__
from scanner.config.model import Config
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason

log = logging.getLogger("emsready.graph")

GRAPH_METHODS = frozenset({"GET"})
SIGN_IN_METHODS = frozenset({"GET", "POST"})


class Bearer(AuthBase):
    """Puts the token on a request; as an auth object it also keeps .netrc from being consulted."""

    def __init__(self, token: str = "") -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on, if there is one."""
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GuardedSession(requests.Session):
    """A session that refuses other methods before a socket opens, and never follows a redirect.

    `verify` is filled in at the last moment, because requests lets REQUESTS_CA_BUNDLE and
    CURL_CA_BUNDLE override what a session says, and msal says nothing with its requests.
    """

    def __init__(
        self, bundle: Path, methods: frozenset[str], proxy: str = "", timeout: float = 30.0
    ) -> None:
        super().__init__()
        self._timeout = timeout
        self._bundle = str(bundle)
        self._methods = methods
        self.auth = Bearer()
        self.headers["User-Agent"] = f"emsready/{__version__}"
        if proxy:
            self.proxies = {"https": proxy, "http": proxy}

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send it, and log method, path, status and milliseconds. Raises PermissionError."""
        if request.method not in self._methods:
            raise PermissionError(f"a scan only reads; {request.method} is refused")
        kwargs.update(verify=self._bundle, allow_redirects=False)
        kwargs["timeout"] = kwargs.get("timeout") or self._timeout  # msal sends without one
        path = (request.path_url or "").partition("?")[0]
        started = time.monotonic()
        outcome: int | str = "failed"
        try:
            response = super().send(request, **kwargs)
            outcome = response.status_code
            return response
        finally:
            spent = round((time.monotonic() - started) * 1000)
            log.info("%s %s %s %d ms", request.method, path, outcome, spent)


def write_roots(config: Config, folder: Path) -> Path:
    """Write one PEM file of the roots to trust: the system's, certifi's, and trust.ca_file.

    Raises Unavailable(unconfigured) naming the file that cannot be used.
    """
    found = dict.fromkeys(ssl.create_default_context().get_ca_certs(binary_form=True))
    pem = [Path(DEFAULT_CA_BUNDLE_PATH).read_text(encoding="utf-8")]
    pem += [ssl.DER_cert_to_PEM_cert(der) for der in found]
    if config.trust.ca_file:
        pem += _own_roots(config.beside(config.trust.ca_file))
    bundle = folder / "roots.pem"
    bundle.write_text("\n".join(pem), encoding="utf-8")
    return bundle


def _own_roots(path: Path) -> list[str]:
    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unavailable(
            Reason.UNCONFIGURED,
            said(
                "trust.ca_file: {name} holds no PEM certificates ({error})",
                name=path.name,
                error=str(error),
            ),
        ) from error
    return [one.public_bytes(Encoding.PEM).decode() for one in certificates]
