"""Sensors of Defender for Identity, as the tenant reports them."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import outside, unlicensed
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_services import IdentityIssues, IdentitySensors


@check(
    id="infrastructure.identity-sensors-healthy",
    title="Defender for Identity sensors are healthy",
    action="Mend the sensors of Defender for Identity",
    why="A domain controller whose sensor is silent is a blind spot, and attackers look for those.",
    fix=step(
        "Read each issue and mend it on the domain controller.",
        portal="Microsoft Defender portal > Settings > Identities > Sensors, and Health issues",
    ),
    verify="All sensors are healthy and no health issue is open.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G9", "G17"],
    blocks=["identity threat defence"],
    documents=["https://learn.microsoft.com/defender-for-identity/health-alerts"],
    settle_after="1 h",
)
def identity_sensors_healthy(
    sensors: IdentitySensors, issues: IdentityIssues | None, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the health of all sensors and the open issues."""
    gate = outside(
        tenant(),
        said("identity threat defence"),
        scope,
        workloads=("identity-threat-defence",),
        there=bool(sensors.rows),
    ) or unlicensed(tenant(), skus, "identity-threat-defence")
    if gate:
        yield gate
        return
    affected = Affected(("what", "name", "state"), spoken=("what", "state"))
    for sensor in sensors.rows:
        if sensor.health.casefold() != "healthy":
            affected.add(said("sensor"), sensor.name, sensor.health)
    for issue in issues.rows if issues else ():
        if issue.status.casefold() == "open":
            affected.add("issue", issue.name, issue.severity)
    if not sensors.rows:
        yield failed("none", tenant(), "No sensor of Defender for Identity is deployed.")
    elif len(affected):
        yield warned(
            "unhealthy",
            tenant(),
            "{count} sensors are not healthy or health issues are open, of {total} sensors.",
            count=len(affected),
            total=len(sensors.rows),
        ).affecting(affected)
    else:
        yield passed(
            "healthy", tenant(), "All {total} sensors are healthy.", total=len(sensors.rows)
        )
