"""The remediation list and its objects as CSV: one row an item, one row an affected object."""

from __future__ import annotations

from collections.abc import Iterable

from reports.plan_rows import COLUMNS, OBJECT_COLUMNS, Cell, rows_of
from reports.tables import table
from scanner.report import Rendering, ReportFormat


def render(order: Rendering) -> dict[str, bytes]:
    """plan.csv, which `emsready assign import` reads back, and objects.csv.

    Column names and the words of vocabularies are English in every language, sentences are not.
    """
    rows = rows_of(order)
    return {
        CSV.filename: table([COLUMNS, *map(_plain, rows.plan())]),
        "objects.csv": table([OBJECT_COLUMNS, *map(_plain, rows.objects())]),
    }


def _plain(row: Iterable[Cell]) -> list[str | int]:
    return [one if isinstance(one, int) else str(one or "") for one in row]


CSV = ReportFormat("csv", "plan.csv", render)
