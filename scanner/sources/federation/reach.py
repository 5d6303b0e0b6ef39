"""Names to addresses, and addresses to sockets, with the coded reason where that fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.federation import Outcome
from scanner.evidence.tls import TlsOutcome
from scanner.sources.tls.addresses import Address, AddressBook, split_address
from scanner.sources.tls.faults import ConnectFault, fault_of
from scanner.text import said

_OUTCOMES = {
    TlsOutcome.DNS: Outcome.DNS,
    TlsOutcome.RESOLVER: Outcome.RESOLVER,
    TlsOutcome.REFUSED: Outcome.REFUSED,
    TlsOutcome.TIMEOUT: Outcome.TIMEOUT,
    TlsOutcome.UNREACHABLE: Outcome.UNREACHABLE,
}


class HttpFault(OSError):  # noqa: N818 - a fault of the other side, not an error of ours
    """No answer came. `early`: not even a request could be made, so other paths fare no better."""

    def __init__(self, outcome: Outcome, detail: str, *, early: bool = False) -> None:
        super().__init__(detail)
        self.outcome, self.detail, self.early = outcome, detail, early


class Distrusted(HttpFault):
    """The certificate of the server was not accepted; `detail` is the verifier's word for it."""


def redirected(connect: Mapping[str, str], host: str, port: int) -> Address | None:
    """The address that [network] connect puts in the place of host and port."""
    wanted = f"{host}:{port}".casefold()
    to = next((to for key, to in connect.items() if key.casefold() == wanted), "")
    return split_address(to) if to else None


def look_up(config: Config, name: str, port: int) -> tuple[Address, ...]:
    """All addresses of a name, by [dns] external where it is set, else by this machine.

    Redirections are the caller's. Raises HttpFault, early.
    """
    plain = tuple(one for one in config.dns.external if "://" not in one)
    book = AddressBook(plain, config.dns.timeout)
    try:
        return tuple(asyncio.run(book.addresses(name, port)))
    except ConnectFault as fault:
        outcome = _OUTCOMES.get(fault.outcome, Outcome.RESOLVER)
        raise HttpFault(outcome, fault.detail, early=True) from fault


def open_first(addresses: Sequence[Address], deadline: Deadline, per_try: float) -> socket.socket:
    """A connection to the first address that answers.

    Raises HttpFault, early, with the most definite failure: a refusal says more than silence.
    """
    faults: list[ConnectFault] = []
    for host, port in addresses:
        try:
            return socket.create_connection((host, port), timeout=deadline.left(per_try))
        except OSError as error:
            faults.append(fault_of(error))
    if not faults:
        raise HttpFault(Outcome.DNS, said("the name has no address"), early=True)
    worst = max(faults, key=lambda one: one.outcome is TlsOutcome.REFUSED)
    raise HttpFault(_OUTCOMES.get(worst.outcome, Outcome.RESET), worst.detail, early=True)
