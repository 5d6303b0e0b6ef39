"""What one HTTP answer amounts to: its kind, the sign-ins that it offers, and its clock."""

from __future__ import annotations

import email.utils
import json
import re
from datetime import UTC
from http.client import HTTPMessage

from scanner.evidence.federation import Answer, Clock, Outcome
from scanner.sources.federation.http import Reply
from scanner.sources.federation.reach import HttpFault

_SCHEME = re.compile(r"(?:^|,)\s*(negotiate|ntlm|kerberos|basic|digest|bearer)\b", re.IGNORECASE)
_DISABLED = re.compile(
    rb"MSIS7012|resource you are trying to access is not available", re.IGNORECASE
)


def answer_of(path: str, reply: Reply | None, fault: HttpFault | None) -> Answer:
    """The facts of one answer, or of its absence."""
    if reply is None:
        outcome = fault.outcome if fault else Outcome.UNTRIED
        return Answer(path, outcome, detail=fault.detail if fault else "")
    kind = reply.headers.get("Content-Type", "")
    return Answer(
        path,
        Outcome.ANSWERED,
        reply.status,
        schemes=_schemes(reply.headers),
        content=content_of(reply.body),
        content_type=str(kind)[:100],
        size=len(reply.body),
        milliseconds=round(reply.round_trip * 1000),
    )


def _schemes(headers: HTTPMessage) -> tuple[str, ...]:
    """What a 401 offers. Several headers may arrive as one, joined by commas."""
    offered = ", ".join(headers.get_all("WWW-Authenticate") or ())
    return tuple(dict.fromkeys(one.casefold() for one in _SCHEME.findall(offered[:8000])))


def content_of(body: bytes) -> str:
    """What the bytes are, whatever their content type claims."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return "empty"
    if start[:1] in b"{[":
        return _json_kind(start)
    head = start[:1000].lower()
    if b"<html" in head or head.startswith(b"<!doctype html"):
        return "disabled" if _DISABLED.search(body) else "html"
    return "xml" if start[:1] == b"<" else "other"


def _json_kind(body: bytes) -> str:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "other"
    issuer = found.get("issuer") if isinstance(found, dict) else None
    return "openid" if isinstance(issuer, str) and issuer else "json"


def clock_of(reply: Reply | None) -> Clock:
    """How far the server's clock is from ours, by its Date (RFC 9110, 6.6.1)."""
    if reply is None:
        return Clock()
    cached = "Age" in reply.headers
    try:
        date = email.utils.parsedate_to_datetime(str(reply.headers.get("Date", "")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return Clock(None, round(reply.round_trip, 3), cached)
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return Clock(round((date - reply.asked).total_seconds(), 1), round(reply.round_trip, 3), cached)
