"""An index over the runs of an output folder: a row for each, so that thousands cost no reading.

The run folders are the truth. The index can be deleted at any time; what is missing or has changed
is read again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from scanner.evidence.codec import CodecError, decode, encode_line
from scanner.history.states import OPEN, State
from scanner.result import RunResult, TopicRecord
from scanner.store import HISTORY, RESULT, StoreError, read_result, runs
from scanner.words import Severity, Status

FILE = "index.sqlite"
_VERSION = 1
_TELLING = (State.NEW, State.CHANGED, State.FIXED, State.REGRESSED, State.CHECK_CHANGED)
_SCHEMA = """
CREATE TABLE runs (at TEXT PRIMARY KEY, size INTEGER, modified INTEGER, row BLOB) WITHOUT ROWID;
CREATE TABLE events (finding TEXT, at TEXT, state TEXT, name TEXT,
                     PRIMARY KEY (finding, at)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class RunRow:
    """What the index keeps of one run. `open` counts by severity, `overdue` items of the plan."""

    at: datetime
    complete: bool
    tool: str
    vantage: str
    environment: str
    counts: dict[str, int]
    topics: list[TopicRecord]
    open: dict[str, int]
    states: dict[str, int]
    overdue: int = 0
    mean_age: float | None = None
    coverage: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One turn in the life of a finding."""

    at: datetime
    state: str
    name: str


def row_of(result: RunResult) -> RunRow:
    """The row of a run."""
    failing = [one for one in result.findings if one.status in OPEN and one.state != State.WAIVED]
    ages = [item.age_days for item in result.plan if item.age_days is not None]
    states = [one.state for one in result.tracked]
    return RunRow(
        at=result.collected_at,
        complete=result.complete,
        tool=result.tool,
        vantage=result.vantage,
        environment=result.environment,
        counts=result.summary.counts,
        topics=result.summary.topics,
        open={
            word: sum(one.severity is word and one.status is Status.FAIL for one in failing)
            for word in Severity
        },
        states={state: states.count(state) for state in State if state},
        overdue=sum("overdue" in item.flags for item in result.plan),
        mean_age=round(sum(ages) / len(ages), 1) if ages else None,
        coverage={one.source: one.state for one in result.coverage},
    )


def run_rows(folder: Path) -> list[RunRow]:
    """A row for every run of that folder, the oldest first. Raises StoreError where there is none."""
    found = runs(folder)
    if not found:
        raise StoreError(f"{folder} holds no run; `emsready scan -o {folder}` makes one")
    with closing(_opened(folder)) as base:
        _refresh(base, found)
        known = dict(base.execute("SELECT at, row FROM runs"))
    return [decode(known[_key(at)], RunRow) for at, _ in found if _key(at) in known]


def events_of(folder: Path, finding: str) -> list[Event]:
    """The turns in the life of a finding, by its id or the beginning of it."""
    run_rows(folder)
    start = finding if finding.startswith("efp1:") else f"efp1:{finding}"
    with closing(_opened(folder)) as base:
        rows = base.execute(
            "SELECT at, state, name FROM events WHERE finding >= ? AND finding < ? ORDER BY at",
            (start, f"{start}\x7f"),
        ).fetchall()
    return [Event(datetime.fromisoformat(at), state, name) for at, state, name in rows]


def rebuild(folder: Path) -> int:
    """Make the index anew; returns how many runs it holds."""
    (folder / HISTORY / FILE).unlink(missing_ok=True)
    return len(run_rows(folder))


def _opened(folder: Path) -> sqlite3.Connection:
    """The index on disk; one in memory where the folder cannot be written."""
    path = folder / HISTORY / FILE
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        base = sqlite3.connect(path)
        version = base.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)  # damaged: it can be made again
        return _opened(folder)
    except OSError:
        base, version = sqlite3.connect(":memory:"), 0
    if version != _VERSION:
        base.executescript("DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS events;" + _SCHEMA)
        base.execute(f"PRAGMA user_version = {_VERSION}")
        base.commit()
    return base


def _refresh(base: sqlite3.Connection, found: list[tuple[datetime, Path]]) -> None:
    known = {
        at: (size, time) for at, size, time in base.execute("SELECT at, size, modified FROM runs")
    }
    for at, home in found:
        stat = (home / RESULT).stat()
        if known.get(_key(at)) == (stat.st_size, stat.st_mtime_ns):
            continue
        with suppress(
            StoreError, CodecError
        ):  # a damaged run is left out; `report` names its fault
            result = read_result(home)
            if result:
                _note(base, _key(at), (stat.st_size, stat.st_mtime_ns), result)
    gone = known.keys() - {_key(at) for at, _ in found}
    for key in gone:
        base.execute("DELETE FROM runs WHERE at = ?", (key,))
        base.execute("DELETE FROM events WHERE at = ?", (key,))
    base.commit()


def _note(base: sqlite3.Connection, key: str, stat: tuple[int, int], result: RunResult) -> None:
    base.execute("DELETE FROM events WHERE at = ?", (key,))
    base.execute("REPLACE INTO runs VALUES (?, ?, ?, ?)", (key, *stat, encode_line(row_of(result))))
    turns = [
        (one.id, key, str(one.state), f"{one.check} {one.subject.name}")
        for one in result.tracked
        if one.state in _TELLING
    ]
    base.executemany("REPLACE INTO events VALUES (?, ?, ?, ?)", turns)


def _key(at: datetime) -> str:
    return at.isoformat()
