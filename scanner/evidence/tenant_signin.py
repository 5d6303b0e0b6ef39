"""How people prove who they are: methods, registration, consent and password reset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import LARGEST_PAGE, POLICY, graph_read, prop

_LEGACY = " or ".join(
    f"clientAppUsed eq '{name}'"
    for name in ("IMAP4", "POP3", "Authenticated SMTP", "Exchange ActiveSync", "Other clients")
)
_FEATURES = (
    "/reports/authenticationMethods/usersRegisteredByFeature"
    "(includedUserTypes='member',includedUserRoles='all')"
)


@dataclass(frozen=True, slots=True)
class MethodConfiguration:
    """One authentication method: its name, and 'enabled' or 'disabled'."""

    id: str = prop("id", "")
    state: str = prop("state", "")


@graph_read("tenant-authentication-methods", "/policies/authenticationMethodsPolicy", POLICY)
@dataclass(frozen=True, slots=True)
class AuthenticationMethods:
    """The policy of authentication methods and how far its migration is."""

    migration: str | None = prop("policyMigrationState")
    campaign: str | None = prop(
        "registrationEnforcement/authenticationMethodsRegistrationCampaign/state"
    )
    methods: tuple[MethodConfiguration, ...] = prop("authenticationMethodConfigurations", ())


@graph_read(
    "tenant-registrations",
    "/reports/authenticationMethods/userRegistrationDetails",
    "AuditLog.Read.All",
    select=True,
    stream=True,
    query=(LARGEST_PAGE,),
)
@dataclass(frozen=True, slots=True)
class Registration:
    """What one user has registered; the report lags behind by hours."""

    id: str = prop("id", "")
    upn: str = prop("userPrincipalName", "")
    admin: bool = prop("isAdmin", default=False)
    mfa_registered: bool = prop("isMfaRegistered", default=False)
    mfa_capable: bool = prop("isMfaCapable", default=False)
    reset_enabled: bool = prop("isSsprEnabled", default=False)
    reset_registered: bool = prop("isSsprRegistered", default=False)
    user_type: str = prop("userType", "member")


@dataclass(frozen=True, slots=True)
class FeatureCount:
    """How many users are registered for, enabled for or capable of one feature."""

    feature: str = prop("feature", "")
    count: int = prop("userCount", 0)


@graph_read("tenant-registration-summary", _FEATURES, delegated=("AuditLog.Read.All",))
@dataclass(frozen=True, slots=True)
class RegistrationSummary:
    """Registration as numbers."""

    total: int = prop("totalUserCount", 0)
    features: tuple[FeatureCount, ...] = prop("userRegistrationFeatureCounts", ())

    def of(self, feature: str) -> int | None:
        """The number of one feature, such as 'mfaRegistered'; None where it is not told."""
        wanted = feature.casefold()
        return next((one.count for one in self.features if one.feature.casefold() == wanted), None)


@graph_read("tenant-authorization-policy", "/policies/authorizationPolicy", POLICY)
@dataclass(frozen=True, slots=True)
class AuthorizationPolicy:
    """What users may do by themselves. An empty `grant_policies` means: consent to nothing."""

    admins_may_reset: bool | None = prop("allowedToUseSSPR")
    invites_from: str | None = prop("allowInvitesFrom")
    may_create_apps: bool | None = prop("defaultUserRolePermissions/allowedToCreateApps")
    grant_policies: tuple[str, ...] | None = prop(
        "defaultUserRolePermissions/permissionGrantPoliciesAssigned"
    )


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who reviews requests for consent."""

    query: str = prop("query", "")


@graph_read("tenant-consent-requests", "/policies/adminConsentRequestPolicy", POLICY)
@dataclass(frozen=True, slots=True)
class ConsentRequests:
    """The workflow in which users ask an administrator for consent."""

    enabled: bool | None = prop("isEnabled")
    reviewers: tuple[Reviewer, ...] = prop("reviewers", ())


@dataclass(frozen=True, slots=True)
class LegacySignIn:
    """A sign-in by a protocol that knows no second factor."""

    client: str = prop("clientAppUsed", "")
    at: datetime | None = prop("createdDateTime")
    upn: str = prop("userPrincipalName", "")


@graph_read(
    "tenant-legacy-sign-ins",
    "/auditLogs/signIns",
    "AuditLog.Read.All",
    query=(
        ("$filter", f"createdDateTime ge {{7 days ago}} and ({_LEGACY})"),
        ("$top", "25"),
    ),
    sample=True,
)
@dataclass(frozen=True, slots=True)
class LegacySignIns:
    """The latest sign-ins of that kind; a sample is enough to know that there are some."""

    rows: tuple[LegacySignIn, ...]


@dataclass(frozen=True, slots=True)
class HeldLicence:
    """A product that a user holds."""

    sku_id: str = prop("skuId", "")


@dataclass(frozen=True, slots=True)
class Activity:
    """When a user last signed in."""

    interactive: datetime | None = prop("lastSignInDateTime")
    other: datetime | None = prop("lastNonInteractiveSignInDateTime")


@graph_read(
    "tenant-user-activity",
    "/users",
    "User.Read.All",
    "AuditLog.Read.All",
    select=True,
    stream=True,
    query=(("$top", "500"),),
)
@dataclass(frozen=True, slots=True)
class UserActivity:
    """The last sign-ins of one user. Apart from the users: it makes the pages smaller."""

    id: str = prop("id", "")
    upn: str = prop("userPrincipalName", "")
    enabled: bool = prop("accountEnabled", default=True)
    created: datetime | None = prop("createdDateTime")
    licences: tuple[HeldLicence, ...] = prop("assignedLicenses", ())
    activity: Activity | None = prop("signInActivity")

    @property
    def last(self) -> datetime | None:
        """The later of the two sign-ins; None where there was none."""
        found = self.activity
        both = (found.interactive, found.other) if found else ()
        return max((one for one in both if one), default=None)
