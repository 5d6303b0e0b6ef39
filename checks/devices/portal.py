"""What users meet on their devices: Company Portal, apps and compliance."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import bought, outside, unlicensed, unread
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import IntuneTenant, Skus
from scanner.evidence.tenant_access import AccessPolicies
from scanner.evidence.tenant_enrolment import (
    AndroidAppProtection,
    BrandingProfile,
    BrandingProfiles,
    CompliancePolicies,
    IosAppProtection,
    MobileApps,
)

_INTUNE = "Intune"


def _gate(scope: Scope, skus: Skus | None) -> Finding | None:
    return outside(
        tenant(), _INTUNE, scope, workloads=("intune",), there=bought(skus, "intune")
    ) or unlicensed(tenant(), skus, "intune")


@check(
    id="devices.company-portal-branded",
    title="Company Portal shows name, privacy link and support contact",
    action="Fill in name, privacy link and support contact of the Company Portal",
    why="Users are asked to put their own phone under management. They have to see whose portal it"
    " is, what happens with their data, and whom to call.",
    fix=step(
        "Enter the name, the address of the privacy statement and a contact.",
        portal="Intune admin center > Tenant administration > Customization",
    ),
    verify="The Company Portal of a test device shows name, privacy link and contact.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G21"],
    blocks=["Company Portal", "customised sign-in"],
    documents=["https://learn.microsoft.com/mem/intune/apps/company-portal-app"],
    settle_after="1 h",
)
def company_portal_branded(
    profiles: BrandingProfiles | Missing,
    intune: IntuneTenant | Missing,
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Judge the best profile; without the beta version, what the Intune account says."""
    gate = _gate(scope, skus)
    if gate:
        yield gate
        return
    if not isinstance(profiles, Missing):
        found = list(profiles.rows)
    elif not isinstance(intune, Missing) and intune.subscription_state:
        found = [
            BrandingProfile(
                display_name=intune.brand_name or "",
                privacy_url=intune.brand_privacy or "",
                contact_mail=intune.brand_mail or "",
                contact_phone=intune.brand_phone or "",
            )
        ]
    else:
        yield unread(tenant(), profiles)
        return
    lacking = min((_lacking(one) for one in found), key=len, default=list(_WORDS))
    if not lacking:
        yield passed(
            "branded", tenant(), "The Company Portal shows name, privacy link and a contact."
        )
    elif len(lacking) == len(_WORDS):
        yield failed("nothing", tenant(), "The Company Portal shows nothing of the organisation.")
    else:
        yield warned("partly", tenant(), "The Company Portal lacks: {what}.", what=lacking)


_WORDS = (said("name"), said("privacy link with https"), said("support contact"))


def _lacking(profile: BrandingProfile) -> list[str]:
    contacts = (
        profile.contact_mail,
        profile.contact_phone,
        profile.contact_name,
        profile.support_url,
    )
    there = (
        bool(profile.display_name.strip()),
        profile.privacy_url.strip().casefold().startswith("https://"),
        any(one.strip() for one in contacts),
    )
    return [word for word, good in zip(_WORDS, there, strict=True) if not good]


@check(
    id="devices.core-apps-assigned",
    title="Company Portal and core apps are assigned",
    action="Assign the core apps",
    why="It shows where the deployment of apps starts from.",
    fix=step(
        "Add the apps and assign them to the pilot.", portal="Intune admin center > Apps > All apps"
    ),
    verify="The list of apps shows the assigned ones.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["E7"],
    documents=["https://learn.microsoft.com/mem/intune/apps/apps-deploy"],
)
def core_apps_assigned(apps: MobileApps, skus: Skus | None, scope: Scope) -> Iterator[Finding]:
    """List the assigned apps."""
    gate = _gate(scope, skus)
    if gate:
        yield gate
        return
    assigned = sorted(one.name for one in apps.rows if one.assigned)
    if assigned:
        affected = Affected(("app",))
        for name in assigned:
            affected.add(name)
        yield passed(
            "assigned", tenant(), "{count} apps are assigned.", count=len(assigned)
        ).affecting(affected)
    else:
        yield warned("none", tenant(), "No app is assigned yet.")


