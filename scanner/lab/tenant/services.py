"""Service health, products, apps and information protection of the sample tenant."""

from __future__ import annotations

from typing import Any

from scanner.evidence.tenant_services import GROUP_UNIFIED, RIGHTS_MANAGEMENT
from scanner.lab.tenant.facts import EMS_E3, EMS_E5, Facts


def holdings(facts: Facts) -> dict[str, Any]:
    """The lists and objects by 'version path'."""
    healthy = facts.healthy
    ident = facts.organisation.tenant_id
    found: dict[str, Any] = {
        "v1.0 /directory/subscriptions": [
            {
                "id": "sub",
                "skuId": EMS_E5 if healthy else EMS_E3,
                "skuPartNumber": "EMSPREMIUM" if healthy else "EMS",
                "status": "Enabled",
                "isTrial": not healthy,
                "totalLicenses": 400,
                "nextLifecycleDateTime": facts.ahead(days=300 if healthy else 20),
            }
        ],
        "v1.0 /admin/serviceAnnouncement/healthOverviews": [
            {
                "id": name,
                "service": name,
                "status": "serviceOperational"
                if healthy or name != "Microsoft Intune"
                else "serviceDegradation",
            }
            for name in ("Exchange Online", "Microsoft Entra", "Microsoft Intune")
        ],
        "v1.0 /admin/serviceAnnouncement/issues": []
        if healthy
        else [
            {
                "id": "IT100001",
                "title": "Some devices may not check in",
                "service": "Microsoft Intune",
                "classification": "incident",
                "isResolved": False,
            }
        ],
        "v1.0 /admin/serviceAnnouncement/messages": [
            {
                "id": "MC100001",
                "title": "Retirement of an old endpoint",
                "services": ["Microsoft Intune"],
                "actionRequiredByDateTime": facts.ahead(days=30 if not healthy else 200),
                "isMajorChange": True,
            }
        ],
        "v1.0 /servicePrincipals": [
            {
                "id": "sp1",
                "appId": RIGHTS_MANAGEMENT,
                "displayName": "Microsoft Rights Management Services",
                "accountEnabled": healthy,
                "preferredSingleSignOnMode": None,
                "tags": [],
            },
            {
                "id": "sp2",
                "appId": "11111111-0000-4000-8000-000000000000",
                "displayName": "Travel portal",
                "accountEnabled": True,
                "preferredSingleSignOnMode": "saml",
                "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
            },
        ],
        "v1.0 /groupSettings": [
            {
                "id": "gs",
                "templateId": GROUP_UNIFIED,
                "values": [{"name": "EnableMIPLabels", "value": "true" if healthy else "false"}],
            }
        ],
        "beta /directory/recommendations": [
            {
                "id": "rec",
                "displayName": "Move applications from AD FS",
                "recommendationType": "adfsAppsMigration",
                "priority": "medium",
                "status": "completedBySystem" if healthy else "active",
            }
        ],
        "beta /security/informationProtection/sensitivityLabels": [{"id": "l1", "name": "Internal"}]
        if healthy
        else [],
        "beta /security/identities/sensors": [],
        "beta /security/identities/healthIssues": [],
    }
    if healthy:
        found[f"v1.0 /organization/{ident}/branding"] = {
            "id": ident,
            "signInPageText": "Welcome to Contoso",
            "bannerLogoRelativeUrl": "logo.png",
            "backgroundImageRelativeUrl": None,
        }
    return found
