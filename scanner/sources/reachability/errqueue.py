"""What the kernel knows about a failed connection: ICMP type, code, and the box that sent it.

Linux hands it out without privileges through the error queue of a socket (ip(7), IP_RECVERR;
ipv6(7), IPV6_RECVERR). Elsewhere errno alone is left, and a refusal by a device cannot be told from
a closed port.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass

_IP_RECVERR = 11
_IPV6_RECVERR = 25
_MSG_ERRQUEUE = 0x2000
_EXTENDED = struct.Struct("=IBBBBII")  # sock_extended_err of linux/errqueue.h
_V4, _V6 = slice(20, 24), slice(24, 40)  # the offender's address behind it
_ICMP, _ICMP6 = 2, 3
AVAILABLE = sys.platform == "linux"

# RFC 792 and RFC 1812 (5.2.7.1); RFC 4443 (3.1)
_PROHIBITED = {(3, 9), (3, 10), (3, 13)}
_PROHIBITED6 = {(1, 1), (1, 5), (1, 6)}
_PORT = {(_ICMP, 3, 3), (_ICMP6, 1, 4)}


@dataclass(frozen=True, slots=True)
class IcmpError:
    """An ICMP message that ended a connection attempt."""

    version: int
    type: int
    code: int
    offender: str
    mtu: int = 0

    @property
    def prohibited(self) -> bool:
        """Whether a device says that a rule forbids it."""
        kinds = _PROHIBITED6 if self.version == 6 else _PROHIBITED  # noqa: PLR2004
        return (self.type, self.code) in kinds

    @property
    def port(self) -> bool:
        """Whether it says that the port is unreachable."""
        origin = _ICMP6 if self.version == 6 else _ICMP  # noqa: PLR2004
        return (origin, self.type, self.code) in _PORT

    @property
    def word(self) -> str:
        """'type/code', as in '3/13'."""
        return f"{self.type}/{self.code}"


def listen_for_errors(sock: socket.socket) -> None:
    """Have the kernel keep ICMP errors for this socket. Does nothing where it cannot."""
    if not AVAILABLE:
        return
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def read_error(sock: socket.socket) -> IcmpError | None:
    """The ICMP error that is kept for this socket, if one came over the network."""
    if not AVAILABLE:
        return None
    try:
        _, ancillary, _, _ = sock.recvmsg(512, 512, _MSG_ERRQUEUE | socket.MSG_DONTWAIT)
    except OSError:
        return None
    for _, _, data in ancillary:
        found = _decode(bytes(data))
        if found:
            return found
    return None


def _decode(data: bytes) -> IcmpError | None:
    if len(data) < _EXTENDED.size:
        return None
    _, origin, kind, code, _, info, _ = _EXTENDED.unpack_from(data)
    if origin not in (_ICMP, _ICMP6):
        return None
    raw = data[_V6] if origin == _ICMP6 else data[_V4]
    try:
        offender = str(ipaddress.ip_address(raw))
    except ValueError:
        offender = ""
    return IcmpError(6 if origin == _ICMP6 else 4, kind, code, offender, info)
