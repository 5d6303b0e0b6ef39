"""The DNS part of the lab: one server for the world outside, one for the network inside."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.lab.authority import Authority
from scanner.lab.dns.records import NAME_SERVERS, OLD_NAME_SERVER, PARKED, internal, public
from scanner.lab.dns.server import DnsServer
from scanner.lab.dns.zones import Zones
from scanner.lab.organisation import Organisation


class LabDns:
    """Both views of the sample organisation's DNS, and a server that serves nothing of it."""

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        del authority, folder  # DNS needs no certificates and keeps no files
        self.outside = DnsServer(Zones(public(organisation)))
        self.inside = DnsServer(Zones(internal(organisation)))
        self.foreign = DnsServer(Zones([]), refuses=True)
        self._organisation = organisation
        self._stack = ExitStack()

    def settings(self) -> Mapping[str, object]:
        """Resolvers, domains, and where the authoritative servers really are."""
        mine = self._organisation
        real = dict.fromkeys(NAME_SERVERS, self.outside.address)
        real[OLD_NAME_SERVER] = self.foreign.address
        return {
            "domains": {"names": [mine.domain, mine.second_domain], "parked": [PARKED]},
            "dns": {
                "external": [self.outside.address],
                "internal": [self.inside.address],
                "forests": [mine.forest],
                "search": [mine.forest],
            },
            "network": {"connect": {f"{address}:53": to for address, to in real.items()}},
            "trust": {"issuers": ["digicert.com"]},
        }

    def __enter__(self) -> Self:
        for server in (self.outside, self.inside, self.foreign):
            self._stack.enter_context(server)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
