"""Every call that the product makes to Microsoft Graph, and which evidence and checks it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.catalogue import Check
from scanner.evidence.envelope import GraphCall, kind_of


@dataclass(frozen=True, slots=True)
class Declared:
    """One call with the names of the evidence that it feeds and the ids of the checks behind it."""

    call: GraphCall
    evidence: tuple[str, ...]
    checks: tuple[str, ...]

    def permissions(self, *, delegated: bool) -> tuple[str, ...]:
        """What it needs in that mode of signing in; empty where it is not offered."""
        if delegated:
            return self.call.delegated or self.call.permissions
        return self.call.permissions


def declared(types: Iterable[type], checks: Iterable[Check] = ()) -> list[Declared]:
    """The calls of those evidence types, in the order of their addresses."""
    wanted = [kind_of(one) for one in types]
    using = [(check, set(check.types)) for check in checks]
    feeds: dict[GraphCall, list[type]] = {}
    for kind in wanted:
        for call in kind.calls:
            feeds.setdefault(call, []).append(kind.type)
    found = (
        Declared(
            call,
            tuple(sorted(kind_of(one).name for one in fed)),
            tuple(sorted(check.id for check, read in using if read.intersection(fed))),
        )
        for call, fed in feeds.items()
    )
    return sorted(found, key=lambda one: (one.call.path, one.call.version, one.call.query))


def needed(calls: Iterable[Declared], *, delegated: bool) -> dict[str, list[Declared]]:
    """The permissions with the calls that need them, by name."""
    found: dict[str, list[Declared]] = {}
    for one in calls:
        for name in one.permissions(delegated=delegated):
            found.setdefault(name, []).append(one)
    return dict(sorted(found.items()))


def unoffered(calls: Iterable[Declared], *, delegated: bool) -> Iterator[Declared]:
    """The calls that this mode of signing in cannot make."""
    return (one for one in calls if not one.permissions(delegated=delegated))
