"""Rows of the endpoint list to things to probe: each host, port and protocol once, the best first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.evidence.endpoints import EndpointRows, Row
from scanner.sources.reachability.udp import DATAGRAMS
from scanner.text import said

_DIRECT_PORTS = {5223, 5228, 5229, 5230}


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One destination to probe. `rank` orders: smaller first, so that a cut run is useful.

    `anonymous` forbids showing credentials to a proxy: the caller has none to show. `inner` servers
    belong to the organisation, so that private addresses are in order.
    """

    rank: int
    host: str
    port: int
    protocol: str
    anonymous: bool = False
    inner: bool = False

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two targets one probe."""
        return self.host, self.port, self.protocol

    @property
    def direct_only(self) -> bool:
        """Whether its callers never go through a proxy."""
        return self.port in _DIRECT_PORTS or self.protocol in DATAGRAMS


def targets_of(areas: Iterable[EndpointRows]) -> list[Target]:
    """All targets of those rows, in the order in which they are best looked at."""
    found: dict[tuple[str, int, str], Target] = {}
    for area in areas:
        for place, row in enumerate(area.rows):
            if row.kind != "outbound" or (row.towards != said("Microsoft cloud") and not row.hosts):
                continue
            for target in _targets(row, place):
                known = found.get(target.key)
                if known is None or target < known:
                    anonymous = target.anonymous or bool(known and known.anonymous)
                    found[target.key] = Target(
                        target.rank, target.host, target.port, target.protocol, anonymous
                    )
    return sorted(found.values())


def _targets(row: Row, place: int) -> Iterable[Target]:
    rank = 0 if row.required and place == 0 else 1 if row.inspection == "no" else 2
    if not row.required:
        rank = 3
    anonymous = row.proxy_auth in ("no", "machine-context-only")
    for host in row.hosts:
        for port, protocol in [*row.services, *row.datagram_services]:
            yield Target(rank, host, port, protocol, anonymous)
