"""The rule of ports: whether inner servers answer a role in their own protocols, all or some of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.firewall.facts import Places
from checks.firewall.words import ROLES, TARGETS
from scanner.api import (
    RUN,
    Affected,
    Finding,
    Subject,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.endpoints import SERVERS_TOWARDS, EndpointRows, Row
from scanner.evidence.reachability import Probe, Vantage, Why

_COLUMNS = ("server", "kind", "role", "protocol", "port", "service", "state", "evidence")
_DATAGRAMS = ("ntp", "stun", "dns", "cldap", "kerberos-udp")
_REACHED = {
    Why.TLS_UNTRUSTED,
    Why.TLS_INTERCEPTED,
    Why.TLS_NAME_MISMATCH,
    Why.TLS_EXPIRED,
    Why.TLS_INCOMPLETE_CHAIN,
    Why.CAPTIVE_PORTAL,
}
"""Reasons about certificates and redirects: the port is served, and other checks judge the rest."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What one check looks at: rows by area and by where they lead; `mild` ports only warn."""

    areas: tuple[str, ...]
    towards: tuple[str, ...]
    setting: str
    mild: frozenset[int] = frozenset()
    roles: tuple[str, ...] = ()
    closed: str = "closed"


@dataclass(frozen=True, slots=True)
class _Port:
    """One port of one server at one place."""

    probe: Probe
    kind: str
    role: str
    mild: bool

    @property
    def works(self) -> bool:
        return self.probe.works or self.probe.reason in _REACHED


def judge_ports(
    wanted: Ports,
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
) -> Iterator[Finding]:
    """One finding for each role and each kind of destination."""
    groups: dict[tuple[str, str], list[tuple[EndpointRows, Row]]] = {}
    for area in areas:
        for row in area.rows:
            mine = area.area in wanted.areas and row.towards in wanted.towards
            if mine and row.required and (not wanted.roles or area.role in wanted.roles):
                groups.setdefault((area.role, row.towards), []).append((area, row))
    if not groups:
        yield not_applicable(
            "no-role-needs-it",
            RUN,
            "None of the roles of this run needs ports of: {towards}.",
            towards=TARGETS.say_all(wanted.towards),
        )
        return
    places = Places.of(probes, vantages)
    for (role, towards), rows in sorted(groups.items(), key=lambda item: item[0]):
        subject = object_set(
            said("{towards} from {role}", towards=TARGETS.say(towards), role=ROLES.say(role))
        )
        found = list(_found(wanted, rows, towards, places))
        dynamic = any("-" in row.tcp for _, row in rows)
        yield _judged(wanted, subject, role, towards, found, dynamic=dynamic)


def _found(
    wanted: Ports, rows: list[tuple[EndpointRows, Row]], towards: str, places: Places
) -> Iterator[_Port]:
    kinds = SERVERS_TOWARDS.get(towards, ())
    numbers = {
        (area.vantage, port, area.role)
        for area, row in rows
        for text in (row.tcp, row.udp)
        for port in _numbers(text)
    }
    for (vantage, host, port, _), several in sorted(places.probes.items()):
        place = places.vantages.get(vantage)
        kind = next(
            (
                kind
                for kind, name in (place.servers if place else ())
                if name == host and kind in kinds
            ),
            "",
        )
        roles = [role for at, number, role in numbers if at == vantage and number == port]
        if kind and roles:
            yield _Port(several[0], kind, roles[0], port in wanted.mild)


def _numbers(text: str) -> Iterable[int]:
    return (int(part) for part in text.split(",") if part.isdigit())


def _judged(
    wanted: Ports, subject: Subject, role: str, towards: str, found: list[_Port], *, dynamic: bool
) -> Finding:
    if not found:
        return not_assessed(
            "unconfigured-no-server",
            subject,
            "No server of this kind is known ({towards}); name them in {setting}.",
            towards=TARGETS.say(towards),
            setting=wanted.setting,
        )
    tried = [one for one in found if not one.probe.unknown]
    broken = [one for one in tried if not one.works]
    servers = sorted({one.probe.host for one in found})
    hard = [one for one in broken if not one.mild]
    everywhere = _everywhere(hard, tried)
    affected = _affected(broken)
    if everywhere:
        ports = sorted({_label(one) for one in everywhere})
        return (
            failed(
                wanted.closed,
                subject,
                "{role} does not reach {ports} of any of the {count} servers ({towards}).",
                role=ROLES.say(role),
                ports=ports,
                count=len(servers),
                towards=TARGETS.say(towards),
            )
            .affecting(affected)
            .fixed_by(
                step(
                    "Allow {ports} from <subnet of {role}> to {servers}.",
                    ports=ports,
                    role=ROLES.say(role),
                    servers=servers,
                )
            )
        )
    if broken:
        bad = sorted({one.probe.host for one in broken})
        return warned(
            "half-open",
            subject,
            "{role} reaches some services and not others: {ports} of {servers}.",
            role=ROLES.say(role),
            ports=sorted({_label(one) for one in broken}),
            servers=bad,
        ).affecting(affected)
    if len(tried) < len(found):
        return not_assessed(
            "timeout-not-all-tried",
            subject,
            "{count} of {total} ports were not tried to the end.",
            count=len(found) - len(tried),
            total=len(found),
        )
    if dynamic:
        return passed(
            "fixed-ports-answer",
            subject,
            "All {count} services of {servers} on fixed ports answer {role}. Dynamic RPC ports were not"
            " tried.",
            count=len(found),
            servers=servers,
            role=ROLES.say(role),
        )
    return passed(
        "all-answer",
        subject,
        "All {count} services of {servers} answer {role}.",
        count=len(found),
        servers=servers,
        role=ROLES.say(role),
    )


def _everywhere(hard: list[_Port], tried: list[_Port]) -> list[_Port]:
    """Broken ports that no server of the kind serves."""
    served = {(one.probe.port, one.probe.protocol) for one in tried if one.works}
    return [one for one in hard if (one.probe.port, one.probe.protocol) not in served]


def _label(one: _Port) -> str:
    word = "UDP" if one.probe.protocol in _DATAGRAMS else "TCP"
    return f"{word} {one.probe.port}"


def _affected(broken: list[_Port]) -> Affected:
    found = Affected(_COLUMNS, spoken=("kind", "role", "state"))
    for one in broken:
        probe = one.probe
        protocol = "udp" if probe.protocol in _DATAGRAMS else "tcp"
        found.add(
            probe.host,
            one.kind,
            one.role,
            protocol,
            str(probe.port),
            probe.protocol,
            probe.reason.value,
            probe.offender or probe.detail,
        )
    return found
