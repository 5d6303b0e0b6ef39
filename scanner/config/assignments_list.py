"""The exported list, as people sent it back: CSV of any spreadsheet, or XLSX.

The file is foreign input: sizes are limited, nothing in it is evaluated, and every cell that cannot
be meant is named by its place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from scanner.config.decisions import STATUSES
from scanner.config.read import ConfigError
from scanner.evidence.decisions import Assignment

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 50_000
_COLUMNS = {
    "item": ("id", "item", "key"),
    "assignee": ("assignee", "assigned to"),
    "due": ("due", "due date"),
    "status": ("status", "work", "work status"),
    "note": ("note", "notes"),
}
_ID = re.compile(r"^(efp1:)?[0-9a-f]{8,32}$")
_WORDS = {"": "open", "in progress": "in-progress", "done-claimed": "done", "closed": "done"}


def read_list(path: Path) -> list[Assignment]:
    """An assignment for every row that says something. Raises ConfigError with every mistake."""
    try:
        if path.stat().st_size > LARGEST:
            raise ConfigError(
                f"{path}: larger than {LARGEST // 1024 // 1024} MB, no list of ours is"
            )
        rows = _xlsx(path) if path.suffix.casefold() == ".xlsx" else _csv(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    updated = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
    return _assignments(path, iter(rows), updated)


def _assignments(
    path: Path, rows: Iterator[Sequence[object]], updated: datetime
) -> list[Assignment]:
    head = _head(next(rows, ()))
    places = {
        name: place
        for name, words in _COLUMNS.items()
        for place, word in enumerate(head)
        if word in words
    }
    if "item" not in places:
        raise ConfigError(
            f"{path}:1: there is no column 'id'; keep the columns of the exported list"
        )
    found, problems = [], []
    for number, row in enumerate(rows, 2):
        cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        if not str(cells["item"] or "").strip():
            continue
        try:
            found.append(_assignment(cells, updated))
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def _head(row: Sequence[object]) -> list[str]:
    return [str(cell or "").strip().casefold() for cell in row]


def _assignment(cells: dict[str, object], updated: datetime) -> Assignment:
    """One row. Raises ValueError saying what is wrong with it."""
    item = str(cells["item"]).strip().casefold()
    if not _ID.match(item):
        raise ValueError(f"{item!r} is no id of an item")
    said = " ".join(str(cells.get("status") or "").split()).casefold()
    status = _WORDS.get(said, said.replace(" ", "-"))
    if status not in STATUSES:
        raise ValueError(f"the status {said!r} is unknown; right are: {', '.join(STATUSES)}")
    return Assignment(
        item,
        assignee=_text(cells.get("assignee")),
        due=_date(cells.get("due")),
        status=status,
        note=_text(cells.get("note")),
        updated=updated,
    )


def _text(value: object) -> str:
    """A cell as text; the apostrophe that keeps a spreadsheet from calculating is not part of it."""
    return str(value or "").strip().removeprefix("'")[:2000]


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _text(value)
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise ValueError(f"the date {text!r} cannot be read; write it as 2026-11-25")


def _csv(path: Path) -> list[Sequence[object]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    return list(_limited(path, csv.reader(io.StringIO(text, newline=""), delimiter=separator)))


def _xlsx(path: Path) -> list[Sequence[object]]:
    try:
        import openpyxl  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError(
            f"{path}: reading XLSX needs the extra: pip install 'emsready[xlsx]'; or save it as CSV"
        ) from error
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # the library raises whatever its parsers raise
        raise ConfigError(f"{path}: no workbook that can be read: {error}") from error
    for sheet in book.worksheets:
        rows = list(_limited(path, sheet.iter_rows(values_only=True)))
        if rows and not set(_COLUMNS["item"]).isdisjoint(_head(rows[0])):
            return rows
    return []


def _limited(path: Path, rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise ConfigError(f"{path}: more than {MOST_ROWS} rows, no list of ours has so many")
        yield row
