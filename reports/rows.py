"""The affected objects in a page: the first rows as a table, the others as data, or a file beside it."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.escape import clip, visible
from reports.tables import table
from scanner.report import Rendering
from scanner.result import AffectedRecord, FindingRecord

STATIC = 25
"""Rows of one table that stand in the page itself, readable without any script."""

_LEAST = 5
_CELLS = 24_000
"""Cells of all these tables together; a page with many tables shows fewer rows of each."""

_ELEMENTS = 20_000
_EACH = 65
_TABLES = 1_000
"""How heavy a page may be in elements, what a finding with its item takes of them, and what is left
for tables in any case. A table for which nothing is left weighs nothing until it is opened."""

LARGEST = 3_000_000
"""Characters of cells that one page carries as data; what comes after goes to files beside it."""

_MOST = 1_000_000
"""Rows of one finding that are looked at: what one sheet of a spreadsheet holds."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects behind one finding, as its page shows them.

    `first` are the rows that are readable without script, `data` what the script adds to them. Those
    of a `light` table cost the browser nothing until it is opened: the script then makes it anew, so
    that its data begin with the names of the columns. `whole` says that the page holds all rows;
    else `file` names the list beside it.
    """

    key: str
    first: list[list[str]]
    data: list[list[str]]
    light: bool
    whole: bool
    file: str


@dataclass(slots=True)
class Evidence:
    """The objects behind all findings of one page, by finding id, and the files beside the page."""

    of: dict[str, Objects] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def block(self) -> dict[str, list[list[str]]]:
        """The rows that the page holds as data, by key."""
        return {one.key: one.data for one in self.of.values() if one.data}


def key_of(ident: str) -> str:
    """Twelve digits of a fingerprint: hexadecimal, never made from the environment."""
    return ident.rpartition(":")[2][:12]


def evidence_of(order: Rendering, findings: Sequence[FindingRecord]) -> Evidence:
    """The rows of these findings; those of the first findings have the first claim on the page."""
    made = Evidence()
    room, static = LARGEST, _static(findings)
    elements = max(_TABLES, _ELEMENTS - _EACH * len(findings))
    for finding in findings:
        affected = finding.affected
        if affected is None:
            continue
        key, file = key_of(finding.id), affected.file
        rows = [list(row) for row in itertools.islice(order.rows(affected), _MOST)]
        shown = _clean(rows[:static])
        weight = (len(affected.columns) + 1) * (len(shown) + 1)
        light = weight > elements
        elements -= 0 if light else weight
        later = _clean(rows[static:])
        size = sum(len(cell) + 3 for row in later for cell in row)
        if size > room:
            file, later = f"affected/{key}.csv.gz", []
            made.files[file] = gzip.compress(table([affected.columns, *rows]), mtime=0)
        else:
            room -= size
        whole = len(shown) + len(later) >= affected.count
        data = [_head(affected), *shown, *later] if light else later
        made.of[finding.id] = Objects(key, shown, data, light, whole, file)
    return made


def _clean(rows: list[list[str]]) -> list[list[str]]:
    return [[visible(clip(cell)) for cell in row] for row in rows]


def _head(affected: AffectedRecord) -> list[str]:
    return [visible(clip(column)) for column in affected.columns]


def _static(findings: Sequence[FindingRecord]) -> int:
    """How many rows of each table are readable without script, however many tables there are."""
    tables = [one.affected for one in findings if one.affected]
    wanted = sum(len(one.columns) * min(one.count, STATIC) for one in tables)
    return STATIC if wanted <= _CELLS else max(_LEAST, STATIC * _CELLS // wanted)
