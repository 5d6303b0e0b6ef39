"""How the tenant lets the users of each domain sign in."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Subject,
    Topic,
    check,
    domain,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.tenant import TenantDomain, TenantDomains


@check(
    id="federation.domain-authentication-as-planned",
    title="Each domain is managed or federated as planned",
    action="Bring the sign-in of each domain in line with the plan",
    why="This setting decides where the password of every user of the domain is checked. A plan"
    " that rests on the wrong assumption breaks the sign-in of the whole suffix on the day of the"
    " change.",
    fix=[
        step(
            "To managed: move pilot users by staged rollout first, then convert the domain in a"
            " maintenance window.",
            command="Get-MgDomain -DomainId <domain> | Select-Object Id, AuthenticationType\n"
            "Update-MgDomain -DomainId <domain> -AuthenticationType Managed",
        ),
        step(
            "To federated: let Entra Connect set it up with AD FS, or make the federation"
            " configuration of the domain yourself.",
            portal="Microsoft Entra Connect > Configure > Manage federation",
        ),
        step(
            "If the environment is right and the plan is not, correct domains.sign_in in the"
            " configuration of the scan."
        ),
    ],
    verify="The authentication type that the tenant reports for the domain is the planned one.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "E6"],
    blocks=["password hash synchronisation or AD FS sign-in"],
    documents=["https://learn.microsoft.com/graph/api/resources/domain"],
    settle_after="1 h",
)
def domain_authentication_as_planned(found: TenantDomains, scope: Scope) -> Iterator[Finding]:
    """Judge each domain against the plan, or without a plan against the others."""
    plan = {domain(name).name: wanted for name, wanted in scope.sign_in.items()}
    custom = [one for one in found.domains if one.is_verified and not one.is_initial]
    mixed = len({one.authentication_type.casefold() for one in custom}) > 1
    for one in found.domains:
        planned = plan.get(domain(one.name).name, "")
        if one.is_initial and not planned:
            continue  # the initial domain is managed always, and nobody plans it
        yield _judged(one, planned, mixed=mixed)


def _judged(one: TenantDomain, planned: str, *, mixed: bool) -> Finding:
    subject, observed = domain(one.name), one.authentication_type.casefold()
    if not one.is_verified:
        return not_applicable("unverified", subject, "The domain is not verified in the tenant.")
    if observed not in ("managed", "federated"):
        return not_assessed(
            "unsupported-type",
            subject,
            "The domain has an authentication type that this version does not know: {type}.",
            type=one.authentication_type,
        )
    if planned and observed != planned:
        return failed(
            "other-than-planned",
            subject,
            "The domain is {observed}, but the plan is {planned}.",
            observed=observed,
            planned=planned,
        ).showing(expected=planned, observed=observed)
    if not one.is_admin_managed:
        return warned(
            "not-admin-managed",
            subject,
            "The domain came into the tenant by self-service sign-up; an administrator has to take"
            " it over first.",
        )
    if planned:
        return passed("as-planned", subject, "The domain is {type} as planned.", type=observed)
    return _without_plan(subject, observed, mixed=mixed)


def _without_plan(subject: Subject, observed: str, *, mixed: bool) -> Finding:
    if mixed:
        return warned(
            "mixed-without-plan",
            subject,
            "The domain is {type} and others are not; say in domains.sign_in what is planned.",
            type=observed,
        )
    return not_applicable(
        "no-plan", subject, "No plan is stated, and all domains are {type}.", type=observed
    )
