"""One TCP connection attempt, and what its failure says."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
import time
from dataclasses import dataclass

from scanner.sources.reachability.errqueue import IcmpError, listen_for_errors, read_error

Address = tuple[str, int]
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with zero seconds: close with a reset
_NO_ROUTE = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EACCES,
    errno.EPERM,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EINVAL,
}


@dataclass(slots=True)
class Connected:
    """An open connection, or why there is none. `outcome` is a word of Attempt."""

    outcome: str
    ms: float
    sock: socket.socket | None = None
    icmp: IcmpError | None = None


async def connect(address: Address, timeout: float, segment: int = 0) -> Connected:  # noqa: ASYNC109
    """Try once. `segment` limits the TCP segments of both sides, in bytes. Never raises OSError."""
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    began = time.perf_counter()
    try:
        sock = socket.socket(family, socket.SOCK_STREAM | getattr(socket, "SOCK_CLOEXEC", 0))
    except OSError:
        return Connected("no-route", 0.0)
    sock.setblocking(False)
    try:
        listen_for_errors(sock)
        if segment:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        async with asyncio.timeout(timeout):
            await loop.sock_connect(sock, address)
    except TimeoutError:
        return _failed(sock, "timeout", began)
    except OSError as error:
        return _failed(sock, _word(error), began, read_error(sock))
    except BaseException:
        sock.close()
        raise
    return Connected("open", (time.perf_counter() - began) * 1000, sock)


def _failed(
    sock: socket.socket, word: str, began: float, icmp: IcmpError | None = None
) -> Connected:
    sock.close()
    if icmp:
        word = "prohibited" if icmp.prohibited else "unreachable"
    return Connected(word, (time.perf_counter() - began) * 1000, None, icmp)


def _word(error: OSError) -> str:
    if error.errno in (errno.ECONNREFUSED, errno.ECONNRESET):
        return "refused"
    if error.errno == errno.ETIMEDOUT:
        return "timeout"
    return "no-route" if error.errno in _NO_ROUTE else "refused"


def drop(sock: socket.socket) -> None:
    """Close with a reset where nothing was exchanged, so that no gateway keeps the connection."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    sock.close()
