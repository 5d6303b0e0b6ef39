"""What an answer of Microsoft Graph means: whether to try again, and what it stands for if not."""

from __future__ import annotations

import email.utils
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from scanner.evidence.codec import CodecError, parse
from scanner.evidence.envelope import GraphCall, Missing
from scanner.text import said
from scanner.words import Reason

# https://learn.microsoft.com/graph/errors and .../graph/paging
_EXPIRED = {"Directory_ExpiredPageToken", "DirectoryPageTokenNotFoundException"}
_LICENCE = {
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "AadPremiumLicenseRequired",
}
_NO_INTUNE = "request not applicable to target tenant"
_NO_SEGMENT = "resource not found for the segment"  # an address that this cloud does not have
_TRANSIENT = {429: 8, 500: 2, 502: 3, 503: 5, 504: 3}
_FINAL = {
    200: (Reason.BUG, said("the answer is not what Graph documents")),
    401: (Reason.DENIED, said("the token was refused")),
    404: (Reason.UNSUPPORTED, said("not offered here")),
    429: (Reason.THROTTLED, said("the service kept asking for patience")),
}
_LONGEST_NUMBER = 15
_BROKEN_TRIES = 2
_TRANSPORT_TRIES = 3
_LONGEST_BACK_OFF = 30.0


