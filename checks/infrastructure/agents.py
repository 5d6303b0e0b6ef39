"""Agents and connectors: new enough to work, and to be helped with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    combined,
    failed,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.inventory import InventoryServer, Software
from scanner.evidence.versions import VersionFacts, older, version_of

_AGENTS = {
    "provisioning-agent": said("Entra provisioning agent"),
    "pass-through-agent": said("pass-through authentication agent"),
    "private-network-connector": said("private network connector"),
    "certificate-connector": said("Certificate Connector for Intune"),
    "intune-ad-connector": said("Intune Connector for Active Directory"),
}
_DOTNET_472 = 461808


@check(
    id="infrastructure.agents-supported",
    title="Agents and connectors are recent enough",
    action="Update agents and connectors",
    why="Agents update themselves only where they are let to. One below the least version stops"
    " working without a word: enrolment, certificates or sign-in fail on the devices, not here.",
    fix=[
        step(
            "Download the current version from the admin center and install it over the old one; with"
            " several, one after the other.",
            portal="Intune admin center > Tenant administration > Connectors and tokens",
        ),
        step(
            "Let the server reach autoupdate.msappproxy.net on port 443, so that it stays current."
        ),
    ],
    verify="A new inventory shows a version at or above the least one, for every agent.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G8", "G17", "G20"],
    blocks=["connectors and agents of the services"],
    documents=[
        "https://learn.microsoft.com/intune/fundamentals/certificates/connector/overview",
        "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/reference-version-history",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-pta-version-history",
        "https://learn.microsoft.com/entra/global-secure-access/reference-version-history",
    ],
)
def agents_supported(
    server: InventoryServer, facts: VersionFacts, header: Header
) -> Iterator[Finding]:
    """Judge each agent on a server against the least version of the day."""
    agents = [one for one in server.software if one.product in _AGENTS]
    if not agents:
        return
    today = header.collected_at.date()
    found = [_judged(server, one, facts, today) for one in agents]
    if server.dotnet_release is not None and server.dotnet_release < _DOTNET_472:
        found.append(
            failed(
                "dotnet-too-old",
                server.subject,
                ".NET Framework is older than 4.7.2, which connectors and agents need.",
            ).fixed_by(step("Install .NET Framework 4.8 and restart the server."))
        )
    yield combined(found)


def _judged(server: InventoryServer, agent: Software, facts: VersionFacts, today: date) -> Finding:
    named = {"agent": _AGENTS[agent.product], "version": agent.version}
    version = version_of(agent.version) if agent.version else None
    if version is None:
        return not_assessed(
            "unconfigured-no-version",
            server.subject,
            "The inventory does not say which version of the {agent} this is.",
            agent=named["agent"],
        )
    floor = facts.minimum(agent.product, today)
    if floor and older(version, version_of(floor.version) or ()):
        return failed(
            "too-old",
            server.subject,
            "The {agent} has version {version}; {least} is the least that works.",
            least=floor.version,
            **named,
        ).showing(expected=floor.version, observed=agent.version, source=floor.source)
    if agent.product == "certificate-connector":
        return _connector(server, agent, facts, today)
    return passed("recent-enough", server.subject, "The {agent} has version {version}.", **named)


def _connector(
    server: InventoryServer, agent: Software, facts: VersionFacts, today: date
) -> Finding:
    """A release is supported until six months after the next one came."""
    version = version_of(agent.version) or ()
    release = facts.at_or_below("certificate-connector", version)
    mapping = facts.minimum("certificate-connector-strong-mapping", today)
    if mapping and older(version, version_of(mapping.version) or ()):
        return failed(
            "no-strong-mapping",
            server.subject,
            "The certificate connector has version {version}; certificates that domain controllers"
            " accept for sign-in need {least}.",
            version=agent.version,
            least=mapping.version,
        ).showing(expected=mapping.version, observed=agent.version, source=mapping.source)
    if release and release.ends and release.ends < today:
        return warned(
            "support-ended",
            server.subject,
            "Support of version {version} of the certificate connector ended on {ends}.",
            version=agent.version,
            ends=release.ends.isoformat(),
        ).showing(observed=agent.version, source=release.source)
    return passed(
        "connector-supported",
        server.subject,
        "The certificate connector has version {version}, which is supported.",
        version=agent.version,
    )
