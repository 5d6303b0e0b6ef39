"""Reading waivers.toml and assignments.toml, and adding a waiver to the file that people edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path

from scanner.config.model import Config
from scanner.config.read import ConfigError, located, read_toml
from scanner.config.sense import owner_of
from scanner.config.written import toml_value
from scanner.evidence.decisions import Assignment, Decisions, Waiver
from scanner.evidence.folder import write_atomically

WAIVERS = "waivers.toml"
ASSIGNMENTS = "assignments.toml"
STATUSES = ("open", "in-progress", "done", "accepted")
HEAD = """\
# Findings that are accepted for a while. Every entry needs an end; `emsready waive check` looks at
# them, and every report shows them.
#
# [[waiver]]
# check = "dns.caa-allows-issuer"
# subject = "contoso.com"                # left out: all findings of the check
# reason = "the record follows with the new certificate authority"
# approved_by = "A. Admin"
# ticket = "CHG-1234"                    # needed for a blocker
# created = 2026-11-25
# expires = 2027-01-31                   # accepted until the end of that day, in UTC
"""


@dataclass(frozen=True, slots=True)
class WaiversFile:
    """A whole waivers.toml."""

    waiver: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class AssignmentsFile:
    """A whole assignments.toml."""

    assignment: tuple[Assignment, ...] = ()


def read_decisions(config: Config) -> Decisions:
    """What [policy] names, or what stands beside the configuration. Raises ConfigError."""
    waivers = _chosen(config, config.policy.waivers, WAIVERS)
    assignments = _chosen(config, config.policy.assignments, ASSIGNMENTS)
    return Decisions(
        read_waivers(waivers) if waivers else (),
        read_assignments(assignments) if assignments else (),
        config.policy.waiver_days,
        named_owners(config.owners),
    )


def named_owners(given: Mapping[str, str]) -> dict[str, str]:
    """The people of [owners] by the words of scanner.words.Owner; unknown roles are left out."""
    roles = ((owner_of(key), name.strip()) for key, name in given.items())
    return {str(role): name for role, name in roles if role}


def decisions_file(config: Config, named: str, default: str) -> Path:
    """Where a file of decisions is, or would be made."""
    return config.beside(named or default)


def _chosen(config: Config, named: str, default: str) -> Path | None:
    path = decisions_file(config, named, default)
    return path if named or path.is_file() else None


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """All waivers of a file, each with its line. Raises ConfigError naming every mistake."""
    read, lines = read_toml(path, WaiversFile, "`emsready waive add` makes one")
    return tuple(
        replace(one, line=lines.of(("waiver", place))) for place, one in enumerate(read.waiver)
    )


def read_assignments(path: Path) -> tuple[Assignment, ...]:
    """All assignments of a file. Raises ConfigError naming every mistake."""
    read, lines = read_toml(path, AssignmentsFile, "`emsready assign set` makes one")
    problems = [
        (("assignment", place, "status"), f"right are: {', '.join(STATUSES)}")
        for place, one in enumerate(read.assignment)
        if one.status not in STATUSES
    ]
    if problems:
        raise located(problems, lines, path)
    return tuple(
        replace(one, updated=one.updated.replace(tzinfo=one.updated.tzinfo or UTC))
        if one.updated
        else one
        for one in read.assignment
    )


def add_waiver(path: Path, waiver: Waiver) -> None:
    """Append a waiver; what stands in the file stays as it is. Raises ConfigError, OSError.

    The new text is read back before the file is replaced, so that nothing can be broken by it.
    """
    old = path.read_text(encoding="utf-8") if path.exists() else HEAD
    fields = {
        "check": waiver.check,
        "subject": waiver.subject,
        "objects": waiver.objects,
        "reason": waiver.reason,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket,
        "created": waiver.created,
        "expires": waiver.expires,
    }
    entry = "\n".join(["[[waiver]]", *_pairs(fields)])
    _replace(path, f"{old.rstrip()}\n\n{entry}\n", WaiversFile)


def write_assignments(path: Path, assignments: tuple[Assignment, ...]) -> None:
    """Replace the file by these assignments. Raises ConfigError, OSError."""
    parts = [
        "# Who does what by when. `emsready assign` keeps this file; it may be edited by hand."
    ]
    for one in assignments:
        fields = {
            "item": one.item,
            "assignee": one.assignee,
            "due": one.due,
            "status": one.status,
            "note": one.note,
            "updated": one.updated,
        }
        parts.append("\n".join(["[[assignment]]", *_pairs(fields)]))
    _replace(path, "\n\n".join(parts) + "\n", AssignmentsFile)


def _replace(path: Path, text: str, kind: type) -> None:
    fresh = path.with_name(f".{path.name}.check")
    fresh.write_text(text, encoding="utf-8")
    try:
        read_toml(fresh, kind, "")
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(fresh), str(path))) from error
    finally:
        fresh.unlink(missing_ok=True)
    write_atomically(path, text.encode())


def _pairs(fields: Mapping[str, object]) -> Iterator[str]:
    for key, value in fields.items():
        if value:
            yield f"{key} = {toml_value(value)}"
