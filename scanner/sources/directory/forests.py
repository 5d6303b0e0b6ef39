"""The forests of one run: those read over LDAP, and those whose entries went by in exports."""

from __future__ import annotations

from dataclasses import replace

from scanner.evidence.directory import domain_of
from scanner.evidence.forest import Forest
from scanner.sources.directory.entry import Entry
from scanner.sources.directory.forest import ForestBuilder
from scanner.sources.directory.structure import rid
from scanner.sources.directory.sync_rules import first

_RADIUS = 553  # the RID of 'RAS and IAS Servers'
_CLASSES = ForestBuilder("").classes


class Forests:
    """Sorts entries by forest. What was read over LDAP wins over an export of the same forest."""

    def __init__(self) -> None:
        self._live: dict[str, Forest] = {}
        self._builders: dict[str, ForestBuilder] = {}
        self._radius: dict[str, int] = {}

    def put(self, forest: Forest) -> None:
        """A forest that was read over LDAP."""
        self._live[forest.name] = forest

    def see(self, kind: str, entry: Entry) -> None:
        """An entry of a file that may say something about its forest."""
        if kind == "group":
            self._group(entry)
        elif kind.lower() in _CLASSES:
            name = domain_of(entry.dn)
            if name and name not in self._live:
                self._builder(name).see(entry.dn, kind, entry.attributes)

    def _group(self, entry: Entry) -> None:
        """The group of RADIUS servers, whatever it is called in the language of the domain."""
        name = first(entry.attributes, "cn").lower()
        if name == "ras and ias servers" or rid(first(entry.attributes, "objectsid")) == _RADIUS:
            self._radius[domain_of(entry.dn)] = len(entry.attributes.get("member", ()))

    def _builder(self, name: str) -> ForestBuilder:
        """That of the forest with that root, or with a root above it."""
        above = next((one for one in self._builders if name.endswith(f".{one}")), name)
        return self._builders.setdefault(above, ForestBuilder(above))

    def found(self) -> list[Forest]:
        """All forests of which anything is known, by name."""
        exported = [one.forest() for one in self._builders.values() if not one.empty]
        read = {one.name: one for one in exported} | self._live
        return [self._with_radius(read[name]) for name in sorted(read)]

    def _with_radius(self, forest: Forest) -> Forest:
        domains = {one.dns for one in forest.domains} | {forest.name}
        members = {name: count for name, count in self._radius.items() if name in domains}
        return replace(forest, radius_members=dict(sorted(members.items())))
