"""How devices come under management, and what Intune asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import (
    APPS,
    ASSIGNMENTS,
    CONFIGURATION,
    POLICY,
    SERVICE_CONFIGURATION,
    graph_read,
    prop,
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """To whom something is assigned; only that there is an assignment matters."""

    id: str = prop("id", "")


@graph_read(
    "tenant-device-registration",
    "/policies/deviceRegistrationPolicy",
    "Policy.Read.DeviceConfiguration",
)
@dataclass(frozen=True, slots=True)
class DeviceRegistration:
    """Who may register and join devices; `join` and `register` are names of membership types."""

    quota: int | None = prop("userDeviceQuota")
    multi_factor: str | None = prop("multiFactorAuthConfiguration")
    join: str | None = prop("azureADJoin/allowedToJoin/@odata.type")
    register: str | None = prop("azureADRegistration/allowedToRegister/@odata.type")


@dataclass(frozen=True, slots=True)
class GroupReference:
    """A group that a scope includes."""

    id: str = prop("id", "")


@dataclass(frozen=True, slots=True)
class MobilityPolicy:
    """An application that manages mobile devices or apps, and for whom: 'none', 'all', 'selected'."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    applies_to: str = prop("appliesTo", "")
    groups: tuple[GroupReference, ...] = prop("includedGroups", ())


@graph_read(
    "tenant-mdm-scope",
    "/policies/mobileDeviceManagementPolicies",
    delegated=(POLICY,),
    query=(("$expand", "includedGroups"),),
    beta=True,
)
@dataclass(frozen=True, slots=True)
class MdmScope:
    """For whom devices enrol automatically."""

    rows: tuple[MobilityPolicy, ...]


@graph_read(
    "tenant-mam-scope",
    "/policies/mobileAppManagementPolicies",
    delegated=(POLICY,),
    query=(("$expand", "includedGroups"),),
    beta=True,
)
@dataclass(frozen=True, slots=True)
class MamScope:
    """For whom apps on personal Windows devices are managed."""

    rows: tuple[MobilityPolicy, ...]


@dataclass(frozen=True, slots=True)
class PlatformRestriction:
    """What a restriction says about one platform."""

    blocked: bool = prop("platformBlocked", default=False)
    personal_blocked: bool = prop("personalDeviceEnrollmentBlocked", default=False)


@dataclass(frozen=True, slots=True)
class EnrolmentConfiguration:
    """A restriction, a device limit or a Windows Hello setting. Priority 0 is the default."""

    type: str = prop("@odata.type", "")
    name: str = prop("displayName", "")
    priority: int | None = prop("priority")
    limit: int | None = prop("limit")
    ios: PlatformRestriction | None = prop("iosRestriction")
    android: PlatformRestriction | None = prop("androidRestriction")
    windows: PlatformRestriction | None = prop("windowsRestriction")
    macos: PlatformRestriction | None = prop("macOSRestriction")
    hello: str | None = prop("state")
    assignments: tuple[Assignment, ...] = prop("assignments", ())

    @property
    def applies(self) -> bool:
        """Whether it reaches anybody: the default does, any other when it is assigned."""
        return self.priority == 0 or bool(self.assignments)


@graph_read(
    "tenant-enrolment-configurations",
    "/deviceManagement/deviceEnrollmentConfigurations",
    SERVICE_CONFIGURATION,
    query=(ASSIGNMENTS,),
)
@dataclass(frozen=True, slots=True)
class EnrolmentConfigurations:
    """All enrolment configurations."""

    rows: tuple[EnrolmentConfiguration, ...]


@dataclass(frozen=True, slots=True)
class CompanyTerms:
    """Terms and conditions of Intune."""

    name: str = prop("displayName", "")
    title: str = prop("title", "")
    body: str = prop("bodyText", "")
    assignments: tuple[Assignment, ...] = prop("assignments", ())


@graph_read(
    "tenant-company-terms",
    "/deviceManagement/termsAndConditions",
    SERVICE_CONFIGURATION,
    query=(ASSIGNMENTS,),
)
@dataclass(frozen=True, slots=True)
class AllCompanyTerms:
    """All terms and conditions of Intune."""

    rows: tuple[CompanyTerms, ...]


