"""What is decided for Windows devices before they enrol."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import bought, outside, unlicensed
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_enrolment import (
    AutopilotDevices,
    AutopilotProfiles,
    AutopilotSync,
    EnrolmentConfiguration,
    EnrolmentConfigurations,
)

_PORTAL = "Intune admin center > Devices > Enrollment"


@check(
    id="devices.hello-for-business-default",
    title="The Windows Hello for Business default is a decision",
    action="Decide about Windows Hello for Business for the whole tenant",
    why="Switched on for everybody it asks each user for a second factor and a PIN in the middle of"
    " the first enrolment, which nobody then expects.",
    fix=step(
        "Decide, tell the users, and set it; a policy can set it for groups later.",
        portal=f"{_PORTAL} > Windows > Windows Hello for Business",
    ),
    verify="The setting shows what was decided.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["E5", "G9"],
    documents=["https://learn.microsoft.com/mem/intune/protect/windows-hello"],
)
def hello_for_business_default(
    found: EnrolmentConfigurations, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Say what the setting is; 'enabled' deserves a look before the pilot."""
    gate = outside(
        tenant(),
        said("management of Windows devices"),
        scope,
        platforms=("windows",),
        there=bought(skus, "intune"),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    state = next((one.hello for one in found.rows if _is_hello(one)), None)
    if state is None:
        yield not_assessed(
            "unsupported-absent", tenant(), "Intune does not list a setting for Windows Hello."
        )
    elif state.casefold() == "enabled":
        yield warned(
            "enabled-for-all",
            tenant(),
            "Windows Hello for Business is enabled for everybody who enrols a Windows device.",
        )
    else:
        yield passed(
            "known", tenant(), "The default of Windows Hello for Business is {state}.", state=state
        )


def _is_hello(one: EnrolmentConfiguration) -> bool:
    return "windowshelloforbusiness" in one.type.casefold() and one.priority == 0


@check(
    id="devices.autopilot-ready",
    title="Autopilot devices and an assigned profile exist",
    action="Register devices for Autopilot and assign a deployment profile",
    why="The hardware identities have to be registered before onboarding begins; without a profile a"
    " registered device starts like any other.",
    fix=[
        step(
            "Have the reseller register the devices, or collect their hardware identities.",
            command="Install-Script -Name Get-WindowsAutopilotInfo\n"
            "Get-WindowsAutopilotInfo -OutputFile AutopilotHWID.csv",
        ),
        step("Assign a profile.", portal=f"{_PORTAL} > Windows > Deployment Profiles"),
    ],
    verify="The list of devices is not empty, and a profile is assigned to the group that they are in.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["E5"],
    blocks=["Windows Autopilot"],
    documents=["https://learn.microsoft.com/autopilot/add-devices"],
    settle_after="1 day",
)
def autopilot_ready(
    devices: AutopilotDevices,
    profiles: AutopilotProfiles,
    sync: AutopilotSync | None,
    skus: Skus | None,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Judge devices, profile and the last synchronisation."""
    gate = outside(
        tenant(), "Autopilot", scope, workloads=("autopilot",), there=bool(devices.rows)
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    age = (header.collected_at - sync.last).days if sync and sync.last else 0
    if not devices.rows:
        yield failed("no-device", tenant(), "No device is registered for Autopilot.")
    elif not any(one.assignments for one in profiles.rows):
        yield warned(
            "no-profile",
            tenant(),
            "Devices are registered for Autopilot, but none of {count} profiles is assigned.",
            count=len(profiles.rows),
        )
    elif age > 1:
        yield warned(
            "sync-old",
            tenant(),
            "The registered devices were last synchronised {days} days ago.",
            days=age,
        )
    else:
        yield passed(
            "ready", tenant(), "Devices are registered for Autopilot and a profile is assigned."
        )
