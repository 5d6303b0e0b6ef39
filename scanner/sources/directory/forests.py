"""The forests of one run: those read over LDAP, and those whose entries went by in exports."""

from __future__ import annotations

from dataclasses import replace

from scanner.evidence.directory import domain_of
from scanner.evidence.forest import Forest
from scanner.sources.directory.entry import Entry
from scanner.sources.directory.forest import KERBEROS_SERVER, ForestBuilder
from scanner.sources.directory.structure import rid
from scanner.sources.directory.sync_rules import first

_RADIUS = 553  # the RID of 'RAS and IAS Servers'
_CLASSES = ForestBuilder("").classes


class Forests:
    """Sorts entries by forest. What was read over LDAP stands before what an export says."""

    def __init__(self) -> None:
        self._live: dict[str, Forest] = {}
        self._builders: dict[str, ForestBuilder] = {}
        self._radius: dict[str, int] = {}
        self._members = False

    def put(self, forest: Forest) -> Forest:
        """A forest that was read over LDAP; all that is known of it by now."""
        known = self._live.get(forest.name)
        self._live[forest.name] = known.joined(forest) if known else forest
        return self._live[forest.name]

    def see(self, kind: str, entry: Entry) -> None:
        """An entry that may say something about its forest."""
        if kind == "group":
            self._group(entry)
        elif kind.lower() in _CLASSES or (
            kind == "computer" and entry.dn.lower().startswith(KERBEROS_SERVER)
        ):
            name = domain_of(entry.dn)
            if name:
                builder = self._builders.setdefault(name, ForestBuilder(name))
                builder.see(entry.dn, kind, entry.attributes)

    def _group(self, entry: Entry) -> None:
        """The group of RADIUS servers, whatever it is called in the language of the domain."""
        self._members = self._members or "member" in entry.attributes
        name = first(entry.attributes, "cn").lower()
        if name == "ras and ias servers" or rid(first(entry.attributes, "objectsid")) == _RADIUS:
            self._radius[domain_of(entry.dn)] = len(entry.attributes.get("member", ()))

    def found(self) -> list[Forest]:
        """All forests of which anything is known, by name."""
        read = dict(self._live)
        exported = [one.forest() for one in self._builders.values() if not one.empty]
        # those that know their domains first: they take in what is known of these alone
        for one in sorted(exported, key=lambda it: ("domain names" not in it.looked, len(it.name))):
            name = _root_of(one.name, read)
            read[name] = read[name].joined(one) if name in read else one
        return [self._with_radius(read[name]) for name in sorted(read)]

    def _with_radius(self, forest: Forest) -> Forest:
        """An empty group says something only where members were read at all."""
        domains = {one.dns for one in forest.domains} | {forest.name}
        members = {
            name: count
            for name, count in self._radius.items()
            if name in domains and (count or self._members)
        }
        return replace(forest, radius_members=dict(sorted(members.items())))


def _root_of(name: str, known: dict[str, Forest]) -> str:
    """The forest that a domain belongs to: the one that names it, or one above it by name."""
    for root, one in known.items():
        if any(domain.dns == name for domain in one.domains):
            return root
    above = [root for root in known if name.endswith(f".{root}")]
    return max(above, key=len, default=name)
