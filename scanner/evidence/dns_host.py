"""Published hosts of the organisation as DNS shows them outside and inside."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.dns import Lookups
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, host


@evidence("dns-host", source="dns")
@dataclass(frozen=True)
class HostNames(Lookups):
    """CNAME, A and AAAA of one host in the public view (`found`) and in the internal one.

    `inside` is None where this run has no internal resolver. `roles` are those of [[hosts]].
    """

    name: str = ""
    roles: tuple[str, ...] = ()
    inside: Lookups | None = None
    federation: bool = False

    @property
    def subject(self) -> Subject:
        """The host."""
        return host(self.name)
