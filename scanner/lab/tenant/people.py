"""Groups, roles and registrations of the sample tenant."""

from __future__ import annotations

from typing import Any

from scanner.evidence.tenant_roles import (
    CONDITIONAL_ACCESS_ADMINISTRATOR,
    DIRECTORY_SYNCHRONIZATION_ACCOUNTS,
    GLOBAL_ADMINISTRATOR,
    HYBRID_IDENTITY_ADMINISTRATOR,
    INFORMATION_PROTECTION_ADMINISTRATOR,
    INTUNE_ADMINISTRATOR,
)
from scanner.lab.tenant.facts import EMS_E3, Facts, Item, admin_id, group_id, user_id

PILOTS = range(10)
SYNC_ACCOUNT = "00000000-0000-4000-b000-000000000001"


def holdings(facts: Facts) -> dict[str, Any]:
    """The lists by 'version path'."""
    healthy = facts.healthy
    people = facts.users()
    found: dict[str, Any] = {
        "v1.0 /users": people,
        "v1.0 /groups": _groups(facts),
        "v1.0 /contacts": [_contact(number) for number in range(5)],
        "v1.0 /roleManagement/directory/roleAssignments": _roles(facts),
        "v1.0 /roleManagement/directory/roleEligibilityScheduleInstances": [],
        "v1.0 /reports/authenticationMethods/userRegistrationDetails": [
            _registration(facts, one, number) for number, one in enumerate(people)
        ],
        "v1.0 /reports/authenticationMethods/usersRegisteredByFeature"
        "(includedUserTypes='member',includedUserRoles='all')": {
            "totalUserCount": 300,
            "userRegistrationFeatureCounts": [
                {"feature": "mfaRegistered", "userCount": 290 if healthy else 120},
                {"feature": "ssprEnabled", "userCount": 300 if healthy else 0},
            ],
        },
    }
    for group in found["v1.0 /groups"]:
        found[f"v1.0 /groups/{group['id']}"] = group
    for number, members in {1: PILOTS, 2: range(20, 40), 3: range(0)}.items():
        ids = [{"id": user_id(one)} for one in members]
        found[f"v1.0 /groups/{group_id(number)}/transitiveMembers"] = ids
    found[f"v1.0 /groups/{group_id(2)}/membersWithLicenseErrors"] = [
        {
            "id": user_id(number),
            "userPrincipalName": people[number]["userPrincipalName"],
            "licenseAssignmentStates": [
                {
                    "skuId": EMS_E3,
                    "state": "Error",
                    "error": "CountViolation",
                    "assignedByGroup": group_id(2),
                }
            ],
        }
        for number in range(20, 23)
    ]
    return found


def _groups(facts: Facts) -> list[Item]:
    """A pilot group, and one that licences; troubled: there were not enough seats for it."""
    names = {1: "EMS pilot", 2: "EMS licences", 3: "Emergency accounts"}
    return [
        {
            "id": group_id(number),
            "displayName": name if facts.healthy or number != 1 else "EMS piloting",
            "onPremisesSyncEnabled": None,
            "onPremisesProvisioningErrors": [],
            "hasMembersWithLicenseErrors": number == 2 and not facts.healthy,  # noqa: PLR2004
            "licenseProcessingState": {"state": "ProcessingComplete"},
            "membershipRule": None,
            "membershipRuleProcessingState": None,
        }
        for number, name in names.items()
    ]


def _contact(number: int) -> Item:
    return {
        "id": f"00000000-0000-4000-c000-{number:012d}",
        "displayName": f"Partner {number}",
        "onPremisesProvisioningErrors": [],
    }


def _roles(facts: Facts) -> list[Item]:
    """Healthy: four Global Administrators and somebody for each task; troubled: all six are."""
    every = [admin_id(number) for number in range(6)]
    given = {
        GLOBAL_ADMINISTRATOR: every[:4]
        if facts.healthy
        else [*every, user_id(0), user_id(1), user_id(2)]
    }
    if facts.healthy:
        given |= {
            INTUNE_ADMINISTRATOR: [every[4]],
            HYBRID_IDENTITY_ADMINISTRATOR: [every[5]],
            CONDITIONAL_ACCESS_ADMINISTRATOR: [every[5]],
            INFORMATION_PROTECTION_ADMINISTRATOR: [every[4]],
        }
    return [
        _assignment(role, principal, "user") for role, ids in given.items() for principal in ids
    ] + [_assignment(DIRECTORY_SYNCHRONIZATION_ACCOUNTS, SYNC_ACCOUNT, "user")]


def _assignment(role: str, principal: str, kind: str) -> Item:
    return {
        "id": f"{role[:8]}-{principal[-12:]}",
        "principalId": principal,
        "roleDefinitionId": role,
        "directoryScopeId": "/",
        "principal": {
            "@odata.type": f"#microsoft.graph.{kind}",
            "id": principal,
            "displayName": principal[-4:],
        },
    }


def _registration(facts: Facts, account: Item, number: int) -> Item:
    """Troubled: two of five people have registered, and an administrator has not."""
    admin = account["id"].startswith("00000000-0000-4000-9000")
    done = facts.healthy or (number % 5 < 2 if not admin else not account["id"].endswith("5"))  # noqa: PLR2004
    return {
        "id": account["id"],
        "userPrincipalName": account["userPrincipalName"],
        "isAdmin": admin,
        "isMfaRegistered": done,
        "isMfaCapable": done,
        "isSsprEnabled": facts.healthy,
        "isSsprRegistered": done,
        "userType": account["userType"].casefold(),
    }
