"""Reading the entries of one part: each becomes an object, a count, or a line of what was unreadable."""

from __future__ import annotations

import logging
from collections import Counter

from scanner.evidence.directory import (
    ACCOUNT_DISABLED,
    PEOPLE,
    DirectoryObject,
    DirectoryPart,
    Unreadable,
)
from scanner.sources.directory.duplicates import Claim, Duplicates
from scanner.sources.directory.entry import PARTIAL, Broken, Entries, Entry
from scanner.sources.directory.forests import Forests
from scanner.sources.directory.kinds import Kinds
from scanner.sources.directory.objects import ObjectMaker
from scanner.sources.directory.structure import Structure
from scanner.sources.directory.sync_rules import first
from scanner.sources.interface import Gather, StreamWriter
from scanner.text import said

log = logging.getLogger("emsready.directory")
_TOLD = 1000
_EVERY = 2000


class PartReader:
    """Reads parts one after the other into the same streams."""

    def __init__(
        self,
        gather: Gather,
        maker: ObjectMaker,
        objects: StreamWriter,
        duplicates: Duplicates,
        forests: Forests,
    ) -> None:
        self._gather = gather
        self._maker = maker
        self._objects = objects
        self._duplicates = duplicates
        self._forests = forests
        self._kinds = Kinds()
        self._known: set[int] = set()
        self._done = 0
        self._written: Counter[str] = Counter()
        self.unreadable: list[Unreadable] = []
        self.structure = Structure()
        self.anchors = 0
        self.own_anchors = 0
        self._name = ""
        self._damaged = 0

    @property
    def suffixes(self) -> dict[str, int]:
        """How many enabled users have each suffix, in lower case; a name without @ has none."""
        counts: Counter[str] = Counter()
        for written, users in self._written.items():
            counts[written.casefold()] += users
        return counts

    def read(self, name: str, source: int, entries: Entries) -> DirectoryPart:
        """All entries of one part. Raises TimeoutError when the time is used up."""
        self._name, self._damaged = name, 0
        classes: Counter[str] = Counter()
        skipped: Counter[str] = Counter()
        count = 0
        for found in entries:
            if isinstance(found, Entry):
                count += 1
                self._entry(found, source, classes, skipped)
                if count % _EVERY == 0:
                    self._tick(_EVERY)
            elif isinstance(found, Broken):
                self._broken(found.place, found.dn, found.problem)
            else:
                skipped[found.reason] += 1
        self._tick(count % _EVERY)
        return DirectoryPart(
            name,
            count,
            tuple(sorted(one.removesuffix(PARTIAL) for one in entries.names)),
            dict(sorted(classes.items())),
            dict(sorted(skipped.items())),
            self._damaged,
        )

    def _tick(self, more: int) -> None:
        self._done += more
        self._gather.progress(self._done)
        if not self._gather.deadline.remaining():
            raise TimeoutError(said("the time was used up after {done} entries", done=self._done))

    def _broken(self, place: int, dn: str, problem: str) -> None:
        self._damaged += 1
        if len(self.unreadable) < _TOLD:
            self.unreadable.append(Unreadable(f"{self._name}:{place}", dn, problem))

    def _entry(
        self, entry: Entry, source: int, classes: Counter[str], skipped: Counter[str]
    ) -> None:
        kind, judged = self._kinds.of(entry.attributes)
        if entry.undecodable:
            names = ", ".join(sorted(entry.undecodable))
            self._broken(entry.place, entry.dn, said("not valid text: {names}", names=names))
        if "CNF:" in entry.dn:
            self.structure.conflict(entry.dn)
        if kind == "group" or not judged:
            self.structure.see(kind, entry)
            self._forests.see(kind, entry)
        if not judged and kind != "computer":
            classes[kind] += 1
            return
        guid = entry.attributes.get("objectguid")
        mark = hash(guid[0] if guid else entry.dn.upper())
        if mark in self._known:
            skipped[said("the same object again")] += 1
            return
        self._known.add(mark)
        classes[kind] += 1
        claims: list[Claim] = []
        try:
            if judged:
                item, claims = self._maker.make(entry, kind, source)
            else:
                item = self._maker.computer(entry, source)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            log.exception("an entry could not be judged")
            self._broken(entry.place, entry.dn, said("a rule failed: {error}", error=str(error)))
            return
        self._duplicates.add(item, claims)
        self._objects.add(item)
        self._note(item, entry)

    def _note(self, item: DirectoryObject, entry: Entry) -> None:
        """What an object says beyond itself: of servers, anchors, and the suffixes in use."""
        if item.reasons and "sync-account" in item.reasons:
            self.structure.sync_account(item.sam or "", first(entry.attributes, "description"))
        if "Server" in item.system:
            self.structure.server(item.name, item.system)
        if item.anchor:
            self.anchors += 1
            self.own_anchors += [item.anchor] == entry.attributes.get("objectguid")
        if item.login and item.type in PEOPLE and not (item.control or 0) & ACCOUNT_DISABLED:
            _, at, suffix = item.login.rpartition("@")
            if at:
                self._written[suffix] += 1
