"""What the report draws of reachability: each destination from each place, on each path."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.words import PATHS, WHY
from scanner.api import Cell, ExhibitKind, Row, Shade, exhibit, said
from scanner.evidence.reachability import Probe

_ORDER = [Shade.BAD, Shade.WARN, Shade.UNKNOWN, Shade.GOOD, Shade.NONE]


@exhibit(
    id="firewall.reach",
    kind=ExhibitKind.MATRIX,
    title="What each place can reach",
    note="Destinations that some place cannot reach come first. The words say how the try ended.",
    corner="Destination",
)
def reach(probes: tuple[Probe, ...]) -> Iterator[Row]:
    """One line for each destination and protocol, one column for each place and path."""
    lines: dict[str, dict[str, Cell]] = {}
    for probe in probes:
        if probe.protocol == "exposure":
            continue  # there the good state is that nothing answers
        label = f"{probe.host}:{probe.port} {probe.protocol}"
        lines.setdefault(label, {})[_place(probe)] = _cell(probe)
    places = sorted({place for cells in lines.values() for place in cells})
    for label, cells in sorted(lines.items(), key=lambda line: (_worst(line[1]), line[0])):
        yield Row(label, {place: cells.get(place, Cell()) for place in places})


def _place(probe: Probe) -> str:
    place = probe.vantage or said("here")
    return said("{place}, {path}", place=place, path=PATHS.say(probe.path))


def _cell(probe: Probe) -> Cell:
    if probe.unknown:
        return Cell(WHY.say(probe.reason), Shade.UNKNOWN)
    if not probe.works:
        return Cell(WHY.say(probe.reason), Shade.BAD)
    return Cell(WHY.say(probe.reason), Shade.WARN if probe.reason else Shade.GOOD)


def _worst(cells: dict[str, Cell]) -> int:
    return min(_ORDER.index(cell.shade) for cell in cells.values())
