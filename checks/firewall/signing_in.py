"""Proxies that want a sign-in from callers that cannot give one, and those that stop registration."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, INTUNE
from checks.firewall.facts import Places
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
)
from scanner.evidence.endpoints import EndpointRows, Row
from scanner.evidence.reachability import Probe, Vantage, Why

_SUBJECT = said("callers without a sign-in")
_SHOWN = 8


@check(
    id="firewall.proxy-without-authentication",
    title="Hosts that cannot sign in to a proxy pass without",
    action="Let the named hosts through the proxy without a sign-in",
    why="Intune's management agent and calls to Microsoft Graph run without a user. A proxy that asks"
    " them for credentials gets none, and enrolment and policy stop without a message.",
    fix=[
        step("Exempt the destinations of this finding from proxy authentication."),
        step(
            "Try without credentials.",
            command="curl -v -x http://PROXY:PORT https://manage.microsoft.com/",
        ),
    ],
    verify="The proxy opens a connection to each of them without asking for credentials.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["enrolment", "policy"],
    documents=[INTUNE],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def proxy_without_authentication(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """Such destinations are asked for without credentials, whatever the operator gave."""
    places, subject = Places.of(probes, vantages), object_set(_SUBJECT)
    if not any(one.path != "direct" for one in probes):
        yield not_applicable("no-proxy", subject, "No proxy is in use at the places of this run.")
        return
    found = list(_asked(areas, places))
    if not found:
        yield not_applicable(
            "no-such-caller", subject, "No role of this run has callers without a sign-in."
        )
        return
    refused = [one for one in found if one[1].reason in _DEMANDS]
    open_ends = [one for one in found if one[1].unknown or one[1].reason is Why.PROXY_UNREACHABLE]
    if refused:
        yield _refused(refused, len(found))
    elif open_ends:
        yield not_assessed(
            "unreachable-proxy",
            subject,
            "The proxy did not answer for {count} of {total} destinations.",
            count=len(open_ends),
            total=len(found),
        )
    else:
        yield passed(
            "passes-without",
            subject,
            "The proxy asks for no sign-in for all {count} destinations whose callers have none.",
            count=len(found),
        )


_DEMANDS = {Why.PROXY_AUTH_REQUIRED, Why.PROXY_AUTH_UNSUPPORTED}


def _asked(areas: tuple[EndpointRows, ...], places: Places) -> Iterator[tuple[Row, Probe]]:
    seen: set[tuple[str, str]] = set()
    for area in areas:
        for row in area.rows:
            if row.proxy_auth != "no" or not row.required:
                continue
            for host in row.hosts:
                for port, protocol in row.services:
                    probe = places.probe(area.vantage, host, port, protocol)
                    key = (area.vantage, host)
                    if probe and probe.path != "direct" and protocol == "tls" and key not in seen:
                        seen.add(key)
                        yield row, probe


def _refused(refused: list[tuple[Row, Probe]], total: int) -> Finding:
    names = list(dict.fromkeys(row.destination for row, _ in refused))
    answers = [probe.http for _, probe in refused if probe.http]
    schemes = sorted({scheme for answer in answers for scheme in answer.proxy_schemes})
    affected = Affected(("destination", "host", "proxy"))
    for row, probe in refused:
        affected.add(row.destination, probe.host, probe.offender)
    shown = names[:_SHOWN] + (
        [said("{count} more", count=len(names) - _SHOWN)] if len(names) > _SHOWN else []
    )
    return (
        failed(
            "sign-in-demanded",
            object_set(_SUBJECT),
            "The proxy {proxy} wants a sign-in ({schemes}) for {count} of {total} destinations whose"
            " callers cannot give one: {names}.",
            proxy=refused[0][1].offender,
            schemes=schemes or [said("no scheme named")],
            count=len(refused),
            total=total,
            names=shown,
        )
        .affecting(affected)
        .fixed_by(step("Exempt from proxy authentication: {names}.", names=names))
    )


_REGISTRATION = ("DeviceRegistration",)
_STOPPED = {
    *_DEMANDS,
    Why.PROXY_DENIED,
    Why.TLS_INTERCEPTED,
    Why.TLS_UNTRUSTED,
    Why.TLS_RESET,
    Why.CAPTIVE_PORTAL,
}


@check(
    id="firewall.proxy-allows-device-registration",
    title="The machine proxy lets registration through",
    action="Let device registration through the proxy of the machine",
    why="Computers register as SYSTEM, with the proxy of the machine and without a user's credentials."
    " A proxy that wants a sign-in, forbids the names or re-signs device.login.microsoftonline.com"
    " stops hybrid join and enrolment.",
    fix=[
        step("Exempt the names of this finding from proxy authentication and TLS inspection."),
        step(
            "Look at the phase in which registration fails, as SYSTEM.", command="dsregcmd /status"
        ),
    ],
    verify="Through the proxy, without credentials, each name completes TLS with a public certificate.",
    topic=Topic.NETWORK,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["hybrid join", "enrolment"],
    documents=["https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join"],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def proxy_allows_device_registration(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """The scan's account without credentials stands for SYSTEM; the proxy is the one of this run."""
    places, subject = Places.of(probes, vantages), object_set(said("device registration by proxy"))
    found = [
        (row, probe)
        for area in areas
        if area.area in _REGISTRATION
        for row in area.rows
        if row.required
        for name in row.hosts
        for port, protocol in row.services
        if (probe := places.probe(area.vantage, name, port, protocol)) and probe.path != "direct"
    ]
    if not found:
        yield not_applicable(
            "no-proxy",
            subject,
            "Device registration does not go through a proxy here, or no role of this run registers.",
        )
        return
    stopped = [one for one in found if one[1].reason in _STOPPED]
    open_ends = [one for one in found if not one[1].works and one not in stopped]
    if stopped:
        names = list(dict.fromkeys(row.destination for row, _ in stopped))
        yield failed(
            "stopped-by-proxy",
            subject,
            "The proxy {proxy} stops {count} of {total} names of device registration ({reasons}):"
            " {names}.",
            proxy=stopped[0][1].offender,
            count=len(names),
            total=len({row.destination for row, _ in found}),
            reasons=sorted({probe.reason.value for _, probe in stopped}),
            names=names,
        )
    elif open_ends:
        yield not_assessed(
            "unreachable-behind-proxy",
            subject,
            "{count} names of device registration did not answer behind the proxy.",
            count=len(open_ends),
        )
    else:
        yield passed(
            "lets-through",
            subject,
            "The proxy lets all {count} names of device registration through without credentials.",
            count=len(found),
        )
