"""The source of directory evidence: exports read as streams, every entry judged once."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
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
from scanner.evidence.forest import Forest
from scanner.evidence.suffixes import DirectorySuffixes, SuffixCount
from scanner.sources.directory.address import AddressRule
from scanner.sources.directory.chains import Chains
from scanner.sources.directory.duplicates import Duplicates
from scanner.sources.directory.forest import ATTRIBUTES
from scanner.sources.directory.forest_live import ForestReader, RootEntry, read_root
from scanner.sources.directory.forests import Forests
from scanner.sources.directory.formats import UnknownFormatError, open_entries
from scanner.sources.directory.live import LiveReader, connect
from scanner.sources.directory.objects import ObjectMaker
from scanner.sources.directory.reading import PartReader
from scanner.sources.directory.roots import RootZone, read_roots, shipped_roots
from scanner.sources.directory.session import LdapError, Session, Target, login_of, target_of
from scanner.sources.directory.sync_rules import UnitFilter
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.sources.trust import write_roots
from scanner.text import said
from scanner.words import Reason

_KINDS: tuple[type, ...] = (
    DirectoryObject,
    Collision,
    DirectoryInput,
    DirectorySuffixes,
    SyncPlan,
    Forest,
)
_NO_FOREST = said(
    "facts about the forest come over LDAP (set directory.ldap), or with an export of its"
    " configuration partition (`emsready directory export-help` prints the commands)"
)
_SYNC_ACCOUNTS = "(&(objectCategory=person)(|(sAMAccountName=MSOL_*)(sAMAccountName=AAD_*)))"
_DESCRIBED = ("sAMAccountName", "description")
_UNCONFIGURED = said(
    "no directory is named; set directory.ldap or directory.files"
    " (`emsready directory export-help` prints the export commands)"
)


class DirectorySource:
    """Reads a directory over LDAP, and exports of Active Directory."""

    name = "directory"
    kinds = _KINDS
    after: tuple[type, ...] = ()
    budget = 1800.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The server and the files."""
        section = config.directory
        if not wanted:
            return
        for server in section.servers:
            words = "read objects and forest facts; bind and search only"
            yield Contact("directory", server, server.partition(":")[0], words)
        for name in section.files:
            yield Contact("directory", str(config.beside(name)), "file", "read the directory")

    def collect(self, gather: Gather) -> None:
        """Read everything that is named. Raises Unavailable where nothing is, or can be read."""
        section = gather.config.directory
        gather.put(SyncPlan(section.sync_tool, len(section.include)))
        if not (section.files or section.servers):
            raise Unavailable(Reason.UNCONFIGURED, _UNCONFIGURED)
        duplicates = Duplicates()
        try:
            _Run(gather, duplicates).read()
        finally:
            duplicates.close()


