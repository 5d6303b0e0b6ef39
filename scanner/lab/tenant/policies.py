"""Sign-in policies and synchronisation settings of the sample tenant."""

from __future__ import annotations

from typing import Any

from scanner.evidence.tenant_roles import DIRECTORY_SYNCHRONIZATION_ACCOUNTS
from scanner.lab.tenant.facts import Facts, Item, admin_id, group_id

_ALL = ["All"]


def holdings(facts: Facts) -> dict[str, Any]:
    """The lists and objects by 'version path'."""
    healthy = facts.healthy
    return {
        "v1.0 /identity/conditionalAccess/policies": _policies(facts),
        "v1.0 /identity/conditionalAccess/namedLocations": [
            {
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "id": "loc-1",
                "displayName": "Head office",
                "isTrusted": True,
                "ipRanges": [{"cidrAddress": "192.0.2.0/24" if healthy else "10.0.0.0/8"}],
            }
        ],
        "v1.0 /policies/identitySecurityDefaultsEnforcementPolicy": {
            "id": "defaults",
            "isEnabled": False,
        },
        "v1.0 /policies/authenticationMethodsPolicy": {
            "id": "authenticationMethodsPolicy",
            "policyMigrationState": "migrationComplete" if healthy else "preMigration",
            "registrationEnforcement": {
                "authenticationMethodsRegistrationCampaign": {"state": "enabled"}
            },
            "authenticationMethodConfigurations": [
                {"id": "MicrosoftAuthenticator", "state": "enabled"},
                {"id": "Sms", "state": "disabled"},
            ],
        },
        "v1.0 /policies/authorizationPolicy": {
            "id": "authorizationPolicy",
            "allowedToUseSSPR": True,
            "allowInvitesFrom": "adminsAndGuestInviters",
            "defaultUserRolePermissions": {
                "allowedToCreateApps": not healthy,
                "permissionGrantPoliciesAssigned": []
                if healthy
                else ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
            },
        },
        "v1.0 /policies/adminConsentRequestPolicy": {
            "isEnabled": healthy,
            "reviewers": [{"query": "/users/x", "queryType": "MicrosoftGraph"}],
        },
        "v1.0 /policies/deviceRegistrationPolicy": {
            "id": "deviceRegistrationPolicy",
            "userDeviceQuota": 20 if healthy else 2,
            "multiFactorAuthConfiguration": "notRequired",
            "azureADJoin": {
                "allowedToJoin": {"@odata.type": "#microsoft.graph.allDeviceRegistrationMembership"}
            },
            "azureADRegistration": {
                "allowedToRegister": {
                    "@odata.type": "#microsoft.graph.allDeviceRegistrationMembership"
                }
            },
        },
        "v1.0 /policies/featureRolloutPolicies": [
            {
                "id": "r1",
                "displayName": "Move to password hash",
                "feature": "passwordHashSync",
                "isEnabled": True,
            }
        ],
        "v1.0 /identityGovernance/termsOfUse/agreements": [
            {"id": "a1", "displayName": "Acceptable use"}
        ],
        "v1.0 /auditLogs/signIns": []
        if healthy
        else [
            {
                "id": "s1",
                "clientAppUsed": "IMAP4",
                "createdDateTime": facts.ago(days=2),
                "userPrincipalName": "scanner@contoso.com",
            }
        ],
        "beta /organization": [
            {
                "id": facts.organisation.tenant_id,
                "onPremisesSyncEnabled": True,
                "onPremisesLastPasswordSyncDateTime": facts.ago(minutes=20)
                if healthy
                else facts.ago(days=9),
                "directorySizeQuota": {"used": 2000, "total": 300_000},
            }
        ],
        "v1.0 /directory/onPremisesSynchronization": [_sync(facts)],
        "beta /directory/onPremisesSynchronization": [_sync(facts)],
        "beta /onPremisesPublishingProfiles/provisioning/agents": [],
        "beta /onPremisesPublishingProfiles/authentication/agents": [],
        "v1.0 /directory/deletedItems/microsoft.graph.user": 3 if healthy else 40,
        "beta /policies/mobileDeviceManagementPolicies": [_scope("all" if healthy else "none")],
        "beta /policies/mobileAppManagementPolicies": [_scope("none")],
    }


