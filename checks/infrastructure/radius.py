"""RADIUS servers that may read the domain."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.words import ALL_FORESTS
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    domain,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.forest import Forest


@check(
    id="infrastructure.radius-servers-registered",
    title="RADIUS servers are registered in AD",
    action="Register the network policy servers in Active Directory",
    why="A network policy server reads dial-in properties of accounts only as a member of the"
    " group RAS and"
    " IAS Servers. Without that it refuses Wi-Fi and VPN sign-ins. This is how Windows works by"
    " experience.",
    fix=[
        step(
            "Register the server, on it, as domain administrator.",
            command="netsh nps add registeredserver",
        )
    ],
    verify="The group RAS and IAS Servers has the server as a member.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G20"],
    documents=[
        "https://learn.microsoft.com/windows-server/networking/technologies/nps/nps-manage-register"
    ],
)
def radius_servers_registered(forests: tuple[Forest, ...], scope: Scope) -> Iterator[Finding]:
    """One finding for each domain whose group was read."""
    groups = {name: count for found in forests for name, count in found.radius_members.items()}
    if not groups:
        yield not_assessed(
            "unconfigured-not-read", ALL_FORESTS, "The group RAS and IAS Servers was not read."
        )
    for name, members in sorted(groups.items()):
        if members:
            finding = passed(
                "registered",
                domain(name),
                "RADIUS servers registered in {domain}: {members}.",
                domain=name,
                members=members,
            ).at(Severity.INFO)
        elif scope.workload("device-certificates"):
            finding = warned(
                "none-registered",
                domain(name),
                "Certificates for devices are planned, and no RADIUS server is registered in {domain}.",
                domain=name,
            ).at(Severity.MEDIUM)
        else:
            finding = not_applicable(
                "none", domain(name), "No RADIUS server is registered in {domain}.", domain=name
            )
        yield finding.showing(
            asked=forests[0].asked("accounts", "RAS and IAS Servers", "member", domain=name)
        )
