"""The project itself: its plan, its people, its kickoff, and what it builds beyond the service."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Answers,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Question,
    Severity,
    Topic,
    answered,
    check,
    step,
)

_EXPECTATIONS = "https://learn.microsoft.com/fasttrack/process-and-expectations"

PLAN = Question(
    id="responsibilities.project-plan-agreed",
    asked="Is there an agreed project plan with named resources, and does someone manage both?",
    yes="A plan with phases, dates and people is approved by whoever pays for it, and one person"
    " keeps it up to date.",
    evidence="The plan, or a link to it.",
    known_by="The project manager.",
)


@check(
    id=PLAN.id,
    question=PLAN,
    title="Project and resources are planned and managed",
    action="Agree a project plan with named resources",
    why="Onboarding guidance tells what to do, but plans nobody's time. Remediation that has no date"
    " and no person stays open, and everything behind it waits.",
    fix=[
        step("Take the remediation list of this report as the first list of tasks."),
        step("Give each task a person and a date before the kickoff date, and have it approved."),
    ],
    verify=PLAN.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.DAYS,
    phase=Phase.ASSESS,
    clause=["G2"],
    blocks=["finishing the Assess phase"],
    documents=[_EXPECTATIONS],
    requires=["responsibilities.stakeholders-named"],
)
def project_plan_agreed(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(PLAN, answers, header)


STAKEHOLDERS = Question(
    id="responsibilities.stakeholders-named",
    asked="Are the people for the assessment named: a project manager, and one each for tenant,"
    " identity, directory, network, DNS, certificates and devices?",
    yes="Every role has a name, each of them knows it and has time for it, and one is the project"
    " manager.",
    evidence="The list of names and roles.",
    known_by="The sponsor of the project.",
)


@check(
    id=STAKEHOLDERS.id,
    question=STAKEHOLDERS,
    title="Stakeholders and a project manager are named",
    action="Name a project manager and the stakeholders of the assessment",
    why="Each finding of an assessment needs someone who may change the thing. Where nobody is named"
    " for a firewall, a zone or a directory, its findings wait for an escalation.",
    fix=[
        step("Name a project manager."),
        step("Name one person for each owner that the remediation list shows, and a deputy."),
    ],
    verify=STAKEHOLDERS.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.HOURS,
    phase=Phase.ASSESS,
    clause=["A1"],
    blocks=["assigning the remediation list"],
    documents=[_EXPECTATIONS],
)
def stakeholders_named(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(STAKEHOLDERS, answers, header)


KICKOFF = Question(
    id="responsibilities.kickoff-attended",
    asked="Has the kickoff meeting taken place, led on your side, and did it confirm the dates of the"
    " remediation?",
    yes="The meeting was held with all stakeholders, and the dates of the remediation plan were"
    " confirmed in it. If it is still ahead: its date is fixed, and the people have accepted.",
    evidence="The minutes, or the invitation.",
    known_by="The project manager.",
)


@check(
    id=KICKOFF.id,
    question=KICKOFF,
    title="Kickoff is led and the timeline confirmed",
    action="Hold the kickoff meeting and confirm the dates of the remediation",
    why="The kickoff turns a list of findings into dates that people have agreed to. Without it the"
    " due dates of the plan are only proposals.",
    fix=[
        step("Invite the stakeholders, and the guidance team where one is engaged."),
        step("Go through the open questions and the items to do first of this report."),
        step("Confirm the due dates, and enter the date of the kickoff as scope.kickoff."),
    ],
    verify=KICKOFF.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.HOURS,
    phase=Phase.ASSESS,
    clause=["I2"],
    blocks=["starting the Remediate phase"],
    documents=[_EXPECTATIONS],
    requires=["responsibilities.stakeholders-named"],
)
def kickoff_attended(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(KICKOFF, answers, header)


INTEGRATIONS = Question(
    id="responsibilities.integrations-planned",
    asked="Are the extensions and integrations that the tenant needs beyond the services themselves"
    " listed and planned?",
    yes="Every application, connector and interface that will read from or write to the tenant is"
    " listed with its owner and the permissions it needs, or the list is known to be empty.",
    evidence="The list of integrations.",
    known_by="The enterprise architect, or the owners of the applications.",
)


@check(
    id=INTEGRATIONS.id,
    question=INTEGRATIONS,
    title="Extensions and integrations of the tenant are planned",
    action="List and plan the integrations of the tenant",
    why="Onboarding covers the services as they come. What an organisation attaches to its tenant"
    " (HR systems, ticketing, network access control, own applications) is its own work, and decides"
    " about permissions, consent and dates.",
    fix=[
        step(
            "List what is attached already, with the permissions that it was granted.",
            portal="Microsoft Entra admin center > Applications > Enterprise applications",
            command="Get-MgServicePrincipal -All | Select-Object DisplayName, AppId",
        ),
        step("Add what is planned, with an owner, a date and the least permissions for each."),
    ],
    verify=INTEGRATIONS.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G1"],
    documents=["https://learn.microsoft.com/entra/identity/enterprise-apps/plan-sso-deployment"],
)
def integrations_planned(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(INTEGRATIONS, answers, header)
