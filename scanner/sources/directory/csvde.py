"""Reading the CSV that csvde writes: a header of attribute names, the distinguished name first."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from scanner.sources.directory.encoding import Bytes
from scanner.sources.directory.entry import (
    BINARY,
    COUNTED,
    Attributes,
    Broken,
    Entry,
    Read,
    wanted_name,
)
from scanner.sources.directory.text import LARGEST, is_text, lines
from scanner.text import said

_SEVERAL = frozenset(
    {"objectclass", "proxyaddresses", "member", "usercertificate", "usersmimecertificate"}
)
"""Attributes with several values in the schema: only these are split at semicolons."""

_BETWEEN = re.compile(r"(?<!\\);")
_HEXADECIMAL = re.compile("X'((?:[0-9A-Fa-f]{2})*)'")


class CsvdeReader:
    """Reads the rows of one file. `names` are the wanted attributes that some row has."""

    def __init__(self, file: Bytes, extra: frozenset[str] = frozenset()) -> None:
        self._file = file
        self._extra = extra
        self.names: set[str] = set()

    def __iter__(self) -> Iterator[Read]:
        csv.field_size_limit(LARGEST)
        rows = csv.reader(lines(self._file), strict=False)
        header: list[str] | None = None
        while True:
            place = rows.line_num + 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield Broken(place, "", f"not CSV: {error}")
                continue
            if header is None:
                header = [wanted_name(one, self._extra) for one in row]
            elif row:
                yield self._entry(place, header, row)

    def _entry(self, place: int, header: list[str], row: list[str]) -> Read:
        dn = row[0]
        if len(row) != len(header):
            return Broken(
                place,
                dn,
                said("{cells} cells under {names} names", cells=len(row), names=len(header)),
            )
        if not dn or not is_text(dn):
            return Broken(place, "", said("the row has no name that can be read"))
        attributes: Attributes = {}
        damaged: set[str] = set()
        for name, cell in zip(header, row, strict=True):
            if name and cell:
                values = _values(name, cell)
                if values is None:
                    damaged.add(name)
                else:
                    attributes[name] = values
                    self.names.add(name)
        return Entry(dn, attributes, place, damaged)


def _values(name: str, cell: str) -> list[str] | None:
    """The values of one cell; None where one of them is no text."""
    values = [cell]
    if name in _SEVERAL:
        values = [one.replace("\\;", ";") for one in _BETWEEN.split(cell)]
    if name in COUNTED:
        return [""] * len(values)
    found = [_value(name, one) for one in values]
    good = [one for one in found if one is not None and is_text(one)]
    return good if len(good) == len(found) else None


def _value(name: str, text: str) -> str | None:
    match = _HEXADECIMAL.fullmatch(text)
    if match is None:
        return text.encode(errors="surrogateescape").hex() if name in BINARY else text
    if name == "thumbnailphoto":
        return str(len(match[1]) // 2)
    if name in BINARY:
        return match[1].lower()
    try:
        return bytes.fromhex(match[1]).decode()
    except UnicodeDecodeError:
        return None
