"""Just enough HTTP/1.1 to see who answers: one request by hand, the head and the first bytes."""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import time
from email.utils import parsedate_to_datetime

from scanner.evidence.reachability import HttpSeen

_MOST = 32768
_BODY = 512
_WORDS = 200


class BadAnswerError(Exception):
    """What came back is no HTTP."""


async def ask(
    sock: socket.socket,
    host: str,
    target: str = "/",
    *,
    method: str = "GET",
    seconds: float = 5.0,
    headers: tuple[tuple[str, str], ...] = (),
) -> HttpSeen:
    """Send one request and read its answer; the connection stays open.

    Raises TimeoutError, OSError (reset, or closed without a word) and BadAnswerError.
    """
    began = time.perf_counter()
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host}",
        "User-Agent: emsready",
        "Accept: */*",
        "Cache-Control: no-cache",
        *(f"{name}: {value}" for name, value in headers),
    ]
    if method != "CONNECT":
        lines.append("Connection: close")
    async with asyncio.timeout(seconds):
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(sock, ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace"))
        head, body = await _read(sock, whole=method == "GET")
    return _parsed(head, body, (time.perf_counter() - began) * 1000)


async def _read(sock: socket.socket, *, whole: bool) -> tuple[bytes, bytes]:
    """The head, and where wanted the first bytes of the body."""
    loop = asyncio.get_running_loop()
    data = b""
    while b"\r\n\r\n" not in data and len(data) < _MOST:
        more = await loop.sock_recv(sock, 1 if not whole and data.endswith(b"\r\n\r") else 4096)
        if not more:
            break
        data += more
    if not data:
        raise ConnectionResetError("closed without an answer")
    head, _, body = data.partition(b"\r\n\r\n")
    while whole and len(body) < _BODY and len(data) < _MOST:
        try:
            async with asyncio.timeout(1.0):
                more = await loop.sock_recv(sock, 4096)
        except (TimeoutError, OSError):
            break
        if not more:
            break
        body += more
    return head, body[:_BODY]


def _parsed(head: bytes, body: bytes, ms: float) -> HttpSeen:
    first, *rest = head.decode("latin-1").split("\r\n")
    words = first.split(None, 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():  # noqa: PLR2004
        raise BadAnswerError(first[:80])
    fields: dict[str, str] = {}
    schemes: list[str] = []
    for line in rest[:100]:
        name, _, value = line.partition(":")
        name, value = name.strip().casefold(), value.strip()[:_WORDS]
        if name == "proxy-authenticate":
            schemes.append(value.partition(" ")[0])
        fields.setdefault(name, value)
    return HttpSeen(
        status=int(words[1]),
        server=fields.get("server", ""),
        via=fields.get("via", ""),
        location=fields.get("location", ""),
        proxy_error=fields.get("x-squid-error", ""),
        skew=_skew(fields.get("date", "")),
        proxy_schemes=tuple(dict.fromkeys(schemes)),
        body=body.decode("utf-8", "replace"),
        ms=round(ms, 1),
    )


def _skew(date: str) -> float | None:
    """How far the date of the answer is ahead of our clock; its resolution is a second."""
    try:
        return round(parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (ValueError, TypeError, OverflowError):
        return None


_PROXIES = re.compile(
    r"squid|blue ?coat|proxysg|zscaler|web ?gateway|ironport|forti|websense|forcepoint|sophos"
    r"|barracuda|tinyproxy|privoxy|e2guardian|netskope|smoothwall",
    re.IGNORECASE,
)


def made_by_proxy(seen: HttpSeen, *, expected: bool) -> bool:
    """Whether an error was made by a proxy on the way. An expected proxy adds Via to all answers."""
    if seen.status < 400:  # noqa: PLR2004
        return False
    return bool(seen.proxy_error or _PROXIES.search(seen.server) or (seen.via and not expected))


def basic(user: str, password: str) -> tuple[str, str]:
    """The header that signs in to a proxy (RFC 7617)."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return "Proxy-Authorization", f"Basic {token}"
