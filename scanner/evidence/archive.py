"""Evidence as one file that travels: a ZIP whose manifest holds the hash of everything in it.

An archive comes from somebody else, so nothing in it is believed: the names are ours or it is
refused, sizes and counts have limits, links and folders are none of ours, and what was unpacked is
what the manifest says, byte for byte. The manifest's own hash is what people compare by another way.
"""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.envelope import Header
from scanner.evidence.folder import EvidenceError, load

MANIFEST = "manifest.json"
FORMAT = 1
MOST_FILES = 300
LARGEST_FILE = 4 * 1024**3
LARGEST_WHOLE = 8 * 1024**3
HIGHEST_RATIO = 200
_SMALL = 1024**2
_CHUNK = 1024**2
_NAME = re.compile(r"[a-z][a-z0-9-]{0,80}\.jsonl?")
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Packed:
    """One file of an archive: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself."""

    format: int
    tool: str
    environment: str
    vantage: str
    collected_at: datetime
    files: dict[str, Packed]


def pack(folder: Path, target: Path) -> str:
    """Write the evidence of that folder as an archive; returns the SHA-256 of its manifest.

    The same evidence gives the same bytes. Raises EvidenceError, OSError.
    """
    header = load(folder).header
    names = sorted(one.name for one in evidence_files(folder))
    manifest = _manifest(folder, names, header)
    target.touch(mode=0o600)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(MANIFEST), encode(manifest), zipfile.ZIP_DEFLATED)
        for name in names:
            with (folder / name).open("rb") as source, archive.open(_entry(name), "w") as file:
                for chunk in iter(lambda: source.read(_CHUNK), b""):
                    file.write(chunk)
    return hashlib.sha256(encode(manifest)).hexdigest()


def evidence_files(folder: Path) -> Iterator[Path]:
    """The files of an evidence folder. Raises EvidenceError for a link in the place of one."""
    for path in sorted(folder.iterdir()):
        if _NAME.fullmatch(path.name):
            if path.is_symlink() or not path.is_file():
                raise EvidenceError(f"{path.name} is a link or a folder, not a file of evidence")
            yield path


def unpack(path: Path, folder: Path) -> str:
    """Unpack into a new folder; returns the SHA-256 of the manifest. Raises EvidenceError, OSError.

    On an error the folder may hold a part; it is the caller's to remove.
    """
    folder.mkdir(mode=0o700)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _checked(path, archive)
            data = _read(path, archive, entries[MANIFEST])
            manifest = _believed(path, data, set(entries) - {MANIFEST})
            for name, packed in manifest.files.items():
                _extract(path, archive, entries[name], packed, folder / name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise EvidenceError(f"{path.name} is no archive that can be read: {error}") from error
    return hashlib.sha256(data).hexdigest()


def _manifest(folder: Path, names: list[str], header: Header) -> Manifest:
    files = {}
    for name in names:
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[name] = Packed((folder / name).stat().st_size, digest)
    tool, at = header.tool, header.collected_at
    return Manifest(FORMAT, tool, header.environment, header.vantage, at, files)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _checked(path: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, once every one of them may be there. Raises EvidenceError."""
    infos = archive.infolist()
    if len(infos) > MOST_FILES:
        raise EvidenceError(
            f"{path.name} holds {len(infos)} files; evidence has at most {MOST_FILES}"
        )
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        shown = ascii(info.filename[:100])
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not _NAME.fullmatch(info.filename):
            raise EvidenceError(f"{path.name} holds {shown}, which is no file of evidence")
        if info.filename in entries:
            raise EvidenceError(f"{path.name} holds {shown} twice")
        if kind not in (0, stat.S_IFREG):
            raise EvidenceError(f"{path.name}: {shown} is a link or a folder, not a file")
        if info.flag_bits & 1:
            raise EvidenceError(f"{path.name}: {shown} is encrypted")
        if info.file_size > LARGEST_FILE or _inflated(info):
            raise EvidenceError(f"{path.name}: {shown} would be {info.file_size:,} bytes, too many")
        entries[info.filename] = info
    if sum(info.file_size for info in infos) > LARGEST_WHOLE:
        raise EvidenceError(f"{path.name} would be larger than {LARGEST_WHOLE:,} bytes")
    if MANIFEST not in entries:
        raise EvidenceError(
            f"{path.name} has no {MANIFEST}; `emsready collect --vantage` makes one"
        )
    return entries


def _inflated(info: zipfile.ZipInfo) -> bool:
    return info.file_size > _SMALL and info.file_size > HIGHEST_RATIO * max(info.compress_size, 1)


def _read(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(_SMALL + 1)
    if len(data) > _SMALL:
        raise EvidenceError(f"{path.name}: {MANIFEST} is too large")
    return data


def _believed(path: Path, data: bytes, names: set[str]) -> Manifest:
    """The manifest, as far as it speaks of what is there. Raises EvidenceError."""
    try:
        manifest = decode(data, Manifest)
    except CodecError as error:
        raise EvidenceError(f"{path.name}: {MANIFEST}: {error}") from error
    if manifest.format > FORMAT:
        raise EvidenceError(
            f"{path.name} is of format {manifest.format}, newer than {FORMAT}; update"
        )
    if set(manifest.files) != names:
        odd = ascii(min(set(manifest.files) ^ names))
        raise EvidenceError(f"{path.name}: {odd} stands in the archive or in its manifest only")
    return manifest


def _extract(
    path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, packed: Packed, target: Path
) -> None:
    """Write one file, and no more of it than was announced. Raises EvidenceError."""
    digest, size = hashlib.sha256(), 0
    target.touch(mode=0o600, exist_ok=False)
    with archive.open(info) as source, target.open("wb") as file:
        for chunk in _chunks(source):
            size += len(chunk)
            if size > packed.size:
                break
            digest.update(chunk)
            file.write(chunk)
    if size != packed.size or digest.hexdigest() != packed.sha256:
        raise EvidenceError(
            f"{path.name}: {info.filename} is not what the manifest says; the archive was damaged or "
            "changed on its way"
        )


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: source.read(_CHUNK), b"")