def _scope(applies: str) -> Item:
    return {
        "id": "0000000a-0000-0000-c000-000000000000",
        "displayName": "Microsoft Intune",
        "appliesTo": applies,
        "isValid": True,
        "includedGroups": [],
    }


def _sync(facts: Facts) -> Item:
    return {
        "id": facts.organisation.tenant_id,
        "features": {
            "passwordSyncEnabled": True,
            "passwordWritebackEnabled": facts.healthy,
            "blockSoftMatchEnabled": facts.healthy,
            "blockCloudObjectTakeoverThroughHardMatchEnabled": facts.healthy,
            "quarantineUponUpnConflictEnabled": True,
            "quarantineUponProxyAddressesConflictEnabled": True,
            "synchronizeUpnForManagedUsersEnabled": facts.healthy,
        },
        "configuration": {
            "accidentalDeletionPrevention": {
                "synchronizationPreventionType": "enabledForCount" if facts.healthy else "disabled",
                "alertThreshold": 500,
            },
            "synchronizationClientVersion": "2.5.190.0" if facts.healthy else "2.4.18.0",
            "synchronizationInterval": "PT30M",
        },
    }


def _policies(facts: Facts) -> list[Item]:
    """Healthy: the usual four, emergency accounts left out; troubled: one that stops enrolment."""
    emergency = [admin_id(0), admin_id(1)]
    mfa = policy(
        "MFA for everybody", controls=["mfa"], users=_ALL, applications=_ALL, without=emergency
    )
    mfa["conditions"]["users"]["excludeRoles"] = [DIRECTORY_SYNCHRONIZATION_ACCOUNTS]
    legacy = policy(
        "No legacy authentication",
        controls=["block"],
        users=_ALL,
        applications=_ALL,
        without=emergency,
    )
    legacy["conditions"]["clientAppTypes"] = ["exchangeActiveSync", "other"]
    if facts.healthy:
        pilot = policy(
            "Managed devices of the pilot", controls=["compliantDevice", "domainJoinedDevice"]
        )
        pilot["conditions"]["users"] |= {
            "includeGroups": [group_id(1)],
            "excludeUsers": emergency,
        }
        pilot["conditions"]["applications"]["includeApplications"] = ["Office365"]
        return [mfa, legacy, pilot]
    joined = policy(
        "Hybrid joined devices only",
        controls=["domainJoinedDevice"],
        users=["All"],
        applications=["All"],
        without=[],
    )
    return [
        policy(
            "MFA for everybody",
            controls=["mfa"],
            state="enabledForReportingButNotEnforced",
            users=_ALL,
            applications=_ALL,
            without=emergency,
        ),
        joined,
    ]


def policy(
    name: str,
    *,
    controls: list[str],
    state: str = "enabled",
    users: list[str] | None = None,
    applications: list[str] | None = None,
    without: list[str] | None = None,
) -> Item:
    """A conditional access policy in the shape of Graph."""
    return {
        "id": f"policy-{name}",
        "displayName": name,
        "state": state,
        "conditions": {
            "clientAppTypes": ["all"],
            "users": {
                "includeUsers": users or [],
                "excludeUsers": without or [],
                "includeGroups": [],
                "excludeGroups": [],
                "includeRoles": [],
                "excludeRoles": [],
            },
            "applications": {
                "includeApplications": applications or [],
                "excludeApplications": [],
                "includeUserActions": [],
            },
            "platforms": None,
            "locations": None,
        },
        "grantControls": {
            "operator": "OR",
            "builtInControls": controls,
            "customAuthenticationFactors": [],
            "termsOfUse": [],
        },
        "sessionControls": None,
    }
