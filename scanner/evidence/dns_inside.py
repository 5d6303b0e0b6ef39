"""What the organisation's own network sees: its resolvers, its internal zones, its directory."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.dns import Lookup, Lookups, View
from scanner.evidence.dns_domain import DomainLookups
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, endpoint, forest


@dataclass(frozen=True, slots=True)
class Round:
    """Lookups timed at one resolver: milliseconds of each that was answered, and how many were not."""

    times: tuple[float, ...] = ()
    lost: int = 0


@evidence("dns-resolver", source="dns")
@dataclass(frozen=True)
class ResolverHealth(Lookups):
    """One resolver of the network: control names (`found`), a made-up name, EDNS, TCP, and times.

    `outside` are the same control names in the public view.
    """

    address: str = ""
    port: int = 53
    transport: str = "udp"
    view: View = "internal"
    control: tuple[str, ...] = ()
    outside: tuple[Lookup, ...] = ()
    made_up: Lookup | None = None
    plain_udp: Lookup | None = None
    edns: Lookup | None = None
    over_tcp: Lookup | None = None
    cold: Round = Round()
    warm: Round = Round()

    @property
    def subject(self) -> Subject:
        """The resolver."""
        return endpoint(self.address, self.port)


@evidence("dns-internal-names", source="dns")
@dataclass(frozen=True)
class InternalNames(DomainLookups):
    """The onboarding records of a domain in both views: `found` outside, `inside` inside."""

    inside: tuple[Lookup, ...] = ()

    def internal(self, name: str, rdtype: str) -> Lookup:
        """The lookup inside."""
        return Lookups(self.inside).of(name, rdtype)


@evidence("dns-forest", source="dns")
@dataclass(frozen=True)
class ForestNames(Lookups):
    """The SRV records of an Active Directory domain: `found` inside, `outside` in public DNS."""

    name: str = ""
    outside: tuple[Lookup, ...] = ()
    asked_inside: bool = True
    control: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The forest, or the domain of it that was named."""
        return forest(self.name)


@evidence("dns-wpad", source="dns")
@dataclass(frozen=True)
class WpadNames(DomainLookups):
    """`wpad` below a domain: `found` outside, `inside` in the internal view."""

    inside: tuple[Lookup, ...] = ()


@evidence("dns-search-suffixes", source="dns")
@dataclass(frozen=True)
class SearchSuffixes(Lookups):
    """The search list of this host, and random labels below each suffix of it."""

    suffixes: tuple[str, ...] = ()
    host: str = ""
