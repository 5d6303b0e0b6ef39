"""Finding a run again by what people call it, and comparing any two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scanner.history.compare import Ran, compare
from scanner.result import RunResult
from scanner.store import StoreError, read_result, runs


def recall(folder: Path, name: str) -> RunResult:
    """A run by name: 'latest', 'previous', a date or moment (the last run until then), or a path.

    Raises StoreError saying which names there are.
    """
    if (Path(name) / "result.json").is_file():
        return _read(Path(name))
    found = runs(folder)
    if not found:
        raise StoreError(f"{folder} holds no run; `emsready scan -o {folder}` makes one")
    if name in ("latest", "previous"):
        place = -1 if name == "latest" else -2
        if len(found) < -place:
            raise StoreError(f"{folder} holds only one run; there is no previous one")
        return _read(found[place][1])
    limit = _moment(name)
    if limit is None:
        raise StoreError(
            f"{name!r} names no run: give 'latest', 'previous', a date such as 2026-11-25, a moment "
            "as `emsready history list` prints it, or the folder of a run"
        )
    older = [home for at, home in found if at <= limit]
    if not older:
        raise StoreError(
            f"{folder} holds no run until {name}; the first is of {found[0][0]:%Y-%m-%d}"
        )
    return _read(older[-1])


def between(before: RunResult, after: RunResult) -> RunResult:
    """The later run with its states told against the earlier one, however many lie between."""
    ran = Ran({one.id for one in after.checks}, after.catalogue, after.complete, after.narrowed)
    made = compare(after.findings, before, after.collected_at, ran)
    summary = replace(after.summary, changes=made.changes)
    return replace(after, findings=made.findings, earlier=made.earlier, summary=summary)


def _read(home: Path) -> RunResult:
    found = read_result(home)
    if found is None:
        raise StoreError(f"{home} holds no run (no result.json)")
    return found


def _moment(text: str) -> datetime | None:
    """A moment, or the end of a day. Without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if len(text) == len("2026-11-25"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
