"""The devices that the tenant and Intune know already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import (
    CONFIGURATION,
    LARGEST_PAGE,
    MANAGED_DEVICES,
    graph_read,
    prop,
)

CO_MANAGED = "configurationManagerClientMdm"
_CO_MANAGED = ("$filter", f"managementAgent eq '{CO_MANAGED}'")


@graph_read(
    "tenant-hybrid-devices",
    "/devices",
    "Device.Read.All",
    select=True,
    stream=True,
    query=(("$filter", "trustType eq 'ServerAd'"), LARGEST_PAGE, ("$count", "true")),
    local=True,
)
@dataclass(frozen=True, slots=True)
class HybridDevice:
    """A device of the directory; without a registration date its registration is pending."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    trust: str = prop("trustType", "")
    system: str = prop("operatingSystem", "")
    system_version: str = prop("operatingSystemVersion", "")
    registered: datetime | None = prop("registrationDateTime")
    last_seen: datetime | None = prop("approximateLastSignInDateTime")


@graph_read("tenant-device-count", "/devices/$count", "Device.Read.All")
@dataclass(frozen=True, slots=True)
class DeviceCount:
    """How many device objects there are."""

    count: int


@graph_read(
    "tenant-stale-device-count",
    "/devices/$count",
    "Device.Read.All",
    query=(("$filter", "approximateLastSignInDateTime le {90 days ago}"),),
)
@dataclass(frozen=True, slots=True)
class StaleDeviceCount:
    """How many of them have not been seen for 90 days."""

    count: int


@dataclass(frozen=True, slots=True)
class SystemCounts:
    """Enrolled devices by operating system."""

    android: int = prop("androidCount", 0)
    ios: int = prop("iosCount", 0)
    macos: int = prop("macOSCount", 0)
    windows: int = prop("windowsCount", 0)


@graph_read("tenant-managed-devices", "/deviceManagement/managedDeviceOverview", MANAGED_DEVICES)
@dataclass(frozen=True, slots=True)
class ManagedDevices:
    """Numbers of the devices that Intune manages."""

    enrolled: int = prop("enrolledDeviceCount", 0)
    mdm: int = prop("mdmEnrolledCount", 0)
    co_managed: int = prop("dualEnrolledDeviceCount", 0)
    systems: SystemCounts = prop("deviceOperatingSystemSummary", SystemCounts())


@dataclass(frozen=True, slots=True)
class Workloads:
    """Which workloads of a co-managed device have moved to Intune."""

    compliance: bool = prop("compliancePolicy", default=False)
    configuration: bool = prop("deviceConfiguration", default=False)
    resources: bool = prop("resourceAccess", default=False)


@graph_read(
    "tenant-co-managed-devices",
    "/deviceManagement/managedDevices",
    MANAGED_DEVICES,
    select=True,
    stream=True,
    query=(_CO_MANAGED,),
    local=True,
)
@dataclass(frozen=True, slots=True)
class CoManagedDevice:
    """A device that Configuration Manager and Intune manage together."""

    id: str = prop("id", "")
    name: str = prop("deviceName", "")
    agent: str = prop("managementAgent", "")
    system_version: str = prop("osVersion", "")
    workloads: Workloads | None = prop("configurationManagerClientEnabledFeatures")


@graph_read(
    "tenant-configuration-manager-clients",
    "/deviceManagement/managedDevices",
    MANAGED_DEVICES,
    select=True,
    stream=True,
    query=(_CO_MANAGED,),
    beta=True,
    local=True,
)
@dataclass(frozen=True, slots=True)
class ConfigurationManagerClient:
    """The client of Configuration Manager on a co-managed device."""

    id: str = prop("id", "")
    name: str = prop("deviceName", "")
    agent: str = prop("managementAgent", "")
    version: str | None = prop("configurationManagerClientInformation/clientVersion")
    health: str | None = prop("configurationManagerClientHealthState/state")


@graph_read(
    "tenant-co-management-eligible",
    "/deviceManagement/getComanagementEligibleDevicesSummary()",
    CONFIGURATION,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class CoManagementEligible:
    """How many devices of Configuration Manager could be co-managed."""

    co_managed: int | None = prop("comanagedCount")
    eligible: int | None = prop("eligibleCount")
    ineligible: int | None = prop("ineligibleCount")
    needs_update: int | None = prop("needsOsUpdateCount")
    not_joined: int | None = prop("eligibleButNotAzureAdJoinedCount")


@graph_read(
    "tenant-attach", "/deviceManagement/tenantAttachRBAC/getState()", CONFIGURATION, beta=True
)
@dataclass(frozen=True, slots=True)
class TenantAttach:
    """Whether Configuration Manager is attached to the tenant; None where it does not say."""

    enabled: bool | None = prop("enabled")
