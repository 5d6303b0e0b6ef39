"""All faulty values as rows, in the columns that users of IdFix know."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from scanner.evidence.directory import KINDS, PROPOSAL, Collision, DirectoryInput, DirectoryObject
from scanner.evidence.folder import Evidence

COLUMNS = (
    "DISTINGUISHEDNAME",
    "COMMONNAME",
    "OBJECTCLASS",
    "ATTRIBUTE",
    "ERROR",
    "VALUE",
    "UPDATE",
    "PROPOSEDACTION",
    "ACTION",
    "SCOPE",
    "DETAIL",
)
EDIT = "EDIT"
"""What IdFix calls the action that writes the update; ACTION is left to the admin."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = tuple[str, ...]


def rows(evidence: Evidence) -> Iterator[Row]:
    """One row for each object, attribute and value with an error; duplicates of all holders.

    Raises EvidenceError for a damaged stream.
    """
    found = evidence.one(DirectoryInput)
    if not isinstance(found, DirectoryInput):
        return
    shared: dict[tuple[str, str, str], str] = {}
    taken: set[tuple[str, str, str]] = set()
    for group in evidence.streams[Collision]:
        for holder in group.holders:
            place = (holder.dn, holder.attribute.removeprefix(PROPOSAL), holder.value)
            if group.attribute.startswith(PROPOSAL):
                taken.add(place)
            elif group.attribute:
                names = [one.dn for one in group.holders if one is not holder]
                shared[place] = "also held by " + "; ".join(names)
    for item in evidence.streams[DirectoryObject]:
        yield from _rows_of(item, found, shared, taken)
    for (dn, attribute, value), others in shared.items():
        row = (dn, _common_name(dn), "", attribute, "duplicate", value, "")
        yield (*row, "", "", "", others)


def _rows_of(
    item: DirectoryObject,
    found: DirectoryInput,
    shared: dict[tuple[str, str, str], str],
    taken: set[tuple[str, str, str]],
) -> Iterator[Row]:
    for fault in item.faults:
        place = (item.dn, fault.attribute, fault.value)
        others = shared.pop(place, "")
        kinds = [*fault.kinds, "duplicate"] if others else list(fault.kinds)
        update = "" if others or place in taken else fault.proposal
        if kinds:
            yield (
                item.dn,
                item.name,
                item.type,
                fault.attribute,
                ", ".join(sorted(kinds, key=KINDS.index)),
                fault.value,
                update,
                EDIT if update else "",
                "",
                str(found.verdict(item)),
                "; ".join(one for one in (fault.detail, others) if one),
            )


def _common_name(dn: str) -> str:
    return dn.partition(",")[0].partition("=")[2]


def write_rows(evidence: Evidence, path: Path) -> int:
    """Write the rows as CSV that a spreadsheet opens without running anything in it.

    Returns how many. Raises OSError.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows(evidence):
            writer.writerow([inert(cell) for cell in row])
            count += 1
    return count


def inert(cell: str) -> str:
    """A cell that is text and never a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
