"""Which format a file of directory entries has, and the reader for it."""

from __future__ import annotations

from pathlib import Path

from scanner.sources.directory.cmdlets import CmdletReader
from scanner.sources.directory.csvde import CsvdeReader
from scanner.sources.directory.encoding import Bytes, open_export
from scanner.sources.directory.entry import Entries
from scanner.sources.directory.ldif import LdifReader
from scanner.text import said

_LOOK = 65536


class UnknownFormatError(ValueError):
    """A file that is none of the formats that can be read; `detail` says which are."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


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


def open_entries(path: Path, encoding: str, extra: frozenset[str]) -> tuple[Bytes, Entries]:
    """The open file and its entries. Raises OSError, and UnknownFormatError naming the file."""
    opened = open_export(path, encoding)
    head = opened.read(_LOOK)
    file = _Replayed(head, opened)
    start = head.lstrip()[:200].lower()
    if start.startswith((b"dn:", b"version:", b"#", b"search:")) or not start:
        return file, LdifReader(file, extra)
    if start.startswith((b"{", b"[")):
        return file, CmdletReader(file, extra)
    if start.lstrip(b'"').startswith((b"dn,", b'dn"')) or start.strip() == b"dn":
        return file, CsvdeReader(file, extra)
    opened.close()
    raise UnknownFormatError(
        said(
            "{name} is neither LDIF (it would begin with dn: or version:), nor CSV of csvde (its"
            " first column would be DN), nor JSON; `emsready directory export-help` shows how to"
            " export",
            name=path.name,
        )
    )
