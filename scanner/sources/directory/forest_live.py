"""The searches that the facts about a forest take, and what was asked for each of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.evidence.directory import domain_of
from scanner.evidence.forest import Forest
from scanner.sources.directory.entry import BINARY, WANTED, Attributes
from scanner.sources.directory.forest import (
    ATTRIBUTES,
    CERTIFICATES,
    FEDERATION,
    KERBEROS_SERVER,
    PROVISIONING,
    SCHEMA_OF_INTEREST,
    ForestBuilder,
)
from scanner.sources.directory.kinds import class_of
from scanner.sources.directory.session import LdapError, Scope, Session

_ANY = "(objectClass=*)"
_ROOT = (
    "rootDomainNamingContext", "defaultNamingContext", "configurationNamingContext",
    "schemaNamingContext", "namingContexts", "forestFunctionality", "domainFunctionality",
    "dsServiceName", "dnsHostName", "vendorName", "supportedCapabilities",
)  # fmt: skip
_ASKED = (*sorted(ATTRIBUTES), "objectClass", "cn", "member")
_SERVICES = (
    "(|(objectClass=serviceConnectionPoint)(objectClass=pKIEnrollmentService)"
    "(objectClass=certificationAuthority)(objectClass=msKds-ProvRootKey)"
    "(objectClass=msExchOrganizationContainer)(objectClass=msExchExchangeServer))"
)
_SYSTEM = (
    "(|(objectClass=mSSMSManagementPoint)(objectClass=mSSMSSite)(cn=System Management)"
    "(objectClass=msDS-PasswordSettings)(cn=900274c4-b7d2-43c8-90ee-00a9f650e335))"
)
_PROVISIONING = f"(&(objectClass=msDS-GroupManagedServiceAccount)(cn={PROVISIONING}*))"
_NAMED_HOSTS = "(&(servicePrincipalName=host/*)(!(objectCategory=computer)))"
_KEYS = "CN=Master Root Keys,CN=Group Key Distribution Service,"
_DISTRIBUTION = "cn=group key distribution service,"
_MAY_MAKE = "allowedChildClassesEffective"
_READ_ONLY = "nTDSDSARO"


@dataclass(frozen=True, slots=True)
class RootEntry:
    """What the server says of itself (rootDSE); everything empty where it says nothing."""

    values: Mapping[str, list[str]]

    def first(self, name: str) -> str:
        """The first value of an attribute."""
        return next(iter(self.values.get(name, ())), "")

    @property
    def is_active_directory(self) -> bool:
        """Whether the server knows the partitions of Active Directory."""
        return bool(self.first("configurationNamingContext"))


def read_root(session: Session) -> RootEntry:
    """The rootDSE. Raises LdapError."""
    found: dict[str, list[str]] = {}
    for _, raw in session.search("", "base", _ANY, _ROOT):
        found = {name: [one.decode("utf-8", "replace") for one in raw[name]] for name in raw}
    return RootEntry(found)


class ForestReader:
    """Reads one forest. A search that fails leaves its facts unknown and the others alone."""

    def __init__(
        self, session: Session, root: RootEntry, extra: frozenset[str] = frozenset()
    ) -> None:
        self._extra = extra
        self._session = session
        self._root = root
        self._configuration = root.first("configurationNamingContext")
        self._schema = root.first("schemaNamingContext")
        self._domain = root.first("defaultNamingContext")
        name = domain_of(root.first("rootDomainNamingContext") or self._domain)
        self._builder = ForestBuilder(name)

    def read(self) -> Forest:
        """All facts that can be had."""
        root = self._root
        level = root.first("forestFunctionality")
        self._builder.put(
            server=root.first("dnsHostName"), level=int(level) if level.isdigit() else None
        )
        partitions = f"CN=Partitions,{self._configuration}"
        self._see(partitions, "base", _ANY)
        self._see(partitions, "one", "(nETBIOSName=*)")
        self._see(self._schema, "base", _ANY)
        if self._see(self._schema, "one", _schema_query(self._extra)):
            self._builder.looked("schema")
        self._see(f"CN=Sites,{self._configuration}", "subtree", "(objectClass=nTDSDSA)")
        self._services()
        for domain in self._domains():
            self._see(domain, "base", _ANY)
            self._see(domain, "one", "(objectClass=msExchSystemObjectsContainer)")
            self._see(f"{KERBEROS_SERVER}{domain}", "base", _ANY)
            self._system(domain)
        self._writable(root.first("dsServiceName"))
        return self._builder.forest()

    def schema_names(self, *, catalogue: bool = False) -> frozenset[str]:
        """The attributes of the schema that were asked for, in lower case; empty where unknown.

        With `catalogue`, only those that a global catalog holds too.
        """
        return self._builder.replicated if catalogue else self._builder.schema_names

    def _domains(self) -> list[str]:
        outside = (self._configuration, self._schema)
        found = [
            one
            for one in self._root.values.get("namingContexts", ())
            if one not in outside and not one.lower().startswith("dc=forestdnszones,")
        ]
        return [one for one in found if not one.lower().startswith("dc=domaindnszones,")]

    def _services(self) -> None:
        base = f"CN=Services,{self._configuration}"
        # a search that finds nothing proves nothing, unless the container shows its children
        children = [dn.lower() for dn, _ in self._quietly(base, "one", _ANY, ("objectClass",))]
        if not children:
            return
        if not any(dn.startswith(_DISTRIBUTION) for dn in children):
            self._builder.know_keys()
        if self._see(base, "subtree", _SERVICES) is not None:
            self._builder.looked("services")
        # by default nobody but administrators sees a key: only they can say that there is none
        # https://learn.microsoft.com/windows/win32/adschema/c-mskds-provrootkey
        for _, raw in self._quietly(f"{_KEYS}{base}", "base", _ANY, (_MAY_MAKE,)):
            may_make = {one.lower() for values in raw.values() for one in values}
            if b"mskds-provrootkey" in may_make:
                self._builder.know_keys()

    def _system(self, domain: str) -> None:
        name = domain_of(domain)
        base = f"CN=System,{domain}"
        if self._count(base, "one", _ANY) and self._see(base, "subtree", _SYSTEM) is not None:
            self._builder.looked_in(name, "system")
        if self._count(f"CN=Program Data,{domain}", "one", _ANY):
            self._builder.looked_in(name, "program data")
        if self._count(f"{FEDERATION}{domain}", "base", _ANY):
            self._builder.put_in(name, federation=True)
            self._see(domain, "subtree", _NAMED_HOSTS)
        if self._see(domain, "subtree", _PROVISIONING) is not None:
            self._builder.looked_in(name, "accounts")

    def _writable(self, service: str) -> None:
        if not service:
            return
        for _, raw in self._quietly(service, "base", _ANY, ("objectClass",)):
            classes = [one.decode("ascii", "replace") for one in raw.get("objectClass", ())]
            self._builder.put(read_only=_READ_ONLY in classes)

    def _see(self, base: str, scope: Scope, query: str) -> int | None:
        """Show the builder what there is. How many entries that was; None where it failed."""
        count = 0
        try:
            for dn, raw in self._session.search(base, scope, query, _ASKED):
                attributes = _attributes(raw)
                self._builder.see(dn, class_of(attributes), attributes)
                count += 1
        except LdapError:
            return None
        return count

    def _count(self, base: str, scope: Scope, query: str) -> int:
        return sum(1 for _ in self._quietly(base, scope, query, ("objectClass",)))

    def _quietly(
        self, base: str, scope: Scope, query: str, asked: tuple[str, ...]
    ) -> Iterator[tuple[str, Mapping[str, list[bytes]]]]:
        with contextlib.suppress(LdapError):  # what cannot be read is unknown, and said so
            yield from self._session.search(base, scope, query, asked)


def _schema_query(extra: frozenset[str]) -> str:
    names = sorted({*WANTED, *extra, *(one.lower() for one in SCHEMA_OF_INTEREST)})
    known = "".join(f"(lDAPDisplayName={name})" for name in names)
    return f"(|{known}(lDAPDisplayName=mSSMSMPName)(cn=ms-Exch-Schema-Version-Pt))"


def _attributes(raw: Mapping[str, list[bytes]]) -> Attributes:
    found: Attributes = {}
    for written, values in raw.items():
        name = written.partition(";")[0].lower()
        if name in BINARY or name == CERTIFICATES:
            found[name] = [one.hex() for one in values]
        else:
            found[name] = [one.decode("utf-8", "replace") for one in values]
    return found
