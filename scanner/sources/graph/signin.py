"""Signing in with msal, once for the whole scan, and saying in plain words why it was refused."""

from __future__ import annotations

import base64
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msal  # type: ignore[import-untyped]
import requests

from scanner.deadline import Deadline
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason

Result = Mapping[str, Any]

# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_MEANING = {
    "7000215": said("the client secret is wrong (its value is needed, not its id)"),
    "7000222": said("the client secret has expired"),
    "700016": said("the application (tenant.auth.client_id) is not known in this tenant"),
    "700027": said("the certificate is not registered with the application, or has expired"),
    "700024": said("the clock of this computer differs too much from the real time"),
    "90002": said("the tenant (tenant.id or tenant.domain) does not exist in this cloud"),
    "900023": said("tenant.id or tenant.domain is neither a tenant id nor a domain"),
    "500011": said(
        "this cloud does not know the Graph address of tenant.endpoints or tenant.cloud"
    ),
    "53003": said("a conditional access policy blocks this sign-in"),
    "50076": said("the sign-in needs multi-factor authentication"),
    "50105": said("the user is not assigned to the application"),
    "65001": said("nobody has consented to the application's permissions yet"),
    "7000218": said(
        "the application does not allow public client flows, which a device code needs"
    ),
    "70016": said("the code was not entered in time"),
    "70020": said("the code was not entered in time"),
}
_CODE = re.compile(r"AADSTS(\d+)")
_TRIES = 3
_EARLY = 300.0


class Tokens(Protocol):
    """Where the client gets its token."""

    def current(self) -> str:
        """A token that is still good. Raises Unavailable."""

    def renew(self, refused: str) -> None:
        """Replace a token that was refused. Raises Unavailable."""


@dataclass(slots=True)
class SignIn:
    """A token and the way to a fresh one. `fetch` makes a token request that no cache answers."""

    fetch: Callable[[], Result]
    deadline: Deadline
    back_off: float = 1.0
    _token: str = field(default="", repr=False)
    _stale_at: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> str:
        """The token, renewed some minutes before it runs out. Raises Unavailable."""
        with self._lock:
            if not self._token or time.monotonic() >= self._stale_at:
                self._acquire()
            return self._token

    def renew(self, refused: str) -> None:
        """Sign in again, unless another thread has done it already. Raises Unavailable."""
        with self._lock:
            if self._token == refused:
                self._acquire()

    def _acquire(self) -> None:
        result = self._patiently()
        token = result.get("access_token")
        if not isinstance(token, str):
            raise Unavailable(
                Reason.DENIED, said("sign-in refused: {detail}", detail=meaning_of(result))
            )
        try:
            lifetime = float(result.get("expires_in") or 3600)
        except (TypeError, ValueError):
            lifetime = 3600.0
        self._token = token
        self._stale_at = time.monotonic() + lifetime - min(_EARLY, lifetime / 2)

    def _patiently(self) -> Result:
        for attempt in range(1, _TRIES + 1):
            try:
                return self.fetch()
            except (requests.RequestException, msal.exceptions.MsalError, RuntimeError) as error:
                wait = self.back_off * 2.0 ** (attempt - 1)
                final = attempt == _TRIES or isinstance(error, requests.exceptions.SSLError)
                if final or wait >= self.deadline.remaining():
                    raise Unavailable(Reason.UNREACHABLE, _unreachable(error)) from error
                time.sleep(wait)
            except ValueError as error:  # an unknown tenant, or a key that msal cannot use
                told = meaning_of({"error_description": str(error)})
                if "authority configuration" in told:  # msal keeps the code of the refusal back
                    told = _MEANING["90002"]
                raise Unavailable(
                    Reason.DENIED, said("sign-in refused: {detail}", detail=told)
                ) from error
        raise AssertionError("unreachable")


def meaning_of(result: Result) -> str:
    """Why a sign-in failed, with the code that Entra gives it."""
    description = str(result.get("error_description") or "")
    codes = [str(code) for code in result.get("error_codes") or ()] or _CODE.findall(description)
    for code in codes:
        if code in _MEANING:
            return said("{detail} (AADSTS{code})", detail=_MEANING[code], code=code)
    first = description.splitlines()[0][:200] if description else ""
    return " ".join(filter(None, (str(result.get("error") or ""), first))) or said(
        "no reason was given"
    )


def claims_of(token: str) -> dict[str, Any]:
    """What the token says about the caller, for information only; empty where it is opaque."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature (RFC 7519)
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def show_device_code(message: str) -> None:
    """Print the prompt of a device-code sign-in, without what could steer the terminal."""
    print("".join(one for one in message if one.isprintable()), file=sys.stderr, flush=True)  # noqa: T201


def _unreachable(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return said(
            "sign-in: the certificate of the sign-in host is not trusted here; if your network"
            " inspects TLS, name its root in trust.ca_file"
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return said("sign-in: the proxy did not pass the call on")
    if isinstance(error, requests.HTTPError | msal.exceptions.MsalError | RuntimeError):
        return said("sign-in: the sign-in service is failing; try again later")
    return said("sign-in: the sign-in host cannot be reached")
