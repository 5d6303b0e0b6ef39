"""Text out of a file of bytes, line by line or in pieces, with what is no text kept visible."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from scanner.sources.directory.encoding import Bytes

BLOCK = 1 << 20
LARGEST = 1 << 26
"""Characters of one entry, as in LDIF."""


def pieces(file: Bytes) -> Iterator[str]:
    """The whole text in pieces; a byte that is no text becomes half a surrogate pair."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    while block := file.read(BLOCK):
        text = decoder.decode(block)
        if text:
            yield text
    last = decoder.decode(b"", final=True)
    if last:
        yield last


def lines(file: Bytes) -> Iterator[str]:
    """The lines with their ends. One longer than LARGEST comes in several parts."""
    rest = ""
    for piece in pieces(file):
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            yield line + "\n"
        if len(rest) > LARGEST:
            yield rest
            rest = ""
    if rest:
        yield rest


def is_text(value: str) -> bool:
    """Whether a value holds no half of a surrogate pair, from wherever it came."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
