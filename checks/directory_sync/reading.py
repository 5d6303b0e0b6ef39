"""How much of the directory could be read at all."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.directory import DirectoryInput

_ENTRIES = object_set(said("directory entries"))


@check(
    id="directory_sync.objects-readable",
    title="Every entry could be read and judged",
    action="Export again what could not be read",
    why="What was not read was not judged: a fault in it shows itself only when the synchronisation"
    " refuses the object.",
    fix=[
        step(
            "Export again in Unicode, and repair the objects that still cannot be read.",
            command='ldifde -u -f users.ldif -r "(|(objectCategory=person)(objectCategory=group))"',
        ),
        step("All export commands.", command="emsready directory export-help"),
    ],
    verify="emsready directory check <export> names no unreadable entry any more.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc2849",
        "https://learn.microsoft.com/windows-server/administration/windows-commands/ldifde",
    ],
)
def objects_readable(found: DirectoryInput) -> Iterator[Finding]:
    """Judge whether anything was left out; one bad entry is a row here and never ends the run."""
    count = found.entries
    if not found.damaged:
        yield passed("all-read", _ENTRIES, "All {count} entries could be read.", count=count)
        return
    rows = Affected(("place", "dn", "problem"), spoken=("problem",))
    for one in found.unreadable:
        rows.add(one.place, one.dn, one.problem)
    yield (
        warned(
            "unreadable",
            _ENTRIES,
            "Of {count} entries, {damaged} could not be read or judged.",
            damaged=found.damaged,
            count=count,
        )
        .at(Severity.MEDIUM)
        .affecting(rows)
    )
