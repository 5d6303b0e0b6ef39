"""The portfolio: customers against topics, what blocks whom, what is overdue, and the way it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from scanner.fleet.model import Outcome
from scanner.history.index import run_rows
from scanner.result import RunResult
from scanner.store import StoreError, read_result
from scanner.words import Topic

_RUNS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One customer. Without a run, `verdicts` are empty and `state` says why.

    `trend` are the open findings of the last runs, the newest last.
    """

    name: str
    folder: str
    state: str
    detail: str = ""
    collected_at: datetime | None = None
    verdicts: dict[str, str] = field(default_factory=dict)
    blockers: int = 0
    open: int = 0
    overdue: int = 0
    first: str = ""
    owner: str = ""
    due: date | None = None
    changes: dict[str, int] = field(default_factory=dict)
    trend: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All customers, those that need somebody first."""

    at: datetime
    rows: list[Row]
    causes: dict[str, list[str]]
    """What blocks more than one customer: the title of the item, and whom."""


def portfolio_of(out: Path, outcomes: Mapping[str, Outcome], at: datetime) -> Portfolio:
    """Read what every customer's folder holds. Raises nothing for a folder that is damaged."""
    rows: list[Row] = []
    causes: dict[str, list[str]] = {}
    for outcome in outcomes.values():
        result, trend = _held(out / outcome.folder)
        rows.append(_row(outcome, result, trend))
        for title in _blocking(result):
            causes.setdefault(title, []).append(outcome.name)
    shared = {title: names for title, names in causes.items() if len(names) > 1}
    ordered = sorted(shared.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return Portfolio(at, sorted(rows, key=_urgency), dict(ordered))


def _held(folder: Path) -> tuple[RunResult | None, list[int]]:
    try:
        rows = run_rows(folder)[-_RUNS:]
        return read_result(folder), [sum(topic.open for topic in row.topics) for row in rows]
    except StoreError:
        return None, []


def _row(outcome: Outcome, result: RunResult | None, trend: list[int]) -> Row:
    empty = Row(outcome.name, outcome.folder, str(outcome.state), outcome.detail)
    if result is None:
        return empty
    topics = result.summary.topics
    items = {item.id: item for item in result.plan}
    first = next((items[one] for one in result.summary.do_first if one in items), None)
    states = [one.state for one in result.tracked]
    return Row(
        outcome.name,
        outcome.folder,
        str(outcome.state),
        outcome.detail,
        result.collected_at,
        {str(one.topic): str(one.verdict) for one in topics},
        sum(one.blockers for one in topics),
        sum(one.open for one in topics),
        sum("overdue" in item.flags for item in result.plan),
        first.title if first else "",
        (first.assignee or str(first.owner)) if first else "",
        first.due if first else None,
        {word: states.count(word) for word in ("new", "regressed", "fixed")},
        trend,
    )


def _blocking(result: RunResult | None) -> Iterable[str]:
    items = result.plan if result else []
    return dict.fromkeys(one.title for one in items if one.severity == "blocker")


def _urgency(row: Row) -> tuple[bool, int, int, int, str]:
    """Customers without a verdict first, then by what blocks, is overdue, is open."""
    return (bool(row.verdicts), -row.blockers, -row.overdue, -row.open, row.name.casefold())


TOPICS = tuple(str(topic) for topic in Topic)
