"""Whether all places that were looked from get the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES
from checks.firewall.facts import Places, RowState
from checks.firewall.inspection import PRINCIPLES
from scanner.api import (
    RUN,
    Affected,
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage


@check(
    id="firewall.vantages-agree",
    title="All sites get the same verdicts",
    action="Bring the rules of the sites into line",
    why="What works at one site and not at another fails for whoever travels. Broken everywhere is a"
    " central rule, broken at one site a local one.",
    fix=step("Compare the rules of the places in this finding, and apply the better one to both."),
    verify="The rows of this finding show the same state at every place.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=CLAUSES,
    blocks=["roaming users"],
    documents=[PRINCIPLES],
)
def vantages_agree(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """Compare rows that are common to places, by their natural key."""
    labels = sorted({one.label for one in vantages})
    if len(labels) < 2:  # noqa: PLR2004
        yield not_applicable("one-place", RUN, "Only one place was looked from.")
        return
    places = Places.of(probes, vantages)
    states: dict[tuple[str, str, str, str], dict[str, RowState]] = {}
    for area in areas:
        for one in places.rows(area):
            if one.state not in ("unprobed", "unknown"):
                key = (area.area, area.role, one.row.destination, one.row.tcp)
                states.setdefault(key, {})[area.vantage] = one
    common = {key: seen for key, seen in states.items() if len(seen) > 1}
    differing = {
        key: seen for key, seen in common.items() if len({_fine(it) for it in seen.values()}) > 1
    }
    if not common:
        yield not_assessed("unsupported-nothing-common", RUN, "The places have no row in common.")
        return
    if not differing:
        yield passed(
            "same",
            RUN,
            "{count} destinations get the same verdict at {places}.",
            count=len(common),
            places=labels,
        )
        return
    affected = Affected(("area", "role", "destination", "ports", *labels), spoken=("role", *labels))
    worse: dict[str, int] = dict.fromkeys(labels, 0)
    for (area_name, role, name, tcp), seen in sorted(differing.items()):
        cells = [_cell(seen.get(label)) for label in labels]
        affected.add(area_name, role, name, tcp, *cells)
        for label, one in seen.items():
            worse[label] += not _fine(one)
    yield warned(
        "differ",
        RUN,
        "{count} of {total} common destinations differ between {places}: most of them are broken at"
        " {worst}, so look for a local rule there.",
        count=len(differing),
        total=len(common),
        places=labels,
        worst=max(labels, key=lambda label: worse[label]),
    ).affecting(affected)


def _fine(one: RowState) -> bool:
    return one.state != "fails"


def _cell(one: RowState | None) -> str:
    if one is None:
        return said("not tried")
    return "works" if _fine(one) else one.reason.value
