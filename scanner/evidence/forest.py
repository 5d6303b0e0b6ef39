"""What the forest says of itself: levels, schema, suffixes, and the services that stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scanner.evidence.certificate import Certificate
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, forest


@dataclass(frozen=True, slots=True)
class ForestDomain:
    """One domain. `level` is its functional level; password figures are None where not read.

    Lengths in characters, `maximum_age` in days (None with `never_expires`).
    """

    dns: str
    netbios: str = ""
    level: int | None = None
    minimum_length: int | None = None
    maximum_age: float | None = None
    never_expires: bool = False
    lockout_threshold: int | None = None
    complexity: bool | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """An enterprise certification authority as published, with its certificates."""

    name: str
    host: str = ""
    templates: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagementPoint:
    """A management point of Configuration Manager as published."""

    name: str
    host: str = ""
    site: str = ""
    version: str = ""


@evidence("forest", source="directory")
@dataclass(frozen=True, slots=True)
class Forest:
    """One forest, as far as an export or an LDAP read shows it.

    `looked` names the places that were read (partitions, domain names, domains, schema, schema
    version, services, system, program data): what lies in a place that is not among them is unknown,
    never absent. `asked` says for each place what was asked: base, scope and filter. `registration`
    are the keywords of the connection point of hybrid join, `rights_management` those of AD RMS,
    `kerberos_trust` those of cloud Kerberos trust. `schema_names` are attributes of interest that
    exist, `outside_catalogue` those of them that a global catalog lacks. `trusted` are the
    certificates of NTAuth, `roots` those of Certification Authorities. `radius_members` counts the
    registered RADIUS servers by domain. `read_only`: the server that answered (`server`) is read-only.
    """

    name: str
    looked: tuple[str, ...] = ()
    level: int | None = None
    schema: int | None = None
    exchange_schema: int | None = None
    exchange_organisation: int | None = None
    exchange_servers: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    domains: tuple[ForestDomain, ...] = ()
    recycle_bin: bool | None = None
    registration: tuple[str, ...] | None = None
    rights_management: tuple[str, ...] | None = None
    schema_names: tuple[str, ...] = ()
    outside_catalogue: tuple[str, ...] = ()
    authorities: tuple[Authority, ...] = ()
    trusted: tuple[Certificate, ...] = ()
    roots: tuple[Certificate, ...] = ()
    management_points: tuple[ManagementPoint, ...] = ()
    management_container: bool | None = None
    management_schema: bool | None = None
    kerberos_trust: tuple[str, ...] = ()
    federation_container: bool | None = None
    radius_members: Mapping[str, int] = field(default_factory=dict)
    key_root: bool | None = None
    read_only: bool | None = None
    server: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        """The forest by its root domain."""
        return forest(self.name)

    def absent(self, place: str) -> bool:
        """Whether what was not seen in that place is not there."""
        return place in self.looked
