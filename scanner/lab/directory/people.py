"""The entries of a forest in good order: people, groups, contacts, computers, built-in accounts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Attributes = dict[str, list[str | bytes]]

_GIVEN = (
    "Amina", "Bruno", "Chloe", "Dmitri", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Katarina", "Luca", "Mei", "Noah", "Olga", "Pedro", "Quentin", "Rosa", "Samir", "Tove",
)  # fmt: skip
_FAMILY = (
    "Abel", "Brandt", "Costa", "Dupont", "Egger", "Fischer", "Garcia", "Horvat", "Ivanov", "Jensen",
    "Keller", "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Sato", "Tanaka",
)  # fmt: skip
_PLACES = ("Berlin", "Lisbon", "Oslo", "Prague", "Zurich")
_SPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
_TICKS = 10_000_000
_WINDOWS_EPOCH = 11_644_473_600


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest by its DNS name, the domain of its mail, and a second suffix that some people have."""

    name: str
    domain: str
    second: str
    now: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    krbtgt_days: int = 30

    @property
    def root(self) -> str:
        """The distinguished name of the domain."""
        return ",".join(f"DC={label}" for label in self.name.split("."))

    def entry(
        self, container: str, name: str, classes: tuple[str, ...], category: str
    ) -> Attributes:
        """An entry with what every one has."""
        escaped = name.replace(",", "\\,")
        dn = f"CN={escaped},{container},{self.root}"
        schema = f"CN=Schema,CN=Configuration,{self.root}"
        return {
            "dn": [dn],
            "objectClass": ["top", *classes],
            "cn": [name],
            "objectGUID": [uuid.uuid5(_SPACE, dn).bytes_le],
            "objectCategory": [f"CN={category},{schema}"],
        }

    def ticks(self, days: float) -> str:
        """The FILETIME of that many days ago."""
        moment = self.now - timedelta(days=days)
        return str(int((moment.timestamp() + _WINDOWS_EPOCH) * _TICKS))

    def user(self, number: int) -> Attributes:
        """An employee with a mailbox; one in twelve signs in with the second suffix."""
        given = _GIVEN[number % len(_GIVEN)]
        family = _FAMILY[number // len(_GIVEN) % len(_FAMILY)]
        short = f"{given}.{family}{number}".lower()
        suffix = self.second if number % 12 == 5 else self.domain  # noqa: PLR2004
        made = self.entry(
            f"OU={_PLACES[number % len(_PLACES)]},OU=Staff",
            f"{given} {family} {number}",
            ("person", "organizationalPerson", "user"),
            "Person",
        )
        made |= {
            "displayName": [f"{family}, {given}"],
            "givenName": [given],
            "sn": [family],
            "mail": [f"{short}@{suffix}"],
            "mailNickname": [short],
            "proxyAddresses": [
                f"SMTP:{short}@{suffix}",
                f"smtp:{given[0]}{family}{number}@{self.domain}".lower(),
                f"X500:/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn={short}",
            ],
            "sAMAccountName": [f"{given[0]}{family}{number}".lower()[:20]],
            "userPrincipalName": [f"{short}@{suffix}"],
            "userAccountControl": ["512"],
            "mS-DS-ConsistencyGuid": list(made["objectGUID"]),
            "lastLogonTimestamp": [self.ticks(number % 40)],
            "pwdLastSet": [self.ticks(number % 150)],
        }
        return made

    def group(self, number: int, members: list[str]) -> Attributes:
        """A security group."""
        name = f"Project {number:04}"
        made = self.entry("OU=Groups", name, ("group",), "Group")
        return made | {
            "displayName": [name],
            "sAMAccountName": [name],
            "groupType": ["-2147483646"],
            "member": list(members),
        }

    def list(self, number: int) -> Attributes:
        """A mail-enabled distribution group."""
        short = f"list-{number}"
        made = self.entry("OU=Groups", f"List {number:04}", ("group",), "Group")
        return made | {
            "displayName": [f"List {number:04}"],
            "sAMAccountName": [short],
            "groupType": ["8"],
            "mail": [f"{short}@{self.domain}"],
            "mailNickname": [short],
            "proxyAddresses": [f"SMTP:{short}@{self.domain}"],
        }

    def contact(self, number: int) -> Attributes:
        """A partner outside."""
        made = self.entry(
            "OU=Partners",
            f"Partner {number:04}",
            ("person", "organizationalPerson", "contact"),
            "Person",
        )
        address = f"partner{number}@partner.example.org"
        return made | {
            "displayName": [f"Partner {number:04}"],
            "mail": [address],
            "mailNickname": [f"partner{number}"],
            "proxyAddresses": [f"SMTP:{address}"],
            "targetAddress": [f"SMTP:{address}"],
        }

    def computer(self, number: int) -> Attributes:
        """A workstation that is not (yet) registered for hybrid join."""
        made = self.entry(
            "OU=Workstations",
            f"WS{number:05}",
            ("person", "organizationalPerson", "user", "computer"),
            "Computer",
        )
        return made | {
            "sAMAccountName": [f"WS{number:05}$"],
            "userAccountControl": ["4096"],
            "operatingSystem": ["Windows 11 Enterprise"],
        }

    def built_in(self, name: str, *, group: bool, control: str = "512") -> Attributes:
        """An account that every forest has; it is critical and never synchronises."""
        classes = ("group",) if group else ("person", "organizationalPerson", "user")
        made = self.entry("CN=Users", name, classes, "Group" if group else "Person")
        made |= {"sAMAccountName": [name], "isCriticalSystemObject": ["TRUE"], "adminCount": ["1"]}
        return made | (
            {"groupType": ["-2147483646"]} if group else {"userAccountControl": [control]}
        )

    def everyone(self, count: int) -> Iterator[Attributes]:
        """A forest of about that many objects: four of five are people."""
        yield self.built_in("Administrator", group=False)
        yield self.built_in("Guest", group=False, control="66082")
        krbtgt = self.built_in("krbtgt", group=False, control="514")
        yield krbtgt | {"pwdLastSet": [self.ticks(self.krbtgt_days)]}
        yield self.built_in("Domain Admins", group=True)
        recent: list[str] = []
        for number in range(count):
            match number % 20:
                case 16:
                    yield self.group(number, recent)
                    recent = []
                case 17:
                    yield self.list(number)
                case 18:
                    yield self.contact(number)
                case 19:
                    yield self.computer(number)
                case _:
                    made = self.user(number)
                    recent.append(str(made["dn"][0]))
                    yield made
