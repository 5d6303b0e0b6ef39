"""The DNS part of the lab: one server for the world outside, one for the network inside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from scanner.lab.authority import Authority
from scanner.lab.dns.records import NAME_SERVERS, internal, public
from scanner.lab.dns.server import DnsServer
from scanner.lab.dns.zones import Zones
from scanner.lab.organisation import Organisation


class LabDns:
    """Both views of the sample organisation's DNS."""

    def __init__(self, organisation: Organisation, authority: Authority, folder: Path) -> None:
        del authority, folder  # DNS needs no certificates and keeps no files
        self.outside = DnsServer(Zones(public(organisation)))
        self.inside = DnsServer(Zones(internal(organisation)))
        self._organisation = organisation

    def settings(self) -> Mapping[str, object]:
        """Resolvers, domains, and where the authoritative servers really are."""
        mine = self._organisation
        authorities = dict.fromkeys(NAME_SERVERS, self.outside.address)
        return {
            "domains": {"names": [mine.domain, mine.second_domain]},
            "dns": {"external": [self.outside.address], "internal": [self.inside.address]},
            "network": {"connect": {f"{ip}:53": to for ip, to in authorities.items()}},
        }

    def __enter__(self) -> Self:
        self.outside.__enter__()
        self.inside.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.inside.__exit__(kind, error, trace)
        self.outside.__exit__(kind, error, trace)
