"""Conditional access: the policies and what they lean on.

https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.graph import POLICY, graph_read, prop


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """One policy. Words and ids as Graph gives them; 'All' in a list stands for everything.

    `state` is 'enabled', 'disabled' or 'enabledForReportingButNotEnforced'.
    """

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    state: str = prop("state", "")
    include_users: tuple[str, ...] = prop("conditions/users/includeUsers", ())
    exclude_users: tuple[str, ...] = prop("conditions/users/excludeUsers", ())
    include_groups: tuple[str, ...] = prop("conditions/users/includeGroups", ())
    exclude_groups: tuple[str, ...] = prop("conditions/users/excludeGroups", ())
    include_roles: tuple[str, ...] = prop("conditions/users/includeRoles", ())
    exclude_roles: tuple[str, ...] = prop("conditions/users/excludeRoles", ())
    include_applications: tuple[str, ...] = prop("conditions/applications/includeApplications", ())
    exclude_applications: tuple[str, ...] = prop("conditions/applications/excludeApplications", ())
    application_filter: str | None = prop("conditions/applications/applicationFilter/rule")
    user_actions: tuple[str, ...] = prop("conditions/applications/includeUserActions", ())
    client_app_types: tuple[str, ...] = prop("conditions/clientAppTypes", ())
    include_platforms: tuple[str, ...] = prop("conditions/platforms/includePlatforms", ())
    exclude_platforms: tuple[str, ...] = prop("conditions/platforms/excludePlatforms", ())
    include_locations: tuple[str, ...] = prop("conditions/locations/includeLocations", ())
    exclude_locations: tuple[str, ...] = prop("conditions/locations/excludeLocations", ())
    user_risk: tuple[str, ...] = prop("conditions/userRiskLevels", ())
    sign_in_risk: tuple[str, ...] = prop("conditions/signInRiskLevels", ())
    device_filter: str | None = prop("conditions/devices/deviceFilter/rule")
    transfer_methods: str | None = prop("conditions/authenticationFlows/transferMethods")
    controls: tuple[str, ...] = prop("grantControls/builtInControls", ())
    operator: str = prop("grantControls/operator", "OR")
    strength: str | None = prop("grantControls/authenticationStrength/id")
    terms: tuple[str, ...] = prop("grantControls/termsOfUse", ())
    custom_controls: tuple[str, ...] = prop("grantControls/customAuthenticationFactors", ())
    frequency_on: bool = prop("sessionControls/signInFrequency/isEnabled", default=False)
    frequency_interval: str | None = prop("sessionControls/signInFrequency/frequencyInterval")

    @property
    def enabled(self) -> bool:
        """Whether the policy is enforced; report-only is not."""
        return self.state.casefold() == "enabled"

    @property
    def report_only(self) -> bool:
        """Whether the policy only reports what it would have done."""
        return self.state.casefold() == "enabledforreportingbutnotenforced"


@graph_read("tenant-access-policies", "/identity/conditionalAccess/policies", POLICY)
@dataclass(frozen=True, slots=True)
class AccessPolicies:
    """All conditional access policies."""

    rows: tuple[AccessPolicy, ...]


@dataclass(frozen=True, slots=True)
class AddressRange:
    """One range of a named location, in CIDR notation."""

    cidr: str = prop("cidrAddress", "")


@dataclass(frozen=True, slots=True)
class NamedLocation:
    """A named location: address ranges, or countries."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    trusted: bool = prop("isTrusted", default=False)
    ranges: tuple[AddressRange, ...] = prop("ipRanges", ())
    countries: tuple[str, ...] = prop("countriesAndRegions", ())


@graph_read("tenant-named-locations", "/identity/conditionalAccess/namedLocations", POLICY)
@dataclass(frozen=True, slots=True)
class NamedLocations:
    """All named locations."""

    rows: tuple[NamedLocation, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A terms-of-use agreement of Entra."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")


@graph_read(
    "tenant-agreements",
    "/identityGovernance/termsOfUse/agreements",
    delegated=("Agreement.Read.All",),
)
@dataclass(frozen=True, slots=True)
class Agreements:
    """All terms-of-use agreements."""

    rows: tuple[Agreement, ...]


@graph_read(
    "tenant-security-defaults", "/policies/identitySecurityDefaultsEnforcementPolicy", POLICY
)
@dataclass(frozen=True, slots=True)
class SecurityDefaults:
    """Whether security defaults are on; None where the service does not say."""

    enabled: bool | None = prop("isEnabled")
