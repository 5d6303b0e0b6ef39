"""The people that the change reaches: end users, and those who support them."""

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

_ADOPTION = "https://learn.microsoft.com/mem/intune/fundamentals/intune-planning-guide"

USERS = Question(
    id="responsibilities.user-communication-planned",
    asked="Is it planned how end users are informed and trained before their devices and sign-in"
    " change?",
    yes="Messages, dates and training for every group of users are written down, with somebody who"
    " sends them, and say what users have to do on the day of enrolment.",
    evidence="The communication plan.",
    known_by="The project manager, or internal communication.",
)


@check(
    id=USERS.id,
    question=USERS,
    title="Users will be informed and trained",
    action="Plan how users are informed and trained",
    why="Enrolment and multi-factor authentication ask something of every user. Users who were not"
    " told beforehand decline the prompt or call the help desk, all on the same day.",
    fix=[
        step("Write for each wave of users what changes, when, and what they have to do."),
        step("Send it before the wave, in the users' languages, and name whom to ask."),
    ],
    verify=USERS.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G3"],
    blocks=["enrolling users beyond the pilot"],
    documents=[_ADOPTION],
)
def user_communication_planned(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(USERS, answers, header)


SUPPORT_STAFF = Question(
    id="responsibilities.support-staff-trained",
    asked="Do the support staff have documents and training for the new services?",
    yes="Those who take the calls have enrolled a device themselves, know how to see a user's device"
    " and sign-ins, and have written steps for the common faults.",
    evidence="Training dates and the support articles.",
    known_by="The head of the help desk.",
)


@check(
    id=SUPPORT_STAFF.id,
    question=SUPPORT_STAFF,
    title="Support staff have documents and training",
    action="Document for and train the support staff",
    why="The first calls come on the first day of the pilot. Support staff who have never seen an"
    " enrolment send them on to the project team, which then stops working on the project.",
    fix=[
        step(
            "Give the support staff a role that lets them see devices, and no more.",
            portal="Intune admin center > Tenant administration > Roles > Help Desk Operator",
        ),
        step("Let them enrol a device of each platform in scope, and write down what they see."),
    ],
    verify=SUPPORT_STAFF.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G4"],
    blocks=["enrolling users beyond the pilot"],
    documents=["https://learn.microsoft.com/mem/intune/fundamentals/help-desk-operators"],
)
def support_staff_trained(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(SUPPORT_STAFF, answers, header)


SUPPORT_PLAN = Question(
    id="responsibilities.support-plan-ready",
    asked="Is there a support plan for the time of the migration?",
    yes="It is settled who takes calls at what hours during each wave, when a fault goes to whom, and"
    " who may open a ticket with Microsoft and how.",
    evidence="The support plan.",
    known_by="The head of the help desk, or the service manager.",
)


@check(
    id=SUPPORT_PLAN.id,
    question=SUPPORT_PLAN,
    title="A support plan for the migration exists",
    action="Make a support plan for the migration",
    why="During a wave of enrolments more goes wrong than on a normal day, and some of it only"
    " Microsoft can mend. Who calls whom has to be settled before.",
    fix=[
        step("Settle hours, ways of escalation and the people on duty for each wave."),
        step(
            "Make sure that somebody on duty may open a service request.",
            portal="Microsoft 365 admin center > Support > Help & support",
        ),
    ],
    verify=SUPPORT_PLAN.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["A6"],
    documents=["https://learn.microsoft.com/mem/get-support"],
)
def support_plan_ready(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(SUPPORT_PLAN, answers, header)
