"""Writing LDIF (RFC 2849) as ldifde does: base64 for anything but safe ASCII, lines folded."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

Record: TypeAlias = Mapping[str, list[str | bytes]]

_SAFE = re.compile(r"(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )", re.DOTALL)
_WIDTH = 76


def ldif(records: Iterable[Record]) -> Iterator[str]:
    """The text of an export, a piece for each entry. Each record has its name under 'dn'."""
    for record in records:
        lines = [line for name, values in record.items() for line in _lines(name, values)]
        yield "\n".join(lines) + "\n\n"


def _lines(name: str, values: list[str | bytes]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and _SAFE.fullmatch(value):
            yield folded(f"{name}: {value}")
        else:
            data = value.encode() if isinstance(value, str) else value
            yield folded(f"{name}:: {b64encode(data).decode()}")


def folded(line: str) -> str:
    """A line in pieces of 76 characters, continued behind a blank."""
    pieces = [line[:_WIDTH]]
    pieces += [line[place : place + _WIDTH - 1] for place in range(_WIDTH, len(line), _WIDTH - 1)]
    return "\n ".join(pieces)
