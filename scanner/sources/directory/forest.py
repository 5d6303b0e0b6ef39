"""Facts about a forest out of the entries that carry them, whether from a file or over LDAP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scanner.evidence.certificate import Certificate
from scanner.evidence.directory import domain_of
from scanner.evidence.forest import Authority, Forest, ForestDomain, ManagementPoint
from scanner.sources.directory.entry import WANTED, Attributes
from scanner.sources.directory.sync_rules import first, number
from scanner.sources.tls.certificate import read_certificate

REGISTRATION = "cn=62a0ff2e-97b9-4513-943f-0d221bd30080,"
RIGHTS = "cn=rightsmanagementservices,"
KERBEROS_TRUST = "cn=900274c4-b7d2-43c8-90ee-00a9f650e335,"
FEDERATION = "cn=adfs,cn=microsoft,cn=program data,"
RECYCLE_BIN = "cn=recycle bin feature,"
_DAY = 864_000_000_000  # in units of 100 ns, as Active Directory counts
_NEVER = -(1 << 63)

TEXTS = frozenset(
    {
        "msds-behavior-version", "msds-enabledfeature", "upnsuffixes", "netbiosname", "dnsroot",
        "objectversion", "ldapdisplayname", "ismemberofpartialattributeset", "rangeupper",
        "keywords", "servicebindinginformation", "dnshostname", "certificatetemplates",
        "mssmsmpname", "mssmssitecode", "mssmsversion", "serialnumber", "minpwdlength", "maxpwdage",
        "pwdproperties", "lockoutthreshold",
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
            "msexchorganizationcontainer": self._exchange,
            "msexchexchangeserver": self._exchange_server,
            "mskds-provrootkey": self._key_root,
        }

    @property
    def classes(self) -> frozenset[str]:
        """The classes of entries that say something here, in lower case."""
        return frozenset(self._by_class) | {"container"}

    def looked(self, place: str) -> None:
        """That place was read: what lies in it and was not seen is absent."""
        self._looked.add(place)

    def put(self, **facts: object) -> None:
        """Facts that are known otherwise."""
        self._forest = replace(self._forest, **facts)  # type: ignore[arg-type]

    def see(self, dn: str, kind: str, attributes: Attributes) -> None:
        """One entry of whatever class."""
        handler = self._by_class.get(kind.lower())
        if handler:
            handler(dn, attributes)
        elif kind.lower() == "container":
            self._container(dn)

    def forest(self) -> Forest:
        """What was found out."""
        if len(self._schema) > _WHOLE_SCHEMA:
            self.looked("schema")
        return replace(
            self._forest,
            looked=tuple(sorted(self._looked)),
            domains=tuple(self._domains[name] for name in sorted(self._domains)),
            schema_names=tuple(sorted(self._schema)),
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
        return not self._looked and self._forest == Forest(self._forest.name)

    def _partitions(self, dn: str, attributes: Attributes) -> None:
        del dn
        self.looked("partitions")
        level = number(attributes, "msds-behavior-version")
        features = attributes.get("msds-enabledfeature", ())
        self.put(
            level=self._forest.level if level is None else level,
            suffixes=tuple(attributes.get("upnsuffixes", ())),
            recycle_bin=any(one.lower().startswith(RECYCLE_BIN) for one in features),
        )

    def _domain_names(self, dn: str, attributes: Attributes) -> None:
        del dn
        name = first(attributes, "netbiosname")
        root = first(attributes, "dnsroot").casefold()
        if name and root:
            self.looked("domain names")
            known = self._domains.get(root, ForestDomain(root))
            self._domains[root] = replace(known, netbios=name)

    def _domain(self, dn: str, attributes: Attributes) -> None:
        name = domain_of(dn)
        if not name or "msds-behavior-version" not in attributes:
            return
        self.looked("domains")
        age = number(attributes, "maxpwdage")
        rules = number(attributes, "pwdproperties")
        never = age in (0, _NEVER)
        self._domains[name] = replace(
            self._domains.get(name, ForestDomain(name)),
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
        self._schema.add(name)
        if first(attributes, "cn").lower() == "ms-exch-schema-version-pt":
            self.put(exchange_schema=number(attributes, "rangeupper"))
        wanted = name.lower() in WANTED and name.lower() not in _ALWAYS_LOCAL
        partial = first(attributes, "ismemberofpartialattributeset").upper()
        if partial == "TRUE":
            self._replicated.add(name.lower())
        elif wanted:
            self._outside.add(name)
        if name.lower().startswith("mssms"):
            self.put(management_schema=True)

    def _connection_point(self, dn: str, attributes: Attributes) -> None:
        lower = dn.lower()
        if lower.startswith(REGISTRATION):
            self.put(registration=tuple(attributes.get("keywords", ())))
        elif RIGHTS in lower:
            found = tuple(attributes.get("servicebindinginformation", ()))
            self.put(rights_management=found)
        elif lower.startswith(KERBEROS_TRUST):
            self.put(kerberos_trust=tuple(attributes.get("keywords", ())))

    def _authority(self, dn: str, attributes: Attributes) -> None:
        made = Authority(
            first(attributes, "cn") or dn,
            first(attributes, "dnshostname").casefold(),
            tuple(attributes.get("certificatetemplates", ())),
            _certificates(attributes),
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

    def _container(self, dn: str) -> None:
        lower = dn.lower()
        if lower.startswith("cn=services,cn=configuration,"):
            self.looked("services")
        elif lower.startswith("cn=system,dc="):
            self.looked("system")
        elif lower.startswith("cn=system management,cn=system,"):
            self.put(management_container=True)
        elif lower.startswith(FEDERATION):
            self.put(federation_container=True)
        elif lower.startswith(KERBEROS_TRUST):
            self.put(kerberos_trust=self._forest.kerberos_trust or ("",))

    def _exchange(self, dn: str, attributes: Attributes) -> None:
        del dn
        self.put(exchange_organisation=number(attributes, "objectversion"))

    def _exchange_server(self, dn: str, attributes: Attributes) -> None:
        version = first(attributes, "serialnumber")
        name = first(attributes, "cn") or dn
        servers = (*self._forest.exchange_servers, f"{name}: {version}")
        self.put(exchange_servers=servers)

    def _key_root(self, dn: str, attributes: Attributes) -> None:
        del dn, attributes
        self.put(key_root=True)


_WHOLE_SCHEMA = 1000
"""A schema has more than 1,500 attributes; an export with so many of them is one of the schema."""

_ALWAYS_LOCAL = frozenset(
    {
        # not in the partial set by design; what rests on them says so where they are missing
        "thumbnailphoto", "useraccountcontrol", "lastlogontimestamp", "pwdlastset", "admincount",
        "primarygroupid", "operatingsystem", "member", "usercertificate", "usersmimecertificate",
        "objectversion",
    }
)  # fmt: skip


def _certificates(attributes: Attributes) -> tuple[Certificate, ...]:
    return tuple(read_certificate(bytes.fromhex(one)) for one in attributes.get(CERTIFICATES, ()))
