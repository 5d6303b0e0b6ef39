"""HTTP sessions that cannot do what a read-only scan must not do, and the roots that they trust."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import requests
from requests.auth import AuthBase

from scanner import __version__

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
