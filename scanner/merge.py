"""Evidence of several places made one folder, by rules that can be told in a sentence each.

about the tenant and other things that are there once    the newest part speaks
about one subject (a domain, a host, a probe)             all parts together; where two speak of
the same subject, what they saw joined (where the
kind says how), the worse (where it says which
that is), else the newest
streams                                                   the newest whole one; directory exports of
several places are put one after the other
not to be had in one place                                whatever another place could get
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scanner.evidence.envelope import Header, Kind, Missing, kinds
from scanner.evidence.folder import Evidence, EvidenceError, Writer, load
from scanner.evidence.merged import Conflict, Merged, Place
from scanner.subject import Subject
from scanner.words import Reason

_JOINED = ("directory",)
"""Sources whose streams are parts of one whole: exports of several forests or sites."""

_OURS = ("header", "merged")


@dataclass(frozen=True, slots=True)
class Part:
    """The evidence of one place."""

    evidence: Evidence
    digest: str = ""

    @property
    def name(self) -> str:
        """What people call the place."""
        header = self.evidence.header
        return header.vantage or f"{header.collected_at:%Y-%m-%d %H:%M} UTC"

    @property
    def place(self) -> Place:
        """The part as the result shows it."""
        header = self.evidence.header
        return Place(self.name, header.collected_at, header.tool, self.digest)


def read_part(folder: Path, digest: str = "") -> Part:
    """Read the evidence of one place. Raises EvidenceError."""
    return Part(load(folder), digest)


def merge(parts: Sequence[Part], folder: Path) -> None:
    """Write the evidence of all parts as one new folder. Raises EvidenceError, OSError.

    Parts of different environments are refused: they would be one report about two customers.
    """
    ordered = sorted(parts, key=lambda part: (part.evidence.header.collected_at, part.name))
    writer = Writer(folder, _header(ordered))
    writer.open()
    conflicts: list[Conflict] = []
    for kind in kinds():
        if kind.name in _OURS:
            continue
        if kind.stream:
            _stream(kind, ordered, writer)
        else:
            conflicts += _items(kind, ordered, writer)
            _gaps(kind, ordered, writer)
        writer.save((kind.type,))
    writer.put(Merged(tuple(part.place for part in ordered), tuple(conflicts)))
    writer.save((Merged,))
    writer.close(complete=all(part.evidence.header.complete for part in ordered))


def _header(ordered: Sequence[Part]) -> Header:
    """The header of the newest part that knows the environment best."""
    headers = [part.evidence.header for part in ordered]
    lead = max(headers, key=lambda one: (len(one.names), one.collected_at))
    for header in headers:
        mine = {header.environment, *header.names}
        if mine.isdisjoint({lead.environment, *lead.names}):
            raise EvidenceError(
                f"these are of different environments: {lead.environment} and {header.environment}"
            )
    places = list(dict.fromkeys(part.name for part in ordered))
    names = tuple(dict.fromkeys(name for one in headers for name in one.names))
    newest = headers[-1]
    return replace(
        lead,
        collected_at=newest.collected_at,
        vantage=", ".join(places),
        names=names,
        complete=False,
    )


def _items(kind: Kind, ordered: Sequence[Part], writer: Writer) -> Iterable[Conflict]:
    found: dict[Subject | None, list[tuple[Part, object]]] = {}
    if any(kind.type in part.evidence.items for part in ordered):
        writer.nothing(kind.type)  # a place that looked and found none has looked all the same
    for part in ordered:
        for subject, item in part.evidence.items.get(kind.type, {}).items():
            found.setdefault(subject, []).append((part, item))
    for subject, told in found.items():
        whole = _joined(told)
        if whole is not None:
            writer.put(whole)
            continue
        best = max(range(len(told)), key=lambda place: (_badness(told[place][1]), place))
        part, item = told[best]
        writer.put(item)
        others = tuple(one.name for one, other in told if other != item)
        if others and kind.source != "run":
            yield Conflict(kind.name, subject.name if subject else "", part.name, others)


def _joined(told: Sequence[tuple[Part, object]]) -> object | None:
    """What the places saw as one, the newest last; None where the kind does not say how."""
    whole: Any = told[0][1]
    for _, item in told[1:]:
        join = getattr(whole, "joined", None)
        if join is None:
            return None
        whole = join(item)
    return whole if len(told) > 1 else None


def _badness(item: object) -> int:
    found = getattr(item, "badness", 0)
    return found if isinstance(found, int) else 0


def _gaps(kind: Kind, ordered: Sequence[Part], writer: Writer) -> None:
    """A gap stays where no place could fill it; of several reasons the one that helps most."""
    had = {subject for part in ordered for subject in part.evidence.items.get(kind.type, {})}
    gaps: dict[Subject | None, Missing] = {}
    for part in ordered:
        for subject, missing in part.evidence.gaps.get(kind.type, {}).items():
            if subject in had or (subject is None and had):
                continue
            known = gaps.get(subject)
            if known is None or _rank(missing) < _rank(known):
                gaps[subject] = missing
    for subject, missing in gaps.items():
        writer.miss(kind.type, missing, subject)


def _rank(missing: Missing) -> int:
    """The order in which reasons help: what was tried and failed before what nobody asked for."""
    order = [one for one in Reason if one is not Reason.UNCONFIGURED]
    return order.index(missing.reason) if missing.reason in order else len(order)


def _stream(kind: Kind, ordered: Sequence[Part], writer: Writer) -> None:
    held = [part for part in ordered if kind.type in part.evidence.streams]
    if not held:
        _gaps(kind, ordered, writer)
        return
    if kind.source not in _JOINED:
        whole = [part for part in held if part.evidence.streams[kind.type].missing is None]
        held = [(whole or held)[-1]]
    opened = writer.stream(kind.type)
    cut: Missing | None = None
    for part in held:
        stream = part.evidence.streams[kind.type]
        for item in stream:
            opened.add(item)
        cut = cut or stream.missing
    opened.end(cut)
