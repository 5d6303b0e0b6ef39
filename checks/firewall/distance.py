"""How far the front door of the service is."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from checks.firewall.areas import CLAUSES
from checks.firewall.egress import subject_of
from checks.firewall.inspection import PRINCIPLES
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    Value,
    check,
    endpoint,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.reachability import Probe, Vantage

_FRONT_DOORS = {
    "outlook.office365.com",
    "outlook.office365.us",
    "outlook-dod.office365.us",
    "partner.outlook.cn",
}
# Points by round trip, linear in between, as the assessment of the network in the admin center
# counts them.
_BANDS = ((10, 100), (25, 80), (100, 60), (200, 40), (300, 20), (350, 0))
_NEAR_MS = 100.0


_DISTANCE = "{host} is {ms} ms away from {place} ({points} of 100 points)."


def points(ms: float) -> int:
    """The points of a round trip of that many milliseconds."""
    before = (0.0, 100.0)
    for edge, worth in _BANDS:
        if ms <= edge:
            share = (ms - before[0]) / (edge - before[0])
            return round(before[1] + (worth - before[1]) * share)
        before = (float(edge), float(worth))
    return 0


@check(
    id="firewall.latency",
    title="The front door is near",
    action="Shorten the way to Microsoft's front door",
    why="Every click waits for the round trip to the nearest front door of the service. Traffic that"
    " is hauled to a far egress or through a distant proxy makes all of it slow.",
    fix=step(
        "Let the traffic leave near the user, with a resolver beside the egress.", link=PRINCIPLES
    ),
    verify="The median of the connects to the front door is at most 100 ms.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.IMPROVE,
    clause=CLAUSES,
    blocks=["user experience"],
    documents=[
        "https://learn.microsoft.com/microsoft-365/enterprise/office-365-network-mac-perf-score",
        PRINCIPLES,
    ],
    requires=["firewall.egress-available"],
)
def latency(
    vantages: tuple[Vantage, ...], probes: tuple[Probe, ...], scope: Scope
) -> Iterator[Finding]:
    """The median of direct connects to the cloud's own front door."""
    limit = scope.threshold("firewall.latency-ms", _NEAR_MS)
    for place in vantages:
        doors = [one for one in probes if one.vantage == place.label and one.host in _FRONT_DOORS]
        yield _distance(place, doors, limit)


def _distance(place: Vantage, doors: list[Probe], limit: float) -> Finding:
    where = place.label or said("this place")
    if not doors:
        return not_applicable(
            "no-front-door", subject_of(place), "No front door was probed at {place}.", place=where
        )
    subject = endpoint(doors[0].host, doors[0].port) if not place.label else subject_of(place)
    times = [
        it.ms
        for one in doors
        if one.path == "direct"
        for it in one.attempts
        if it.outcome == "open" and it.tries == 1
    ]
    if not times:
        return not_assessed(
            "unsupported-not-direct",
            subject,
            "No direct connection to {host} opened at {place}; behind a proxy only the proxy's own"
            " distance could be measured.",
            host=doors[0].host,
            place=where,
        )
    ms = round(median(times), 1)
    values: dict[str, Value] = {
        "host": doors[0].host,
        "ms": ms,
        "place": where,
        "points": points(ms),
    }
    if ms <= limit:
        return passed("near", subject, _DISTANCE, **values)
    return warned("far", subject, _DISTANCE, **values)
