"""The path itself: both families, large packets, bursts, distance, and whether places agree."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from checks.firewall.areas import CLAUSES, LISTS
from checks.firewall.egress import subject_of
from checks.firewall.facts import Places, RowState
from checks.firewall.inspection import PRINCIPLES
from scanner.api import (
    RUN,
    Affected,
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
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.reachability import Attempt, EndpointRows, Probe, Vantage, Why

_SIX, _FOUR = 6, 4


@check(
    id="firewall.ipv6-consistent",
    title="IPv6 works where it is announced",
    action="Repair IPv6, or stop announcing it",
    why="A host with an IPv6 address and route tries it first. Where nothing gets through, each first"
    " connect waits before it falls back, and programs without a fall-back fail.",
    fix=[
        step("Let TCP and ICMPv6 through as for IPv4, or stop router advertisements and DHCPv6."),
        step("Compare both by hand.", command="curl -4v https://HOST/\ncurl -6v https://HOST/"),
    ],
    verify="Destinations with addresses of both families open over both.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=CLAUSES,
    blocks=["fast starts"],
    documents=["https://www.rfc-editor.org/rfc/rfc8305", LISTS],
    settle_after="5 min",
)
def ipv6_consistent(vantages: tuple[Vantage, ...], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Compare what opens over each family at hosts that publish both."""
    for place in vantages:
        mine = [one for one in probes if one.vantage == place.label and one.path == "direct"]
        yield _families(place, mine)


def _families(place: Vantage, probes: list[Probe]) -> Finding:
    subject, where = subject_of(place), place.label or "this place"
    if not place.ipv6:
        return not_applicable("no-ipv6", subject, "There is no IPv6 route at {place}.", place=where)
    both = [one for one in probes if {it.version for it in one.attempts} == {_FOUR, _SIX}]
    if not both:
        return not_applicable(
            "no-host-with-both",
            subject,
            "No destination was tried over both families at {place}.",
            place=where,
        )
    dead = {
        family: [one for one in both if _dead(one.attempts, family)] for family in (_FOUR, _SIX)
    }
    for family, other in ((_SIX, _FOUR), (_FOUR, _SIX)):
        broken = [one for one in dead[family] if one not in dead[other]]
        if len(broken) * 2 > len(both):
            return warned(
                "ipv6-broken" if family == _SIX else "ipv4-broken",
                subject,
                "IPv{family} is announced at {place} and opens nothing at {count} of {total} hosts that"
                " work over IPv{other}.",
                family=family,
                other=other,
                place=where,
                count=len(broken),
                total=len(both),
            )
    return passed(
        "both-work",
        subject,
        "Both families work alike at {place}: {count} hosts were tried over both.",
        place=where,
        count=len(both),
    )


def _dead(attempts: tuple[Attempt, ...], family: int) -> bool:
    mine = [one for one in attempts if one.version == family and one.outcome != "unknown"]
    return bool(mine) and all(one.outcome != "open" for one in mine)


