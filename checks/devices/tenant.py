"""Whether the tenant's Intune is there and in charge of devices."""

from __future__ import annotations

from collections.abc import Iterator

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
    not_assessed,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.plans import PlanState, state_of
from scanner.evidence.tenant import IntuneTenant, MdmAuthority, Skus

_ENDED = {"disabled", "deleted", "blocked", "lockedout"}


def outside_scope(scope: Scope, skus: Skus | None, *, there: bool = False) -> Finding | None:
    """Why Intune is not to be judged; None where it is planned, or unstated and already there."""
    stated = scope.workload("intune")
    if stated is False:
        return not_applicable("intune-not-planned", tenant(), "Intune is not in scope.")
    bought = skus is not None and state_of(skus, "intune") > PlanState.ABSENT
    if stated or bought or there:
        return None
    return not_applicable(
        "intune-not-stated",
        tenant(),
        "Nobody has said that Intune is planned; name it in scope.workloads to have it judged.",
    )


@check(
    id="devices.intune-subscription-active",
    title="The Intune subscription is active",
    action="Activate the Intune subscription",
    why="Without an active account the Intune service answers no request: nothing can be read,"
    " set or enrolled. The account is made when the licence is bought and an administrator opens"
    " the service for the first time.",
    fix=[
        step(
            "Buy or renew a product that carries Intune.",
            portal="Microsoft 365 admin center > Billing > Your products",
        ),
        step(
            "Sign in to the Intune admin center once, so that the account is made.",
            link="https://intune.microsoft.com",
        ),
    ],
    verify="The state of the subscription that Intune reports is active.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "I1"],
    blocks=["enabling Intune"],
    documents=["https://learn.microsoft.com/graph/api/intune-shared-devicemanagement-get"],
    requires=["administration.licence-plans-present"],
    settle_after="1 h",
)
def intune_subscription_active(
    intune: IntuneTenant, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the state that Intune itself reports."""
    state = intune.subscription_state
    outside = outside_scope(scope, skus, there=state is not None)
    if outside:
        yield outside
    elif state is None:
        yield failed("no-account", tenant(), "The tenant has no Intune account.")
    elif state.casefold() == "active":
        yield passed("active", tenant(), "The Intune subscription is active.")
    elif state.casefold() in ("pending", "warning"):
        yield warned(
            "not-in-order", tenant(), "The Intune subscription is in state {state}.", state=state
        ).showing(expected="active", observed=state)
    elif state.casefold() in _ENDED:
        yield failed(
            "ended", tenant(), "The Intune subscription is in state {state}.", state=state
        ).showing(expected="active", observed=state)
    else:
        yield not_assessed(
            "unsupported-state",
            tenant(),
            "The Intune subscription is in a state that this version does not know: {state}.",
            state=state,
        )


@check(
    id="devices.mdm-authority-intune",
    title="The MDM authority is Intune",
    action="Set the MDM authority to Intune",
    why="The authority decides which service may manage devices. While none is set, or another one"
    " is, Intune refuses every enrolment, whatever licences and policies there are.",
    fix=step(
        "Set the authority to Intune. Where Basic Mobility and Security is the authority, plan for"
        " the devices that are enrolled there: they move to Intune.",
        portal="Intune admin center > Tenant administration > Tenant status > Tenant details > MDM"
        " authority",
    ),
    verify="The tenant details show Microsoft Intune as MDM authority.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["setting the MDM authority", "enrolling devices"],
    documents=[
        "https://learn.microsoft.com/mem/intune/fundamentals/mdm-authority-set",
        "https://learn.microsoft.com/graph/api/intune-onboarding-organization-get",
    ],
    requires=["devices.intune-subscription-active"],
    settle_after="30 min",
)
def mdm_authority_intune(mdm: MdmAuthority, skus: Skus | None, scope: Scope) -> Iterator[Finding]:
    """Judge which service is in charge of devices."""
    outside = outside_scope(scope, skus)
    if outside:
        yield outside
        return
    if skus is not None and state_of(skus, "intune") <= PlanState.UNUSABLE:
        yield not_assessed(
            "unsupported-no-plan",
            tenant(),
            "The authority means nothing before the tenant has a usable Intune plan.",
        )
        return
    authority = (mdm.authority or "").casefold()
    observed = mdm.authority or "none"
    if authority == "intune":
        yield passed("intune", tenant(), "Intune is the MDM authority.")
    elif authority == "office365":
        yield warned(
            "basic-mobility",
            tenant(),
            "Basic Mobility and Security is the MDM authority, not Intune.",
        ).showing(expected="intune", observed=observed)
    elif authority == "sccm":
        yield failed(
            "configuration-manager",
            tenant(),
            "Configuration Manager is the MDM authority, in the retired hybrid mode.",
        ).showing(expected="intune", observed=observed)
    elif authority in ("", "unknown"):
        yield failed(
            "not-set", tenant(), "No MDM authority is set, so no device can be enrolled."
        ).showing(expected="intune", observed=observed)
    else:
        yield not_assessed(
            "unsupported-authority",
            tenant(),
            "The MDM authority is one that this version does not know: {authority}.",
            authority=observed,
        )
