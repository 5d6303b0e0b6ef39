"""Which format a file of directory entries has, and the reader for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scanner.sources.directory.encoding import Bytes, open_export
from scanner.sources.directory.entry import Read
from scanner.sources.directory.ldif import LdifReader

_LOOK = 65536


class UnknownFormatError(ValueError):
    """A file that is none of the formats that can be read; the message says which are."""


class _Replayed:
    """A file of which the beginning was already looked at."""

    def __init__(self, head: bytes, file: Bytes) -> None:
        self._head = head
        self._file = file

    def read(self, size: int, /) -> bytes:
        """Up to about that many bytes."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._file.read(size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def open_entries(path: Path, encoding: str, extra: frozenset[str]) -> tuple[Bytes, Iterable[Read]]:
    """The open file and its entries. Raises OSError, and UnknownFormatError naming the file."""
    opened = open_export(path, encoding)
    head = opened.read(_LOOK)
    file = _Replayed(head, opened)
    start = head.lstrip()[:200].lower()
    if start.startswith((b"dn:", b"version:", b"#", b"search:")) or not start:
        return file, LdifReader(file, extra)
    opened.close()
    raise UnknownFormatError(
        f"{path.name} is no LDIF (it begins with neither dn: nor version:);"
        " `emsready directory export-help` shows how to export"
    )
