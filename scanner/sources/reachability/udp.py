"""UDP services that must answer: time (SNTP), STUN and DNS. Silence is told apart from a rejection."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

from scanner.evidence.reachability import UdpSeen, Why
from scanner.sources.reachability.errqueue import IcmpError, listen_for_errors, read_error
from scanner.sources.reachability.services import LDAP_ROOT, kerberos_request, realm_of

Address = tuple[str, int]
_TRIES = (0.5, 1.0, 2.0)
_NTP_EPOCH = 2208988800  # seconds between 1900 and 1970 (RFC 5905, 6)
_NTP_LENGTH = 48
_STUN_COOKIE = 0x2112A442  # RFC 8489, 5
_STUN_SUCCESS = 0x0101
_STUN_ERROR = 0x0111
_SERVER_MODE = 4
_HIGHEST_STRATUM = 15
_READ = 2048


@dataclass(frozen=True, slots=True)
class Reply:
    """One valid answer. `offset` and `stratum` are of time only."""

    offset: float | None = None
    stratum: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A datagram, and what makes an answer to it valid: (bytes, sent at, received at)."""

    data: bytes
    read: Callable[[bytes, float, float], Reply | None]


def ntp() -> Question:
    """SNTP client mode (RFC 4330). The transmit time is random, so that an answer proves itself."""
    mark = os.urandom(8)

    def read(data: bytes, sent: float, received: float) -> Reply | None:
        if len(data) < _NTP_LENGTH or data[0] & 7 != _SERVER_MODE or data[24:32] != mark:
            return None
        stratum = data[1]
        if not 0 < stratum <= _HIGHEST_STRATUM:
            return None
        arrived, left = _stamp(data[32:40]), _stamp(data[40:48])
        return Reply(((arrived - sent) + (left - received)) / 2, stratum)

    return Question(b"\x23" + bytes(39) + mark, read)


def _stamp(data: bytes) -> float:
    seconds, fraction = struct.unpack(">II", data)
    return float(seconds) - _NTP_EPOCH + float(fraction) / 2**32


def stun() -> Question:
    """A binding request (RFC 8489)."""
    mark = os.urandom(12)

    def read(data: bytes, _sent: float, _received: float) -> Reply | None:
        if len(data) < 20 or data[8:20] != mark:  # noqa: PLR2004 - the length of its header
            return None
        kind, _, cookie = struct.unpack(">HHI", data[:8])
        return Reply() if cookie == _STUN_COOKIE and kind in (_STUN_SUCCESS, _STUN_ERROR) else None

    return Question(struct.pack(">HHI", 1, 0, _STUN_COOKIE) + mark, read)


def dns() -> Question:
    """A question for the name servers of the root; any answer with our number counts."""
    mark = os.urandom(2)

    def read(data: bytes, _sent: float, _received: float) -> Reply | None:
        valid = len(data) >= 12 and data[:2] == mark and data[2] & 0x80  # noqa: PLR2004
        return Reply() if valid else None

    return Question(mark + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01", read)


def kerberos(host: str) -> Question:
    """An AS-REQ; an error is the answer to expect (RFC 4120, 7.2.1)."""

    def read(data: bytes, _sent: float, _received: float) -> Reply | None:
        return Reply() if data[:1] in (b"\x7e", b"\x6b") else None

    return Question(kerberos_request(realm_of(host)), read)


def cldap() -> Question:
    """A search for the rootDSE over UDP (MS-ADTS, 3.1.1.3.2)."""

    def read(data: bytes, _sent: float, _received: float) -> Reply | None:
        return Reply() if data[:1] == b"\x30" else None

    return Question(LDAP_ROOT, read)


def question(protocol: str, host: str) -> Question:
    """What to ask in that protocol of that host."""
    if protocol == "kerberos-udp":
        return kerberos(host)
    return {"ntp": ntp, "stun": stun, "dns": dns, "cldap": cldap}[protocol]()


DATAGRAMS = ("ntp", "stun", "dns", "cldap", "kerberos-udp")


@dataclass(slots=True)
class Asked:
    """What came of asking one address."""

    reason: Why
    seen: UdpSeen
    icmp: IcmpError | None = None


async def ask_udp(
    address: Address, protocol: str, host: str, samples: int, remaining: float
) -> Asked:
    """Ask until that many answers came or three questions stayed without one. Never raises OSError."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    times: list[float] = []
    best: Reply | None = None
    sent = 0
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            listen_for_errors(sock)
            sock.connect(address)
            unanswered = 0
            while len(times) < samples and unanswered < len(_TRIES):
                seconds = min(_TRIES[unanswered], remaining)
                sent += 1
                found = await _once(sock, question(protocol, host), seconds)
                remaining -= seconds if found is None else 0
                if found is None:
                    unanswered += 1
                    if remaining <= 0:
                        break
                    continue
                if not times or found[0] < min(times):
                    best = found[1]
                times.append(found[0])
    except OSError as error:
        return _rejected(error, sent)
    seen = UdpSeen(
        sent,
        len(times),
        tuple(round(one * 1000, 1) for one in times),
        best.offset if best else None,
        best.stratum if best else 0,
    )
    return Asked(Why.OK if times else Why.UDP_NO_REPLY, seen)


class _IcmpRejection(OSError):  # noqa: N818 - an answer of the network
    """An ICMP message for a datagram of ours."""

    def __init__(self, error: OSError, icmp: IcmpError | None) -> None:
        super().__init__(error.errno, str(error))
        self.icmp = icmp


async def _once(
    sock: socket.socket, question: Question, seconds: float
) -> tuple[float, Reply] | None:
    loop = asyncio.get_running_loop()
    began, wall = time.perf_counter(), time.time()
    try:
        sock.send(question.data)
        async with asyncio.timeout(seconds):
            while True:
                data = await loop.sock_recv(sock, _READ)
                took = time.perf_counter() - began
                reply = question.read(data, wall, wall + took)
                if reply:
                    return took, reply
    except TimeoutError:
        return None
    except OSError as error:
        raise _IcmpRejection(error, read_error(sock)) from error


def _rejected(error: OSError, sent: int) -> Asked:
    icmp = error.icmp if isinstance(error, _IcmpRejection) else None
    if icmp and icmp.prohibited:
        reason = Why.UDP_ICMP_PROHIBITED
    elif (icmp and icmp.port) or (icmp is None and error.errno == errno.ECONNREFUSED):
        reason = Why.UDP_ICMP_PORT
    elif icmp:
        reason = Why.UDP_ICMP_UNREACHABLE
    else:
        reason = Why.HOST_UNREACHABLE
    return Asked(reason, UdpSeen(sent=sent), icmp)
