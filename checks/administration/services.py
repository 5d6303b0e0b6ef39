"""The services around: their health, what is announced, and applications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.gate import outside
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    not_applicable,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.plans import PlanState, state_of
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_services import (
    Applications,
    Recommendations,
    ServiceHealth,
    ServiceIssues,
    ServiceMessages,
)

_GOOD = {
    "serviceoperational",
    "servicerestored",
    "postincidentreviewpublished",
    "falsepositive",
    "resolved",
    "resolvedexternal",
}
_OURS = ("intune", "entra", "identity", "azure information protection", "mobile device management")


def _is_ours(service: str) -> bool:
    """Whether a service belongs to the suite, by the names that the service page gives."""
    plain = service.casefold()
    return any(word in plain for word in _OURS)


@check(
    id="administration.service-health-clear",
    title="No service incident disturbs the services in scope",
    action="Wait for the incident to end, then scan again",
    why="What is read during an incident may be wrong: a failing finding may be Microsoft's, and"
    " a passing one may have been read from a copy.",
    fix=step(
        "Follow the incident and repeat the scan when it is over.",
        portal="Microsoft 365 admin center > Health > Service health",
    ),
    verify="Service health shows the services as healthy, and a repeated scan agrees with this one.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ASSESS,
    clause=["A2", "I1"],
    blocks=["reading the results of this scan"],
    documents=["https://learn.microsoft.com/graph/api/serviceannouncement-list-healthoverviews"],
    settle_after="1 day",
)
def service_health_clear(health: ServiceHealth, issues: ServiceIssues | None) -> Iterator[Finding]:
    """Judge the services of the suite; open issues are listed with them."""
    ours = [one for one in health.rows if _is_ours(one.service)]
    if not ours:
        yield not_applicable(
            "no-service", tenant(), "Service health lists no service of the suite for this tenant."
        )
        return
    disturbed = [one for one in ours if one.status.casefold() not in _GOOD]
    affected = Affected(("service", "issue", "title", "kind"), spoken=("kind",))
    for issue in issues.rows if issues else ():
        if not issue.resolved and _is_ours(issue.service):
            affected.add(issue.service, issue.id, issue.title, issue.classification)
    if disturbed:
        yield warned(
            "disturbed",
            tenant(),
            "The scan was taken while these services were disturbed: {services}.",
            services=[f"{one.service} ({one.status})" for one in disturbed],
        ).affecting(affected)
    else:
        yield passed(
            "clear",
            tenant(),
            "The {count} services of the suite were healthy during the scan.",
            count=len(ours),
        ).affecting(affected)


@check(
    id="administration.no-pending-service-changes",
    title="Announced major changes in the onboarding window are known",
    action="Plan for the announced changes that demand action soon",
    why="A retirement in the middle of the project moves its plan; it was announced, but the"
    " message lies among hundreds of others.",
    fix=step(
        "Read each message and give its task to somebody.",
        portal="Microsoft 365 admin center > Health > Message center",
    ),
    verify="Each message of the list has been read and its task planned or dismissed.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.INFO,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["I1", "A5"],
    blocks=["the timeline"],
    documents=["https://learn.microsoft.com/graph/api/serviceannouncement-list-messages"],
)
def no_pending_service_changes(
    messages: ServiceMessages, scope: Scope, header: Header
) -> Iterator[Finding]:
    """List what has to be done within the window for a service of the suite."""
    days = scope.threshold("service_change_days", 60)
    until = header.collected_at + timedelta(days=days)
    affected = Affected(("message", "title", "services", "act by"))
    for one in messages.rows:
        due = one.act_by
        soon = due is not None and header.collected_at <= due <= until
        if one.major and soon and due and any(map(_is_ours, one.services)):
            affected.add(one.id, one.title, ", ".join(one.services), due.date().isoformat())
    if len(affected):
        yield warned(
            "changes-due",
            tenant(),
            "{count} announced changes of services in scope demand action within {days} days.",
            count=len(affected),
            days=days,
        ).affecting(affected)
    else:
        yield passed(
            "none-due",
            tenant(),
            "No announced change of a service in scope demands action within {days} days.",
            days=days,
        )


@check(
    id="administration.entra-recommendations-reviewed",
    title="Entra recommendations are known",
    action="Review the active recommendations of Entra",
    why="The directory gives hints of its own about federation, multi-factor authentication and"
    " synchronisation; they are a second opinion on this scan.",
    fix=step(
        "Read the active recommendations, then complete or dismiss each of them.",
        portal="Entra admin center > Overview > Recommendations",
    ),
    verify="The list shows no active recommendation about federation, MFA or synchronisation.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["A3", "G9"],
    documents=["https://learn.microsoft.com/graph/api/resources/recommendation"],
)
def entra_recommendations_reviewed(found: Recommendations) -> Iterator[Finding]:
    """List the active ones about what onboarding touches."""
    affected = Affected(("recommendation", "kind", "priority"), spoken=("priority",))
    for one in found.rows:
        relevant = any(word in one.type.casefold() for word in ("adfs", "mfa", "sync"))
        if relevant and one.status.casefold() == "active":
            affected.add(one.name, one.type, one.priority)
    if len(affected):
        yield warned(
            "active",
            tenant(),
            "{count} recommendations about federation, MFA or synchronisation are active.",
            count=len(affected),
        ).affecting(affected)
    else:
        yield passed(
            "none-active",
            tenant(),
            "None of the {count} recommendations about what onboarding touches is active.",
            count=len(found.rows),
        )


@check(
    id="administration.cloud-app-security-plan-present",
    title="The cloud app security plan is known",
    action="Buy the plan of Defender for Cloud Apps",
    why="Its configuration cannot be seen through Graph; whether the tenant owns the plan is all"
    " that can be said from here.",
    fix=step(
        "Buy a product that carries the plan.",
        portal="Microsoft 365 admin center > Billing > Your products",
    ),
    verify="A subscribed product carries the plan in state Success.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.INFO,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["I1"],
    documents=["https://learn.microsoft.com/graph/api/subscribedsku-list"],
)
def cloud_app_security_plan_present(skus: Skus, scope: Scope) -> Iterator[Finding]:
    """Say whether the plan is there."""
    state = state_of(skus, "cloud-app-security")
    gate = outside(
        tenant(),
        said("cloud app security"),
        scope,
        workloads=("cloud-app-security",),
        there=state > PlanState.ABSENT,
    )
    if gate:
        yield gate
    elif state > PlanState.UNUSABLE:
        yield passed("present", tenant(), "The tenant has a plan of Defender for Cloud Apps.")
    else:
        yield warned(
            "absent", tenant(), "The tenant has no usable plan of Defender for Cloud Apps."
        )


@check(
    id="administration.integrated-application-present",
    title="At least one integrated application and the group settings are known",
    action="Integrate a first application with single sign-on",
    why="One application with single sign-on is part of what onboarding sets up.",
    fix=step(
        "Add an application of the gallery and set single sign-on up.",
        portal="Entra admin center > Enterprise applications > New application",
    ),
    verify="The list of enterprise applications shows the integrated application.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.INFO,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.IMPROVE,
    clause=["E7", "G1"],
    documents=["https://learn.microsoft.com/entra/identity/enterprise-apps/what-is-single-sign-on"],
)
def integrated_application_present(found: Applications, scope: Scope) -> Iterator[Finding]:
    """Count the applications, and those with single sign-on."""
    gate = outside(
        tenant(),
        said("single sign-on for applications"),
        scope,
        workloads=("sso-application",),
        there=bool(found.rows),
    )
    if gate:
        yield gate
    elif found.rows:
        yield passed(
            "integrated",
            tenant(),
            "{count} applications are integrated, {single} of them with a mode of single sign-on.",
            count=len(found.rows),
            single=sum(bool(one.sign_on) for one in found.rows),
        )
    else:
        yield warned("none", tenant(), "No application is integrated yet.")
