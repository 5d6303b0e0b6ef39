"""What the report draws of the tenant: the seats of each product."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import Cell, ExhibitKind, Row, Shade, exhibit
from scanner.evidence.tenant import Skus


@exhibit(
    id="administration.seats",
    kind=ExhibitKind.BARS,
    title="Seats of each product",
    note="Assigned and free seats; seats over the limit are assigned without being bought.",
    corner="Product",
    columns=["Assigned", "Free", "Over the limit"],
)
def seats(skus: Skus) -> Iterator[Row]:
    """One bar for each product that users get, the largest first."""
    for sku in sorted(skus.skus, key=lambda one: (-one.consumed, one.part_number)):
        if sku.applies_to.casefold() != "user" or not (sku.enabled or sku.consumed):
            continue
        within = min(sku.consumed, sku.enabled)
        yield Row(
            sku.part_number,
            {
                "Assigned": Cell(shade=Shade.GOOD, number=within),
                "Free": Cell(shade=Shade.NONE, number=sku.enabled - within),
                "Over the limit": Cell(shade=Shade.BAD, number=sku.consumed - within),
            },
        )
