"""Names to addresses, addresses to sockets, and the words for what goes wrong on the way."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Mapping, Sequence

from scanner.deadline import Deadline
from scanner.evidence.tls import TlsOutcome

Address = tuple[str, int]

_UNREACHABLE = {
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.EACCES,
    errno.EPERM,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
}


class ConnectFault(OSError):  # noqa: N818 - a fault, not an error of ours
    """A connection that could not be made: the coded outcome, and the words of the system."""

    def __init__(self, outcome: TlsOutcome, detail: str, address: str = "") -> None:
        super().__init__(detail)
        self.outcome, self.detail, self.address = outcome, detail, address


def split_address(text: str, default_port: int = 443) -> Address:
    """'host:port', '[v6]:port' or a bare host. Raises ValueError for a port that is none."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    number = int(port) if port else default_port
    if not host or not 0 < number < 65536:  # noqa: PLR2004 - a TCP port has 16 bits
        raise ValueError(f"{text!r} is no address and port")
    return host, number


def redirected(connect: Mapping[str, str], host: str, port: int) -> str:
    """The address that [network] connect puts in the place of host and port, or ''."""
    wanted = f"{host}:{port}".casefold()
    return next((to for key, to in connect.items() if key.casefold() == wanted), "")


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def addresses_of(host: str, port: int) -> list[Address]:
    """All addresses of a name by the machine's own resolver, in its order.

    Raises ConnectFault with `dns` where the name has none, `resolver` where that is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        none = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        outcome = TlsOutcome.DNS if error.errno in none else TlsOutcome.RESOLVER
        raise ConnectFault(outcome, error.strerror or str(error)) from error
    except UnicodeError as error:
        raise ConnectFault(TlsOutcome.DNS, "this is not a valid DNS name") from error
    return list(dict.fromkeys((str(one[4][0]), int(one[4][1])) for one in found))


def fault_of(error: OSError, address: str = "") -> ConnectFault:
    """The coded form of what a socket raised."""
    if isinstance(error, ConnectFault):
        return error
    detail = error.strerror or str(error) or type(error).__name__
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return ConnectFault(TlsOutcome.TIMEOUT, "no answer in time", address)
    if error.errno == errno.ECONNREFUSED:
        return ConnectFault(TlsOutcome.REFUSED, detail, address)
    if error.errno in _UNREACHABLE:
        return ConnectFault(TlsOutcome.UNREACHABLE, detail, address)
    return ConnectFault(TlsOutcome.RESET, detail, address)


def open_first(addresses: Sequence[Address], deadline: Deadline, per_try: float) -> socket.socket:
    """A connection to the first address that answers.

    Raises ConnectFault with the most definite failure: a refusal says more than silence.
    """
    faults: list[ConnectFault] = []
    for host, port in addresses:
        try:
            return socket.create_connection((host, port), timeout=deadline.left(per_try))
        except OSError as error:
            faults.append(fault_of(error, f"{host}:{port}"))
    if not faults:
        raise ConnectFault(TlsOutcome.DNS, "the name has no address")
    raise max(faults, key=lambda one: one.outcome is TlsOutcome.REFUSED)
