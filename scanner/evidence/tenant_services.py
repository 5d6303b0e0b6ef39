"""The services around: their health, what is announced, information protection and apps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import graph_read, prop

RIGHTS_MANAGEMENT = "00000012-0000-0000-c000-000000000000"
GROUP_UNIFIED = "62375ab9-6b52-47ed-826b-58e47e0e304b"
_INTEGRATED = "WindowsAzureActiveDirectoryIntegratedApp"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """How one Microsoft service is."""

    service: str = prop("service", "")
    status: str = prop("status", "")


@graph_read(
    "tenant-service-health",
    "/admin/serviceAnnouncement/healthOverviews",
    "ServiceHealth.Read.All",
)
@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How all services of the tenant are."""

    rows: tuple[ServiceState, ...]


@dataclass(frozen=True, slots=True)
class ServiceIssue:
    """An incident or advisory that is not over."""

    id: str = prop("id", "")
    title: str = prop("title", "")
    service: str = prop("service", "")
    classification: str = prop("classification", "")
    resolved: bool = prop("isResolved", default=False)


@graph_read(
    "tenant-service-issues",
    "/admin/serviceAnnouncement/issues",
    "ServiceHealth.Read.All",
    select=True,
    query=(("$filter", "isResolved eq false"),),
    local=True,
)
@dataclass(frozen=True, slots=True)
class ServiceIssues:
    """All issues that are not over."""

    rows: tuple[ServiceIssue, ...]


@dataclass(frozen=True, slots=True)
class ServiceMessage:
    """An announcement of a major change."""

    id: str = prop("id", "")
    title: str = prop("title", "")
    services: tuple[str, ...] = prop("services", ())
    act_by: datetime | None = prop("actionRequiredByDateTime")
    major: bool = prop("isMajorChange", default=False)


@graph_read(
    "tenant-service-messages",
    "/admin/serviceAnnouncement/messages",
    "ServiceMessage.Read.All",
    select=True,
    query=(("$filter", "isMajorChange eq true"),),
    local=True,
)
@dataclass(frozen=True, slots=True)
class ServiceMessages:
    """All announcements of major changes."""

    rows: tuple[ServiceMessage, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A hint that the directory service gives by itself."""

    name: str = prop("displayName", "")
    type: str = prop("recommendationType", "")
    priority: str = prop("priority", "")
    status: str = prop("status", "")


@graph_read(
    "tenant-recommendations",
    "/directory/recommendations",
    "DirectoryRecommendations.Read.All",
    select=True,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class Recommendations:
    """All recommendations."""

    rows: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """An application in the tenant."""

    id: str = prop("id", "")
    app_id: str = prop("appId", "")
    name: str = prop("displayName", "")
    enabled: bool | None = prop("accountEnabled")


@graph_read(
    "tenant-rights-management",
    "/servicePrincipals",
    "Application.Read.All",
    select=True,
    query=(("$filter", f"appId eq '{RIGHTS_MANAGEMENT}'"),),
)
@dataclass(frozen=True, slots=True)
class RightsManagement:
    """The service principal of the rights management service; no row where it is missing."""

    rows: tuple[ServicePrincipal, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """An application that was integrated into the tenant."""

    name: str = prop("displayName", "")
    sign_on: str | None = prop("preferredSingleSignOnMode")
    tags: tuple[str, ...] = prop("tags", ())


@graph_read(
    "tenant-applications",
    "/servicePrincipals",
    "Application.Read.All",
    select=True,
    query=(("$filter", f"tags/any(t:t eq '{_INTEGRATED}')"), ("$top", "999")),
)
@dataclass(frozen=True, slots=True)
class Applications:
    """The integrated applications."""

    rows: tuple[Application, ...]


@dataclass(frozen=True, slots=True)
class SettingValue:
    """A name and its value."""

    name: str = prop("name", "")
    value: str = prop("value", "")


@dataclass(frozen=True, slots=True)
class GroupSetting:
    """A set of settings for groups."""

    template: str = prop("templateId", "")
    values: tuple[SettingValue, ...] = prop("values", ())


@graph_read("tenant-group-settings", "/groupSettings", "Group.Read.All")
@dataclass(frozen=True, slots=True)
class GroupSettings:
    """The settings for groups; no row where all are the defaults."""

    rows: tuple[GroupSetting, ...]

    def value(self, name: str) -> str | None:
        """A setting of Microsoft 365 groups by its name; None where the default holds."""
        for setting in self.rows:
            if setting.template.casefold() == GROUP_UNIFIED:
                return next((one.value for one in setting.values if one.name == name), None)
        return None


@dataclass(frozen=True, slots=True)
class Label:
    """A sensitivity label."""

    id: str = prop("id", "")
    name: str = prop("name", "")


@graph_read(
    "tenant-labels",
    "/security/informationProtection/sensitivityLabels",
    "InformationProtectionPolicy.Read.All",
    delegated=("InformationProtectionPolicy.Read",),
    beta=True,
)
@dataclass(frozen=True, slots=True)
class Labels:
    """The sensitivity labels."""

    rows: tuple[Label, ...]


@graph_read(
    "tenant-sign-in-branding",
    "/organization/{id}/branding",
    "Organization.Read.All",
    delegated=("User.Read",),
    absence=(404,),
)
@dataclass(frozen=True, slots=True)
class SignInBranding:
    """What the sign-in page shows of the organisation; nothing where it was never branded."""

    id: str | None = prop("id")
    text: str | None = prop("signInPageText")
    banner: str | None = prop("bannerLogoRelativeUrl")
    background: str | None = prop("backgroundImageRelativeUrl")


@dataclass(frozen=True, slots=True)
class IdentitySensor:
    """A sensor of Defender for Identity."""

    name: str = prop("displayName", "")
    health: str = prop("healthStatus", "")


@graph_read(
    "tenant-identity-sensors",
    "/security/identities/sensors",
    "SecurityIdentitiesSensors.Read.All",
    beta=True,
)
@dataclass(frozen=True, slots=True)
class IdentitySensors:
    """All sensors."""

    rows: tuple[IdentitySensor, ...]


@dataclass(frozen=True, slots=True)
class IdentityIssue:
    """A health issue of Defender for Identity."""

    name: str = prop("displayName", "")
    severity: str = prop("severity", "")
    status: str = prop("status", "")


@graph_read(
    "tenant-identity-issues",
    "/security/identities/healthIssues",
    "SecurityIdentitiesHealth.Read.All",
    query=(("$filter", "status eq 'open'"),),
    beta=True,
    local=True,
)
@dataclass(frozen=True, slots=True)
class IdentityIssues:
    """The open health issues."""

    rows: tuple[IdentityIssue, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A bought or tried product and when its term ends; None where it renews itself."""

    sku_id: str = prop("skuId", "")
    part_number: str = prop("skuPartNumber", "")
    status: str = prop("status", "")
    trial: bool = prop("isTrial", default=False)
    licences: int | None = prop("totalLicenses")
    ends: datetime | None = prop("nextLifecycleDateTime")


@graph_read("tenant-subscriptions", "/directory/subscriptions", "Organization.Read.All")
@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All subscriptions."""

    rows: tuple[Subscription, ...]
