"""Values that several objects hold: exact, with all holders, in memory that stays small.

While entries are read, each value that has to be unique leaves a 64-bit hash in an array, and each
object how many it left. The values themselves go to a temporary file. At the end only the
objects behind hashes that occurred more than once are read again and compared exactly, so that a
clash of hashes never makes a finding, and the result does not depend on the hash.
"""

from __future__ import annotations

import marshal
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any, TypeAlias

from scanner.evidence.directory import PROPOSAL, Collision, DirectoryObject, Holder
from scanner.sources.directory.characters import key

Claim: TypeAlias = tuple[str, str, str | None]
"""Attribute, the value as it stands, and what the repairs that precede the test made of it, if any did.

An attribute that begins with PROPOSAL stands for a value to be replaced and what is proposed
instead, which nobody may hold yet.
"""

_Found: TypeAlias = dict[tuple[str, str], list[tuple[int, Holder]]]

_PROXIES = "proxyAddresses"
_ADDRESSES = ("mail", "userPrincipalName", _PROXIES)
_SPACES = {
    "mail": 0,
    "userPrincipalName": 0,
    _PROXIES: 0,
    "mailNickname": 0x1F3A_55C9_0B7E_D241,
    "targetAddress": 0x2C96_0E17_8D4B_A3F5,
    "sAMAccountName": 0x35B1_C84D_7029_EE63,
    "mS-DS-ConsistencyGuid": 0x4E60_97DA_31F8_5B1D,
}
"""Attributes whose values are compared with those of others share one space of hashes: zero."""

_TYPES = ("SMTP:", "smtp:")
_BUFFER = 1 << 20


class Duplicates:
    """Takes in every object with its claims; tells at the end which values collide."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115 - see close
        self._starts = array("Q")
        self._end = 0
        self._marks = array("q")
        self._shares = array("Q")
        self._forced: set[int] = set()

    def add(self, item: DirectoryObject, claims: list[Claim]) -> None:
        """Take one object in. Raises OSError when the temporary folder is full."""
        record = marshal.dumps(
            (item.dn, item.type, item.source, item.reasons, item.disputed, claims)
        )
        self._starts.append(self._end)
        self._end += len(record)
        self._spool.write(record)
        marks: set[int] = set()
        proxies: set[int] = set()
        last = ""
        for attribute, value, repaired in claims:
            space = _SPACES.get(attribute)
            if space is None or repaired is not None or not value.isascii():
                mark = _mark(attribute, value if repaired is None else repaired)
                if repaired is not None:
                    marks.add(_mark(attribute, value))
            else:  # what _mark does, without the call, and once for an address in several places
                text = value[5:] if attribute == _PROXIES and value[:5] in _TYPES else value
                if not space and text == last and attribute != _PROXIES:
                    continue
                if not space:
                    last = text
                mark = hash(text.upper()) ^ space
            marks.add(mark)
            if attribute == _PROXIES:
                if mark in proxies:
                    self._forced.add(mark)
                proxies.add(mark)
        self._marks.extend(marks)
        self._shares.append(len(self._marks))

    def collisions(self) -> Iterator[Collision]:
        """Every value held more than once, by attribute; then addresses across attributes."""
        repeated = self._repeated()
        same: _Found = {}
        across: _Found = {}
        for owner in self._owners(repeated):
            dn, kind, source, reasons, disputed, claims = self._record(owner)
            for attribute, value, repaired in claims:
                claimed = value if repaired is None else repaired
                holder = Holder(
                    dn, kind, attribute, value, claimed != value, source, reasons, disputed
                )
                plain = attribute.removeprefix(PROPOSAL)
                if _mark(attribute, claimed) in repeated:
                    same.setdefault((plain, key(claimed)), []).append((owner, holder))
                address = _address(attribute, value)
                if address and _mark(attribute, value) in repeated:
                    across.setdefault(("", key(address)), []).append((owner, holder))
        yield from _told(same)
        yield from _told_across(across)

    def _owners(self, repeated: set[int]) -> Iterator[int]:
        """The objects that left one of those marks, in their order."""
        marks, begin = self._marks, 0
        for owner, end in enumerate(self._shares):
            if not repeated.isdisjoint(marks[begin:end]):
                yield owner
            begin = end

    def close(self) -> None:
        """Drop the temporary file."""
        self._spool.close()

    def _repeated(self) -> set[int]:
        """The hashes that several objects left, or one object with one value twice."""
        seen: set[int] = set()
        repeated = set(self._forced)
        for mark in self._marks:
            if mark in seen:
                repeated.add(mark)
            else:
                seen.add(mark)
        return repeated

    def _record(self, owner: int) -> Any:
        start = self._starts[owner]
        after = self._starts[owner + 1] if owner + 1 < len(self._starts) else self._end
        self._spool.seek(start)
        return marshal.loads(self._spool.read(after - start))  # noqa: S302 - written above


def _mark(attribute: str, value: str) -> int:
    """A hash by which a value and what it may collide with are found again."""
    space = _SPACES.get(attribute)
    if space is None:
        attribute = attribute.removeprefix(PROPOSAL)
        space = _SPACES.get(attribute, 0)
    text = value.upper() if value.isascii() else key(value)
    if attribute == _PROXIES and text[:5] == "SMTP:":
        text = text[5:]
    return hash(text) ^ space


def _address(attribute: str, value: str) -> str:
    """The address without its type, of the attributes that hold one; empty for all others."""
    if attribute not in _ADDRESSES:
        return ""
    if attribute == "proxyAddresses":
        return value[5:] if value[:5].lower() == "smtp:" else ""
    return value


def _told(found: _Found) -> Iterator[Collision]:
    """Values of one attribute with several holders; and proposals that somebody holds already."""
    for (attribute, _), held in found.items():
        real = tuple(one for _, one in held if not one.attribute.startswith(PROPOSAL))
        if len(real) > 1:
            yield Collision(attribute, real)
        if len(real) == len(held):
            continue
        for owner, one in held:
            if one.attribute.startswith(PROPOSAL) and _is_taken(owner, one, held):
                yield Collision(one.attribute, (one,))


def _is_taken(owner: int, proposal: Holder, held: list[tuple[int, Holder]]) -> bool:
    """Whether anything but the value that the proposal would replace has this value too."""
    return any(
        one is not proposal and (who, one.value) != (owner, proposal.value) for who, one in held
    )


def _told_across(found: _Found) -> Iterator[Collision]:
    """Addresses of different objects, in different attributes or by objects of different types."""
    for held in found.values():
        owners = {owner for owner, _ in held}
        if len(owners) < 2:  # noqa: PLR2004 - it takes two
            continue
        shapes = {(one.attribute, one.type) for _, one in held}
        if len(shapes) > 1:
            yield Collision("", tuple(one for _, one in held))
