"""An export as ldifde writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from scanner.fixes.ldif import attribute_line

Record: TypeAlias = Mapping[str, list[str | bytes]]


def ldif(records: Iterable[Record]) -> Iterator[str]:
    """The text of an export, a piece for each entry. Each record has its name under 'dn'."""
    for record in records:
        pairs = ((name, value) for name, values in record.items() for value in values)
        yield "\n".join(attribute_line(name, value) for name, value in pairs) + "\n\n"
