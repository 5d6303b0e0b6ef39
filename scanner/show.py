"""Making the exhibits of a run: each on its own, from the evidence that it names."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from scanner.evidence.envelope import Missing, kind_of
from scanner.evidence.folder import Evidence
from scanner.exhibit import Exhibit, Row
from scanner.result import ExhibitCell, ExhibitRecord, ExhibitRow
from scanner.text import Said
from scanner.texts import Texts

MOST_ROWS = 500
"""Lines that a result keeps of one exhibit; `total` says how many there were."""

_MOST_COLUMNS = 30

log = logging.getLogger("emsready.show")


def show(exhibits: Sequence[Exhibit], evidence: Evidence, texts: Texts) -> list[ExhibitRecord]:
    """The exhibits that this evidence gives rise to, in a fixed order; empty ones are left out."""
    found = (_made(one, evidence, texts) for one in sorted(exhibits, key=lambda one: one.id))
    return [one for one in found if one is not None]


def _made(exhibit: Exhibit, evidence: Evidence, texts: Texts) -> ExhibitRecord | None:
    arguments = _arguments(exhibit, evidence)
    if arguments is None:
        return None
    try:
        rows = list(exhibit.make(**arguments))
    except Exception:
        log.exception("exhibit %s failed", exhibit.id)
        return None
    if not rows:
        return None
    declared: tuple[str, ...] = tuple(map(Said, exhibit.columns))
    columns = (declared or tuple(_columns(rows)))[:_MOST_COLUMNS]
    for name in ("title", "note", "corner"):
        texts.key(f"{exhibit.id}/{name}", getattr(exhibit, name))
    return ExhibitRecord(
        id=exhibit.id,
        kind=exhibit.kind,
        title=exhibit.title,
        note=exhibit.note,
        corner=exhibit.corner,
        columns=[str(one) for one in columns],
        rows=[_row(one, columns, texts) for one in rows[:MOST_ROWS]],
        total=len(rows),
        words=texts.words({"columns": list(columns)}),
    )


def _arguments(exhibit: Exhibit, evidence: Evidence) -> dict[str, Any] | None:
    """The evidence by parameter; None where something is not there."""
    arguments: dict[str, Any] = {}
    for need in exhibit.needs:
        if need.every:
            arguments[need.parameter] = tuple(evidence.every(need.type))
            missing = not arguments[need.parameter]
        else:
            found = None if kind_of(need.type).per_subject else evidence.one(need.type)
            missing = found is None or isinstance(found, Missing)
            arguments[need.parameter] = None if missing else found
        if missing and not need.optional:
            return None
    return arguments


def _columns(rows: Iterable[Row]) -> Iterable[str]:
    return dict.fromkeys(name for row in rows for name in row.cells)


def _row(row: Row, columns: Sequence[str], texts: Texts) -> ExhibitRow:
    return ExhibitRow(
        row.label,
        [
            ExhibitCell(
                str(cell.text),
                cell.shade,
                cell.number,
                cell.start,
                cell.end,
                texts.words({"text": cell.text}),
            )
            if (cell := row.cells.get(name))
            else ExhibitCell()
            for name in columns
        ],
    )
