"""What every format says alike about one item: who, by when, what it waits for, when to look again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reports.view import View, titled
from reports.words import Words
from scanner.result import ItemRecord, RunResult
from scanner.words import Effort, Lane, Owner, Phase

_NAMES = 3
"""How many held-up activities a sentence names; the item itself names them all."""


def role(words: Words, run: RunResult, owner: Owner | None) -> str:
    """A role, and the person who stands behind it where one is known; nothing for nobody."""
    if owner is None:
        return ""
    name = run.owners.get(owner, "")
    return words.label("owner", owner) + (f"{words('list.colon')}{name}" if name else "")


def who(words: Words, item: ItemRecord) -> str:
    """The role that owns an item, and the person where one is known."""
    owner = words.label("owner", item.owner)
    return f"{owner}{words('list.colon')}{item.assignee}" if item.assignee else owner


def lane(words: Words, item: ItemRecord) -> str:
    """By when the item has to be closed: its lane, with the services that it comes before."""
    if item.lane is Lane.ENABLING and item.before:
        return words("lane.enabling-what", names=words("list.comma").join(item.before))
    return words.label("lane", item.lane)


def chain(words: Words, item: ItemRecord) -> str:
    """What waits for the first item of a chain; empty for every other one."""
    if item.needs or not item.waiting:
        return ""
    return words.count("item.chain", item.waiting)


def flags(words: Words, item: ItemRecord, today: date) -> list[str]:
    """What is remarkable about date and state of an item, in words."""
    return [
        words.count("flag.overdue-by", (today - item.due).days)
        if flag == "overdue" and item.due and item.due < today
        else words.label("flag", flag)
        for flag in item.flags
    ]


def prerequisites(words: Words, view: View, item: ItemRecord) -> list[str]:
    """The required checks that do not hold the item up, each with the reason."""
    told = []
    for one in item.prerequisites:
        other = view.items.get(one.item) if one.state == "circle" else None
        title = titled(other, words("list.colon")) if other else view.title(one.check)
        told.append(
            f"{words.label('prerequisite', one.state)}{words('list.colon')}{title}"
            f" ({words.label('prerequisite-means', one.state)})"
        )
    return told


def when_to_look(words: Words, item: ItemRecord) -> list[str]:
    """What comes before looking again: files to renew, and the time that the change takes."""
    told = [words.label("renew", one) for one in item.verify.renew]
    settle = item.verify.settle_after or item.settle_after
    if settle:
        told.append(words("item.settle", time=settle))
    return told or [words("item.at-once")]


def because(view: View, words: Words, item: ItemRecord) -> str:
    """Why an item stands among the first: what it holds up, what waits for it, what it follows."""
    parts = [words("first.assess")] if item.phase is Phase.ASSESS else []
    if item.blocks:
        parts.append(words("first.blocks", names=_some(words, item.blocks)))
    if item.waiting:
        parts.append(words.count("first.unblocks", item.waiting))
    if item.effective_severity != item.severity:
        named = words.label("severity", item.effective_severity)
        parts.append(words("item.raised", severity=named))
    places = {one.id: str(place) for place, one in enumerate(view.first, 1)}
    before = [places[need] for need in item.needs if need in places]
    if before:
        parts.append(words("first.after", names=words("list.comma").join(before)))
    if not parts:
        parts.append(words(f"define.severity.{item.effective_severity}").rstrip(".。"))
    if objects := sum(one.affected.count for one in view.behind(item) if one.affected):
        parts.append(words.count("first.reach", objects))
    if item.effort is Effort.MINUTES:
        parts.append(words("first.quick"))
    text = words("list.semicolon").join(parts)
    return text[:1].upper() + text[1:]


def _some(words: Words, names: Iterable[str]) -> str:
    """The first names, and how many more there are; one that another one says as well is left out."""
    said = list(names)
    known = [one for one in said if not any(_within(one, other) for other in said)]
    shown = known if len(known) <= _NAMES + 1 else known[:_NAMES]
    told = words("list.comma").join(shown)
    more = len(known) - len(shown)
    return f"{told} {words('changes.more', n=more)}" if more else told


def _within(one: str, other: str) -> bool:
    """Whether a name stands word for word within another, longer one."""
    return one != other and f" {one} " in f" {other} "
