"""The source of directory evidence: exports read as streams, every entry judged once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner.config.model import Config
from scanner.evidence.directory import (
    Collision,
    DirectoryInput,
    DirectoryObject,
    DirectoryPart,
    SyncPlan,
)
from scanner.evidence.envelope import Missing
from scanner.evidence.suffixes import DirectorySuffixes, SuffixCount
from scanner.sources.directory.address import AddressRule
from scanner.sources.directory.chains import Chains
from scanner.sources.directory.duplicates import Duplicates
from scanner.sources.directory.formats import UnknownFormatError, open_entries
from scanner.sources.directory.objects import ObjectMaker
from scanner.sources.directory.reading import PartReader
from scanner.sources.directory.roots import RootZone, read_roots, shipped_roots
from scanner.sources.directory.sync_rules import UnitFilter
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.words import Reason

_KINDS: tuple[type, ...] = (
    DirectoryObject,
    Collision,
    DirectoryInput,
    DirectorySuffixes,
    SyncPlan,
)
_UNCONFIGURED = (
    "no export of the directory is named; set directory.files"
    " (`emsready directory export-help` prints the export commands)"
)


class DirectorySource:
    """Reads exports of Active Directory."""

    name = "directory"
    kinds = _KINDS
    after: tuple[type, ...] = ()
    budget = 1800.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The files."""
        for name in config.directory.files if wanted else ():
            yield Contact("directory", str(config.beside(name)), "file", "read the directory")

    def collect(self, gather: Gather) -> None:
        """Read every export. Raises Unavailable where none is named or can be read."""
        section = gather.config.directory
        gather.put(SyncPlan(section.sync_tool))
        if not section.files:
            raise Unavailable(Reason.UNCONFIGURED, _UNCONFIGURED)
        duplicates = Duplicates()
        try:
            _Run(gather, duplicates).read([gather.config.beside(name) for name in section.files])
        finally:
            duplicates.close()


class _Run:
    """One reading of all parts into the streams."""

    def __init__(self, gather: Gather, duplicates: Duplicates) -> None:
        self._gather = gather
        self._duplicates = duplicates
        self._objects = gather.stream(DirectoryObject)
        section = gather.config.directory
        self._roots = _roots(gather.config)
        chains = Chains(AddressRule(self._roots))
        self._reader = PartReader(
            gather,
            ObjectMaker(
                chains, section.login_attribute, UnitFilter(section.include, section.exclude)
            ),
            self._objects,
            duplicates,
        )

    def read(self, paths: Iterable[Path]) -> None:
        """All files, then what can only be told at the end."""
        parts: list[DirectoryPart] = []
        missing: Missing | None = None
        section = self._gather.config.directory
        extra = frozenset({section.login_attribute.lower()})
        for path in paths:
            try:
                file, entries = open_entries(path, section.encoding, extra)
            except OSError as error:
                missing = Missing(Reason.UNREACHABLE, f"{path.name}: {error.strerror}")
            except UnknownFormatError as error:
                missing = Missing(Reason.UNSUPPORTED, str(error))
            else:
                try:
                    parts.append(self._reader.read(path.name, len(parts), entries))
                finally:
                    file.close()
        if not parts and missing:
            raise Unavailable(missing.reason, missing.detail)
        self._objects.end(missing)
        self._end(tuple(parts), missing)

    def _end(self, parts: tuple[DirectoryPart, ...], missing: Missing | None) -> None:
        collisions = self._gather.stream(Collision)
        for one in self._duplicates.collisions():
            collisions.add(one)
        collisions.end(missing)
        self._gather.put(
            DirectoryInput(
                parts,
                self._gather.config.directory.login_attribute,
                self._roots.version,
                tuple(self._reader.unreadable),
                **self._reader.structure.told(),
                anchors=self._reader.anchors,
                own_anchors=self._reader.own_anchors,
            )
        )
        suffixes: Counter[str] = Counter()
        for written, users in self._reader.suffixes.items():
            suffixes[written.casefold()] += users
        counted = sorted(suffixes.items())
        self._gather.put(
            DirectorySuffixes(tuple(SuffixCount(name, users) for name, users in counted))
        )


def _roots(config: Config) -> RootZone:
    name = config.directory.roots_file
    if not name:
        return shipped_roots()
    try:
        return read_roots(config.beside(name))
    except (OSError, ValueError) as error:
        raise Unavailable(Reason.UNCONFIGURED, f"directory.roots_file: {error}") from error
