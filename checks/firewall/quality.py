"""The path itself: both families, large packets, bursts."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, LISTS
from checks.firewall.egress import subject_of
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.reachability import Attempt, Probe, Vantage, Why

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
    subject, where = subject_of(place), place.label or said("this place")
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
    subject, where = subject_of(place), place.label or said("this place")
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
    subject, where = subject_of(place), place.label or said("this place")
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
