"""Who does an item, by when: what people said about items of the plan, laid over a new plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scanner.evidence.decisions import Assignment
from scanner.result import FindingRecord, ItemRecord

_SHORT = 8


@dataclass(frozen=True, slots=True)
class Assigned:
    """The plan with owners, dates and flags, and the assignments that fit no item of it."""

    plan: list[ItemRecord]
    unknown: list[str]


def assign(
    plan: Sequence[ItemRecord],
    assignments: Sequence[Assignment],
    findings: Mapping[str, FindingRecord],
    today: date,
    owners: Mapping[str, str] | None = None,
) -> Assigned:
    """Lay assignments over the plan. A date that a person set wins, also where it cannot be kept.

    An item that nobody was named for gets the one who stands behind its role in `owners`.

    Flags: 'overdue', 'earlier-than-prerequisite', and 'claimed-done' where somebody said that it is
    done and the scan still sees it.
    """
    latest = _latest(assignments)
    known = {short_id(item.id) for item in plan}
    behind = owners or {}
    marked = [
        _named(_assigned(item, latest.get(short_id(item.id)), findings, today), behind)
        for item in plan
    ]
    dates = {item.id: item.due for item in marked}
    unknown = sorted(one.item for key, one in latest.items() if key not in known)
    return Assigned([_flagged(item, dates, today) for item in marked], unknown)


def dates_set(assignments: Sequence[Assignment]) -> dict[str, date]:
    """The dates that people set, by the short ids of items."""
    return {item: one.due for item, one in _latest(assignments).items() if one.due}


def _latest(assignments: Sequence[Assignment]) -> dict[str, Assignment]:
    """What was said last about each item, by its short id."""
    said = sorted(assignments, key=lambda one: one.updated.timestamp() if one.updated else 0.0)
    return {short_id(one.item): one for one in said}


def _named(item: ItemRecord, owners: Mapping[str, str]) -> ItemRecord:
    name = owners.get(item.owner, "")
    return replace(item, assignee=name) if name and not item.assignee else item


def short_id(ident: str) -> str:
    """The eight digits by which people name an item or a finding."""
    return ident.removeprefix("efp1:")[:_SHORT].casefold()


def _assigned(
    item: ItemRecord,
    mine: Assignment | None,
    findings: Mapping[str, FindingRecord],
    today: date,
) -> ItemRecord:
    seen = [
        one.first_seen for name in item.findings if (one := findings.get(name)) and one.first_seen
    ]
    first = min(seen, default=None)
    dated = replace(item, first_seen=first, age_days=(today - first.date()).days if first else None)
    if mine is None:
        return dated
    return replace(
        dated,
        assignee=mine.assignee,
        assignee_set=bool(mine.assignee),
        due=mine.due or item.due,
        due_set=mine.due is not None,
        note=mine.note,
        work=mine.status,
        updated=mine.updated,
    )


def _flagged(item: ItemRecord, dates: Mapping[str, date | None], today: date) -> ItemRecord:
    flags = []
    before = [due for need in item.needs if (due := dates.get(need))]
    if item.due and item.due < today and item.work != "accepted":
        flags.append("overdue")
    if item.due_set and item.due and before and item.due < max(before):
        flags.append("earlier-than-prerequisite")
    if item.work == "done":
        flags.append("claimed-done")
    return replace(item, flags=flags)