@check(
    id="devices.app-protection-assigned",
    title="App protection policies are assigned per platform",
    action="Assign an app protection policy for each mobile platform",
    why="Access rules can ask for protected apps only where a policy protects them.",
    fix=step(
        "Create a policy for the platform and assign it to the pilot.",
        portal="Intune admin center > Apps > Protection",
    ),
    verify="Each mobile platform in scope has an assigned policy.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "G9"],
    blocks=["access from protected apps"],
    documents=["https://learn.microsoft.com/mem/intune/apps/app-protection-policies"],
    settle_after="1 h",
)
def app_protection_assigned(
    ios: IosAppProtection, android: AndroidAppProtection, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Look for an assigned policy on each mobile platform."""
    policies = {"ios": ios.rows, "android": android.rows}
    gate = outside(
        tenant(),
        said("app protection"),
        scope,
        workloads=("app-protection",),
        there=any(policies.values()),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    wanted = [one for one in policies if scope.platform(one) is not False]
    lacking = [one for one in wanted if not any(policy.assigned for policy in policies[one])]
    if not wanted:
        yield not_applicable("no-mobile-platform", tenant(), "No mobile platform is in scope.")
    elif lacking:
        yield warned(
            "not-assigned",
            tenant(),
            "No app protection policy is assigned for: {platforms}.",
            platforms=lacking,
        )
    else:
        yield passed(
            "assigned",
            tenant(),
            "App protection policies are assigned for: {platforms}.",
            platforms=wanted,
        )


@check(
    id="devices.compliance-policy-per-platform",
    title="A compliance policy is assigned for each platform in scope",
    action="Assign a compliance policy for each platform in scope",
    why="Access from compliant devices only has nothing to go by until a policy says what compliant"
    " means.",
    fix=step(
        "Create a policy for the platform and assign it to the pilot.",
        portal="Intune admin center > Devices > Compliance",
    ),
    verify="Each platform in scope has a policy with an assignment.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "G9"],
    blocks=["conditional access policies"],
    documents=["https://learn.microsoft.com/mem/intune/protect/device-compliance-get-started"],
    settle_after="1 h",
)
def compliance_policy_per_platform(
    found: CompliancePolicies, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge platform by platform; without a stated one, the platforms that have a policy."""
    gate = _gate(scope, skus)
    if gate:
        yield gate
        return
    assigned = {_platform(one.type) for one in found.rows if one.assignments}
    known = {_platform(one.type) for one in found.rows}
    stated = scope.plans.platforms
    wanted = (
        sorted(set(stated) & set(_POLICY_NAMES)) if stated is not None else sorted(known - {""})
    )
    lacking = [one for one in wanted if one not in assigned]
    if not wanted and stated is not None:
        yield not_applicable(
            "no-platform", tenant(), "No platform with compliance policies is in scope."
        )
    elif lacking or not wanted:
        yield warned(
            "not-assigned",
            tenant(),
            "No compliance policy is assigned for: {platforms}.",
            platforms=lacking or [said("any platform")],
        )
    else:
        yield passed(
            "assigned",
            tenant(),
            "Compliance policies are assigned for: {platforms}.",
            platforms=wanted,
        )


_POLICY_NAMES = {
    "ios": ("ios",),
    "android": ("android", "aosp"),
    "macos": ("macos",),
    "windows": ("windows",),
}


def _platform(type_name: str) -> str:
    plain = type_name.rpartition(".")[2].casefold()
    return next((one for one, starts in _POLICY_NAMES.items() if plain.startswith(starts)), "")


@check(
    id="devices.unassigned-devices-non-compliant",
    title="Devices without a policy count as not compliant",
    action="Let devices without a compliance policy count as not compliant",
    why="By default a device that no policy reaches passes as compliant, so that the rule that asks"
    " for compliant devices lets it in.",
    fix=step(
        "Mark devices with no compliance policy as not compliant.",
        portal="Intune admin center > Devices > Compliance > Compliance settings",
    ),
    verify="The compliance settings show Not compliant, and a check-in within at most 30 days.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G9", "E7"],
    blocks=["conditional access"],
    documents=["https://learn.microsoft.com/mem/intune/protect/device-compliance-get-started"],
    requires=["devices.compliance-policy-per-platform"],
    settle_after="1 h",
)
def unassigned_devices_non_compliant(
    intune: IntuneTenant, policies: AccessPolicies | None, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the two settings of the account."""
    using = policies is not None and any(
        "compliantdevice" in {word.casefold() for word in one.controls} for one in policies.rows
    )
    gate = outside(
        tenant(),
        said("conditional access by device"),
        scope,
        workloads=("conditional-access",),
        there=using,
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    longest = int(scope.threshold("compliance_check_in_days", 30))
    if intune.secure_by_default is None:
        yield not_assessed(
            "unsupported-silent", tenant(), "Intune does not give its compliance settings."
        )
    elif not intune.secure_by_default:
        yield warned(
            "counts-as-compliant",
            tenant(),
            "A device that no compliance policy reaches counts as compliant.",
        )
    elif (intune.check_in_days or 0) > longest:
        yield warned(
            "long-check-in",
            tenant(),
            "A device may be silent for {days} days and still count as compliant; {longest} are"
            " enough.",
            days=intune.check_in_days or 0,
            longest=longest,
        )
    else:
        yield passed(
            "counts-as-not-compliant",
            tenant(),
            "A device that no compliance policy reaches counts as not compliant.",
        )
