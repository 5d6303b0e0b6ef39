"""Writing the fixes of a reading: a folder for each attribute and kind of fault.

Order of work: verify suffixes, then sign-in names, then duplicates, then addresses, then names; repeat
the check after each step, because a repaired value may collide with another one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.evidence.directory import (
    PROPOSAL,
    SIGN_IN,
    Collision,
    DirectoryInput,
    DirectoryObject,
    Fault,
)
from scanner.evidence.folder import Evidence
from scanner.fixes import ldif, powershell
from scanner.fixes.rows import COLUMNS, EDIT, inert

README = """\
Fixes for Active Directory, proposed by emsready. Nothing was changed.

Each folder holds one attribute and kind of fault:
  rows.csv   what is wrong and what is proposed; delete the rows that shall stay as they are, then write
             the fixes again with --select rows.csv
  fix.ps1    makes the changes; without -Apply it only shows them
  fix.ldif   the same for ldifde -i -f fix.ldif
  undo.ldif  takes them back

Order of work: verify the suffixes in the tenant, then sign-in names, then duplicates, then addresses,
then names. Repeat the check after each step: a repaired value may collide with another one. Duplicates
have no fix here, because who keeps a value is a decision.
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One value to replace. `identity` is the objectGUID, or else the distinguished name."""

    item: DirectoryObject
    fault: Fault

    @property
    def attribute(self) -> str:
        """The attribute to change."""
        return self.fault.attribute.removesuffix(SIGN_IN)

    @property
    def group(self) -> str:
        """The name of the folder that it goes to."""
        return "-".join((self.attribute, *self.fault.kinds))

    @property
    def identity(self) -> str:
        """How PowerShell finds the object."""
        return self.item.guid or self.item.dn


def changes(evidence: Evidence, selected: frozenset[str] | None = None) -> Iterator[Change]:
    """Every change that can be proposed; of the selected objects only, where some are named.

    Left out is what several objects hold, what somebody else would then hold too, and what does not
    synchronise. Raises EvidenceError for a damaged stream.
    """
    found = evidence.one(DirectoryInput)
    if not isinstance(found, DirectoryInput):
        return
    shared = _shared(evidence)
    for item in evidence.streams[DirectoryObject]:
        if not item.faults or not found.counts(item):
            continue
        if selected is not None and item.dn.casefold() not in selected:
            continue
        for fault in item.faults:
            place = (item.dn, fault.attribute, fault.value)
            if fault.proposal and place not in shared:
                yield Change(item, fault)


def _shared(evidence: Evidence) -> set[tuple[str, str, str]]:
    return {
        (one.dn, one.attribute.removeprefix(PROPOSAL), one.value)
        for group in evidence.streams[Collision]
        if group.attribute
        for one in group.holders
    }


def write_fixes(
    evidence: Evidence, folder: Path, selected: frozenset[str] | None = None
) -> dict[str, int]:
    """Write the folders; how many changes went into each. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "README.txt").write_text(README, encoding="utf-8")
    groups: dict[str, list[Change]] = {}
    for change in changes(evidence, selected):
        groups.setdefault(change.group, []).append(change)
    for name, members in groups.items():
        _write_group(folder / name, members)
    return {name: len(groups[name]) for name in sorted(groups)}


def _write_group(folder: Path, members: list[Change]) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    with (
        (folder / "fix.ldif").open("w", encoding="utf-8", newline="\n") as fix,
        (folder / "undo.ldif").open("w", encoding="utf-8", newline="\n") as undo,
        (folder / "fix.ps1").open("w", encoding="utf-8-sig", newline="\r\n") as script,
        (folder / "rows.csv").open("w", encoding="utf-8-sig", newline="") as table,
    ):
        rows = csv.writer(table)
        rows.writerow(COLUMNS)
        script.write(powershell.HEAD)
        for one in members:
            dn, attribute = one.item.dn, one.attribute
            old, new = one.fault.value, one.fault.proposal
            fix.write(ldif.replacement(dn, attribute, old, new))
            undo.write(ldif.replacement(dn, attribute, new, old))
            if powershell.can_be_written(one.identity, old, new):
                script.write(powershell.call(one.identity, attribute, old, new))
            else:
                script.write("# a value with control characters is left out; use fix.ldif\n")
            kinds = ", ".join(one.fault.kinds)
            cells = (
                dn,
                one.item.name,
                one.item.type,
                attribute,
                kinds,
                old,
                new,
                EDIT,
                "",
                "",
                one.fault.detail,
            )
            rows.writerow([inert(cell) for cell in cells])


def selection(path: Path) -> frozenset[str]:
    """The objects that a file names: the first column of a CSV, or a name a line.

    Raises OSError.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if rows and rows[0][0].upper() == COLUMNS[0]:
        return frozenset(row[0].casefold() for row in rows[1:])
    return frozenset(",".join(row).strip().casefold() for row in rows)
