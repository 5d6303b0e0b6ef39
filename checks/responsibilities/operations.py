"""How the organisation works: its documents, its approval of changes, its operating guides."""

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

ARCHITECTURE = Question(
    id="responsibilities.architecture-documented",
    asked="Do your own architecture and technical documents describe the planned state?",
    yes="A document that your own review accepts describes identity, synchronisation, device"
    " management, network paths and who administers what.",
    evidence="The architecture document.",
    known_by="The enterprise architect.",
)


@check(
    id=ARCHITECTURE.id,
    question=ARCHITECTURE,
    title="Own architecture documents exist",
    action="Write the architecture of the planned state down",
    why="Guidance does not come with documents about your environment. Whoever runs or audits the"
    " services later needs to know why they were built this way.",
    fix=step(
        "Write down the planned state; this report and its tables may be used as the description of"
        " the present one."
    ),
    verify=ARCHITECTURE.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["G6"],
    documents=[_EXPECTATIONS],
)
def architecture_documented(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(ARCHITECTURE, answers, header)


APPROVAL = Question(
    id="responsibilities.change-approval-ready",
    asked="Do the technical changes of the remediation have a way to be approved in time?",
    yes="It is known who approves changes to DNS, firewalls, certificates, directory and tenant, how"
    " long that takes, and when changes are frozen; and the plan allows for it.",
    evidence="The change process, and the calendar of change freezes.",
    known_by="The change manager.",
)


@check(
    id=APPROVAL.id,
    question=APPROVAL,
    title="Technical changes have an approval path",
    action="Settle how the changes of the remediation are approved",
    why="Most remediation items are changes to production. A change board that meets once a month, or"
    " a freeze at the end of the year, decides more about the date than the work does.",
    fix=[
        step("Take the remediation list to the change manager, and ask for lead times."),
        step(
            "Enter due dates that allow for them, or ask for a standing approval of small changes."
        ),
    ],
    verify=APPROVAL.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.DAYS,
    phase=Phase.ASSESS,
    clause=["G12"],
    blocks=["carrying out the remediation on time"],
    documents=[_EXPECTATIONS],
)
def change_approval_ready(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(APPROVAL, answers, header)


GUIDES = Question(
    id="responsibilities.operations-guide-updated",
    asked="Are the operating model and the operating guides adapted to the new services?",
    yes="Joiners, leavers, lost devices, renewals of certificates and tokens, and the monitoring of"
    " synchronisation have an owner and written steps.",
    evidence="The operating guides.",
    known_by="The head of operations.",
)


@check(
    id=GUIDES.id,
    question=GUIDES,
    title="Operating model and guides are adapted",
    action="Adapt the operating model and the guides",
    why="Push certificates, tokens, connectors and synchronisation run out or stop some day after the"
    " project has ended. Without an owner the first sign is an outage.",
    fix=[
        step("Name an owner and a deputy for each service and each thing that has to be renewed."),
        step(
            "Have this assessment run every night, so that the owner is told of what ends soon.",
            command="emsready scan -c emsready.toml --fail-on new",
        ),
    ],
    verify=GUIDES.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.IMPROVE,
    clause=["G13"],
    documents=[
        "https://learn.microsoft.com/entra/architecture/ops-guide-intro",
    ],
)
def operations_guide_updated(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(GUIDES, answers, header)