@dataclass(frozen=True, slots=True)
class BrandingProfile:
    """How the Company Portal presents the organisation."""

    default: bool = prop("isDefaultProfile", default=False)
    profile: str = prop("profileName", "")
    display_name: str = prop("displayName", "")
    contact_name: str = prop("contactITName", "")
    contact_phone: str = prop("contactITPhoneNumber", "")
    contact_mail: str = prop("contactITEmailAddress", "")
    privacy_url: str = prop("privacyUrl", "")
    support_url: str = prop("onlineSupportSiteUrl", "")


@graph_read(
    "tenant-branding-profiles",
    "/deviceManagement/intuneBrandingProfiles",
    APPS,
    select=True,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class BrandingProfiles:
    """All branding profiles of the Company Portal."""

    rows: tuple[BrandingProfile, ...]


@dataclass(frozen=True, slots=True)
class CompliancePolicy:
    """A compliance policy; its type names the platform."""

    type: str = prop("@odata.type", "")
    name: str = prop("displayName", "")
    assignments: tuple[Assignment, ...] = prop("assignments", ())


@graph_read(
    "tenant-compliance-policies",
    "/deviceManagement/deviceCompliancePolicies",
    CONFIGURATION,
    query=(ASSIGNMENTS,),
)
@dataclass(frozen=True, slots=True)
class CompliancePolicies:
    """All compliance policies."""

    rows: tuple[CompliancePolicy, ...]


@dataclass(frozen=True, slots=True)
class AppProtection:
    """An app protection policy of one platform."""

    name: str = prop("displayName", "")
    assigned: bool = prop("isAssigned", default=False)


@graph_read("tenant-app-protection-ios", "/deviceAppManagement/iosManagedAppProtections", APPS)
@dataclass(frozen=True, slots=True)
class IosAppProtection:
    """App protection on iOS."""

    rows: tuple[AppProtection, ...]


@graph_read(
    "tenant-app-protection-android", "/deviceAppManagement/androidManagedAppProtections", APPS
)
@dataclass(frozen=True, slots=True)
class AndroidAppProtection:
    """App protection on Android."""

    rows: tuple[AppProtection, ...]


@dataclass(frozen=True, slots=True)
class MobileApp:
    """An app that Intune hands out."""

    name: str = prop("displayName", "")
    assigned: bool = prop("isAssigned", default=False)


@graph_read(
    "tenant-mobile-apps",
    "/deviceAppManagement/mobileApps",
    APPS,
    select=True,
    query=(("$filter", "isAssigned eq true"),),
    beta=True,
    local=True,
)
@dataclass(frozen=True, slots=True)
class MobileApps:
    """The apps that are assigned to somebody."""

    rows: tuple[MobileApp, ...]


@dataclass(frozen=True, slots=True)
class AutopilotDevice:
    """A device that is registered for Autopilot."""

    serial: str = prop("serialNumber", "")


# One device is enough to know that there are some.
@graph_read(
    "tenant-autopilot-devices",
    "/deviceManagement/windowsAutopilotDeviceIdentities",
    SERVICE_CONFIGURATION,
    query=(("$top", "1"),),
    sample=True,
)
@dataclass(frozen=True, slots=True)
class AutopilotDevices:
    """A first page of the Autopilot devices."""

    rows: tuple[AutopilotDevice, ...]


@dataclass(frozen=True, slots=True)
class AutopilotProfile:
    """A deployment profile."""

    name: str = prop("displayName", "")
    assignments: tuple[Assignment, ...] = prop("assignments", ())


@graph_read(
    "tenant-autopilot-profiles",
    "/deviceManagement/windowsAutopilotDeploymentProfiles",
    SERVICE_CONFIGURATION,
    query=(ASSIGNMENTS,),
    beta=True,
)
@dataclass(frozen=True, slots=True)
class AutopilotProfiles:
    """All deployment profiles."""

    rows: tuple[AutopilotProfile, ...]


@graph_read(
    "tenant-autopilot-sync",
    "/deviceManagement/windowsAutopilotSettings",
    SERVICE_CONFIGURATION,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class AutopilotSync:
    """When the registered devices were last synchronised."""

    status: str | None = prop("syncStatus")
    last: datetime | None = prop("lastSyncDateTime")
