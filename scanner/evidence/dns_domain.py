"""What DNS says about a domain: its apex, the names of Microsoft's services, names at random."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.dns import Lookups
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, domain

INITIAL_SUFFIXES = ("onmicrosoft.com", "onmicrosoft.us", "partner.onmschina.cn")
"""Below these every tenant has its first domain, and its coexistence domain for mail."""

UNROUTABLE = (
    "local",
    "localdomain",
    "localhost",
    "internal",
    "intranet",
    "lan",
    "corp",
    "home",
    "private",
)
"""Top-level labels of private name spaces: nobody can register, publish or verify below them."""


@evidence("dns-domain", source="dns")
@dataclass(frozen=True, slots=True)
class DnsDomain:
    """One domain that this run looks at, and why.

    `services` and `verified` are what the tenant says, None where it could not be read or lacks the
    domain; `users` counts the enabled users whose sign-in name ends in it.
    """

    domain: str
    configured: bool = False
    parked: bool = False
    initial: bool = False
    verified: bool | None = None
    federated: bool | None = None
    services: tuple[str, ...] | None = None
    users: int | None = None
    tenant_read: bool = False

    @property
    def subject(self) -> Subject:
        """The domain."""
        return domain(self.domain)

    @property
    def in_use(self) -> bool:
        """Whether somebody signs in with it, or the operator named it."""
        return bool(self.users) or self.configured

    @property
    def routable(self) -> bool:
        """Whether such a name can exist in public DNS at all."""
        labels = self.domain.split(".")
        return len(labels) > 1 and labels[-1] not in UNROUTABLE

    def has(self, service: str) -> bool | None:
        """Whether the tenant carries that service on the domain; None where nobody knows."""
        return None if self.services is None else service in self.services


@dataclass(frozen=True)
class DomainLookups(Lookups):
    """Lookups made for one domain."""

    about: DnsDomain = DnsDomain("")

    @property
    def subject(self) -> Subject:
        """The domain that the lookups belong to."""
        return self.about.subject

    @property
    def domain(self) -> str:
        """The name of the domain."""
        return self.about.domain


@evidence("dns-apex", source="dns")
@dataclass(frozen=True)
class ApexRecords(DomainLookups):
    """SOA, NS, MX, TXT, CNAME, A, AAAA and SPF (type 99) at the domain itself.

    With the addresses and aliases of the MX hosts, and for an unverified domain TXT at the owner
    names that mistyped verification records end up at.
    """


@evidence("dns-service-names", source="dns")
@dataclass(frozen=True)
class ServiceNames(DomainLookups):
    """The owner names that Microsoft's services look for, and the addresses of their targets."""


@evidence("dns-wildcard", source="dns")
@dataclass(frozen=True)
class WildcardProbe(DomainLookups):
    """Five types at a random label: what is there without having been published for it."""

    label: str = ""

    @property
    def answers(self) -> tuple[str, ...]:
        """The types that the random label holds."""
        return tuple(one.type for one in self.found if one.present)


@evidence("dns-tenant-records", source="dns")
@dataclass(frozen=True)
class TenantRecordLookups(DomainLookups):
    """The records that the tenant asks for and that no other evidence holds."""
