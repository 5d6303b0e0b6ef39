"""What the services are to do: how users get into them, and how they are to be configured."""

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

PROVISIONING = Question(
    id="responsibilities.provisioning-approach-chosen",
    asked="Is it decided how users get into the tenant, and how they sign in?",
    yes="One way is chosen and written down for each group of users: synchronised by Entra Connect or"
    " Cloud Sync, created in the cloud, or from an HR system; with password hash synchronisation,"
    " pass-through authentication or federation; and with the order in which they are enrolled.",
    evidence="The decision, with its date.",
    known_by="The identity administrator.",
)


@check(
    id=PROVISIONING.id,
    question=PROVISIONING,
    title="How users are provisioned is chosen",
    action="Decide how users are provisioned and how they sign in",
    why="What has to be ready in directory, DNS, certificates and firewalls follows from this one"
    " choice. While it is open, half of the assessment is about things that may not be needed.",
    fix=[
        step("Compare the ways of synchronising and of signing in, and choose one of each."),
        step(
            "State it as scope.identity and domains.sign_in, so that the scan judges by it.",
            command='identity = "hybrid"\nsign_in = { "contoso.com" = "managed" }',
        ),
    ],
    verify=PROVISIONING.yes,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ASSESS,
    clause=["A4", "G10"],
    blocks=["preparing the directory", "finishing the Assess phase"],
    documents=["https://learn.microsoft.com/entra/identity/hybrid/connect/choose-ad-authn"],
)
def provisioning_approach_chosen(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(PROVISIONING, answers, header)


CONFIGURATION = Question(
    id="responsibilities.service-configuration-planned",
    asked="Is the configuration of the services planned: compliance, configuration profiles,"
    " applications, conditional access, labels?",
    yes="For each workload in scope the first settings are written down, with the group that gets"
    " them first and the name of who decides about exceptions.",
    evidence="The list of policies.",
    known_by="The endpoint administrator, and the security officer.",
)


@check(
    id=CONFIGURATION.id,
    question=CONFIGURATION,
    title="Configuration of the services is planned",
    action="Plan the configuration of the services",
    why="The services come empty. What they are to demand of devices and sign-ins is a decision of"
    " the organisation, and takes longer to agree on than to enter.",
    fix=step(
        "Write down for each workload what the pilot group gets first; start from the security"
        " baselines, and note each deviation with its reason.",
        link="https://learn.microsoft.com/mem/intune/protect/security-baselines",
    ),
    verify=CONFIGURATION.yes,
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["A5"],
    blocks=["enabling policies for the pilot"],
    documents=["https://learn.microsoft.com/mem/intune/fundamentals/intune-planning-guide"],
)
def service_configuration_planned(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(CONFIGURATION, answers, header)
