"""Conditional access: what it protects, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

from checks.administration import model
from checks.gate import outside, unlicensed, unread
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
from scanner.evidence.plans import PlanState, state_of
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy, SecurityDefaults
from scanner.evidence.tenant_devices import ManagedDevices
from scanner.evidence.tenant_enrolment import CompliancePolicies

POLICIES = "Entra admin center > Conditional Access > Policies"
_DEFAULTS = "https://learn.microsoft.com/entra/fundamentals/security-defaults"
_TEMPLATES = "https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-policy-common"


def _together(operator: str, demanded: list[str]) -> str:
    """Several demands in one cell, with the word between them that the policy has."""
    told = ""
    for one in demanded:
        if not told:
            told = one
        elif operator.casefold() == "or":
            told = said("{one} or {other}", one=told, other=one)
        else:
            told = said("{one} and {other}", one=told, other=one)
    return told


def rows_of(policies: list[AccessPolicy]) -> Affected:
    """The policies that a finding is about."""
    affected = Affected(("policy", "state", "demands"), spoken=("state", "demands"))
    for one in policies:
        demanded = [*one.controls, *([said("authentication strength")] if one.strength else [])]
        affected.add(one.name, one.state, _together(one.operator, demanded))
    return affected


@check(
    id="administration.security-defaults-settled",
    title="Security defaults and conditional access do not collide",
    action="Decide between security defaults and conditional access",
    why="Policies cannot be enabled while security defaults are on. With neither of them nothing"
    " asks anybody for a second factor.",
    fix=[
        step(
            "Prepare the policies in report-only mode and look at what they would have done.",
            portal=POLICIES,
        ),
        step(
            "Then switch security defaults off and the policies on, in one window.",
            command="Update-MgPolicyIdentitySecurityDefaultEnforcementPolicy -IsEnabled:$false"
            " -WhatIf",
            portal="Entra admin center > Overview > Properties > Manage security defaults",
        ),
    ],
    verify="Security defaults are off and at least one policy is enabled; or they are on, and the"
    " tenant has no plan of Entra ID P1.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G9", "E7"],
    blocks=["conditional access policies"],
    documents=[_DEFAULTS],
    settle_after="5 min",
)
def security_defaults_settled(
    defaults: SecurityDefaults, policies: AccessPolicies | Missing, skus: Skus | None
) -> Iterator[Finding]:
    """Compare the defaults with the policies and the plan."""
    if defaults.enabled is None:
        yield not_assessed(
            "unsupported-silent",
            tenant(),
            "The tenant does not say whether security defaults are on.",
        )
        return
    premium = skus is not None and state_of(skus, "entra-p1") > PlanState.UNUSABLE
    if defaults.enabled and premium:
        yield warned(
            "defaults-with-premium",
            tenant(),
            "Security defaults are on although the tenant has Entra ID P1; no policy can be enabled"
            " beside them.",
        )
    elif defaults.enabled:
        yield passed("defaults", tenant(), "Security defaults are on.")
    elif isinstance(policies, Missing):
        yield unread(tenant(), policies)
    elif not any(one.enabled for one in policies.rows):
        yield failed(
            "neither",
            tenant(),
            "Security defaults are off and none of the {count} conditional access policies is"
            " enabled.",
            count=len(policies.rows),
        )
    else:
        enabled = sum(one.enabled for one in policies.rows)
        yield passed(
            "policies",
            tenant(),
            "Security defaults are off and {count} conditional access policies are enabled.",
            count=enabled,
        )


def _settled_by_defaults(defaults: SecurityDefaults | None, skus: Skus | None) -> Finding | None:
    """Nothing to judge where security defaults do the work, or where there is no plan."""
    if defaults is not None and defaults.enabled:
        return not_applicable(
            "security-defaults", tenant(), "Security defaults are on and take care of this."
        )
    return unlicensed(tenant(), skus, "entra-p1")


@check(
    id="administration.legacy-authentication-blocked",
    title="Legacy authentication is blocked",
    action="Block legacy authentication for everybody",
    why="Old mail protocols cannot ask for a second factor and know nothing of devices: a guessed"
    " password is enough, whatever the other policies say.",
    fix=[
        step(
            "See who still signs in that way.",
            portal="Entra admin center > Sign-in logs > Client app > Legacy authentication clients",
        ),
        step("Then make a policy from the template, in report-only mode first.", portal=POLICIES),
    ],
    verify="An enabled policy blocks Exchange ActiveSync and other clients for all users and all"
    " applications.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G9", "E7"],
    blocks=["conditional access", "e-mail profiles"],
    documents=[
        "https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication"
    ],
    settle_after="1 h",
)
def legacy_authentication_blocked(
    policies: AccessPolicies, defaults: SecurityDefaults | None, skus: Skus | None
) -> Iterator[Finding]:
    """Judge the union of all policies that block an old client type."""
    settled = _settled_by_defaults(defaults, skus)
    if settled:
        yield settled
        return
    blocking = [
        one
        for one in policies.rows
        if model.blocks(one) and model.clients(one) & model.LEGACY_CLIENTS and _legacy_alone(one)
    ]
    whole = [one for one in blocking if one.enabled and _whole(one)]
    covered = {client for one in whole for client in model.clients(one)}
    if covered >= model.LEGACY_CLIENTS:
        yield passed(
            "blocked",
            tenant(),
            "Legacy authentication is blocked for all users and applications by {count} policies.",
            count=len(whole),
        ).affecting(rows_of(whole))
    elif blocking:
        yield warned(
            "partly-blocked",
            tenant(),
            "Legacy authentication is blocked in report-only mode, or for a part of the users,"
            " applications or clients only, by {count} policies.",
            count=len(blocking),
        ).affecting(rows_of(blocking))
    else:
        yield failed(
            "not-blocked",
            tenant(),
            "None of the {count} conditional access policies blocks legacy authentication.",
            count=len(policies.rows),
        )


def _legacy_alone(policy: AccessPolicy) -> bool:
    """A policy that blocks every client blocks a place or a platform, not old protocols."""
    return model.clients(policy) <= model.LEGACY_CLIENTS or (
        model.for_all_users(policy) and model.for_all_applications(policy)
    )


def _whole(policy: AccessPolicy) -> bool:
    return (
        model.for_all_users(policy) and model.for_all_applications(policy) and model.always(policy)
    )


@check(
    id="administration.mfa-required",
    title="MFA is required for administrators and users",
    action="Require multi-factor authentication for all users",
    why="It is the first thing that onboarding is meant to deliver: without it a single password"
    " that leaks is a way into mail, files and the administration.",
    fix=[
        step(
            "Have people register first, then make the policy from the template, in report-only"
            " mode.",
            portal=POLICIES,
        ),
        step("Exclude the emergency accounts and the role of the synchronisation account."),
    ],
    verify="An enabled policy demands multi-factor authentication of all users for all"
    " applications.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G9", "G14", "E7"],
    blocks=["multi-factor authentication"],
    documents=[
        "https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-mfa-strength"
    ],
    requires=["administration.users-registered-for-mfa"],
    settle_after="1 h",
)
def mfa_required(
    policies: AccessPolicies, defaults: SecurityDefaults | None, skus: Skus | None
) -> Iterator[Finding]:
    """Judge whom the policies that leave no way around a second factor reach."""
    settled = _settled_by_defaults(defaults, skus)
    if settled:
        yield settled
        return
    demanding = [
        one for one in policies.rows if model.demands_mfa(one) and "browser" in model.clients(one)
    ]
    whole = [one for one in demanding if one.enabled and _whole(one)]
    enforced = [one for one in demanding if one.enabled]
    if whole:
        yield passed(
            "for-everybody",
            tenant(),
            "Multi-factor authentication is required of all users for all applications by {count}"
            " policies.",
            count=len(whole),
        ).affecting(rows_of(whole))
    elif enforced:
        yield warned(
            "for-some",
            tenant(),
            "Multi-factor authentication is required, but only of some users, for some applications"
            " or under some conditions, by {count} policies.",
            count=len(enforced),
        ).affecting(rows_of(enforced))
    else:
        yield failed(
            "for-nobody",
            tenant(),
            "No enabled policy requires multi-factor authentication; {count} would in report-only"
            " mode.",
            count=len(demanding),
        ).affecting(rows_of(demanding))


@check(
    id="administration.managed-device-required",
    title="A managed-device policy exists and cannot lock users out",
    action="Prepare the managed-device policy with the pilot group",
    why="Access from managed devices only is the goal. Switched on before devices are enrolled and"
    " policies can call them compliant, it locks everybody out.",
    fix=[
        step("Assign a compliance policy for each platform and enrol the pilot's devices."),
        step(
            "Then make the policy from the template for the pilot group, in report-only mode first.",
            portal=POLICIES,
        ),
    ],
    verify="The policy reaches the pilot, compliance policies are assigned and devices are"
    " enrolled.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G9", "E7"],
    blocks=["conditional access for managed devices"],
    documents=[_TEMPLATES],
    requires=["devices.compliance-policy-per-platform"],
    settle_after="1 h",
)
def managed_device_required(
    policies: AccessPolicies,
    compliance: CompliancePolicies | None,
    devices: ManagedDevices | None,
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Judge whether the policy exists, and whether it came too early."""
    demanding = [one for one in policies.rows if model.demands_managed_device(one)]
    there = any(one.enabled for one in policies.rows)
    gate = outside(
        tenant(), "conditional access", scope, workloads=("conditional-access",), there=there
    ) or unlicensed(tenant(), skus, "entra-p1", "intune")
    if gate:
        yield gate
        return
    early = [
        one
        for one in demanding
        if one.enabled and model.for_all_users(one) and model.only_managed_device(one)
    ]
    unassigned = compliance is not None and not any(one.assignments for one in compliance.rows)
    unenrolled = devices is not None and not devices.enrolled
    if early and (unassigned or unenrolled):
        yield failed(
            "too-early",
            tenant(),
            "{count} enabled policies let all users in from managed devices only, but no compliance"
            " policy is assigned or no device is enrolled.",
            count=len(early),
        ).affecting(rows_of(early))
    elif any(one.enabled for one in demanding):
        enabled = [one for one in demanding if one.enabled]
        yield passed(
            "in-use",
            tenant(),
            "{count} enabled policies ask for a managed device.",
            count=len(enabled),
        ).affecting(rows_of(enabled))
    else:
        yield warned(
            "not-yet",
            tenant(),
            "No enabled policy asks for a managed device yet; {count} do in report-only mode or are"
            " switched off.",
            count=len(demanding),
        ).affecting(rows_of(demanding))
