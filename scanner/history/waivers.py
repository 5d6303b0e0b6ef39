"""Accepting a finding until a date: which findings a waiver covers, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from scanner.evidence.decisions import Waiver
from scanner.history.states import OPEN, State
from scanner.result import FindingRecord, WaiverRecord
from scanner.text import said
from scanner.words import Severity, Status

DUE_SOON = timedelta(days=14)
Objects = Callable[[FindingRecord], Collection[str]]
"""The ids of all objects that a finding is about."""


@dataclass(frozen=True, slots=True)
class Waived:
    """The findings with their waivers, and every waiver with what became of it."""

    findings: list[FindingRecord]
    waivers: list[WaiverRecord]


def apply_waivers(
    findings: Sequence[FindingRecord],
    waivers: Sequence[Waiver],
    today: date,
    *,
    known: Collection[str],
    horizon: int,
    objects: Objects,
) -> Waived:
    """Cover failing findings. An expired waiver covers nothing and is said; an invalid one neither."""
    covered = list(findings)
    records = []
    for index, waiver in enumerate(waivers):
        mine = [place for place, one in enumerate(covered) if _meant(waiver, one, objects)]
        failing = [place for place in mine if covered[place].status in OPEN]
        blockers = any(covered[place].severity is Severity.BLOCKER for place in failing)
        problem = problem_of(waiver, today, known=known, horizon=horizon, blocker=blockers)
        expired = waiver.expires < today
        state = _state([covered[place] for place in mine], expired=expired, invalid=bool(problem))
        for place in failing if not problem else ():
            covered[place] = _covered(covered[place], index, expired=expired)
        twin = next((one for one in waivers[:index] if _same_reach(one, waiver)), None)
        if twin is not None and not problem:
            problem = said("the same finding is waived twice, see also line {line}", line=twin.line)
        records.append(
            WaiverRecord(
                waiver.check,
                waiver.subject,
                waiver.reason,
                waiver.approved_by,
                waiver.ticket,
                waiver.created,
                waiver.expires,
                state,
                str(problem),
                due_soon=not expired and waiver.expires - today <= DUE_SOON,
                findings=[covered[place].id for place in failing],
            )
        )
    return Waived(covered, records)


def problem_of(
    waiver: Waiver, today: date, *, known: Collection[str], horizon: int, blocker: bool = False
) -> str:
    """Why a waiver cannot be honoured, with what would be right; empty where it can."""
    if waiver.check not in known:
        return said(
            "no check is called {check}; `emsready checks list` shows them",
            check=repr(waiver.check),
        )
    if not waiver.reason.strip() or not waiver.approved_by.strip():
        return said("a waiver needs a reason and somebody who approved it")
    if waiver.expires - (waiver.created or today) > timedelta(days=horizon):
        return said(
            "it runs for more than {days} days; set an earlier date and renew it in time",
            days=horizon,
        )
    if blocker and not waiver.ticket.strip():
        return said("a blocker can only be waived with a ticket")
    return ""


def _meant(waiver: Waiver, one: FindingRecord, objects: Objects) -> bool:
    if waiver.check != one.check:
        return False
    if waiver.subject and waiver.subject.casefold() != one.subject.name.casefold():
        return False
    return not waiver.objects or set(objects(one)) <= set(waiver.objects)


def _same_reach(one: Waiver, other: Waiver) -> bool:
    return (one.check, one.subject.casefold(), one.objects) == (
        other.check,
        other.subject.casefold(),
        other.objects,
    )


def _covered(one: FindingRecord, index: int, *, expired: bool) -> FindingRecord:
    if one.state == State.WAIVED:
        return one  # another waiver covers it already
    return replace(
        one, state=State.WAIVER_EXPIRED if expired else State.WAIVED, why=one.state, waiver=index
    )


def _state(meant: Sequence[FindingRecord], *, expired: bool, invalid: bool) -> str:
    if invalid:
        return "invalid"
    if expired:
        return "expired"
    if any(one.status in OPEN for one in meant):
        return "active"
    if any(one.status in (Status.PASS, Status.NOT_APPLICABLE) for one in meant):
        return "not-needed"
    return "active" if meant else "unused"
