"""The zone behind a domain: its servers, its signatures, and who may issue certificates for it."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.dns import Lookup, Lookups
from scanner.evidence.dns_domain import DomainLookups
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, host


@evidence("dns-dnssec", source="dns")
@dataclass(frozen=True)
class DnssecFacts(DomainLookups):
    """DS, DNSKEY and SOA asked with DO=1. Bogus shows as the status of a lookup."""


@dataclass(frozen=True, slots=True)
class NameServer:
    """One name server of a zone: its name, its addresses, and SOA asked directly at each."""

    name: str
    addresses: tuple[str, ...] = ()
    alias: bool = False
    soa: tuple[Lookup, ...] = ()
    resolved: bool | None = True


@evidence("dns-delegation", source="dns")
@dataclass(frozen=True)
class Delegation(DomainLookups):
    """NS at the child and at the parent, and each server asked directly.

    `parent` is None where no server of the parent could be asked.
    """

    servers: tuple[NameServer, ...] = ()
    parent: Lookup | None = None


@evidence("dns-caa", source="dns")
@dataclass(frozen=True)
class CaaFacts(Lookups):
    """CAA at a name and at each parent, up to the first set that is not empty (RFC 8659, 3)."""

    name: str = ""
    domain: str = ""

    @property
    def subject(self) -> Subject:
        """The name that a certificate is for."""
        return host(self.name)

    @property
    def effective(self) -> Lookup | None:
        """The lookup with the set that counts; None where no name on the way holds one."""
        return next((one for one in self.found if one.present), None)


@evidence("dns-alias", source="dns")
@dataclass(frozen=True, slots=True)
class AliasFacts:
    """One alias that the run met below the organisation's domains.

    `end` is a lookup at the end of its chain. `beside` are other types at the same owner, `targets`
    what its CNAME answers held: a clean alias has one target and nothing beside.
    """

    name: str
    chain: tuple[str, ...]
    end: Lookup
    beside: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """The owner of the alias."""
        return host(self.name)
