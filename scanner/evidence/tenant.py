"""What the tenant says about itself over Microsoft Graph, and which call each fact comes from.

Every Graph path, property and permission of the product is declared here and in the modules
tenant_*.py beside this one, and nowhere else; the source builds its requests, and `preview` and
`permissions` their lists, from these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scanner.evidence.envelope import GraphCall, evidence
from scanner.evidence.graph import CONFIGURATION, graph_call, prop
from scanner.subject import Subject, domain

RecordType = Literal["CNAME", "MX", "TXT", "SRV"]

# Not in the default property set of the list, and only readable on the single object.
MDM_AUTHORITY = GraphCall(
    "/organization/{id}",
    select=("mobileDeviceManagementAuthority",),
    permissions=("Organization.Read.All",),
)
DOMAINS = GraphCall(
    "/domains",
    select=(
        "id",
        "authenticationType",
        "isDefault",
        "isInitial",
        "isVerified",
        "isAdminManaged",
        "supportedServices",
    ),
    permissions=("Domain.Read.All",),
)
_RECORD = (
    "recordType",
    "label",
    "supportedService",
    "isOptional",
    "ttl",
    "canonicalName",
    "mailExchange",
    "preference",
    "text",
    "nameTarget",
    "port",
    "priority",
    "protocol",
    "service",
    "weight",
)
SERVICE_RECORDS = GraphCall(
    "/domains/{id}/serviceConfigurationRecords",
    permissions=("Domain.Read.All",),
    properties=_RECORD,
)
VERIFICATION_RECORDS = GraphCall(
    "/domains/{id}/verificationDnsRecords", permissions=("Domain.Read.All",), properties=_RECORD
)
SKUS = GraphCall(
    "/subscribedSkus",
    select=(
        "skuId",
        "skuPartNumber",
        "capabilityStatus",
        "appliesTo",
        "consumedUnits",
        "prepaidUnits",
        "servicePlans",
    ),
    permissions=("LicenseAssignment.Read.All",),
    properties=(
        "prepaidUnits/enabled",
        "prepaidUnits/warning",
        "prepaidUnits/suspended",
        "prepaidUnits/lockedOut",
        "servicePlans/servicePlanId",
        "servicePlans/servicePlanName",
        "servicePlans/provisioningStatus",
        "servicePlans/appliesTo",
    ),
)
USERS = GraphCall(
    "/users",
    select=(
        "id",
        "userPrincipalName",
        "accountEnabled",
        "userType",
        "usageLocation",
        "assignedLicenses",
        "licenseAssignmentStates",
        "onPremisesSyncEnabled",
        "onPremisesProvisioningErrors",
        "serviceProvisioningErrors",
        "externalUserState",
        "createdDateTime",
        "mail",
        "onPremisesImmutableId",
        "proxyAddresses",
    ),
    properties=(
        "assignedLicenses/skuId",
        "assignedLicenses/disabledPlans",
        "licenseAssignmentStates/skuId",
        "licenseAssignmentStates/state",
        "licenseAssignmentStates/assignedByGroup",
        "onPremisesProvisioningErrors/category",
        "onPremisesProvisioningErrors/propertyCausingError",
        "onPremisesProvisioningErrors/value",
        "onPremisesProvisioningErrors/occurredDateTime",
        "serviceProvisioningErrors/isResolved",
    ),
    query=(("$top", "999"),),
    permissions=("User.Read.All",),
)


@dataclass(frozen=True, slots=True)
class ProvisioningError:
    """Why an object, or one of its attributes, did not come through the synchronisation."""

    category: str = prop("category", "")
    attribute: str = prop("propertyCausingError", "")
    value: str = prop("value", "")
    since: datetime | None = prop("occurredDateTime")


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant itself. `on_premises_sync_enabled` None: never on; False: was on and is off."""

    tenant_id: str = prop("id", "")
    name: str = prop("displayName", "")
    on_premises_sync_enabled: bool | None = prop("onPremisesSyncEnabled")
    last_sync: datetime | None = prop("onPremisesLastSyncDateTime")
    default_usage_location: str | None = prop("defaultUsageLocation")
    country: str | None = prop("countryLetterCode")
    technical_contacts: tuple[str, ...] = prop("technicalNotificationMails", ())
    security_contacts: tuple[str, ...] = prop("securityComplianceNotificationMails", ())
    privacy_contact: str | None = prop("privacyProfile/contactEmail")
    privacy_statement: str | None = prop("privacyProfile/statementUrl")


ORGANIZATION = graph_call("/organization", Organization, "Organization.Read.All", select=True)
evidence("tenant-organization", source="graph", calls=(ORGANIZATION,))(Organization)


@evidence("tenant-mdm-authority", source="graph", calls=(ORGANIZATION, MDM_AUTHORITY))
@dataclass(frozen=True, slots=True)
class MdmAuthority:
    """What manages mobile devices: 'intune', 'office365', 'sccm', 'unknown' or a new word."""

    authority: str | None


@dataclass(frozen=True, slots=True)
class TenantDomain:
    """One domain of the tenant. `authentication_type` is 'Managed' or 'Federated'."""

    name: str
    authentication_type: str = ""
    is_default: bool = False
    is_initial: bool = False
    is_verified: bool = False
    supported_services: tuple[str, ...] = ()
    is_admin_managed: bool = True


