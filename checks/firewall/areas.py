"""The reach rule for clients and devices: what they need, and how much hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from checks.firewall.facts import RowState
from checks.firewall.reach import Reach, judge_reach
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Step,
    Topic,
    check,
    not_applicable,
    said,
    step,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage
from scanner.evidence.tenant import Skus

LISTS = "https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges"
INTUNE = "https://learn.microsoft.com/intune/intune-service/fundamentals/intune-endpoints"
CLAUSES = ["E2", "E4", "G11"]
VERIFY = (
    "The same scan finds every destination working. By hand: `curl -v https://HOST/` shows an answer"
    " of the service, whatever its status."
)
ROWS: Step = step(
    "Hand the rows of this finding to the network team as they are: destinations, ports, inspection"
    " and proxy sign-in belong to one request."
)
TRY: Step = step(
    "Try one of the hosts by hand from the same network before and after the change.",
    command="Test-NetConnection HOST -Port 443\ncurl -v https://HOST/",
)

_SIGN_IN_SET = 56
_SUITE_AREAS = {
    "M365-Exchange": "EXCHANGE_S",
    "M365-SharePoint": "SHAREPOINT",
    "M365-Skype": "TEAMS",
}


def _sign_in_first(states: Sequence[RowState]) -> Severity | None:
    signs_in = any(
        one.row.set_id == _SIGN_IN_SET or one.row.destination.startswith("login.") for one in states
    )
    return Severity.BLOCKER if signs_in else None


area_check = partial(
    check,
    topic=Topic.NETWORK,
    owner=Owner.NETWORK_ADMIN,
    clause=CLAUSES,
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
"""What all checks of areas have in common."""


@area_check(
    id="firewall.required-endpoints-reachable",
    title="All required Microsoft 365 endpoints work",
    action="Open the way to the required Microsoft 365 endpoints",
    why="Sign-in and every service behind it need these names. What a rule drops shows as slow or"
    " failing sign-ins long before anybody thinks of the firewall.",
    fix=[ROWS, TRY],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    blocks=["sign-in", "Microsoft 365"],
    documents=[LISTS],
)
def required_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Common endpoints must work; those of Exchange, SharePoint and Teams where they are bought."""
    bought = {
        area
        for area, name in _SUITE_AREAS.items()
        if skus and any(name in plan.name for sku in skus.skus for plan in sku.plans)
    }
    reach = Reach(
        ("M365-Common", *_SUITE_AREAS),
        "sign-in, Microsoft 365",
        lenient=lambda one: one.area in _SUITE_AREAS and one.area not in bought,
        worse=_sign_in_first,
    )
    yield from judge_reach(reach, areas, probes, vantages, scope)


_CORE = ("manage.microsoft.", "dm.microsoft.", "enterpriseenrollment", "login.", "registration")


def _management_first(states: Sequence[RowState]) -> Severity | None:
    """Push, attestation and content alone hold single features up, not enrolment."""
    core = any(word in one.row.destination for one in states for word in _CORE)
    return None if core else Severity.HIGH


