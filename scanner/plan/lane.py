"""Lanes: by when an item has to be closed, from its phase and from what waits for it.

Severity alone makes no lane: where it did, nearly everything ended up in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.plan.draft import Draft
from scanner.result import Phrase
from scanner.words import Lane, Phase, Severity

_OF_PHASE = {
    Phase.ASSESS: Lane.KICKOFF,
    Phase.REMEDIATE: Lane.KICKOFF,
    Phase.ENABLE: Lane.ENABLING,
    Phase.IMPROVE: Lane.LATER,
}
_LANES = list(Lane)
_MILD = (Severity.LOW, Severity.INFO)


def set_lanes(ordered: Sequence[Draft]) -> None:
    """Give every item of the ordered plan its lane, and the services that it has to come before.

    What an item waits for is never in a later lane than the item itself.
    """
    named = {item.id: item for item in ordered}
    for item in reversed(ordered):
        waiting = [named[one] for one in item.unblocks]
        own = _own(item)
        item.lane = min([own, *(one.lane for one in waiting)], key=_LANES.index)
        if item.lane is not Lane.ENABLING:
            continue
        mine = [(item.blocks, item.phrases.get("blocks", []))] if own is Lane.ENABLING else []
        theirs = [(one.before, one.phrases.get("before", [])) for one in waiting if one.before]
        item.before, said = _joined([*mine, *theirs])
        if said:
            item.phrases["before"] = said


def _own(item: Draft) -> Lane:
    """The lane of the item alone. What is mild and holds nothing up need not be done in a hurry."""
    idle = not (item.blocks or item.unblocks) and item.effective in _MILD
    return Lane.LATER if item.phase is Phase.REMEDIATE and idle else _OF_PHASE[item.phase]


def _joined(parts: Iterable[tuple[list[str], list[Phrase]]]) -> tuple[list[str], list[Phrase]]:
    """The services of several items, each once, with the phrases that say them."""
    words: dict[str, None] = {}
    phrases: dict[str, Phrase] = {}
    for said, spoken in parts:
        words.update(dict.fromkeys(said))
        phrases.update((one.key, one) for one in spoken if one.key not in phrases)
    return list(words), list(phrases.values())
