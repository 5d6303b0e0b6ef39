"""One entry as every reader gives it, whatever it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Attributes: TypeAlias = dict[str, list[str]]

BINARY = frozenset(
    {"objectguid", "ms-ds-consistencyguid", "objectsid", "thumbnailphoto", "cacertificate"}
)
"""Attributes of bytes: their values stand in an entry as hexadecimal digits."""

COUNTED = frozenset({"usercertificate", "usersmimecertificate"})
"""Attributes whose values are counted and never looked at."""

TEXT = frozenset(
    {
        "objectclass",
        "objectcategory",
        "cn",
        "displayname",
        "givenname",
        "sn",
        "mail",
        "mailnickname",
        "proxyaddresses",
        "targetaddress",
        "samaccountname",
        "userprincipalname",
        "grouptype",
        "iscriticalsystemobject",
        "msexchhidefromaddresslists",
        "msexchrecipienttypedetails",
        "useraccountcontrol",
        "lastlogontimestamp",
        "pwdlastset",
        "admincount",
        "primarygroupid",
        "operatingsystem",
        "member",
        "ou",
    }
)
WANTED = BINARY | COUNTED | TEXT
PARTIAL = ";partial"
"""Added to the name of an attribute whose values were cut off by the server (range=0-1499)."""


@dataclass(slots=True)
class Entry:
    """Lower-cased attribute names with their values, in the order of the source.

    `undecodable` are attributes with a value that is no valid text; `place` is the line of a file
    (or the number of the entry) where it begins. `plain` says that all of it is known to be ASCII.
    """

    dn: str
    attributes: Attributes
    place: int
    undecodable: frozenset[str] | set[str] = frozenset()
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that could not be read."""

    place: int
    dn: str
    problem: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something between the entries that is none, and is counted by this reason."""

    reason: str


Read: TypeAlias = Entry | Broken | Skipped


class Entries(Protocol):
    """What every reader is. `names` are the wanted attributes that entries had so far."""

    names: set[str]

    def __iter__(self) -> Iterator[Read]:
        """The entries, and what could not be read, in the order of the source."""


def wanted_name(written: str, extra: frozenset[str] = frozenset()) -> str:
    """The key of an attribute as it is written, options stripped; empty where nobody wants it.

    `userCertificate;binary` is userCertificate; `member;range=0-1499` is a part of member.
    """
    base, _, options = written.partition(";")
    name = base.strip().lower()
    if name not in WANTED and name not in extra:
        return ""
    cut = [one for one in options.lower().split(";") if one.startswith("range=")]
    return name + PARTIAL if cut and not cut[0].endswith("*") else name