class GraphFailure(Exception):  # noqa: N818 - it says what the evidence is
    """A read that ended without its answer. `absent` where the service says: there is none.

    `no_service` where the tenant has no account of the whole service. `expired` asks for the list to
    be read afresh, `query` for another way to ask.
    """

    def __init__(
        self,
        missing: Missing,
        *,
        expired: bool = False,
        absent: bool = False,
        no_service: bool = False,
        query: bool = False,
    ) -> None:
        super().__init__(missing.detail)
        self.missing = missing
        self.expired = expired
        self.absent = absent
        self.no_service = no_service
        self.query = query


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list and where the next one is. `items` None: the answer holds no list."""

    items: list[Any] | None
    link: object = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, or, with status 0, the reason why there was none."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: Missing | None = None
    final: bool = False

    def content(self) -> dict[str, Any] | None:
        """The JSON object of a good answer; None for anything else."""
        if self.status != 200:  # noqa: PLR2004 - the only status with an object that is asked for
            return None
        return self._object()

    def page(self) -> Page | None:
        """The page of a list in a good answer; None for anything else."""
        found = self.content()
        if found is None:
            return None
        items = found.get("value")
        return Page(items if isinstance(items, list) else None, found.get("@odata.nextLink"))

    def number(self) -> int | None:
        """The number that a $count address answers as plain text; None for anything else."""
        if self.status != 200:  # noqa: PLR2004
            return None
        plain = self.body.removeprefix(b"\xef\xbb\xbf").strip()
        return int(plain) if plain.isdigit() and len(plain) < _LONGEST_NUMBER else None

    def is_empty(self) -> bool:
        """Whether the service answered that there is nothing to give."""
        return self.status == 204 or (self.status == 200 and not self.body)  # noqa: PLR2004

    def refuses_query(self) -> bool:
        """Whether the service says that it cannot filter a list in this way."""
        codes, message = self._error()
        told = message.casefold()
        return self.status == 400 and (  # noqa: PLR2004
            "Request_UnsupportedQuery" in codes or "filter" in told
        )

    def tries(self) -> int:
        """How often a request is repeated after an answer like this one; 0 for a final answer."""
        if self.final:
            return 0
        if self.status == 0:
            return _TRANSPORT_TRIES
        if self.status == 200:  # noqa: PLR2004 - it came without a JSON object
            return _BROKEN_TRIES
        return _TRANSIENT.get(self.status, 0)

    def wait(self, attempt: int, back_off: float) -> float:
        """Seconds to wait before that repetition: what the service asks for, else a back-off."""
        asked = self.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            return float(min(int(asked), 86400))
        until = _http_date(asked)
        if until is not None:
            now = _http_date(self.headers.get("Date", "")) or datetime.now(UTC)
            return max(0.0, (until - now).total_seconds())
        grown = min(back_off * 2.0 ** (attempt - 1), _LONGEST_BACK_OFF)
        return grown * random.uniform(1.0, 1.3)  # noqa: S311 - spreads load, guards nothing

    def as_failure(self, call: GraphCall) -> GraphFailure:
        """What this answer stands for once it is final."""
        if self.failure is not None:
            return GraphFailure(self.failure)
        codes, message = self._error()
        if self.status in call.absence:
            told = self._missing(Reason.UNSUPPORTED, call, said("there is none"))
            return GraphFailure(told, absent=True)
        if codes & _EXPIRED:
            return GraphFailure(
                self._missing(Reason.TIMEOUT, call, said("the list outlived its page token")),
                expired=True,
            )
        if _NO_INTUNE in message.casefold():
            told = self._missing(Reason.UNSUPPORTED, call, said("the tenant has no such service"))
            return GraphFailure(told, no_service=True)
        if codes & _LICENCE:
            return GraphFailure(
                self._missing(Reason.UNSUPPORTED, call, said("the tenant lacks the licence for it"))
            )
        return GraphFailure(self._plain(call, message), query=self.refuses_query())

    def _plain(self, call: GraphCall, message: str) -> Missing:
        """By the status alone, where no code says more."""
        if self.status == 403:  # noqa: PLR2004
            needed = " ".join(call.needs)
            told = said(
                "{names} is not granted, or the role of the caller is too small",
                names=list(call.needs),
            )
            return self._missing(Reason.DENIED, call, told, needed)
        if 300 <= self.status < 400:  # noqa: PLR2004
            told = said(
                "a redirect instead of an answer; something on the way, such as a proxy or a sign-in"
                " page, took the call"
            )
            return self._missing(Reason.UNREACHABLE, call, told)
        reason, told = _FINAL.get(self.status, (Reason.BUG, said("the request was refused")))
        if self.status not in _FINAL and self.status in _TRANSIENT:
            reason, told = Reason.UNREACHABLE, said("the service is failing")
        if self.refuses_query() or _NO_SEGMENT in message.casefold():
            reason, told = _FINAL[404]
        if message:
            told = said("{detail}: {message}", detail=told, message=message[:160])
        return self._missing(reason, call, told)

    def _missing(self, reason: Reason, call: GraphCall, told: str, permission: str = "") -> Missing:
        request = self.headers.get("request-id", "")[:64]
        trace = f", request-id {request}" if request else ""
        detail = said(
            "{where}: {detail} (HTTP {status}{trace})",
            where=f"GET /{call.version}{call.path}",
            detail=told,
            status=self.status,
            trace=trace,
        )
        return Missing(reason, detail, permission)

    def _object(self) -> dict[str, Any] | None:
        try:
            found = parse(self.body)
        except CodecError:
            return None
        return found if isinstance(found, dict) else None

    def _error(self) -> tuple[set[str], str]:
        """All error codes, the nested ones included, and the innermost readable message."""
        error = (self._object() or {}).get("error")
        if not isinstance(error, dict):
            return set(), ""
        message = str(error.get("message", ""))
        return set(_codes(error)), _inner_message(message)


def _codes(error: object) -> Iterator[str]:
    depth = 0
    while isinstance(error, dict) and depth < 10:  # noqa: PLR2004 - nobody nests deeper
        yield str(error.get("code", ""))
        error = error.get("innerError") or error.get("innererror")
        depth += 1


def _inner_message(message: str) -> str:
    """Intune and service announcements put a JSON object into the message."""
    try:
        inner = json.loads(message)
    except (ValueError, RecursionError):
        return message
    return str(inner.get("Message", message)) if isinstance(inner, dict) else message


def _http_date(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
