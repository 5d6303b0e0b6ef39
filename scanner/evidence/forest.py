"""What the forest says of itself: levels, schema, suffixes, and the services that stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from scanner.evidence.certificate import Certificate
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, forest


@dataclass(frozen=True, slots=True)
class ForestDomain:
    """One domain. `level` is its functional level; password figures are None where not read.

    Lengths in characters, `maximum_age` in days (None with `never_expires`). `fine_grained` are the
    password settings objects that the account may see. `kerberos_trust` is what the objects of cloud
    Kerberos trust say of themselves, empty where there are some that say nothing, None where none was
    seen. `federation` says whether AD FS left its container, `federation_names` are host names that
    accounts which are no computers answer for. `provisioning` says whether the account of the Cloud
    Sync agent is there, `exchange` is the version of the system objects of Exchange. `looked` are the
    places that were read: system, program data, accounts.
    """

    dns: str
    netbios: str = ""
    level: int | None = None
    minimum_length: int | None = None
    maximum_age: float | None = None
    never_expires: bool = False
    lockout_threshold: int | None = None
    complexity: bool | None = None
    fine_grained: tuple[str, ...] = ()
    kerberos_trust: tuple[str, ...] | None = None
    federation: bool | None = None
    federation_names: tuple[str, ...] = ()
    provisioning: bool | None = None
    exchange: int | None = None
    looked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainController:
    """A domain controller by its own entry below CN=Sites: `level` is what its version can do."""

    name: str
    level: int | None = None
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Authority:
    """An enterprise certification authority as published, with its certificates.

    `services` are the addresses at which it enrols over https.
    """

    name: str
    host: str = ""
    templates: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManagementPoint:
    """A management point of Configuration Manager as published."""

    name: str
    host: str = ""
    site: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class ManagementSite:
    """A site of Configuration Manager as published; `source` is the forest that it came from."""

    code: str
    source: str = ""
    assignment: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeServer:
    """An Exchange server; `version` as it writes it, `roles` as bits (2: mailbox, 64: edge)."""

    name: str
    version: str = ""
    roles: int | None = None


PLACES = {
    "partitions": "CN=Partitions,CN=Configuration,{root} base (objectClass=*)",
    "domain names": "CN=Partitions,CN=Configuration,{root} one (nETBIOSName=*)",
    "schema version": "CN=Schema,CN=Configuration,{root} base (objectClass=*)",
    "schema": "CN=Schema,CN=Configuration,{root} one (objectClass=attributeSchema)",
    "services": "CN=Services,CN=Configuration,{root} subtree (objectClass=*)",
    "controllers": "CN=Sites,CN=Configuration,{root} subtree (objectClass=nTDSDSA)",
    "domain": "{root} base (objectClass=*)",
    "system": "CN=System,{root} subtree (objectClass=*)",
    "program data": "CN=ADFS,CN=Microsoft,CN=Program Data,{root} base (objectClass=*)",
    "accounts": "{root} subtree (objectClass=*)",
}
"""Base, scope and filter of each place; {root} is the root domain of the forest, or the domain."""


@evidence("forest", source="directory")
@dataclass(frozen=True, slots=True)
class Forest:
    """One forest, as far as an export or an LDAP read shows it.

    `looked` names the places that were read (partitions, domain names, domains, schema, schema
    version, services, controllers): what lies in a place that is not among them is unknown, never
    absent. `registration` are the keywords of the connection point of hybrid join,
    `rights_management` those of AD RMS. `schema_names` are attributes of interest that exist,
    `outside_schema` those that the synchronisation reads and the schema lacks, `outside_catalogue`
    those that a global catalog lacks. `trusted` are the certificates of NTAuth, `roots` those of
    Certification Authorities. `radius_members` counts the registered RADIUS servers by domain.
    `key_root`: there is a key of the key distribution service; None also where the account may not
    see keys. `read_only`: the server that answered (`server`) is read-only.
    """

    name: str
    looked: tuple[str, ...] = ()
    level: int | None = None
    schema: int | None = None
    exchange_schema: int | None = None
    exchange_organisation: int | None = None
    exchange_servers: tuple[ExchangeServer, ...] = ()
    suffixes: tuple[str, ...] = ()
    domains: tuple[ForestDomain, ...] = ()
    controllers: tuple[DomainController, ...] = ()
    recycle_bin: bool | None = None
    registration: tuple[str, ...] | None = None
    rights_management: tuple[str, ...] | None = None
    schema_names: tuple[str, ...] = ()
    outside_schema: tuple[str, ...] = ()
    outside_catalogue: tuple[str, ...] = ()
    authorities: tuple[Authority, ...] = ()
    trusted: tuple[Certificate, ...] = ()
    roots: tuple[Certificate, ...] = ()
    management_points: tuple[ManagementPoint, ...] = ()
    management_sites: tuple[ManagementSite, ...] = ()
    management_container: bool | None = None
    management_schema: bool | None = None
    radius_members: Mapping[str, int] = field(default_factory=dict)
    key_root: bool | None = None
    read_only: bool | None = None
    server: str = ""

    @property
    def subject(self) -> Subject:
        """The forest by its root domain."""
        return forest(self.name)

    def absent(self, place: str) -> bool:
        """Whether what was not seen in that place is not there.

        A place of the domains has to be read in each of them.
        """
        if place in _OF_DOMAINS:
            return bool(self.domains) and all(place in one.looked for one in self.domains)
        return place in self.looked

    def asked(self, place: str, *attributes: str, domain: str = "") -> str:
        """Where a fact stands, for somebody who reads it again: base, scope, filter, attributes."""
        root = ",".join(f"DC={label}" for label in (domain or self.name).split("."))
        return " ".join((PLACES[place].format(root=root), *attributes))

    def joined(self, other: Forest) -> Forest:
        """What both know of one forest; where they know the same fact, the first one stands."""
        known = {one.dns: one for one in self.domains}
        for one in other.domains:
            known[one.dns] = _joined(known[one.dns], one) if one.dns in known else one
        made = _joined(self, other)
        writable = other if self.read_only and other.read_only is False else made
        return replace(
            made,
            domains=tuple(known[name] for name in sorted(known)),
            read_only=writable.read_only,
            server=writable.server,
        )


_OF_DOMAINS = ("system", "program data", "accounts")
_Facts = TypeVar("_Facts", Forest, ForestDomain)


def _joined(first: _Facts, second: _Facts) -> _Facts:
    """Lists of both, one after the other; any other fact from the first that knows it."""
    made: dict[str, Any] = {}
    for one in fields(first):
        mine: Any = getattr(first, one.name)
        theirs: Any = getattr(second, one.name)
        if isinstance(mine, tuple) and isinstance(theirs, tuple):
            made[one.name] = (*mine, *(value for value in theirs if value not in mine))
        elif isinstance(mine, Mapping):
            made[one.name] = {**theirs, **mine}
        else:
            made[one.name] = theirs if mine in (None, "") else mine or theirs or mine
    return replace(first, **made)