@evidence("tenant-domains", source="graph", calls=(DOMAINS,))
@dataclass(frozen=True, slots=True)
class TenantDomains:
    """All domains of the tenant, verified or not."""

    domains: tuple[TenantDomain, ...]

    def named(self, name: str) -> TenantDomain | None:
        """Find the domain with that name, in whatever case; None where the tenant lacks it."""
        wanted = domain(name).name
        return next((one for one in self.domains if domain(one.name).name == wanted), None)


@dataclass(frozen=True, slots=True)
class ExpectedRecord:
    """One DNS record that the tenant asks for. `owner` is the full name; `value` without final dot.

    `priority` is the preference of an MX too; `ttl` is in seconds.
    """

    type: RecordType
    owner: str
    value: str
    ttl: int | None = None
    priority: int | None = None
    weight: int | None = None
    port: int | None = None
    optional: bool = False
    service: str = ""


@evidence("tenant-domain-records", source="graph", calls=(SERVICE_RECORDS, VERIFICATION_RECORDS))
@dataclass(frozen=True, slots=True)
class DomainRecords:
    """What the tenant wants to see in the DNS of one domain.

    `unavailable` counts records that the tenant could not compute or that are of no known type:
    the lists are not the whole truth where it is not zero.
    """

    domain: str
    service: tuple[ExpectedRecord, ...] = ()
    verification: tuple[ExpectedRecord, ...] = ()
    unavailable: int = 0

    @property
    def subject(self) -> Subject:
        """The domain that the records belong to."""
        return domain(self.domain)


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service inside a product. `id` is the service plan id, never a product id."""

    id: str
    name: str
    status: str
    applies_to: str = ""


@dataclass(frozen=True, slots=True)
class Sku:
    """One subscribed product and its seats; `enabled` are in good order."""

    sku_id: str
    part_number: str
    capability_status: str
    applies_to: str = "User"
    consumed: int = 0
    enabled: int = 0
    warning: int = 0
    suspended: int = 0
    locked_out: int = 0
    plans: tuple[ServicePlan, ...] = ()


@evidence("tenant-skus", source="graph", calls=(SKUS,))
@dataclass(frozen=True, slots=True)
class Skus:
    """All subscribed products of the tenant."""

    skus: tuple[Sku, ...]


@evidence("tenant-users", source="graph", stream=True, calls=(USERS,))
@dataclass(frozen=True, slots=True)
class User:
    """One user of the tenant. `license_ids` are product ids; `synced` None: never synchronised.

    `inactive_ids` are those of the products whose assignment is not active; `disabled_plans` are
    'product id/plan id' of what is switched off in an assignment. `unresolved` counts errors that a
    service reports about the user. `invited` is 'PendingAcceptance' for a guest who never came.
    `anchor` is the immutable id, by which the user is tied to an object on premises; `proxies` are
    its addresses with their types, such as SMTP:ann@contoso.com.
    """

    id: str
    upn: str
    enabled: bool = True
    user_type: str = "Member"
    usage_location: str | None = None
    license_ids: tuple[str, ...] = ()
    synced: bool | None = None
    mail: str | None = None
    licensed_by_group: bool = False
    inactive_ids: tuple[str, ...] = ()
    disabled_plans: tuple[str, ...] = ()
    errors: tuple[ProvisioningError, ...] = ()
    unresolved: int = 0
    invited: str | None = None
    created: datetime | None = None
    anchor: str = ""
    proxies: tuple[str, ...] = ()

    @property
    def suffix(self) -> str:
        """The part of the sign-in name behind the at sign, in lower case."""
        return suffix_of(self.upn)


def suffix_of(upn: str) -> str:
    """The part of a sign-in name behind the at sign, in lower case; empty where there is none."""
    _, at, suffix = upn.rpartition("@")
    return suffix.casefold() if at else ""


@dataclass(frozen=True, slots=True)
class IntuneTenant:
    """The Intune account. `subscription_state` None: the service says that there is no account."""

    subscription_state: str | None = prop("subscriptionState")
    account_id: str | None = prop("intuneAccountId")
    secure_by_default: bool | None = prop("settings/secureByDefault")
    check_in_days: int | None = prop("settings/deviceComplianceCheckinThresholdDays")
    brand_name: str | None = prop("intuneBrand/displayName")
    brand_privacy: str | None = prop("intuneBrand/privacyUrl")
    brand_mail: str | None = prop("intuneBrand/contactITEmailAddress")
    brand_phone: str | None = prop("intuneBrand/contactITPhoneNumber")


INTUNE = graph_call("/deviceManagement", IntuneTenant, CONFIGURATION)
evidence("tenant-intune", source="graph", calls=(INTUNE,))(IntuneTenant)


@dataclass(frozen=True, slots=True)
class NeededPermission:
    """A Graph permission that the evidence asked for in this run needs. `feeds` names the kinds."""

    name: str
    feeds: tuple[str, ...]


@evidence("tenant-sign-in", source="graph")
@dataclass(frozen=True, slots=True)
class SignedIn:
    """As whom the scan read the tenant, from the claims of its token; never the token itself."""

    app_id: str
    tenant_id: str
    mode: Literal["app", "delegated"]
    granted: tuple[str, ...]
    needed: tuple[NeededPermission, ...] = field(default=())
