"""Reading entries over LDAP: the same entries as from a file."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping

from scanner.sources.directory.entry import (
    BINARY,
    COUNTED,
    PARTIAL,
    WANTED,
    Attributes,
    Broken,
    Entry,
    Read,
    wanted_name,
)
from scanner.sources.directory.export_help import ATTRIBUTES
from scanner.sources.directory.session import LdapError, Login, Patience, Session, Target
from scanner.sources.interface import Unavailable
from scanner.text import said
from scanner.words import Reason

OBJECTS = (
    "(|(objectCategory=person)(objectCategory=group)(objectCategory=computer)"
    "(objectClass=organizationalUnit)(objectClass=trustedDomain))"
)
ASKED = (*ATTRIBUTES, "objectSid", "ou", "thumbnailPhoto")


def connect(target: Target, login: Login) -> Session:
    """A bound connection, by python-ldap where it is there and can do it, or else by ldap3.

    Raises Unavailable where neither is installed or the server does not let us in.
    """
    redirected = (target.address, target.address_port) != (target.host, target.port)
    order = ["libldap", "pure"]
    if redirected and target.scheme == "ldaps" and login.method != "kerberos":
        order.reverse()  # libldap cannot tell the name in the certificate from the address
    session_types = {"libldap": "LibldapSession", "pure": "PureSession"}
    for name in order:
        try:
            module = importlib.import_module(f"scanner.sources.directory.{name}")
        except ImportError:
            continue
        return _bound(getattr(module, session_types[name]), target, login)
    raise Unavailable(
        Reason.UNSUPPORTED,
        "no LDAP library is installed; pip install 'emsready[ldap]', or export to a file",
    )


def _bound(kind: Callable[[Target, Login], Session], target: Target, login: Login) -> Session:
    patience = Patience()
    while True:
        try:
            return kind(target, login)
        except LdapError as error:
            if not patience.more(error):
                raise Unavailable(error.reason, error.at(target)) from error


class LiveReader:
    """The entries of some bases. `names` are the attributes that were asked for and exist.

    `failed` tells why the reading ended early, after the entries that there were.
    """

    def __init__(
        self,
        session: Session,
        bases: tuple[str, ...],
        known: frozenset[str] = frozenset(),
        extra: frozenset[str] = frozenset(),
    ) -> None:
        self._session = session
        self._bases = bases
        self._extra = extra
        self.names: set[str] = {one.lower() for one in (*ASKED, *extra) if one.lower() in known}
        self._learn = not known
        self.failed: LdapError | None = None
        self._count = 0
        self._met: dict[str, str] = {}

    def __iter__(self) -> Iterator[Read]:
        asked = (*ASKED, *sorted(self._extra - WANTED))
        for base in self._bases:
            try:
                for dn, raw in self._session.search(base, "subtree", OBJECTS, asked):
                    self._count += 1
                    yield self._read(dn, raw)
            except LdapError as error:
                self.failed = self.failed or error
                if error.reason is Reason.UNREACHABLE:
                    return

    def _read(self, dn: str, raw: Mapping[str, list[bytes]]) -> Read:
        attributes: Attributes = {}
        damaged: set[str] = set()
        for written, values in raw.items():
            name = self._name(written) if values else ""
            if not name:
                continue
            if name.endswith(PARTIAL):
                rest, whole = self._rest(dn, written, len(values))
                name = name.removesuffix(PARTIAL) if whole else name
                values = [*values, *rest]  # noqa: PLW2901
            try:
                texts = _texts(name, values)
            except UnicodeDecodeError:
                damaged.add(name)
            else:
                attributes[name] = attributes[name] + texts if name in attributes else texts
        if not dn:
            return Broken(self._count, "", said("the entry has no name"))
        return Entry(dn, attributes, self._count, damaged)

    def _name(self, written: str) -> str:
        """The key of an attribute as the server writes it; the few that there are get remembered."""
        name = self._met.get(written)
        if name is None:
            name = self._met[written] = wanted_name(written, self._extra)
            if name and self._learn:
                self.names.add(name.removesuffix(PARTIAL))
        return name

    def _rest(self, dn: str, written: str, have: int) -> tuple[list[bytes], bool]:
        """The values behind the first part that the server gave, and whether that is all of them.

        MaxValRange of [MS-ADTS]: https://learn.microsoft.com/openspecs/windows_protocols/ms-adts
        """
        base = written.partition(";")[0]
        rest: list[bytes] = []
        while True:
            asked = f"{base};range={have + len(rest)}-*"
            try:
                found = list(self._session.search(dn, "base", "(objectClass=*)", (asked,)))
            except LdapError:  # this group is known in part; the others may come all the same
                return rest, False
            parts = [
                (name, values)
                for _, one in found
                for name, values in one.items()
                if name.lower().startswith(f"{base.lower()};range=") and values
            ]
            if not parts:
                return rest, False
            name, values = parts[0]
            rest += values
            if name.endswith("*"):
                return rest, True


def _texts(name: str, values: list[bytes]) -> list[str]:
    if name in COUNTED:
        return [""] * len(values)
    if name == "thumbnailphoto":
        return [str(len(one)) for one in values]
    if name in BINARY:
        return [one.hex() for one in values]
    return [one.decode() for one in values]
