"""Building the plan: group, draft, connect, order, date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from scanner.catalogue import Cause
from scanner.evidence.scope import Scope
from scanner.judge import Judged
from scanner.plan.assess import assess_drafts
from scanner.plan.draft import Draft, draft
from scanner.plan.due import Calendar, set_due_dates
from scanner.plan.group import group
from scanner.plan.lane import set_lanes
from scanner.plan.order import connect, ordered, rate
from scanner.plan.prerequisites import note_prerequisites
from scanner.result import FindingRecord, ItemRecord
from scanner.texts import Texts
from scanner.words import Phase


def build_plan(
    pairs: Sequence[tuple[Judged, FindingRecord]],
    causes: Sequence[Cause],
    environment: str,
    scope: Scope,
    start: date,
    texts: Texts,
    dates: Mapping[str, date] | None = None,
) -> list[ItemRecord]:
    """The ordered remediation items; each open finding is in exactly one of them.

    `dates` are those that people set, by the short ids of items.
    """
    drafts = [draft(one, environment, texts) for one in group(pairs, causes)]
    drafts += assess_drafts(pairs, environment, texts)
    connect(drafts)
    note_prerequisites(drafts, [record for _, record in pairs])
    rate(drafts)
    plan = ordered(drafts)
    set_lanes(plan)
    set_due_dates(plan, Calendar(start, scope.plans.kickoff, scope.due_days, dates or {}))
    place = {item.id: number for number, item in enumerate(plan)}
    return [_record(item, place) for item in plan]


def _record(item: Draft, place: dict[str, int]) -> ItemRecord:
    return ItemRecord(
        id=item.id,
        cause=item.cause,
        title=item.title,
        why=item.why,
        phase=item.phase,
        topic=item.topic,
        owner=item.owner,
        effort=item.effort,
        due=item.due,
        severity=item.severity,
        effective_severity=item.effective,
        status=item.status,
        blocks=item.blocks,
        needs=sorted(item.needs, key=place.__getitem__),
        unblocks=sorted(item.unblocks, key=place.__getitem__),
        reach=item.reach,
        checks=item.checks,
        findings=[one.id for one in item.findings],
        clauses=item.clauses,
        steps=item.steps,
        verify=item.verify,
        documents=item.documents,
        settle_after=item.verify.settle_after,
        about=item.about if item.phase is not Phase.ASSESS else [],
        phrases=item.phrases,
        lane=item.lane,
        before=item.before,
        waiting=item.waiting,
        prerequisites=item.prerequisites,
    )
