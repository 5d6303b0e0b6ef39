"""The affected objects in a page: the first rows as a table, the others as data, or a file beside it."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from reports.escape import clip, visible
from reports.tables import table
from scanner.report import Rendering
from scanner.result import FindingRecord

STATIC = 25
"""Rows of one table that stand in the page itself, readable without any script."""

_CELLS = 6_000
"""Cells of all these tables together; a page with many tables shows fewer rows of each."""

_LEAST = 5

LARGEST = 3_000_000
"""Characters of cells that one page carries as data; what comes after goes to files beside it."""

_MOST = 1_000_000
"""Rows of one finding that are looked at: what one sheet of a spreadsheet holds."""


@dataclass(slots=True)
class Evidence:
    """The rows of all findings of one page, by finding id."""

    _first: dict[str, list[list[str]]] = field(default_factory=dict)
    _later: dict[str, list[list[str]]] = field(default_factory=dict)
    _files: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def block(self) -> dict[str, list[list[str]]]:
        """The rows that the page holds as data, by short key."""
        return {key_of(one): rows for one, rows in self._later.items() if rows}

    def key(self, finding: FindingRecord) -> str:
        """The key of a finding in the block: hexadecimal, never made from the environment."""
        return key_of(finding.id)

    def first(self, finding: FindingRecord) -> list[list[str]]:
        """The rows that stand in the page."""
        return self._first.get(finding.id, [])

    def later(self, finding: FindingRecord) -> list[list[str]]:
        """The rows that the page shows when asked."""
        return self._later.get(finding.id, [])

    def file(self, finding: FindingRecord) -> str:
        """The file beside the page that holds all rows."""
        return self._files.get(finding.id, "")


def key_of(ident: str) -> str:
    """Twelve digits of a fingerprint."""
    return ident.rpartition(":")[2][:12]


def evidence_of(order: Rendering, findings: Sequence[FindingRecord]) -> Evidence:
    """The rows of these findings; those of the first findings have the first claim on the page."""
    made = Evidence()
    room = LARGEST
    static = _static(findings)
    for finding in findings:
        affected = finding.affected
        if affected is None:
            continue
        rows = [list(row) for row in itertools.islice(order.rows(affected), _MOST)]
        shown = [[visible(clip(cell)) for cell in row] for row in rows[:static]]
        made._first[finding.id] = shown  # noqa: SLF001 - its maker
        made._files[finding.id] = affected.file  # noqa: SLF001
        later = [[visible(clip(cell)) for cell in row] for row in rows[static:]]
        size = sum(len(cell) + 3 for row in later for cell in row)
        if size <= room:
            room -= size
            made._later[finding.id] = later  # noqa: SLF001
        else:
            name = f"affected/{key_of(finding.id)}.csv.gz"
            made._files[finding.id] = name  # noqa: SLF001
            data = table([affected.columns, *rows])
            made.files[name] = gzip.compress(data, mtime=0)
    return made


def _static(findings: Sequence[FindingRecord]) -> int:
    """How many rows of each table stand in the page, so that it opens at once however many there are."""
    tables = [one.affected for one in findings if one.affected]
    wanted = sum(len(one.columns) * min(one.count, STATIC) for one in tables)
    return STATIC if wanted <= _CELLS else max(_LEAST, STATIC * _CELLS // wanted)
