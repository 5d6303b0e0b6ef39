"""The reach rule for servers: synchronisation, agents, connectors, Configuration Manager."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import ROWS, TRY, VERIFY, area_check
from checks.firewall.facts import RowState
from checks.firewall.reach import Reach, judge_reach
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Phase,
    Scope,
    Severity,
    Topic,
    not_applicable,
    said,
    step,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage


def _revocation(state: RowState) -> bool:
    """Rows of port 80 alone hold revocation lists, which have a check of their own."""
    return state.row.tcp == "80"


@area_check(
    id="firewall.sync-server-endpoints-reachable",
    title="The Entra Connect server reaches its endpoints",
    action="Open the way from the Entra Connect server to its endpoints",
    why="Entra Connect signs in, asks the provisioning service and exports over these names. A proxy"
    " has to be written into machine.config, and it must not end TLS.",
    fix=[
        ROWS,
        step("Where a proxy is used, name it in machine.config of .NET Framework on that server."),
    ],
    verify=VERIFY,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    effort=Effort.HOURS,
    blocks=["directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-connectivity",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-ports",
    ],
)
def sync_server_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Sign-in and provisioning; the revocation hosts of the same list are judged elsewhere."""
    if scope.hybrid is False:
        yield not_applicable("cloud-only", RUN, "No directory is to be synchronised.")
        return
    reach = Reach(("EntraConnect",), "directory synchronisation", leave_out=_revocation)
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.connector-endpoints-reachable",
    title="Agents and connectors reach their endpoints",
    action="Open the way from agent and connector servers to their endpoints",
    why="Pass-through authentication agents and private network connectors call out over mutual TLS:"
    " any inspection in between ends the connection, and sign-ins fail.",
    fix=[ROWS, TRY],
    verify=VERIFY,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    blocks=["pass-through sign-in", "application proxy"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-pta-quick-start",
        "https://learn.microsoft.com/entra/global-secure-access/how-to-configure-connectors",
    ],
)
def connector_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Both kinds of agent, each from its own servers."""
    reach = Reach(
        ("PTA", "PrivateNetworkConnector"),
        said("pass-through sign-in, application proxy"),
        leave_out=_revocation,
    )
    yield from judge_reach(reach, areas, probes, vantages, scope)


@area_check(
    id="firewall.health-agent-endpoints-reachable",
    title="Health agents reach their endpoints",
    action="Open the way for the Connect Health agents",
    why="Without these names AD FS, domain controllers and Entra Connect report nothing, and trouble"
    " is noticed by users first.",
    fix=[ROWS, TRY],
    verify="The agent's own test succeeds: `Test-MicrosoftEntraConnectHealthConnectivity -Role ADFS`.",
    severity=Severity.MEDIUM,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    blocks=["Connect Health"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-health-agent-install"
    ],
)
def health_agent_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """From each kind of server that carries an agent."""
    yield from judge_reach(
        Reach(("ConnectHealth",), "Connect Health"), areas, probes, vantages, scope
    )


def _inside(state: RowState) -> bool:
    """Rows between the organisation's own servers are judged by the checks of ports."""
    return state.row.towards != "Microsoft cloud"


@area_check(
    id="firewall.configuration-manager-endpoints-reachable",
    title="Configuration Manager reaches the cloud",
    action="Open the way from Configuration Manager to the cloud",
    why="The service connection point fetches updates of the site, and the connection point of the"
    " cloud management gateway carries co-management. The published list is old (2020) and wide.",
    fix=[
        ROWS,
        step(
            "Compare the rows with the current page before they are carried out: the list that this"
            " check uses is of 2020.",
            link="https://learn.microsoft.com/intune/configmgr/core/plan-design/network/internet-endpoints",
        ),
    ],
    verify=VERIFY,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    blocks=["co-management", "cloud management gateway"],
    documents=[
        "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/internet-endpoints"
    ],
)
def configuration_manager_endpoints_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Only rows towards the cloud."""
    if scope.workload("co-management") is False:
        yield not_applicable("not-planned", RUN, "Co-management is not in scope.")
        return
    reach = Reach(
        ("ConfigMgr",), said("co-management, cloud management gateway"), leave_out=_inside
    )
    site = tuple(one for one in areas if one.role == "configuration-manager")
    yield from judge_reach(reach, site, probes, vantages, scope)