@area_check(
    id="firewall.intune-endpoints-reachable",
    title="Intune's endpoints work",
    action="Open the way to Intune's endpoints",
    why="Devices enrol, fetch policy and install apps over these names, many of them as SYSTEM and"
    " without a user who could click anything away.",
    fix=[
        ROWS,
        TRY,
        step(
            "Write *.manage.microsoft.com and *.dm.microsoft.com as wildcards: their hosts change"
            " without notice.",
            link=INTUNE,
        ),
    ],
    verify=VERIFY,
    severity=Severity.BLOCKER,
    effort=Effort.HOURS,
    blocks=["enrolment", "policy", "app delivery"],
    documents=[INTUNE],
)
def intune_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Enrolment and policy are blockers; push, attestation and content are one word milder."""
    if scope.workload("intune") is False:
        yield not_applicable("intune-not-planned", RUN, "Intune is not in scope.")
        return
    reach = Reach(("Intune",), said("enrolment, policy, app delivery"), worse=_management_first)
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.apple-services-reachable",
    title="Apple's services work",
    action="Open the way to Apple's services",
    why="The push service of Apple wakes iPhones, iPads and Macs for every policy and app. It takes"
    " port 5223, or 443 as a second best and only without a proxy; inspection breaks it.",
    fix=[ROWS, step("Allow 17.0.0.0/8 on TCP 5223 and 443 directly, without proxy or inspection.")],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    blocks=["management of iOS, iPadOS and macOS"],
    documents=["https://support.apple.com/101555", INTUNE],
)
def apple_services_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Push on its own port, or on 443 as a second best."""
    if scope.platform("ios") is False and scope.platform("macos") is False:
        yield not_applicable("apple-not-planned", RUN, "No Apple platform is in scope.")
        return
    reach = Reach(("Apple",), "management of iOS, iPadOS and macOS")
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.android-services-reachable",
    title="Google's services work",
    action="Open the way to Google's services",
    why="Android Enterprise enrols through Google Play and is woken by Firebase Cloud Messaging on"
    " ports 5228 to 5230. A proxy or inspection in between breaks it.",
    fix=[ROWS, step("Allow the ports of push directly, without proxy or inspection.")],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    blocks=["Android Enterprise"],
    documents=[
        "https://firebase.google.com/docs/cloud-messaging/network-configuration",
        "https://support.google.com/work/android/answer/10513641",
    ],
)
def android_services_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """One of the push ports, or 443 as a second best."""
    if scope.platform("android") is False:
        yield not_applicable("android-not-planned", RUN, "Android is not in scope.")
        return
    reach = Reach(("Google",), "Android Enterprise")
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.device-registration-reachable",
    title="Devices reach registration and sign-in as SYSTEM",
    action="Open the way to device registration for computers",
    why="Hybrid join and registration run as SYSTEM: they use the proxy settings of the machine and"
    " have no user who could sign in to a proxy. device.login.microsoftonline.com identifies devices"
    " by their certificate, so inspection ends it.",
    fix=[
        ROWS,
        step("Look at the phase in which registration fails.", command="dsregcmd /status"),
    ],
    verify="The next sign-in of a computer completes registration: `dsregcmd /status` shows"
    " AzureAdJoined : YES.",
    severity=Severity.BLOCKER,
    effort=Effort.HOURS,
    blocks=["hybrid join", "device registration"],
    documents=["https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join"],
)
def device_registration_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """What this host reaches as the account of the scan; SYSTEM may use another proxy."""
    if scope.workload("hybrid-join") is False and scope.workload("intune") is False:
        yield not_applicable("no-registration-planned", RUN, "No device is to be registered.")
        return
    reach = Reach(("DeviceRegistration",), said("hybrid join, device registration"))
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.rights-management-reachable",
    title="Rights management endpoints work",
    action="Open the way to the rights management endpoints",
    why="Protected documents open only after these names gave a licence. The client pins the"
    " certificates of *.aadrm.com, so inspection ends it.",
    fix=[ROWS, TRY],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    blocks=["information protection"],
    documents=["https://learn.microsoft.com/azure/information-protection/requirements", LISTS],
)
def rights_management_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """From clients and connectors."""
    if scope.workload("information-protection") is False:
        yield not_applicable("not-planned", RUN, "Information protection is not in scope.")
        return
    reach = Reach(("AIP",), "information protection")
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.update-endpoints-reachable",
    title="Update and delivery endpoints work",
    action="Open the way to update and delivery endpoints",
    why="Autopilot, updates and app delivery fetch their content here, over port 80 as well as 443."
    " With 443 alone they hang.",
    fix=[ROWS, TRY],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    blocks=["updates", "Autopilot", "app delivery"],
    documents=[
        "https://learn.microsoft.com/windows/deployment/do/delivery-optimization-endpoints",
    ],
)
def update_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Connection and HTTP count; whose certificate a content host shows does not."""
    reach = Reach(("WindowsUpdate",), said("updates, Autopilot, app delivery"))
    yield from judge_reach(reach, areas, probes, vantages, scope)
