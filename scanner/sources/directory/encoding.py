"""Files of directory exports as UTF-8 bytes, whatever they were written in.

ldifde and csvde write the machine's code page without -u and UTF-16 with it; Set-Content and Excel
write UTF-8 with a byte order mark.
"""

from __future__ import annotations

import codecs
import io
from pathlib import Path
from typing import Protocol

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOK = 4096


class Bytes(Protocol):
    """A file that is read from the front to the end."""

    def read(self, size: int, /) -> bytes:
        """Up to that many bytes; none at the end."""

    def close(self) -> None:
        """Give the file back."""


class Recoded:
    """A file in another encoding, read as UTF-8. What cannot be decoded stays visibly wrong.

    A byte that is not valid in the file's own encoding becomes 0xFF, which is never valid UTF-8, so
    that the value that holds it is noticed and nothing else is lost.
    """

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="emsready_mark_undecodable")

    def read(self, size: int, /) -> bytes:
        """Up to about that many bytes of UTF-8."""
        while block := self._file.read(size):
            text = self._decoder.decode(block)
            if text:
                return _utf8(text)
        return _utf8(self._decoder.decode(b"", final=True))

    def close(self) -> None:
        """Close the file below."""
        self._file.close()


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="emsready_mark_surrogates")


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - registered for decoding only
    return "\ud800", error.end


def _mark_surrogates(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - registered for encoding only
    return b"\xff" * (error.end - error.start), error.end


codecs.register_error("emsready_mark_undecodable", _mark_undecodable)
codecs.register_error("emsready_mark_surrogates", _mark_surrogates)


def open_export(path: Path, encoding: str = "") -> Bytes:
    """Open an export as UTF-8. `encoding` is what it is written in where it has no mark.

    Raises OSError; LookupError for an encoding that Python does not know.
    """
    file = path.open("rb")
    head = file.peek(_LOOK)[:_LOOK]
    for mark, known in _MARKS:
        if head.startswith(mark):
            file.read(len(mark))
            return file if known == "utf-8-sig" else Recoded(file, known)
    guessed = _by_nulls(head) or encoding
    if guessed and codecs.lookup(guessed).name != "utf-8":
        return Recoded(file, guessed)
    return file


def _by_nulls(head: bytes) -> str:
    """UTF-16 without a mark shows by the NULs of its ASCII letters."""
    if len(head) < 2:  # noqa: PLR2004 - one character
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and odd > even:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) // 4 else ""
