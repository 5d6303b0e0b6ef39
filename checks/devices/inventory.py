"""The devices that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.gate import bought, outside, unlicensed
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_devices import (
    DeviceCount,
    HybridDevice,
    ManagedDevices,
    StaleDeviceCount,
)

HYBRID = object_set(said("hybrid-joined devices"))


@check(
    id="devices.hybrid-joined-devices-fresh",
    title="Hybrid-joined devices are present and fully registered",
    action="Complete the registration of hybrid-joined devices",
    why="A pending device has an object in the directory but no key: neither single sign-on nor"
    " rules about devices work on it, and co-management waits for it.",
    fix=[
        step(
            "Synchronise the organisational units of the computers.",
            portal="Microsoft Entra Connect > Configure > Customize synchronization options",
        ),
        step(
            "Set the service connection point up.",
            portal="Microsoft Entra Connect > Configure > Configure device options",
        ),
        step("See on a client what is missing.", command="dsregcmd /status"),
    ],
    verify="The device shows a registration date after the next sign-in of its user.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["E3", "E5"],
    blocks=["co-management", "hybrid join"],
    documents=[
        "https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join",
        "https://learn.microsoft.com/entra/identity/devices/pending-devices",
    ],
    settle_after="1 day",
)
class HybridJoinedDevicesFresh(Fold[HybridDevice]):
    """Counts the devices of the directory on premises, and those that are pending."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._count = 0
        self._pending = Affected(("id", "device", "system", "last seen"))

    def see(self, item: HybridDevice) -> None:
        """Take one device in."""
        if item.trust.casefold() != "serverad":
            return
        self._count += 1
        if item.registered is None:
            seen = item.last_seen.date().isoformat() if item.last_seen else ""
            self._pending.add(item.id, item.name, item.system, seen)

    def findings(self) -> Iterable[Finding]:
        """Judge the share of pending devices."""
        gate = outside(
            HYBRID,
            "hybrid join",
            self._scope,
            workloads=("hybrid-join", "co-management"),
            there=bool(self._count),
        )
        if gate:
            yield gate
            return
        limit = self._scope.threshold("pending_devices_percent", 10)
        percent = round(100 * len(self._pending) / self._count, 1) if self._count else 0.0
        values = {"pending": len(self._pending), "count": self._count, "percent": percent}
        if not self._count:
            yield failed("none", HYBRID, "No device is hybrid-joined.").of_the_whole()
        elif percent > limit:
            yield warned(
                "pending",
                HYBRID,
                "{pending} of {count} hybrid-joined devices ({percent} %) have not completed their"
                " registration.",
                **values,
            ).affecting(self._pending)
        else:
            yield passed(
                "registered",
                HYBRID,
                "{count} devices are hybrid-joined; {pending} of them ({percent} %) are pending.",
                **values,
            ).affecting(self._pending)


@check(
    id="devices.few-stale-devices",
    title="Few device objects are stale",
    action="Clean up device objects that nobody uses any more",
    why="Stale objects distort every rate that is reported, and they count against the quota.",
    fix=[
        step(
            "Disable them first and wait.",
            command='Get-MgDevice -Filter "approximateLastSignInDateTime le <date>" -All\n'
            "Update-MgDevice -DeviceId <id> -AccountEnabled:$false -WhatIf",
        ),
        step("Then delete them, but never one with an Autopilot registration or a BitLocker key."),
    ],
    verify="At most a quarter of the device objects have been silent for 90 days.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["G15"],
    documents=["https://learn.microsoft.com/entra/identity/devices/manage-stale-devices"],
)
def few_stale_devices(
    devices: DeviceCount, stale: StaleDeviceCount, scope: Scope
) -> Iterator[Finding]:
    """Judge the share by two counts."""
    limit = scope.threshold("stale_devices_percent", 25)
    percent = round(100 * stale.count / devices.count, 1) if devices.count else 0.0
    values = {"stale": stale.count, "count": devices.count, "percent": percent}
    if not devices.count:
        yield not_applicable("no-devices", tenant(), "The directory holds no devices.")
    elif percent > limit:
        yield warned(
            "stale",
            tenant(),
            "{stale} of {count} device objects ({percent} %) have been silent for 90 days.",
            **values,
        )
    else:
        yield passed(
            "fresh",
            tenant(),
            "{stale} of {count} device objects ({percent} %) have been silent for 90 days; few.",
            **values,
        )


@check(
    id="devices.test-devices-enrolled",
    title="At least one test device of each platform in scope is enrolled",
    action="Enrol a test device of each platform in scope",
    why="The first enrolment of a platform finds what no setting shows: the certificate that ended,"
    " the restriction, the policy that stops it. Better on a test device than on a user's.",
    fix=step(
        "Enrol one device of the platform with a licensed test user of the pilot group.",
        link="https://learn.microsoft.com/mem/intune/enrollment/device-enrollment",
    ),
    verify="The overview of devices counts at least one of each platform in scope.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G16", "E5"],
    blocks=["the pilot of each platform"],
    documents=["https://learn.microsoft.com/mem/intune/enrollment/device-enrollment"],
    requires=["devices.mdm-authority-intune"],
    settle_after="1 h",
)
def first_devices_enrolled(
    devices: ManagedDevices, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Compare the platforms of the plan with the enrolled devices."""
    gate = outside(
        tenant(), "Intune", scope, workloads=("intune",), there=bought(skus, "intune")
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    counts = {
        "windows": devices.systems.windows,
        "ios": devices.systems.ios,
        "android": devices.systems.android,
        "macos": devices.systems.macos,
    }
    stated = scope.plans.platforms
    if stated is None:
        yield not_applicable(
            "no-platform-stated",
            tenant(),
            "Nobody has said which platforms are in scope; name them in scope.platforms.",
        )
        return
    wanted = [one for one in counts if one in stated]
    lacking = [one for one in wanted if not counts[one]]
    if not wanted:
        yield not_applicable("no-platform", tenant(), "No platform that Intune counts is in scope.")
    elif len(lacking) == len(wanted):
        yield failed("none", tenant(), "No device of any platform in scope is enrolled yet.")
    elif lacking:
        yield warned(
            "some-missing",
            tenant(),
            "No device is enrolled yet of: {platforms}.",
            platforms=lacking,
        )
    else:
        yield passed(
            "enrolled",
            tenant(),
            "Devices of every platform in scope are enrolled: {platforms}.",
            platforms=[f"{one} ({counts[one]})" for one in wanted],
        )
