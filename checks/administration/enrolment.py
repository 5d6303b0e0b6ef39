"""Whether a device that is not managed yet may become one."""

from __future__ import annotations

from collections.abc import Iterator

from checks.administration import model
from checks.administration.access import POLICIES, rows_of
from checks.gate import outside, unlicensed
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy


@check(
    id="administration.policies-permit-enrolment",
    title="Conditional access lets new devices enrol",
    action="Exclude the enrolment applications from policies that stop new devices",
    why="A device that has to be managed before it may enrol never enrols: the user sees an error"
    " that names no policy, on the very first day.",
    fix=step(
        "Exclude Microsoft Intune Enrollment (d4ebce55-015a-49b5-a083-c84d1797ae8c) and Microsoft"
        " Intune (0000000a-0000-0000-c000-000000000000) from those policies; where the first is not"
        " offered, create its service principal in the tenant.",
        command="New-MgServicePrincipal -AppId d4ebce55-015a-49b5-a083-c84d1797ae8c -WhatIf",
        portal=f"{POLICIES} > (policy) > Target resources > Exclude",
    ),
    verify="The What If tool shows no policy that stops a test user on an unmanaged device from"
    " Microsoft Intune Enrollment, and a test device enrols.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G9", "E5", "E7"],
    blocks=["enrolling two test devices per platform"],
    documents=[
        "https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-device-compliance",
        "https://learn.microsoft.com/mem/intune/enrollment/multi-factor-authentication",
    ],
    settle_after="1 h",
)
def policies_permit_enrolment(
    policies: AccessPolicies, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Ask of each policy whether a device that is not enrolled yet gets through.

    Microsoft documents that 'compliant device' for all resources does not stop enrolment; named on
    the enrolment application, or on the user action of registering devices, it does.
    """
    gate = outside(tenant(), "Intune", scope, workloads=("intune",), there=True) or unlicensed(
        tenant(), skus, "entra-p1", "intune"
    )
    if gate:
        yield gate
        return
    if not any(one.enabled or one.report_only for one in policies.rows):
        yield not_applicable("no-policy", tenant(), "No conditional access policy is enabled.")
        return
    stopping = [one for one in policies.rows if one.enabled and _stops(one)]
    doubtful = [one for one in policies.rows if one not in stopping and _may_stop(one)]
    if stopping:
        yield failed(
            "enrolment-stopped",
            tenant(),
            "{count} enabled policies keep a device that is not enrolled yet from enrolling:"
            " {policies}.",
            count=len(stopping),
            policies=[one.name for one in stopping],
        ).affecting(rows_of(stopping))
    elif doubtful:
        yield warned(
            "enrolment-may-be-stopped",
            tenant(),
            "{count} policies may keep some devices from enrolling, or would if they were enforced:"
            " {policies}.",
            count=len(doubtful),
            policies=[one.name for one in doubtful],
        ).affecting(rows_of(doubtful))
    else:
        yield passed(
            "enrolment-free",
            tenant(),
            "None of the {count} enabled policies keeps a new device from enrolling.",
            count=sum(one.enabled for one in policies.rows),
        )


_UNPASSABLE = frozenset(
    {"block", "domainjoineddevice", "approvedapplication", "compliantapplication"}
)


def _stops(policy: AccessPolicy) -> bool:
    """Whether it stops, as it stands, every new device of a user whom it reaches."""
    return _modern(policy) and model.always(policy) and _unpassable(policy)


def _may_stop(policy: AccessPolicy) -> bool:
    """Whether it stops some new devices, or would stop them if it were enforced."""
    if not (_modern(policy) and (policy.enabled or policy.report_only)):
        return False
    if _unpassable(policy) or (policy.custom_controls and model.reaches_enrolment(policy)):
        return True
    every_time = policy.frequency_on and (
        (policy.frequency_interval or "").casefold() == "everytime"
    )
    return every_time and model.reaches_enrolment(policy)


def _modern(policy: AccessPolicy) -> bool:
    """Whether it reaches the clients that enrolment uses."""
    return bool(model.clients(policy) & {"browser", "mobileappsanddesktopclients"})


def _unpassable(policy: AccessPolicy) -> bool:
    """Whether its only way through is one that a device gets by enrolling."""
    controls = model.words(policy.controls)
    registering = "urn:user:registerdevice" in model.words(policy.user_actions)
    named = {model.INTUNE_ENROLMENT} & model.words(policy.include_applications)
    compliant = "compliantdevice" in controls and bool(registering or named)
    if not (model.reaches_enrolment(policy) or registering):
        return False
    hard = controls & (_UNPASSABLE | ({"compliantdevice"} if compliant else set()))
    if policy.operator.casefold() == "and":
        return bool(hard)
    return bool(hard) and hard == controls and not policy.strength and not policy.custom_controls