@check(
    id="firewall.mtu",
    title="Large packets pass",
    action="Let large packets, or the messages about them, through",
    why="Where a link carries less than its neighbours think and the message about it is filtered,"
    " small packets pass and large ones vanish. Connections open and then hang, typically over VPN.",
    fix=[
        step(
            "Let ICMP type 3 code 4 and ICMPv6 type 2 through, or clamp the MSS, to 1350 for example."
        ),
        step(
            "Find the size that passes.",
            command="ping -f -l 1472 HOST    (Windows)\nping -M do -s 1472 HOST    (Linux)",
        ),
    ],
    verify="TLS completes with segments of normal size.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["connections over VPN"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc1191",
        "https://www.rfc-editor.org/rfc/rfc8201",
    ],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def mtu(vantages: tuple[Vantage, ...], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """Handshakes that stall at normal size and complete at 536 bytes."""
    for place in vantages:
        mine = [one for one in probes if one.vantage == place.label and one.protocol == "tls"]
        yield _sizes(place, mine)


def _sizes(place: Vantage, probes: list[Probe]) -> Finding:
    subject, where = subject_of(place), place.label or "this place"
    holes = [one for one in probes if one.reason is Why.MTU_BLACKHOLE]
    stalled = [one for one in probes if one.reason is Why.TLS_TIMEOUT]
    complete = [one for one in probes if one.tls is not None and one.tls.version]
    if holes:
        affected = Affected(("host", "port", "path"))
        for one in holes:
            affected.add(one.host, str(one.port), one.path)
        return failed(
            "black-hole",
            subject,
            "{count} TLS handshakes at {place} stall with packets of normal size and complete with"
            " segments of 536 bytes: {hosts}.",
            count=len(holes),
            place=where,
            hosts=[one.host for one in holes[:5]],
        ).affecting(affected)
    if stalled:
        return not_assessed(
            "unsupported-stall",
            subject,
            "{count} TLS handshakes at {place} stall, with small segments too; size is not the cause"
            " that shows.",
            count=len(stalled),
            place=where,
        )
    if not complete:
        return not_assessed(
            "unreachable-no-handshake",
            subject,
            "No TLS handshake completed at {place}.",
            place=where,
        )
    return passed(
        "none-stalls",
        subject,
        "None of {count} TLS handshakes at {place} stalls.",
        count=len(complete),
        place=where,
    )


_MANY_LATE = 0.02


@check(
    id="firewall.connection-rate",
    title="Bursts of new connections pass",
    action="Raise the limit of new connections for each source",
    why="At log-on every device opens dozens of connections at once. An edge that limits them makes"
    " services look blocked at nine in the morning and fine at ten.",
    fix=[
        step("Raise the limit of new connections per source for these destinations."),
        step("Add addresses to the NAT pool where its ports run out."),
    ],
    verify="All connections of a scan open at the first attempt.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=CLAUSES,
    blocks=["log-on storms"],
    documents=[
        "https://learn.microsoft.com/microsoft-365/enterprise/nat-support-with-microsoft-365",
    ],
    requires=["firewall.egress-available"],
)
def connection_rate(vantages: tuple[Vantage, ...], probes: tuple[Probe, ...]) -> Iterator[Finding]:
    """The shape of the scan itself, and a burst to one open host."""
    for place in vantages:
        mine = [
            one
            for one in probes
            if one.vantage == place.label and one.path == "direct" and one.udp is None
        ]
        yield _bursts(place, mine)


def _bursts(place: Vantage, probes: list[Probe]) -> Finding:
    subject, where = subject_of(place), place.label or "this place"
    opened = [one for one in probes if any(it.outcome == "open" for it in one.attempts)]
    if not opened:
        return not_assessed(
            "unreachable-nothing-opened",
            subject,
            "No direct connection opened at {place}, so no burst could be tried.",
            place=where,
        )
    if place.limited_at:
        return warned(
            "limited-rate",
            subject,
            "The way out of {place} lets about {rate} new connections through each second.",
            place=where,
            rate=place.limited_at,
        )
    if place.connection_limit:
        return warned(
            "limited-count",
            subject,
            "The way out of {place} refuses connections while many are open, and accepts them later.",
            place=where,
        )
    lost = sum(one.lost for one in place.bursts)
    if lost:
        return warned(
            "burst-lost",
            subject,
            "{lost} of {count} connections of a burst to one host were lost at {place}.",
            lost=lost,
            count=sum(one.connections for one in place.bursts),
            place=where,
        )
    late = [one for one in opened if min(_tries(one)) > 1]
    if len(late) > _MANY_LATE * len(opened):
        return warned(
            "late",
            subject,
            "{count} of {total} connections at {place} opened only at a second or third attempt.",
            count=len(late),
            total=len(opened),
            place=where,
        )
    return passed(
        "all-at-once",
        subject,
        "{count} destinations at {place} opened at the first attempt, side by side.",
        count=len(opened),
        place=where,
    )


def _tries(probe: Probe) -> list[int]:
    return [one.tries for one in probe.attempts if one.outcome == "open"]


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
    where = place.label or "this place"
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
    affected = Affected(("area", "role", "destination", "ports", *labels))
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
        return "not tried"
    return "works" if _fine(one) else one.reason.value
