"""What can be made to go wrong in the lab's tenant, one switch for each trap of the real service."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer. `slow` waits before it, in seconds, and `dribble` before each of its bytes.

    `truncated` breaks off before the end, `reset` before the beginning.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = JSON
    slow: float = 0.0
    dribble: float = 0.0
    truncated: bool = False
    reset: bool = False

    @classmethod
    def of(cls, content: object, status: int = 200, **headers: str) -> Reply:
        """An answer that holds that JSON value."""
        return cls(status, json.dumps(content).encode(), headers)


def refusal(status: int, code: str, message: str = "", **headers: str) -> Reply:
    """A Graph error, in the shape of its documentation."""
    inner = {"code": code, "request-id": "00000000-0000-4000-8000-0000000000aa"}
    error = {"code": code, "message": message or code, "innerError": inner}
    return Reply.of({"error": error}, status, **headers)


def throttled(retry_after: str = "1") -> Reply:
    """429 with a Retry-After of seconds or an HTTP date; an empty text leaves it out."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Reply(429, refusal(429, "TooManyRequests").body, headers)


def gateway(status: int = 502) -> Reply:
    """What a gateway says in HTML."""
    return Reply(status, b"<html><body>Bad gateway</body></html>", kind="text/html")


def denied() -> Reply:
    """403 for a permission that was not granted."""
    return refusal(403, "Authorization_RequestDenied", "Insufficient privileges")


def missing_permission(path: str, names: tuple[str, ...]) -> Reply:
    """403 in the words of the service that the address belongs to."""
    if path.startswith(("/deviceManagement", "/deviceAppManagement")):
        told = f"Application is not authorized to perform this operation. It needs {names[0]}."
        inner = json.dumps({"_version": 3, "Message": told, "CustomApiErrorPhrase": ""})
        return refusal(403, "Forbidden", inner)
    if path.startswith(("/policies", "/identity")):
        return refusal(403, "AccessDenied", "You cannot perform the requested operation.")
    if path.startswith(("/reports", "/auditLogs")):
        return refusal(403, "Authentication_MSGraphPermissionMissing", "Missing permission.")
    if path.startswith("/admin/serviceAnnouncement"):
        return refusal(403, "UnknownError", json.dumps({"error": {"code": "Forbidden"}}))
    return denied()


def token_expired() -> Reply:
    """401 for a token that ran out."""
    return refusal(401, "InvalidAuthenticationToken", "Lifetime validation failed")


def page_expired() -> Reply:
    """400 for a page token that ran out."""
    return refusal(400, "Directory_ExpiredPageToken", "The specified page token has expired")


def no_intune() -> Reply:
    """What Intune says to a tenant without an account."""
    return refusal(400, "BadRequest", "Request not applicable to target tenant.")


@dataclass(slots=True)
class Faults:
    """Planned answers by path; each is given once, before the good ones, in the order planned.

    `always` answers in their place for good. `next_link` replaces the link to the next page, with
    {base} and {path} filled in. With `every` each so-many-th request fails.
    `delay` is how long the service takes for each answer, in seconds.
    """

    once: dict[str, list[Reply]] = field(default_factory=dict)
    always: dict[str, Reply] = field(default_factory=dict)
    on_later_pages: dict[str, list[Reply]] = field(default_factory=dict)
    next_link: dict[str, str] = field(default_factory=dict)
    every: int = 0
    delay: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, path: str, *replies: Reply) -> None:
        """Give those answers to the next requests for that path."""
        self.once.setdefault(path, []).extend(replies)

    def plan_later(self, path: str, *replies: Reply) -> None:
        """Give those answers to the next requests for a later page of that path."""
        self.on_later_pages.setdefault(path, []).extend(replies)

    def pick(self, path: str, *, later_page: bool = False) -> Reply | None:
        """The planned answer for this request, or None."""
        with self._lock:
            if later_page and self.on_later_pages.get(path):
                return self.on_later_pages[path].pop(0)
            if self.once.get(path):
                return self.once[path].pop(0)
            return self.always.get(path)
