"""What a normal current client experiences: an ordinary handshake, and at most one GET."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from http.client import HTTPMessage, parse_headers
from io import BytesIO

from scanner.evidence.tls import TlsOutcome
from scanner.sources.tls.conversation import Place, connected
from scanner.sources.tls.faults import fault_of
from scanner.sources.tls.names import is_address
from scanner.text import said

_MOST_HEAD = 32 * 1024
_CERTIFICATE_REQUIRED = ("CERTIFICATE_REQUIRED", "certificate required")


@dataclass(slots=True)
class Shaken:
    """How the handshake went, which certificates came, and the head of the answer to the GET."""

    outcome: TlsOutcome
    detail: str = ""
    version: str = ""
    chain: tuple[bytes, ...] = ()
    demanded: bool = False
    status: int = 0
    headers: HTTPMessage | None = None


async def shake(
    host: str, place: Place, seconds: float, *, path: str = "", lax: bool = False
) -> Shaken:
    """One handshake, and with `path` a GET. Never raises but for being cancelled.

    `lax` allows what the machine's policy forbids, to see the certificates of a weak server.
    """
    shaken = Shaken(TlsOutcome.TIMEOUT, said("no answer in time"))
    try:
        async with asyncio.timeout(seconds), connected(place) as (reader, writer):
            name = "" if is_address(host) else host
            await writer.start_tls(_context(lax=lax), server_hostname=name)
            tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
            shaken.outcome, shaken.detail = TlsOutcome.OK, ""
            shaken.version = tls.version() or ""
            shaken.chain = presented(tls)
            if path:
                writer.write(_request(host, path))
                await _read_head(reader, shaken)
    except (OSError, EOFError) as error:
        _note(shaken, error)
    return shaken


def presented(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates as the server sent them, in DER; only the leaf where Python hides the rest.

    Public since Python 3.13, and there on the private object before.
    """
    for one in (tls, getattr(tls, "_sslobj", None)):
        chain = getattr(one, "get_unverified_chain", None)
        if chain is not None:
            return tuple(
                bytes(item) if isinstance(item, bytes) else bytes(item.public_bytes(2))
                for item in chain() or ()
            )
    leaf = tls.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


@cache
def _context(*, lax: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # certificates are judged by this product, not here
    if lax:
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _request(host: str, path: str) -> bytes:
    name = f"[{host}]" if ":" in host else host
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {name}",
        "User-Agent: emsready",
        "Accept: */*",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace")


async def _read_head(reader: asyncio.StreamReader, shaken: Shaken) -> None:
    """Status and headers of the answer; the body is of no interest. Raises OSError, EOFError."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return
    first, _, rest = head.partition(b"\r\n")
    words = first.split(None, 2)
    if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit():
        shaken.status = int(words[1])
        shaken.headers = parse_headers(BytesIO(rest))


def _note(shaken: Shaken, error: OSError | EOFError) -> None:
    """What ended the conversation; a handshake that succeeded stays one."""
    words = str(error)
    if any(one in words for one in _CERTIFICATE_REQUIRED):
        shaken.demanded = True
    if shaken.outcome is TlsOutcome.OK:
        return
    if isinstance(error, ssl.SSLError):
        outcome = TlsOutcome.ALERT if "ALERT" in (error.reason or "") else TlsOutcome.NOT_TLS
        reason = (error.reason or words).replace("_", " ").lower()
        shaken.outcome, shaken.detail = outcome, reason[:120]
    else:
        fault = fault_of(error)
        shaken.outcome, shaken.detail = fault.outcome, fault.detail
