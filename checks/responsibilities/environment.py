"""The environment as far as nothing shows it: capacity, tests, what is to be retired."""

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
    failed,
    step,
)
from scanner.evidence.inventory import InventoryServer

_MFA_SERVER_ADAPTERS = {"azuremfaserverauthentication", "windowsazuremultifactorauthentication"}
"""What AD FS calls the server's adapter, by the version that was installed first."""

CAPACITY = Question(
    id="responsibilities.capacity-planned",
    asked="Are the hardware, the network capacity and the software that the services need designed,"
    " ordered and dated?",
    yes="Servers for synchronisation and connectors, internet bandwidth, addresses for translation,"
    " and licences of other software are sized for all users in scope, and what is missing is"
    " ordered.",
    evidence="The sizing, and the orders.",
    known_by="The infrastructure manager.",
)


@check(
    id=CAPACITY.id,
    question=CAPACITY,
    title="Hardware and network are designed and procured",
    action="Size and order the hardware and network that is missing",
    why="A server or a line that has to be bought takes longer than any other remediation. Devices"
    " that fetch policies, applications and updates from the cloud use bandwidth that a site may not"
    " have.",
    fix=[
        step("Size the synchronisation server by the number of objects in the directory."),
        step(
            "Estimate the bandwidth of enrolment and updates for each site, and order what lacks."
        ),
    ],
    verify=CAPACITY.yes,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G8"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
        "https://learn.microsoft.com/mem/intune/fundamentals/network-bandwidth-use",
    ],
)
def capacity_planned(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(CAPACITY, answers, header)


TEST = Question(
    id="responsibilities.test-environment-ready",
    asked="Is there a test environment, or a pilot group with test devices, where changes are tried"
    " first?",
    yes="Changes are tried on a test tenant, or on a pilot group with at least one device of each"
    " platform in scope, before they reach everybody; and somebody keeps it in order.",
    evidence="The name of the tenant or of the group.",
    known_by="The endpoint administrator.",
)


@check(
    id=TEST.id,
    question=TEST,
    title="A test environment exists",
    action="Build a test environment or a pilot group",
    why="Policies, synchronisation rules and conditional access reach everybody within minutes. What"
    " was not tried before is tried on production.",
    fix=[
        step(
            "Make a pilot group of people who will say what goes wrong, and assign to it first.",
            portal="Microsoft Entra admin center > Groups > New group",
        ),
        step("Name the group in scope.pilot_groups, so that the scan looks at it."),
    ],
    verify=TEST.yes,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G16"],
    blocks=["enabling policies for the pilot"],
    documents=["https://learn.microsoft.com/mem/intune/fundamentals/intune-planning-guide"],
)
def test_environment_ready(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(TEST, answers, header)


DECOMMISSIONING = Question(
    id="responsibilities.decommissioning-planned",
    asked="Is it planned when the environments that are replaced are switched off?",
    yes="For each service that is replaced (another device management, file shares, federation,"
    " synchronisation, Configuration Manager workloads) there is a date, an owner, and a list of"
    " what still uses it.",
    evidence="The decommissioning plan.",
    known_by="The infrastructure manager.",
)


@check(
    id=DECOMMISSIONING.id,
    question=DECOMMISSIONING,
    title="Source environments will be retired by plan",
    action="Plan when replaced environments are switched off",
    why="A device can be managed by one service only, and left-over records, servers and accounts"
    " stay attackable while nobody looks after them any more.",
    fix=step("List what each new service replaces, and plan a date and an owner for its end."),
    verify=DECOMMISSIONING.yes,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.WEEKS,
    phase=Phase.IMPROVE,
    clause=["G15"],
    documents=["https://learn.microsoft.com/mem/intune/fundamentals/deployment-guide-intune-setup"],
)
def decommissioning_planned(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(DECOMMISSIONING, answers, header)


MFA_SERVER = Question(
    id="responsibilities.on-premises-mfa-server-retired",
    asked="Is it certain that nothing relies on an on-premises multi-factor authentication server?",
    yes="No Azure Multi-Factor Authentication Server is in use: no AD FS adapter, RADIUS client or"
    " user portal points to one, and its users have registered their methods in the tenant. Or there"
    " never was one.",
    evidence="The list of AD FS authentication providers, and of RADIUS clients.",
    known_by="The identity administrator.",
)


@check(
    id=MFA_SERVER.id,
    question=MFA_SERVER,
    title="No on-premises MFA server is relied on",
    action="Move multi-factor authentication from the on-premises server to the tenant",
    why="The service behind Azure Multi-Factor Authentication Server has stopped answering its"
    " requests (since 30 September 2024). A sign-in that still goes through such a server fails, or"
    " gets in without a second factor.",
    fix=[
        step(
            "See whether AD FS still names the server as a provider.",
            command="Get-AdfsAuthenticationProvider | Select-Object Name, AdminName\n"
            "(Get-AdfsGlobalAuthenticationPolicy).AdditionalAuthenticationProvider",
        ),
        step(
            "Move the users' methods to the tenant with the migration utility, then move AD FS to the"
            " Azure MFA adapter and RADIUS clients to the NPS extension."
        ),
        step("Switch the server off, and remove its adapter, its portal and its accounts."),
    ],
    verify=MFA_SERVER.yes,
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G14"],
    blocks=["multi-factor authentication of federated users"],
    documents=[
        "https://learn.microsoft.com/entra/identity/authentication/how-to-migrate-mfa-server-to-azure-mfa",
    ],
)
def on_premises_mfa_server_retired(
    answers: Answers, servers: tuple[InventoryServer, ...] | None, header: Header
) -> Iterator[Finding]:
    """What the answer says, unless an inventory shows such a server at work."""
    found = [one.name for one in servers or () if _relies_on_mfa_server(one)]
    if found:
        yield failed(
            "still-there",
            MFA_SERVER.subject,
            "The inventory shows a multi-factor authentication server in use on {servers}.",
            servers=found,
        )
    else:
        yield answered(MFA_SERVER, answers, header)


def _relies_on_mfa_server(server: InventoryServer) -> bool:
    providers = {name.casefold() for name in server.ad_fs.providers} if server.ad_fs else set()
    return bool(server.version_of("mfa-server")) or bool(providers & _MFA_SERVER_ADAPTERS)
