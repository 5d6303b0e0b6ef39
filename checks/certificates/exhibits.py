"""What the report draws of the certificates: how long each is valid, on one time axis."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scanner.api import Cell, ExhibitKind, Header, Row, Shade, exhibit
from scanner.evidence.tls import TlsChain

_SOON = timedelta(days=30)


@exhibit(
    id="certificates.timeline",
    kind=ExhibitKind.TIMELINE,
    title="How long certificates are valid",
    note="The certificate that each service shows to a current client, the first to end on top.",
    corner="Service",
    columns=["Valid"],
)
def timeline(chains: tuple[TlsChain, ...], header: Header) -> Iterator[Row]:
    """One span for each service whose certificate can be read."""
    today = header.collected_at.date()
    spans = []
    for chain in chains:
        leaf = chain.served[0].leaf if chain.served else None
        if leaf and leaf.not_before and leaf.not_after:
            start, end = leaf.not_before.date(), leaf.not_after.date()
            cell = Cell(leaf.label, _shade(start, end, today), start=start, end=end)
            spans.append((end, Row(chain.subject.name, {"Valid": cell})))
    yield from (row for _, row in sorted(spans, key=lambda one: (one[0], one[1].label)))


def _shade(start: date, end: date, today: date) -> Shade:
    if end < today or start > today:
        return Shade.BAD
    return Shade.WARN if end - today < _SOON else Shade.GOOD
