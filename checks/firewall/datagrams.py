"""UDP: time, and the ports of calls."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from checks.firewall.areas import CLAUSES, LISTS
from checks.firewall.egress import subject_of
from checks.firewall.facts import Places
from checks.firewall.words import ROLES, SERVICES, reason_word
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    host,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage, Why

_SHOWN = 5


@check(
    id="firewall.udp-required",
    title="Required UDP services answer",
    action="Open the UDP ports of time and calls",
    why="Clocks are set over UDP 123. Calls use UDP 3478 to 3481 and fall back to TCP without them,"
    " with worse sound and picture. A dropped datagram looks like a silent service, so only an answer"
    " proves the way.",
    fix=[
        step("Allow UDP 123 to time.windows.com from the machines that keep time for the others."),
        step("Allow UDP 3478 to 3481 to the published ranges of Microsoft Teams.", link=LISTS),
    ],
    verify="Each of these ports answers a question of its protocol.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["time", "calls"],
    documents=[LISTS, "https://www.rfc-editor.org/rfc/rfc8489"],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def udp_required(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """One finding for each service and role."""
    places = Places.of(probes, vantages)
    found = False
    for area in areas:
        wanted: dict[str, list[Probe]] = {}
        for row in area.rows:
            for name in row.hosts if row.required else ():
                for port, protocol in row.datagram_services:
                    probe = places.probe(area.vantage, name, port, protocol)
                    if probe:
                        wanted.setdefault(protocol, []).append(probe)
        for protocol, mine in sorted(wanted.items()):
            found = True
            yield _datagrams(area, protocol, mine, places.egress(area))
    if not found:
        yield not_applicable(
            "no-udp-needed", object_set("UDP"), "No role of this run needs a UDP service."
        )


def _named(service: str, area: EndpointRows) -> str:
    role = ROLES.say(area.role)
    if not area.vantage:
        return said(
            "UDP for {service} from {role} ({area})", service=service, role=role, area=area.area
        )
    return said(
        "UDP for {service} from {role} ({area}) at {place}",
        service=service,
        role=role,
        area=area.area,
        place=area.vantage,
    )


def _datagrams(area: EndpointRows, protocol: str, probes: list[Probe], egress: str) -> Finding:
    service = SERVICES.get(protocol, protocol)
    subject = object_set(_named(service, area))
    dead = [one for one in probes if not one.works and not one.unknown]
    if dead and egress in ("closed", "no-names"):
        return not_assessed(
            "unreachable-no-way-out",
            subject,
            "Nothing gets out of {place}; see firewall.egress-available.",
            place=area.vantage or said("this place"),
        )
    ports = sorted({str(one.port) for one in dead})
    if dead and len(dead) < len(probes):
        return warned(
            "some-ports",
            subject,
            "UDP {ports} of {host} does not answer while other ports of it do.",
            ports=ports,
            host=dead[0].host,
        )
    if dead:
        lead = dead[0]
        return failed(
            reason_word(lead.reason),
            subject,
            _DATAGRAM_SENTENCES.get(lead.reason, _SILENCE),
            ports=ports,
            host=lead.host,
            offender=lead.offender or said("this host"),
        )
    if any(one.unknown for one in probes):
        return not_assessed("timeout-not-asked", subject, "Time was up before an answer came.")
    return passed(
        "answers",
        subject,
        "{host} answers on UDP {ports}.",
        host=probes[0].host,
        ports=sorted({str(one.port) for one in probes}),
    )


_SILENCE = "{host} did not answer on UDP {ports} to three questions, and nobody rejected them."
_REJECTED = "UDP {ports} to {host} is rejected by {offender}."
_DATAGRAM_SENTENCES = {
    Why.UDP_ICMP_PORT: _REJECTED,
    Why.UDP_ICMP_PROHIBITED: _REJECTED,
    Why.UDP_ICMP_UNREACHABLE: _REJECTED,
}

_WARN_SECONDS, _FAIL_SECONDS = 60.0, 300.0
_FEWEST = 3


@check(
    id="firewall.time-in-sync",
    title="Clocks agree within a minute",
    action="Set the clock, and keep it set",
    why="Kerberos refuses tickets at five minutes' difference. Tokens, attestation and certificates"
    " have dates too, and a wrong clock makes all of them look wrong at once.",
    fix=[
        step(
            "Let the domain hierarchy keep time, and its root ask time.windows.com over UDP 123.",
            command="w32tm /query /status\nw32tm /resync",
        ),
    ],
    verify="`w32tm /stripchart /computer:time.windows.com /samples:3 /dataonly` shows less than a"
    " minute.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["Kerberos", "tokens", "attestation"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/windows-time-service/how-the-windows-time-service-works",
        "https://www.rfc-editor.org/rfc/rfc4330",
    ],
)
def time_in_sync(
    vantages: tuple[Vantage, ...], probes: tuple[Probe, ...], scope: Scope
) -> Iterator[Finding]:
    """SNTP first; where it stays silent, the dates of HTTP answers, which are good to a second."""
    warn = scope.threshold("firewall.clock-warn-seconds", _WARN_SECONDS)
    fail = scope.threshold("firewall.clock-fail-seconds", _FAIL_SECONDS)
    for place in vantages:
        mine = [one for one in probes if one.vantage == place.label]
        yield _clock(place, mine, warn, fail)


def _clock(place: Vantage, probes: list[Probe], warn: float, fail: float) -> Finding:
    subject = host(place.host) if place.host and not place.label else subject_of(place)
    exact = [one.udp.offset for one in probes if one.udp and one.udp.offset is not None]
    rough = [one.http.skew for one in probes if one.http and one.http.skew is not None]
    if not exact and len(rough) < _FEWEST:
        return not_assessed(
            "unreachable-no-time",
            subject,
            "No source of time answered at {place}.",
            place=_at(place),
        )
    offsets = exact or rough
    offset = median(offsets)
    values = {"seconds": round(abs(offset), 1), "direction": "behind" if offset > 0 else "ahead"}
    if abs(offset) > fail:
        return failed(
            "far-off",
            subject,
            "The clock of {host} is {seconds} seconds {direction}.",
            host=_at(place),
            **values,
        )
    if abs(offset) > warn:
        return warned(
            "off",
            subject,
            "The clock of {host} is {seconds} seconds {direction}; Kerberos breaks at 300.",
            host=_at(place),
            **values,
        )
    if not exact:
        return warned(
            "by-web-only",
            subject,
            "The clock of {host} agrees with web servers; no time service answered over UDP 123.",
            host=_at(place),
        )
    if max(exact) - min(exact) > warn:
        return warned(
            "sources-disagree",
            subject,
            "Time sources disagree by {seconds} seconds as seen from {host}.",
            host=_at(place),
            seconds=round(max(exact) - min(exact), 1),
        )
    return passed(
        "in-sync",
        subject,
        "The clock of {host} is {seconds} seconds off.",
        host=_at(place),
        seconds=values["seconds"],
    )


def _at(place: Vantage) -> str:
    return place.host or place.label or said("this host")
