"""CSV that spreadsheets open as it is meant: UTF-8 with BOM, CRLF, and no cell becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

BOM = "\ufeff"

_FORMULA = re.compile(r"^[\s\0]*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
"""How a cell starts that spreadsheets compute (OWASP ASVS 5.0, 1.2.10; CWE-1236)."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Cell = str | int | float | None


def table(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The rows as a CSV file (RFC 4180). Text is neutralised, numbers are written as they are."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return (BOM + file.getvalue()).encode()


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    return inert(cell) if isinstance(cell, str) else cell


def inert(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would compute, and without controls."""
    kept = _UNWRITABLE.sub("\ufffd", text)
    return f"'{kept}" if _FORMULA.match(text) else kept
