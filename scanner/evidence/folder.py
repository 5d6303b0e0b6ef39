"""Evidence on disk: one file per kind, written as it arrives, readable after a crash.

    evidence/header.json            who, when, where; complete only when everything is written
    evidence/<kind>.json            {"kind", "items", "missing"}
    evidence/<kind>.jsonl           a stream: one object a line, the last line says how it ended

Every JSON file is written under a temporary name and renamed, so a reader never sees a half of one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from scanner.evidence.codec import (
    CodecError,
    convert,
    decode,
    encode,
    encode_line,
    line_decoder,
    readable,
)
from scanner.evidence.envelope import Header, Kind, Missing, kind_named, kind_of
from scanner.subject import Subject
from scanner.words import Reason

T = TypeVar("T")
SCHEMA = 1


class EvidenceError(ValueError):
    """An evidence folder that cannot be read; the message names file and path."""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """The last line of a stream."""

    count: int
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Evidence about one subject (or, without one, of a whole kind) that could not be had."""

    missing: Missing
    subject: Subject | None = None


def _open_private(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def write_atomically(path: Path, data: bytes) -> None:
    """Write for the owner only under a temporary name, then rename. Raises OSError."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        with os.fdopen(_open_private(fresh), "wb") as file:
            file.write(data)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


class StreamFile:
    """A stream being written. Objects reach the disk as they come; `end` adds the last line."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(_open_private(path), "wb")
        self._count = 0
        self.closed = False

    def add(self, item: object) -> None:
        """Keep one object. Raises OSError when the disk is full."""
        if not self.closed:
            self._file.write(encode_line(item))
            self._count += 1

    def end(self, missing: Missing | None = None) -> None:
        """Close the stream, once. With a Missing, what was read is a part only."""
        if not self.closed:
            self.closed = True
            self._file.write(encode_line({"end": StreamEnd(self._count, missing)}))
            self._file.close()


@dataclass(slots=True)
class Writer:
    """Writes one evidence folder while a scan goes on. Safe for several sources at once."""

    folder: Path
    header: Header
    _items: dict[type, dict[str, object]] = field(default_factory=dict)
    _gaps: dict[type, dict[str, Gap]] = field(default_factory=dict)
    _streams: dict[type, StreamFile] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        """Make the folder, for its owner only, with a header that says 'not complete'."""
        self.folder.mkdir(mode=0o700, parents=True)
        self._write_header(complete=False)

    def put(self, item: object) -> None:
        """Keep one piece of evidence; memory only until its source is saved."""
        subject = getattr(item, "subject", None)
        with self._lock:
            self._items.setdefault(type(item), {})[_key(subject)] = item

    def miss(self, kind: type, missing: Missing, subject: Subject | None = None) -> None:
        """Keep why evidence could not be had."""
        with self._lock:
            self._gaps.setdefault(kind, {})[_key(subject)] = Gap(missing, subject)

    def nothing(self, kind: type) -> None:
        """Keep that there is nothing of that kind: an empty list, which is not an absent one."""
        with self._lock:
            self._items.setdefault(kind, {})

    def stream(self, kind: type) -> StreamFile:
        """Open the stream of that kind, throwing away an earlier attempt at it."""
        opened = StreamFile(self.folder / f"{kind_of(kind).name}.jsonl")
        with self._lock:
            self._streams[kind] = opened
        return opened

    def seen(self, kind: type[T]) -> T | Missing:
        """What was kept so far of a kind that is there once per run."""
        found = self._items.get(kind, {}).get("")
        if isinstance(found, kind):
            return found
        gap = self._gaps.get(kind, {}).get("")
        return gap.missing if gap else Missing(Reason.UNCONFIGURED, "this was not collected")

    def seen_all(self, kind: type[T]) -> list[T]:
        """What was kept so far of a kind, of all subjects, in a fixed order."""
        with self._lock:
            items = dict(self._items.get(kind, {}))
        return [one for _, one in sorted(items.items()) if isinstance(one, kind)]

    def held(self, kind: type) -> bool:
        """Whether anything, evidence or gap, was kept for that kind."""
        return kind in self._items or kind in self._gaps or kind in self._streams

    def fail(self, kind: type, missing: Missing) -> None:
        """Note what a source did not finish: its stream is a part, or the whole kind is missing."""
        if kind in self._streams:
            self._streams[kind].end(missing)
        elif kind_of(kind).per_subject or kind not in self._items:
            self._gaps.setdefault(kind, {}).setdefault("", Gap(missing))

    def save(self, kinds: tuple[type, ...]) -> None:
        """Write the files of those kinds. Raises OSError."""
        for kind in kinds:
            if kind in self._streams:
                self._streams[kind].end()
            elif self.held(kind):
                write_atomically(self.folder / f"{kind_of(kind).name}.json", self._encoded(kind))

    def close(self, *, complete: bool) -> None:
        """Write the header for good."""
        self._write_header(complete=complete)

    def _encoded(self, kind: type) -> bytes:
        with self._lock:
            items = [self._items[kind][key] for key in sorted(self._items.get(kind, {}))]
            gaps = [self._gaps[kind][key] for key in sorted(self._gaps.get(kind, {}))]
        return encode({"kind": kind_of(kind).name, "items": items, "missing": gaps})

    def _write_header(self, *, complete: bool) -> None:
        self.header = replace(self.header, complete=complete)
        write_atomically(self.folder / "header.json", encode(self.header))


def _key(subject: Subject | None) -> str:
    return f"{subject.kind}\n{subject.key}" if subject else ""


class ObjectStream(Protocol):
    """Objects that are read one after the other, each iteration from the start."""

    kind: type
    missing: Missing | None

    def __iter__(self) -> Iterator[Any]:
        """The objects, in the order in which they were kept."""


class Stream(Generic[T]):
    """A stream on disk. Each iteration reads it from the start, as twins of its kind.

    `missing` says why it is a part only; None when it is whole.
    """

    def __init__(self, path: Path, kind: type[T]) -> None:
        self.path = path
        self.kind = kind
        self.missing = _ending(path)

    def __iter__(self) -> Iterator[T]:
        decoder = line_decoder(readable(self.kind))
        with self.path.open("rb") as file:
            for line in file:
                if line.startswith(_END):
                    return
                try:
                    yield decoder.decode(line)
                except ValueError as error:
                    if line.endswith(b"\n"):
                        raise EvidenceError(f"{self.path.name}: {error}") from error
                    return  # a crash cut the last line off; `missing` says that it is a part


_END = b'{"end":'
_LONGEST_END = 65536


def _ending(path: Path) -> Missing | None:
    """How a stream ended, by its last line; a crash leaves none."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST_END))
        last = file.read().splitlines()[-1:]
    if last and last[0].startswith(_END):
        try:
            return decode(last[0], dict[str, StreamEnd])["end"].missing
        except CodecError as error:
            raise EvidenceError(f"{path.name}: {error}") from error
    return Missing(Reason.TIMEOUT, "the scan was cut off while this was being read")


@dataclass(slots=True)
class Evidence:
    """All evidence of one run, as checks need it."""

    header: Header
    items: dict[type, dict[Subject | None, object]] = field(default_factory=dict)
    gaps: dict[type, dict[Subject | None, Missing]] = field(default_factory=dict)
    streams: dict[type, ObjectStream] = field(default_factory=dict)

    def one(self, kind: type, subject: Subject | None = None) -> Any:
        """The evidence of that kind (about that subject), or the Missing that stands for it."""
        if kind is Header:
            return self.header
        found = self.items.get(kind, {}).get(subject)
        if found is not None:
            return found
        gaps = self.gaps.get(kind, {})
        if subject in gaps:
            return gaps[subject]
        return gaps.get(None, Missing(Reason.UNCONFIGURED, "this was not collected"))

    def subjects(self, kind: type) -> list[Subject]:
        """The subjects of which anything is known, evidence or gap, in a fixed order."""
        known = {*self.items.get(kind, {}), *self.gaps.get(kind, {})} - {None}
        return sorted(one for one in known if one is not None)

    def every(self, kind: type) -> list[Any]:
        """The evidence of all subjects, in a fixed order."""
        items = self.items.get(kind, {})
        return [items[one] for one in self.subjects(kind) if one in items]

    def gap(self, kind: type) -> Missing | None:
        """Why a kind, or some subject of it, is not there; None when nothing is amiss."""
        gaps = self.gaps.get(kind, {})
        if None in gaps:
            return gaps[None]
        if kind not in self.items and kind not in self.streams and not gaps and kind is not Header:
            return Missing(Reason.UNCONFIGURED, "this was not collected")
        return next((gaps[one] for one in self.subjects(kind) if one in gaps), None)


def load(folder: Path) -> Evidence:
    """Read an evidence folder. Raises EvidenceError naming the file that cannot be read."""
    header = _decoded(folder / "header.json", Header)
    if header.schema > SCHEMA:
        raise EvidenceError(
            f"{folder}: schema {header.schema} is newer than this version reads ({SCHEMA}); update"
        )
    found = Evidence(header)
    for path in sorted(folder.glob("*.json*")):
        kind = kind_named(path.stem)
        if kind is None or path.name == "header.json":
            continue
        if path.suffix == ".jsonl":
            found.streams[kind.type] = Stream(path, kind.type)
        else:
            _load_kind(path, kind, found)
    return found


def _load_kind(path: Path, kind: Kind, found: Evidence) -> None:
    content = _decoded(path, dict[str, Any])
    try:
        items: list[Any] = [convert(one, kind.type) for one in content.get("items", [])]
        gaps = convert(content.get("missing", []), list[Gap])
    except CodecError as error:
        raise EvidenceError(f"{path.name}: {error}") from error
    if items or not gaps:
        found.items[kind.type] = {getattr(one, "subject", None): one for one in items}
    if gaps:
        found.gaps[kind.type] = {gap.subject: gap.missing for gap in gaps}


def _decoded(path: Path, kind: type[T]) -> T:
    try:
        return decode(path.read_bytes(), kind)
    except FileNotFoundError as error:
        raise EvidenceError(f"{path.parent} holds no evidence: {path.name} is missing") from error
    except (OSError, CodecError) as error:
        raise EvidenceError(f"{path.name}: {error}") from error
