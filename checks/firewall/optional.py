"""What nobody must have: optional rows, in one finding, never worse than a warning."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, LISTS, ROWS, VERIFY
from checks.firewall.facts import Places
from checks.firewall.request import request_rows
from scanner.api import (
    RUN,
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
    warned,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage

_SHOWN = 8


@check(
    id="firewall.optional-endpoints-reachable",
    title="Optional endpoints work",
    action="Decide which optional endpoints are needed, and open those",
    why="Single features need them: remote help, diagnostics, organisational messages. Nothing else"
    " stops without them, so opening them is a decision and not a duty.",
    fix=[ROWS],
    verify=VERIFY,
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=CLAUSES,
    blocks=[said("single features")],
    documents=[LISTS],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def optional_endpoints_reachable(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """All optional rows of the roles of this run together."""
    places = Places.of(probes, vantages)
    states = [
        one
        for area in areas
        if places.egress(area) not in ("closed", "no-names")
        for one in places.rows(area)
        if not one.row.required and one.state != "unprobed"
    ]
    if not states:
        yield not_applicable("none", RUN, "No optional destination is listed for these roles.")
        return
    broken = [one for one in states if one.state == "fails"]
    if broken:
        names = list(dict.fromkeys(one.row.destination for one in broken))
        shown = names[:_SHOWN] + (
            [said("{count} more", count=len(names) - _SHOWN)] if len(names) > _SHOWN else []
        )
        lead = broken[0]
        yield warned(
            "some-blocked",
            RUN,
            "{count} of {total} optional destinations cannot be used: {names}.",
            count=len(names),
            total=len({one.row for one in states}),
            names=shown,
        ).affecting(request_rows(1, "optional", lead.area.role, said("single features"), broken))
    elif any(one.state == "unknown" for one in states):
        yield not_assessed(
            "timeout-not-all-tried", RUN, "Not all optional destinations were tried to the end."
        )
    else:
        yield passed(
            "all-reachable", RUN, "All {count} optional destinations work.", count=len(states)
        )
