"""What goes wrong on the way to a server, in coded words."""

from __future__ import annotations

import errno

from scanner.evidence.tls import TlsOutcome
from scanner.text import said

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
    """A conversation that did not come about: the coded outcome, and the words of the system."""

    def __init__(self, outcome: TlsOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


def fault_of(error: OSError | EOFError) -> ConnectFault:
    """The coded form of what a connection raised."""
    if isinstance(error, ConnectFault):
        return error
    if isinstance(error, EOFError):
        return ConnectFault(TlsOutcome.CLOSED, said("the server closed the connection"))
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return ConnectFault(TlsOutcome.TIMEOUT, said("no answer in time"))
    if error.errno == errno.ECONNREFUSED:
        return ConnectFault(TlsOutcome.REFUSED, said("the connection was refused"))
    if isinstance(error, ConnectionError) and error.errno not in _UNREACHABLE:
        return ConnectFault(TlsOutcome.RESET, said("the connection was reset"))
    detail = error.strerror or str(error) or type(error).__name__
    return ConnectFault(TlsOutcome.UNREACHABLE, detail)
