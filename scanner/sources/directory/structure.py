"""What entries say about the forest besides themselves: units, privileged groups, other forests."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypedDict

from scanner.evidence.directory import SyncAccount
from scanner.sources.directory.entry import PARTIAL, Entry
from scanner.sources.directory.sync_rules import first, is_conflict

_TOLD = 1000
_MEMBERS_AT_MOST = 10_000
_RULING = ("domain admins", "enterprise admins", "schema admins")
_RULING_RIDS = (512, 518, 519)
_AWKWARD = re.compile(r"^\s|\s$|[/\x00-\x1f]")
_UNTIL_COMMA = re.compile(r"(?:[^\\,]|\\.)*", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{2}|.)", re.DOTALL)
_NAME = r"'?([\w-]{1,63}(?:\.[\w-]{1,63}){0,9})'?"
_INSTALLED = re.compile(
    f"computer {_NAME} configured to synchronize to tenant {_NAME}", re.IGNORECASE
)
"""What the installer of Entra Connect writes into the description of its account, by experience."""
_SERVERS = 20_000
_FOREIGN = "cn=s-1-5-21-"
"""A security principal of another domain; the others are well-known ones of every forest."""


class _Told(TypedDict):
    conflicts: tuple[str, ...]
    units: tuple[str, ...]
    privileged: tuple[str, ...]
    foreign_groups: int
    trusts: int
    sync_accounts: tuple[SyncAccount, ...]


class Structure:
    """Collects these facts while entries go by."""

    def __init__(self) -> None:
        self._conflicts: list[str] = []
        self._units: list[str] = []
        self._privileged: list[str] = []
        self._foreign_groups = 0
        self._trusts = 0
        self._sync_accounts: dict[str, SyncAccount] = {}
        self._servers: dict[str, str] = {}

    def conflict(self, dn: str) -> None:
        """An object whose name speaks of a conflict."""
        if is_conflict(dn) and len(self._conflicts) < _TOLD:
            self._conflicts.append(dn)

    def sync_account(self, name: str, description: str = "") -> None:
        """An account that a synchronisation server made for itself; told again, the more is kept."""
        known = self._sync_accounts.get(name.casefold(), SyncAccount(name))
        found = _INSTALLED.search(description)
        if found:
            known = SyncAccount(known.account, found[1], found[2])
        if len(self._sync_accounts) < _TOLD or name.casefold() in self._sync_accounts:
            self._sync_accounts[name.casefold()] = known

    def server(self, name: str, system: str) -> None:
        """A computer that runs a server system: it may turn out to synchronise."""
        if len(self._servers) < _SERVERS:
            self._servers[name.casefold()] = system

    @property
    def has_sync_accounts(self) -> bool:
        """Whether any account of a synchronisation server went by."""
        return bool(self._sync_accounts)

    def see(self, kind: str, entry: Entry) -> None:
        """A group, or an entry that is neither user nor contact."""
        if kind == "group":
            self._group(entry)
        elif kind == "organizationalUnit":
            name = first(entry.attributes, "ou") or _first_name(entry.dn)
            if _AWKWARD.search(name) and len(self._units) < _TOLD:
                self._units.append(entry.dn)
        elif kind == "trustedDomain":
            self._trusts += 1

    def _group(self, entry: Entry) -> None:
        members = [
            *entry.attributes.get("member", ()),
            *entry.attributes.get("member" + PARTIAL, ()),
        ]
        if not members:
            return
        self._foreign_groups += any(one.lower().startswith(_FOREIGN) for one in members)
        name = first(entry.attributes, "cn").lower()
        if name in _RULING or rid(first(entry.attributes, "objectsid")) in _RULING_RIDS:
            self._privileged += members[: _MEMBERS_AT_MOST - len(self._privileged)]

    def told(self) -> _Told:
        """The facts, as fields of DirectoryInput."""
        return {
            "conflicts": tuple(self._conflicts),
            "units": tuple(self._units),
            "privileged": tuple(self._privileged),
            "foreign_groups": self._foreign_groups,
            "trusts": self._trusts,
            "sync_accounts": tuple(
                replace(one, system=self._servers.get(one.server.casefold(), ""))
                for one in self._sync_accounts.values()
            ),
        }


def _first_name(dn: str) -> str:
    """The value of the first part of a distinguished name, its escapes resolved (RFC 4514)."""
    value = _UNTIL_COMMA.match(dn.partition("=")[2])
    return _ESCAPE.sub(_unescaped, value[0]) if value else ""


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if len(found[1]) > 1 else found[1]


def rid(sid: str) -> int:
    """The last number of a SID, from its text or its hexadecimal digits; -1 where there is none."""
    if sid.upper().startswith("S-1-"):
        last = sid.rpartition("-")[2]
        return int(last) if last.isdigit() else -1
    if len(sid) < 16:  # noqa: PLR2004 - revision, count, authority and nothing behind
        return -1
    try:
        return int.from_bytes(bytes.fromhex(sid[-8:]), "little")
    except ValueError:
        return -1
