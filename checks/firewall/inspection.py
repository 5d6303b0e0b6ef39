"""TLS inspection: who re-signs connections, and where that ends the service."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, INTUNE
from checks.firewall.facts import Places
from checks.firewall.request import places_of_labels
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    cause,
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.endpoints import EndpointRows, Row
from scanner.evidence.reachability import Probe, Vantage, Why

PRINCIPLES = (
    "https://learn.microsoft.com/microsoft-365/enterprise"
    "/microsoft-365-network-connectivity-principles"
)
_SHOWN = 8
_BLOCKING = ("Intune", "DeviceRegistration", "PTA", "PrivateNetworkConnector")
_SUBJECT = "TLS connections"


@check(
    id="firewall.tls-not-inspected",
    title="No TLS inspection where it is unsupported",
    action="Exempt the named destinations from TLS inspection",
    why="Inspection presents a certificate of its own. Sign-in with a device certificate, mutual TLS"
    " and clients that pin certificates end there; everything else gets slower and harder to"
    " diagnose. It shows only when a connection is verified against public roots alone.",
    fix=[
        step("Bypass inspection by server name for the wildcards of this finding."),
        step(
            "Look at the issuer that a destination shows.",
            command="openssl s_client -connect HOST:443 -servername HOST </dev/null"
            " | openssl x509 -noout -issuer",
        ),
    ],
    verify="Every destination shows a certificate that public roots accept.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    clause=CLAUSES,
    blocks=["enrolment", "hybrid join", "connectors"],
    documents=[
        INTUNE,
        PRINCIPLES,
    ],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def tls_not_inspected(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """One finding for each issuer that re-signs; the strictest row of a host counts."""
    places = Places.of(probes, vantages)
    looked = list(_looked(areas, places))
    if not looked:
        yield not_applicable(
            "no-tls", object_set(_SUBJECT), "No TLS destination is needed by the roles of this run."
        )
        return
    seen = [one for one in looked if one[2].tls is not None and one[2].tls.public_code >= 0]
    if not seen:
        yield not_assessed(
            "unreachable-no-handshake",
            object_set(_SUBJECT),
            "No TLS destination came far enough to show a certificate.",
        )
        return
    issuers: dict[str, list[tuple[EndpointRows, Row, Probe]]] = {}
    for one in seen:
        if one[2].reason is Why.TLS_INTERCEPTED and not one[1].private_root:
            issuers.setdefault(one[2].offender, []).append(one)
    for number, (issuer, found) in enumerate(sorted(issuers.items()), 1):
        yield _inspected(number, issuer, found)
    if not issuers:
        yield passed(
            "public-roots",
            object_set(_SUBJECT),
            "All {count} TLS destinations that answered show certificates of public roots.",
            count=len({(one[2].host, one[2].port) for one in seen}),
        )


def _looked(
    areas: tuple[EndpointRows, ...], places: Places
) -> Iterator[tuple[EndpointRows, Row, Probe]]:
    for area in areas:
        for row in area.rows:
            for host in row.hosts:
                for port, protocol in row.services:
                    probe = places.probe(area.vantage, host, port, protocol)
                    if probe and protocol == "tls":
                        yield area, row, probe


def _inspected(number: int, issuer: str, found: list[tuple[EndpointRows, Row, Probe]]) -> Finding:
    strict = [one for one in found if one[1].inspection == "no"]
    names = list(dict.fromkeys(row.destination for _, row, _ in (strict or found)))
    labels = places_of_labels(area.vantage for area, _, _ in found)
    subject = object_set(
        _SUBJECT if number == 1 else said("{what}, {issuer}", what=_SUBJECT, issuer=issuer)
    )
    affected = Affected(
        ("destination", "area", "role", "inspection", "issuer", "source_document"),
        spoken=("role", "inspection"),
    )
    for area, row, probe in dict.fromkeys(found):
        affected.add(
            row.destination, area.area, area.role, row.inspection, probe.offender, row.source
        )
    shown = names[:_SHOWN] + (
        [said("{count} more", count=len(names) - _SHOWN)] if len(names) > _SHOWN else []
    )
    if strict:
        finding = failed(
            "intercepted-unsupported",
            subject,
            "{issuer} re-signs TLS at {places} for {count} destinations that do not support it:"
            " {names}.",
            issuer=issuer,
            places=labels,
            count=len(names),
            names=shown,
        )
        if any(area.area in _BLOCKING for area, _, _ in strict):
            finding = finding.at(Severity.BLOCKER)
    else:
        finding = warned(
            "intercepted-discouraged",
            subject,
            "{issuer} re-signs TLS at {places} for {count} destinations; Microsoft advises against"
            " it: {names}.",
            issuer=issuer,
            places=labels,
            count=len(names),
            names=shown,
        )
    return finding.affecting(affected).fixed_by(
        step("Exempt by server name: {names}.", names=names)
    )


def _inspecting(finding: Finding) -> str | None:
    """Everything that one inspecting box does is one thing to mend."""
    issuer = finding.text.values.get("issuer") or finding.text.values.get("offender")
    return str(issuer) if issuer else None


INSPECTING_BOX = cause(
    id="firewall.inspecting-box",
    members=[
        "firewall.tls-not-inspected",
        *(
            f"firewall.{name}#tls-intercepted"
            for name in (
                "required-endpoints-reachable",
                "intune-endpoints-reachable",
                "apple-services-reachable",
                "android-services-reachable",
                "device-registration-reachable",
                "sync-server-endpoints-reachable",
                "connector-endpoints-reachable",
                "health-agent-endpoints-reachable",
                "rights-management-reachable",
                "configuration-manager-endpoints-reachable",
                "update-endpoints-reachable",
            )
        ),
    ],
    tie=_inspecting,
    title="Exempt the named destinations from TLS inspection",
    why="One inspecting box re-signs connections of several services. Destinations that do not"
    " support inspection fail behind it, whatever rule lets them through.",
    fix=step("Bypass inspection by server name for all destinations of the findings below."),
)
