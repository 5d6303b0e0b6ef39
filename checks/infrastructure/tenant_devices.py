"""Configuration Manager as the tenant sees it: co-management, clients, tenant attach."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from checks.gate import outside, unlicensed
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
    not_assessed,
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_devices import (
    CO_MANAGED,
    CoManagedDevice,
    CoManagementEligible,
    ConfigurationManagerClient,
    ManagedDevices,
    TenantAttach,
)

CO_MANAGEMENT = object_set(said("co-managed devices"))
CLIENTS = object_set(said("Configuration Manager clients"))
ELIGIBLE = object_set(said("devices of Configuration Manager"))
LOWEST_WINDOWS = (10, 0, 16299)  # Windows 10 1709, the historical minimum of co-management
LOWEST_CLIENT = (5, 0, 8577)  # Configuration Manager 1710, the minimum of co-management
# The oldest current branch in support as of autumn 2026 is to be verified against
# https://learn.microsoft.com/mem/configmgr/core/servers/manage/updates#supported-versions
SUPPORTED_CLIENT = (5, 0, 9128)
_CLOUD_ATTACH = "Configuration Manager console > Administration > Cloud Services > Cloud Attach"


def _gate(scope: Scope, skus: Skus | None, *, there: bool) -> Finding | None:
    return outside(
        CO_MANAGEMENT, "co-management", scope, workloads=("co-management",), there=there
    ) or unlicensed(CO_MANAGEMENT, skus, "intune")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part[:9]) for part in re.findall(r"\d+", version)[:6])


@check(
    id="infrastructure.co-management-workloads",
    title="Co-managed devices exist and their workloads are known",
    action="Bring the first devices into co-management",
    why="It shows how far the move is, and which tasks Intune has taken over from Configuration"
    " Manager; two masters for one setting overwrite each other.",
    fix=step(
        "Enable co-management for a pilot collection, then move one workload after the other.",
        portal=_CLOUD_ATTACH,
    ),
    verify="The overview of devices counts co-managed devices, and each workload is where it was"
    " planned to be.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G19", "E5"],
    blocks=["co-management"],
    documents=["https://learn.microsoft.com/mem/configmgr/comanage/overview"],
    requires=["devices.automatic-enrolment-scope", "devices.hybrid-joined-devices-fresh"],
    settle_after="1 day",
)
class CoManagementWorkloads(Fold[CoManagedDevice]):
    """Counts co-managed devices, their workloads and their Windows builds."""

    def __init__(self, overview: ManagedDevices | None, skus: Skus | None, scope: Scope) -> None:
        self._overview = overview
        self._skus = skus
        self._scope = scope
        self._count = 0
        self._moved: Counter[str] = Counter()
        self._old = Affected(("id", "device", "Windows"))

    def see(self, item: CoManagedDevice) -> None:
        """Take one device in."""
        if item.agent.casefold() != CO_MANAGED.casefold():
            return
        self._count += 1
        if item.workloads:
            self._moved[said("compliance")] += item.workloads.compliance
            self._moved[said("device configuration")] += item.workloads.configuration
            self._moved[said("resource access")] += item.workloads.resources
        build = _numbers(item.system_version)
        if build and build[:3] < LOWEST_WINDOWS:
            self._old.add(item.id, item.name, item.system_version)

    def findings(self) -> Iterable[Finding]:
        """Judge whether there are any, and whether their Windows is recent enough."""
        gate = _gate(self._scope, self._skus, there=bool(self._count))
        if gate:
            yield gate
            return
        workloads = [
            said("{name} ({count})", name=name, count=count)
            for name, count in sorted(self._moved.items())
        ]
        if not self._count:
            yield warned("none", CO_MANAGEMENT, "No device is co-managed yet.").of_the_whole()
        elif len(self._old):
            yield warned(
                "old-windows",
                CO_MANAGEMENT,
                "{old} of {count} co-managed devices run a Windows that is older than 1709.",
                old=len(self._old),
                count=self._count,
            ).affecting(self._old)
        else:
            yield passed(
                "co-managed",
                CO_MANAGEMENT,
                "{count} devices are co-managed; workloads with Intune: {workloads}.",
                count=self._count,
                workloads=workloads or [said("not told")],
            )


@check(
    id="infrastructure.configuration-manager-client-supported",
    title="Configuration Manager clients are supported and healthy",
    action="Upgrade the clients of Configuration Manager and mend the unhealthy ones",
    why="Co-management needs at least version 1710, and a version out of support gets no fixes. The"
    " oldest supported version is a dated fact, to be verified before acting on a warning. The site"
    " version itself is not visible to the tenant.",
    fix=[
        step(
            "Upgrade the site to the current branch.",
            portal="Configuration Manager console > Administration > Updates and Servicing",
        ),
        step(
            "Then let the clients upgrade automatically.",
            portal="Configuration Manager console > Administration > Site Configuration > Sites >"
            " Hierarchy Settings > Client Upgrade",
        ),
    ],
    verify="Every co-managed device reports a client in support and in good health.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G19", "G17"],
    blocks=["co-management"],
    documents=[
        "https://learn.microsoft.com/mem/configmgr/core/servers/manage/updates",
        "https://learn.microsoft.com/mem/configmgr/comanage/quickstart-paths",
    ],
    settle_after="1 day",
)
class ConfigurationManagerClientSupported(Fold[ConfigurationManagerClient]):
    """Looks at version and health of every client that reports them."""

    def __init__(self, skus: Skus | None, scope: Scope) -> None:
        self._skus = skus
        self._scope = scope
        self._count = self._silent = 0
        self._below = Affected(("id", "device", "client version", "health"), spoken=("health",))
        self._odd = Affected(("id", "device", "client version", "health"), spoken=("health",))
        self._unhealthy = 0

    def see(self, item: ConfigurationManagerClient) -> None:
        """Take one device in."""
        if item.agent.casefold() != CO_MANAGED.casefold():
            return
        self._count += 1
        if not item.version:
            self._silent += 1
            return
        version = _numbers(item.version)[:3]
        health = (item.health or "").casefold()
        unhealthy = health not in ("", "unknown", "healthy", "installed")
        self._unhealthy += unhealthy
        cells = (item.id, item.name, item.version, item.health or "")
        if version < LOWEST_CLIENT:
            self._below.add(*cells)
        elif version < SUPPORTED_CLIENT or unhealthy:
            self._odd.add(*cells)

    def findings(self) -> Iterable[Finding]:
        """Below the minimum fails; out of support or unhealthy warns, many unhealthy fail."""
        gate = outside(
            CLIENTS,
            "co-management",
            self._scope,
            workloads=("co-management",),
            there=bool(self._count),
        ) or unlicensed(CLIENTS, self._skus, "intune")
        share = self._scope.threshold("unhealthy_clients_percent", 10)
        if gate:
            yield gate
        elif not self._count:
            yield not_applicable("none", CLIENTS, "No device is co-managed.")
        elif self._silent == self._count:
            yield not_assessed(
                "unsupported-silent",
                CLIENTS,
                "None of {count} co-managed devices reports the version of its client.",
                count=self._count,
            )
        elif len(self._below):
            yield failed(
                "below-minimum",
                CLIENTS,
                "{bad} of {count} clients are older than 1710, the minimum of co-management.",
                bad=len(self._below),
                count=self._count,
            ).affecting(self._below)
        elif 100 * self._unhealthy / self._count > share:
            yield failed(
                "unhealthy",
                CLIENTS,
                "{bad} of {count} clients are not healthy.",
                bad=self._unhealthy,
                count=self._count,
            ).affecting(self._odd)
        elif len(self._odd):
            yield warned(
                "old-or-unhealthy",
                CLIENTS,
                "{bad} of {count} clients are out of support or not healthy.",
                bad=len(self._odd),
                count=self._count,
            ).affecting(self._odd)
        else:
            yield passed(
                "supported",
                CLIENTS,
                "All {count} clients that report are supported and healthy.",
                count=self._count - self._silent,
            )


@check(
    id="infrastructure.co-management-eligibility",
    title="Most devices are eligible for co-management",
    action="Update and join the devices that are not eligible for co-management",
    why="It tells the size of the work before the roll-out begins.",
    fix=step("Update Windows, and join the devices to the directory.", portal=_CLOUD_ATTACH),
    verify="The summary shows at most a tenth of the devices as not eligible.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G19", "E5"],
    blocks=["co-management"],
    documents=["https://learn.microsoft.com/mem/configmgr/comanage/how-to-monitor"],
    settle_after="1 day",
)
def co_management_eligibility(
    found: CoManagementEligible, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the share of devices that stand in the way."""
    counts = (found.eligible, found.ineligible, found.needs_update, found.not_joined)
    total = sum(one or 0 for one in counts) + (found.co_managed or 0)
    gate = outside(
        ELIGIBLE, "co-management", scope, workloads=("co-management",), there=bool(total)
    ) or unlicensed(ELIGIBLE, skus, "intune")
    if gate:
        yield gate
        return
    waiting = (found.needs_update or 0) + (found.not_joined or 0)
    limit = scope.threshold("not_eligible_percent", 10)
    percent = round(100 * waiting / total, 1) if total else 0.0
    if not total:
        yield not_applicable(
            "not-attached", ELIGIBLE, "The tenant knows no devices of Configuration Manager."
        )
    elif percent > limit:
        yield warned(
            "not-eligible",
            ELIGIBLE,
            "{waiting} of {total} devices ({percent} %) need an update or have to be joined first.",
            waiting=waiting,
            total=total,
            percent=percent,
        )
    else:
        yield passed(
            "eligible",
            ELIGIBLE,
            "{waiting} of {total} devices ({percent} %) need an update or have to be joined; few.",
            waiting=waiting,
            total=total,
            percent=percent,
        )


@check(
    id="infrastructure.tenant-attach-enabled",
    title="The state of tenant attach is known",
    action="Decide whether Configuration Manager is to be attached to the tenant",
    why="Figures about co-management come from the attached sites only; it is context and no fault"
    " either way.",
    fix=step("Attach the sites to the tenant.", portal=_CLOUD_ATTACH),
    verify="The state shows what was decided about attaching the sites.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["G19"],
    documents=["https://learn.microsoft.com/mem/configmgr/tenant-attach/device-sync-actions"],
)
def tenant_attach_enabled(
    found: TenantAttach, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Say what the state is."""
    gate = outside(
        tenant(),
        "co-management",
        scope,
        workloads=("co-management",),
        there=bool(found.enabled),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
    elif found.enabled is None:
        yield not_assessed(
            "unsupported-silent", tenant(), "The tenant does not say whether sites are attached."
        )
    elif found.enabled:
        yield passed("attached", tenant(), "Configuration Manager is attached to the tenant.")
    else:
        yield passed(
            "not-attached", tenant(), "Configuration Manager is not attached to the tenant."
        )
