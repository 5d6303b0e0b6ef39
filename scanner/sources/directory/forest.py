"""Facts about a forest out of the entries that carry them, whether from a file or over LDAP."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from scanner.evidence.certificate import Certificate
from scanner.evidence.directory import domain_of
from scanner.evidence.forest import (
    Authority,
    DomainController,
    ExchangeServer,
    Forest,
    ForestDomain,
    ManagementPoint,
    ManagementSite,
)
from scanner.sources.directory.entry import Attributes
from scanner.sources.directory.export_help import ATTRIBUTES as OF_OBJECTS
from scanner.sources.directory.sync_rules import first, number

REGISTRATION = "cn=62a0ff2e-97b9-4513-943f-0d221bd30080,"
RIGHTS = "cn=rightsmanagementservices,"
KERBEROS_TRUST = "cn=900274c4-b7d2-43c8-90ee-00a9f650e335,"
KERBEROS_SERVER = "cn=azureadkerberos,ou=domain controllers,"
FEDERATION = "cn=adfs,cn=microsoft,cn=program data,"
PROVISIONING = "provagentgmsa"
_NAMED_HOST = re.compile(r"host/((?:[a-z0-9-]+\.)+[a-z0-9-]+)")
_NAMES_TOLD = 20
RECYCLE_BIN = "cn=recycle bin feature,"
_DAY = 864_000_000_000  # in units of 100 ns, as Active Directory counts
_NEVER = -(1 << 63)

TEXTS = frozenset(
    {
        "msds-behavior-version", "msds-enabledfeature", "upnsuffixes", "netbiosname", "dnsroot",
        "objectversion", "ldapdisplayname", "ismemberofpartialattributeset", "rangeupper",
        "keywords", "servicebindinginformation", "dnshostname", "certificatetemplates",
        "mssmsmpname", "mssmssitecode", "mssmsversion", "mssmssourceforest",
        "mssmsassignmentsitecode", "serialnumber", "msexchcurrentserverroles", "minpwdlength",
        "maxpwdage", "pwdproperties", "lockoutthreshold", "mspki-enrollment-servers",
        "serviceprincipalname",
    }
)  # fmt: skip
"""Attributes of these entries besides the usual ones."""
CERTIFICATES = "cacertificate"
ATTRIBUTES = TEXTS | {CERTIFICATES}

SCHEMA_OF_INTEREST = (
    "msLAPS-Password", "ms-Mcs-AdmPwd", "msFVE-RecoveryPassword", "msDS-KeyCredentialLink",
    "msDS-ExternalDirectoryObjectId",
)  # fmt: skip


class ForestBuilder:
    """Takes entries in, one after the other; gives the forest at the end."""

    def __init__(self, name: str) -> None:
        self._forest = Forest(name)
        self._looked: set[str] = set()
        self._domains: dict[str, ForestDomain] = {}
        self._schema: set[str] = set()
        self._outside: set[str] = set()
        self._replicated: set[str] = set()
        self._by_class: dict[str, Callable[[str, Attributes], None]] = {
            "crossrefcontainer": self._partitions,
            "crossref": self._domain_names,
            "domaindns": self._domain,
            "dmd": self._dmd,
            "attributeschema": self._attribute,
            "serviceconnectionpoint": self._connection_point,
            "pkienrollmentservice": self._authority,
            "certificationauthority": self._trust,
            "mssmsmanagementpoint": self._management_point,
            "mssmssite": self._management_site,
            "msexchorganizationcontainer": self._exchange,
            "msexchexchangeserver": self._exchange_server,
            "msexchsystemobjectscontainer": self._exchange_domain,
            "mskds-provrootkey": self._key_root,
            "ntdsdsa": self._controller,
            "ntdsdsaro": self._controller,
            "msds-passwordsettings": self._fine_grained,
            "msds-groupmanagedserviceaccount": self._service_account,
        }

    @property
    def classes(self) -> frozenset[str]:
        """The classes of entries that say something here, in lower case."""
        return frozenset(self._by_class) | {"container"}

    def looked(self, place: str) -> None:
        """That place was read: what lies in it and was not seen is absent."""
        self._looked.add(place)

    def looked_in(self, domain: str, place: str) -> None:
        """The same of a place of a domain."""
        known = self._domains.get(domain, ForestDomain(domain))
        if place not in known.looked:
            self.put_in(domain, looked=tuple(sorted({*known.looked, place})))

    def put(self, **facts: object) -> None:
        """Facts that are known otherwise."""
        self._forest = replace(self._forest, **facts)  # type: ignore[arg-type]

    def know_keys(self) -> None:
        """The account sees the keys of the key distribution service: without one there is none."""
        self.put(key_root=bool(self._forest.key_root))

    def put_in(self, domain: str, **facts: object) -> None:
        """Facts about a domain."""
        known = self._domains.get(domain, ForestDomain(domain))
        self._domains[domain] = replace(known, **facts)  # type: ignore[arg-type]

    def see(self, dn: str, kind: str, attributes: Attributes) -> None:
        """One entry of whatever class."""
        self._place(dn.lower())
        handler = self._by_class.get(kind.lower())
        if handler:
            handler(dn, attributes)
        elif kind.lower() == "container":
            self._container(dn)
        elif dn.lower().startswith(KERBEROS_SERVER):
            self._kerberos(dn, ())
        else:
            self._names_of(dn, attributes)

    def forest(self) -> Forest:
        """What was found out."""
        if len(self._schema) > _WHOLE_SCHEMA:
            self.looked("schema")
        known = self.schema_names
        read = "schema" in self._looked
        return replace(
            self._forest,
            looked=tuple(sorted(self._looked)),
            domains=tuple(self._domains[name] for name in sorted(self._domains)),
            schema_names=tuple(sorted(self._schema)),
            outside_schema=tuple(one for one in OF_OBJECTS if read and one.lower() not in known),
            outside_catalogue=tuple(sorted(self._outside)),
        )

    @property
    def schema_names(self) -> frozenset[str]:
        """The attributes that were seen in the schema, in lower case."""
        return frozenset(one.lower() for one in self._schema)

    @property
    def replicated(self) -> frozenset[str]:
        """Those of them that every global catalog holds, in lower case."""
        return frozenset(self._replicated)

    @property
    def empty(self) -> bool:
        """Whether no entry said anything."""
        untouched = self._forest == Forest(self._forest.name)
        return untouched and not (self._looked or self._domains or self._schema)

    def _place(self, dn: str) -> None:
        """An entry shows that the place around it was read: what else would lie there is absent."""
        if ",cn=services,cn=configuration,dc=" in dn:
            self.looked("services")
        elif ",cn=system,dc=" in dn:
            self.looked_in(domain_of(dn), "system")
        elif ",cn=program data,dc=" in dn:
            self.looked_in(domain_of(dn), "program data")

    def _partitions(self, dn: str, attributes: Attributes) -> None:
        del dn
        self.looked("partitions")
        level = number(attributes, "msds-behavior-version")
        features = attributes.get("msds-enabledfeature", ())
        on = any(one.lower().startswith(RECYCLE_BIN) for one in features)
        # the attribute is gone where nothing is on, and in an export where nobody asked for it
        told = features or level is not None or self._forest.server
        self.put(
            level=self._forest.level if level is None else level,
            suffixes=tuple(attributes.get("upnsuffixes", ())),
            recycle_bin=on if told else None,
        )

    def _domain_names(self, dn: str, attributes: Attributes) -> None:
        del dn
        name = first(attributes, "netbiosname")
        root = first(attributes, "dnsroot").casefold()
        if name and root:
            self.looked("domain names")
            self.put_in(root, netbios=name)

    def _domain(self, dn: str, attributes: Attributes) -> None:
        name = domain_of(dn)
        if not name or "msds-behavior-version" not in attributes:
            return
        self.looked("domains")
        age = number(attributes, "maxpwdage")
        rules = number(attributes, "pwdproperties")
        never = age in (0, _NEVER)
        self.put_in(
            name,
            level=number(attributes, "msds-behavior-version"),
            minimum_length=number(attributes, "minpwdlength"),
            maximum_age=None if age is None or never else -age / _DAY,
            never_expires=never,
            lockout_threshold=number(attributes, "lockoutthreshold"),
            complexity=None if rules is None else bool(rules & 1),
        )

    def _dmd(self, dn: str, attributes: Attributes) -> None:
        del dn
        self.looked("schema version")
        self.put(schema=number(attributes, "objectversion"))

    def _attribute(self, dn: str, attributes: Attributes) -> None:
        del dn
        name = first(attributes, "ldapdisplayname")
        if not name:
            return
        self._schema.add(name)
        if first(attributes, "cn").lower() == "ms-exch-schema-version-pt":
            self.put(exchange_schema=number(attributes, "rangeupper"))
        partial = first(attributes, "ismemberofpartialattributeset").upper()
        if partial == "TRUE":
            self._replicated.add(name.lower())
        elif name.lower() in _OF_OBJECTS:
            self._outside.add(name)
        if name.lower().startswith("mssms"):
            self.put(management_schema=True)

    def _controller(self, dn: str, attributes: Attributes) -> None:
        """An entry CN=NTDS Settings,CN=<server>,CN=Servers,CN=<site>,CN=Sites."""
        self.looked("controllers")
        classes = [one.lower() for one in attributes.get("objectclass", ())]
        made = DomainController(
            dn.partition(",")[2].partition(",")[0].partition("=")[2],
            number(attributes, "msds-behavior-version"),
            "ntdsdsaro" in classes,
        )
        self.put(controllers=(*self._forest.controllers, made))

    def _connection_point(self, dn: str, attributes: Attributes) -> None:
        lower = dn.lower()
        if lower.startswith(REGISTRATION):
            self.put(registration=tuple(attributes.get("keywords", ())))
        elif RIGHTS in lower:
            found = tuple(attributes.get("servicebindinginformation", ()))
            self.put(rights_management=found)
        elif lower.startswith(KERBEROS_TRUST):
            self._kerberos(dn, tuple(attributes.get("keywords", ())))

    def _kerberos(self, dn: str, told: tuple[str, ...]) -> None:
        known = self._domains.get(domain_of(dn))
        self.put_in(domain_of(dn), kerberos_trust=told or (known and known.kerberos_trust) or ())

    def _authority(self, dn: str, attributes: Attributes) -> None:
        made = Authority(
            first(attributes, "cn") or dn,
            first(attributes, "dnshostname").casefold(),
            tuple(attributes.get("certificatetemplates", ())),
            _certificates(attributes),
            tuple(attributes.get("mspki-enrollment-servers", ())),
        )
        self.put(authorities=(*self._forest.authorities, made))

    def _trust(self, dn: str, attributes: Attributes) -> None:
        found = _certificates(attributes)
        if dn.lower().startswith("cn=ntauthcertificates,"):
            self.put(trusted=(*self._forest.trusted, *found))
        elif ",cn=certification authorities," in dn.lower():
            self.put(roots=(*self._forest.roots, *found))

    def _management_point(self, dn: str, attributes: Attributes) -> None:
        made = ManagementPoint(
            first(attributes, "mssmsmpname") or dn,
            first(attributes, "dnshostname").casefold(),
            first(attributes, "mssmssitecode"),
            first(attributes, "mssmsversion"),
        )
        points = (*self._forest.management_points, made)
        self.put(management_points=points, management_container=True)

    def _management_site(self, dn: str, attributes: Attributes) -> None:
        made = ManagementSite(
            first(attributes, "mssmssitecode") or dn,
            first(attributes, "mssmssourceforest").casefold(),
            first(attributes, "mssmsassignmentsitecode"),
        )
        sites = (*self._forest.management_sites, made)
        self.put(management_sites=sites, management_container=True)

    def _container(self, dn: str) -> None:
        lower = dn.lower()
        if lower.startswith("cn=system management,cn=system,"):
            self.put(management_container=True)
        elif lower.startswith(FEDERATION):
            self.put_in(domain_of(dn), federation=True)
        elif lower.startswith(KERBEROS_TRUST):
            self._kerberos(dn, ())

    def _exchange(self, dn: str, attributes: Attributes) -> None:
        del dn
        self.put(exchange_organisation=number(attributes, "objectversion"))

    def _exchange_server(self, dn: str, attributes: Attributes) -> None:
        made = ExchangeServer(
            first(attributes, "cn") or dn,
            first(attributes, "serialnumber"),
            number(attributes, "msexchcurrentserverroles"),
        )
        self.put(exchange_servers=(*self._forest.exchange_servers, made))

    def _exchange_domain(self, dn: str, attributes: Attributes) -> None:
        self.put_in(domain_of(dn), exchange=number(attributes, "objectversion"))

    def _key_root(self, dn: str, attributes: Attributes) -> None:
        del dn, attributes
        self.put(key_root=True)

    def _fine_grained(self, dn: str, attributes: Attributes) -> None:
        known = self._domains.get(domain_of(dn))
        names = {*(known.fine_grained if known else ()), first(attributes, "cn") or dn}
        self.put_in(domain_of(dn), fine_grained=tuple(sorted(names)))

    def _service_account(self, dn: str, attributes: Attributes) -> None:
        if dn.lower().startswith(f"cn={PROVISIONING}"):
            self.put_in(domain_of(dn), provisioning=True)
        self._names_of(dn, attributes)

    def _names_of(self, dn: str, attributes: Attributes) -> None:
        """Host names for which an account answers that is no computer, as that of AD FS does."""
        known = self._domains.get(domain_of(dn))
        names = {
            found[1]
            for one in attributes.get("serviceprincipalname", ())
            if (found := _NAMED_HOST.fullmatch(one.lower()))
        }
        if names:
            names |= set(known.federation_names if known else ())
            told = tuple(sorted(names)[:_NAMES_TOLD])
            self.put_in(domain_of(dn), federation_names=told)


_WHOLE_SCHEMA = 1000
"""A schema has more than 1,500 attributes; an export with so many of them is one of the schema."""

_OF_OBJECTS = frozenset(one.lower() for one in OF_OBJECTS)


def _certificates(attributes: Attributes) -> tuple[Certificate, ...]:
    values = attributes.get(CERTIFICATES, ())
    if not values:
        return ()
    from scanner.sources.tls.certificate import read_certificate  # noqa: PLC0415 - few forests pay

    return tuple(read_certificate(bytes.fromhex(one)) for one in values)
