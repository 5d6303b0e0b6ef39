"""What the sample tenant's Intune holds."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from scanner.lab.authority import Authority
from scanner.lab.tenant.facts import Facts, Item, group_id

_DEFENDER = "fc780465-2017-40d4-a0c5-307022471b92"
_ASSIGNED = [
    {
        "id": "1",
        "target": {
            "@odata.type": "#microsoft.graph.groupAssignmentTarget",
            "groupId": group_id(1),
        },
    }
]


def holdings(facts: Facts) -> dict[str, Any]:
    """The lists and objects by 'version path'."""
    return {
        "v1.0 /deviceManagement": facts.intune(),
        **_enrolment(facts),
        **_connectors(facts),
        **_devices(facts),
        **_profiles(facts),
    }


def _enrolment(facts: Facts) -> dict[str, Any]:
    healthy = facts.healthy
    open_, shut = (
        {"platformBlocked": blocked, "personalDeviceEnrollmentBlocked": False}
        for blocked in (False, True)
    )
    return {
        "v1.0 /deviceManagement/deviceEnrollmentConfigurations": [
            {
                "@odata.type": "#microsoft.graph.deviceEnrollmentPlatformRestrictionsConfiguration",
                "id": "d1",
                "displayName": "All users and all devices",
                "priority": 0,
                "iosRestriction": open_ if healthy else shut,
                "androidRestriction": open_,
                "windowsRestriction": open_,
                "macOSRestriction": open_,
                "assignments": [],
            },
            {
                "@odata.type": "#microsoft.graph.deviceEnrollmentLimitConfiguration",
                "id": "d2",
                "displayName": "All users and all devices",
                "priority": 0,
                "limit": 10,
                "assignments": [],
            },
            {
                "@odata.type": "#microsoft.graph.deviceEnrollmentWindowsHelloForBusinessConfiguration",
                "id": "d3",
                "displayName": "All users and all devices",
                "priority": 0,
                "state": "disabled" if healthy else "enabled",
                "assignments": [],
            },
        ],
        "v1.0 /deviceManagement/termsAndConditions": [
            {
                "id": "t1",
                "displayName": "Terms",
                "title": "Terms of use",
                "bodyText": "Whoever enrols a device agrees that the company manages it.",
                "assignments": _ASSIGNED,
            }
        ]
        if healthy
        else [],
        "beta /deviceManagement/intuneBrandingProfiles": [
            {
                "id": "b1",
                "isDefaultProfile": True,
                "profileName": "Default",
                "displayName": "Contoso" if healthy else "",
                "contactITName": "",
                "contactITPhoneNumber": "",
                "contactITEmailAddress": "help@contoso.com" if healthy else "",
                "privacyUrl": "https://contoso.com/privacy" if healthy else "",
                "onlineSupportSiteUrl": "",
            }
        ],
        "v1.0 /deviceManagement/deviceCompliancePolicies": [
            {
                "@odata.type": f"#microsoft.graph.{kind}CompliancePolicy",
                "id": kind,
                "displayName": f"{kind} baseline",
                "assignments": _ASSIGNED if healthy else [],
            }
            for kind in ("windows10", "ios", "androidWorkProfile")
        ],
        "v1.0 /deviceAppManagement/iosManagedAppProtections": [
            {"id": "p1", "displayName": "iOS apps", "isAssigned": healthy}
        ],
        "v1.0 /deviceAppManagement/androidManagedAppProtections": [
            {"id": "p2", "displayName": "Android apps", "isAssigned": healthy}
        ],
        "beta /deviceAppManagement/mobileApps": [
            {"id": "m1", "displayName": "Company Portal", "isAssigned": True}
        ],
        "v1.0 /deviceManagement/windowsAutopilotDeviceIdentities": [
            {"id": "w1", "serialNumber": "SN-0001"}
        ],
        "beta /deviceManagement/windowsAutopilotDeploymentProfiles": [
            {"id": "w2", "displayName": "Office", "assignments": _ASSIGNED if healthy else []}
        ],
        "beta /deviceManagement/windowsAutopilotSettings": {
            "id": "w3",
            "syncStatus": "completed",
            "lastSyncDateTime": facts.ago(hours=3),
        },
    }


def _connectors(facts: Facts) -> dict[str, Any]:
    """Troubled: the Apple certificate ends in twelve days and the certificate connector is down."""
    healthy = facts.healthy
    return {
        "v1.0 /deviceManagement/applePushNotificationCertificate": {
            "id": "apns",
            "appleIdentifier": "mdm@contoso.com" if healthy else "jonas.abel@icloud.com",
            "topicIdentifier": "com.apple.mgmt.External.lab",
            "expirationDateTime": facts.ahead(days=300 if healthy else -3),
        },
        "beta /deviceManagement/depOnboardingSettings": [
            {
                "id": "dep",
                "tokenName": "Apple Business Manager",
                "appleIdentifier": "mdm@contoso.com",
                "tokenExpirationDateTime": facts.ahead(days=200 if healthy else 12),
                "lastSuccessfulSyncDateTime": facts.ago(hours=4),
                "lastSyncErrorCode": 0,
                "syncedDeviceCount": 12,
            }
        ],
        "v1.0 /deviceAppManagement/vppTokens": [
            {
                "id": "vpp",
                "appleId": "apps@contoso.com",
                "organizationName": "Contoso",
                "state": "valid",
                "expirationDateTime": facts.ahead(days=200),
                "lastSyncDateTime": facts.ago(hours=5),
                "lastSyncStatus": "completed",
            }
        ],
        "beta /deviceManagement/androidManagedStoreAccountEnterpriseSettings": {
            "id": "androidManagedStoreAccountEnterpriseSettings",
            "bindStatus": "boundAndValidated" if healthy else "notBound",
            "lastAppSyncDateTime": facts.ago(hours=2),
            "lastAppSyncStatus": "success",
            "ownerUserPrincipalName": "play@contoso.com",
        },
        "beta /deviceManagement/ndesConnectors": [
            {
                "id": "n1",
                "displayName": "PKI01",
                "machineName": "pki01.corp.contoso.local",
                "state": "active" if healthy else "inactive",
                "connectorVersion": "6.2406.0.1001",
                "lastConnectionDateTime": facts.ago(minutes=10) if healthy else facts.ago(days=4),
            }
        ],
        "beta /deviceManagement/domainJoinConnectors": [],
        "v1.0 /deviceManagement/mobileThreatDefenseConnectors": [
            {
                "id": _DEFENDER,
                "partnerState": "enabled" if healthy else "unresponsive",
                "lastHeartbeatDateTime": facts.ago(hours=1) if healthy else facts.ago(days=20),
                "windowsEnabled": True,
                "androidEnabled": True,
                "iosEnabled": True,
            }
        ],
        "v1.0 /deviceManagement/exchangeConnectors": [],
        "v1.0 /deviceManagement/complianceManagementPartners": [],
        "v1.0 /deviceManagement/deviceManagementPartners": [
            {
                "id": "mp",
                "displayName": "Partner",
                "partnerState": "unavailable",
                "isConfigured": False,
            }
        ],
    }


def _devices(facts: Facts) -> dict[str, Any]:
    healthy = facts.healthy
    count = 20
    hybrid = [
        {
            "id": f"00000000-0000-4000-d000-{number:012d}",
            "displayName": f"PC{number:04d}",
            "trustType": "ServerAd",
            "operatingSystem": "Windows",
            "operatingSystemVersion": "10.0.26100.1",
            "registrationDateTime": facts.ago(days=100) if healthy or number % 3 else None,
            "approximateLastSignInDateTime": facts.ago(days=2),
        }
        for number in range(count)
    ]
    managed = [
        {
            "id": f"00000000-0000-4000-e000-{number:012d}",
            "deviceName": f"PC{number:04d}",
            "managementAgent": "configurationManagerClientMdm",
            "operatingSystem": "Windows",
            "osVersion": "10.0.26100.1",
            "configurationManagerClientEnabledFeatures": {
                "compliancePolicy": True,
                "deviceConfiguration": False,
                "resourceAccess": False,
            },
            "configurationManagerClientInformation": {
                "clientVersion": "5.00.9132.1011" if healthy else "5.00.8500.1000"
            },
            "configurationManagerClientHealthState": {"state": "healthy"},
        }
        for number in range(5)
    ]
    return {
        "v1.0 /devices": hybrid,
        "v1.0 /deviceManagement/managedDevices": managed,
        "beta /deviceManagement/managedDevices": managed,
        "v1.0 /deviceManagement/managedDeviceOverview": {
            "id": "overview",
            "enrolledDeviceCount": 9,
            "mdmEnrolledCount": 9,
            "dualEnrolledDeviceCount": 5,
            "deviceOperatingSystemSummary": {
                "androidCount": 2 if healthy else 0,
                "iosCount": 2,
                "macOSCount": 0,
                "windowsCount": 5,
            },
        },
        "beta /deviceManagement/tenantAttachRBAC/getState()": {"enabled": healthy},
        "beta /deviceManagement/getComanagementEligibleDevicesSummary()": {
            "comanagedCount": 5,
            "eligibleCount": 100,
            "ineligibleCount": 0 if healthy else 40,
            "needsOsUpdateCount": 2 if healthy else 30,
            "eligibleButNotAzureAdJoinedCount": 1,
        },
    }


def _profiles(facts: Facts) -> dict[str, Any]:
    """Troubled: the root in the profile has expired, and the Wi-Fi profile reaches other people."""
    other = [
        {
            "id": "2",
            "target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"},
        }
    ]
    age = timedelta(0) if facts.healthy else timedelta(days=3100)
    root = Authority("Contoso Root CA", facts.now - age).root.certificate
    encoded = base64.b64encode(root.public_bytes(Encoding.DER)).decode()
    kinds = {
        "windows81TrustedRootCertificate": {"trustedRootCertificate": encoded},
        "windows81SCEPCertificateProfile": {},
        "windowsWifiEnterpriseEAPConfiguration": {},
    }
    profiles: list[Item] = [
        {
            "@odata.type": f"#microsoft.graph.{kind}",
            "id": f"profile-{kind}",
            "displayName": kind,
            "assignments": _ASSIGNED if facts.healthy or "Wifi" not in kind else other,
            **more,
        }
        for kind, more in kinds.items()
    ]
    ident = facts.organisation.tenant_id
    return {
        "beta /deviceManagement/deviceConfigurations": profiles,
        f"v1.0 /organization/{ident}/certificateBasedAuthConfiguration": [],
    }