class _Run:
    """One reading of all parts into the streams."""

    def __init__(self, gather: Gather, duplicates: Duplicates) -> None:
        self._gather = gather
        self._duplicates = duplicates
        self._objects = gather.stream(DirectoryObject)
        section = gather.config.directory
        self._extra = frozenset({section.login_attribute.lower()})
        self._roots = _roots(gather.config)
        self._parts: list[DirectoryPart] = []
        self._missing: Missing | None = None
        self._forests = Forests()
        chains = Chains(AddressRule(self._roots))
        self._reader = PartReader(
            gather,
            ObjectMaker(
                chains, section.login_attribute, UnitFilter(section.include, section.exclude)
            ),
            self._objects,
            duplicates,
            self._forests,
        )

    def read(self) -> None:
        """The servers, the files, then what can only be told at the end."""
        config = self._gather.config
        for server in config.directory.servers:
            try:
                self._live(server)
            except Unavailable as error:  # one that is gone costs its own forest alone
                self._lack(error.missing)
        for name in config.directory.files:
            self._file(config.beside(name))
        missing = self._missing
        if not self._parts and missing:
            raise Unavailable(missing.reason, missing.said)
        self._objects.end(missing)
        self._end(tuple(self._parts), missing)

    def _lack(self, missing: Missing) -> None:
        """Remember what is missing; the first reason stands, and all are told."""
        if self._missing:
            both = said("{detail}; {why}", detail=self._missing.said, why=missing.said)
            missing = replace(self._missing, detail=both)
        self._missing = missing

    def _file(self, path: Path) -> None:
        wanted = self._extra | ATTRIBUTES | {"description"}
        try:
            file, entries = open_entries(path, self._gather.config.directory.encoding, wanted)
        except OSError as error:
            told = said("{name} cannot be read: {error}", name=path.name, error=str(error.strerror))
            self._lack(Missing(Reason.UNREACHABLE, told))
        except UnknownFormatError as error:
            self._lack(Missing(Reason.UNSUPPORTED, error.detail))
        else:
            try:
                self._parts.append(self._reader.read(path.name, len(self._parts), entries))
            finally:
                file.close()

    def _live(self, server: str) -> None:
        """Forest facts, then all objects, over one connection. Raises Unavailable."""
        config = self._gather.config
        with tempfile.TemporaryDirectory(prefix="emsready-") as folder:
            target = target_of(config, server, write_roots(config, Path(folder)))
            session = connect(target, login_of(config, target))
            try:
                self._entries(target, session)
            except LdapError as error:
                raise Unavailable(error.reason, error.at(target)) from error
            finally:
                session.close()

    def _entries(self, target: Target, session: Session) -> None:
        root = read_root(session)
        known: frozenset[str] = frozenset()
        if root.is_active_directory:
            reading = ForestReader(session, root, self._extra)
            # kept even where this account sees no objects
            self._gather.put(self._forests.put(reading.read()))
            known = reading.schema_names(catalogue=target.catalogue)
        bases = self._gather.config.directory.base or _bases(target, root)
        reader = LiveReader(session, bases, known, self._extra)
        part = self._reader.read(str(target), len(self._parts), reader)
        if self._reader.structure.has_sync_accounts:
            self._describe(session, bases)
        if reader.failed and not part.entries:
            raise reader.failed
        if reader.failed:
            told = said(
                "{target}: only the first {entries} entries: {detail}",
                target=str(target),
                entries=part.entries,
                detail=reader.failed.detail,
            )
            self._lack(Missing(reader.failed.reason, told))
            part = replace(part, complete=False)
        self._parts.append(replace(part, catalogue=target.catalogue))

    def _describe(self, session: Session, bases: tuple[str, ...]) -> None:
        """What the accounts of synchronisation servers say of themselves; only theirs is asked for."""
        with contextlib.suppress(LdapError):  # what cannot be read is unknown
            for base in bases:
                for _, raw in session.search(base, "subtree", _SYNC_ACCOUNTS, _DESCRIBED):
                    told = {name.lower(): values for name, values in raw.items() if values}
                    name, text = (
                        told.get(one.lower(), [b""])[0].decode("utf-8", "replace")
                        for one in _DESCRIBED
                    )
                    if name:
                        self._reader.structure.sync_account(name, text)

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
        for forest in self._forests.found():
            self._gather.put(forest)
        if not self._forests.found():
            self._gather.miss(Forest, Missing(Reason.UNCONFIGURED, _NO_FOREST))
        counted = sorted(self._reader.suffixes.items())
        # a malformed name without an at sign has no suffix
        named = tuple(SuffixCount(name, users) for name, users in counted if name)
        self._gather.put(DirectorySuffixes(named))


def _roots(config: Config) -> RootZone:
    name = config.directory.roots_file
    if not name:
        return shipped_roots()
    try:
        return read_roots(config.beside(name))
    except (OSError, ValueError) as error:
        raise Unavailable(
            Reason.UNCONFIGURED, said("directory.roots_file: {error}", error=str(error))
        ) from error


def _bases(target: Target, root: RootEntry) -> tuple[str, ...]:
    """Where to search: the whole forest in a global catalog, else the domain of the server."""
    if target.catalogue:
        return ("",)
    found = root.first("defaultNamingContext") or root.first("namingContexts")
    if not found:
        raise Unavailable(
            Reason.DENIED,
            said("{target} does not say what it holds; set directory.base", target=str(target)),
        )
    return (found,)
