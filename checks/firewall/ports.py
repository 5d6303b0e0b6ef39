"""Ports between the organisation's own servers: what answers, what is half open, what must be closed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from checks.firewall.areas import CLAUSES
from checks.firewall.port_rule import Ports, judge_ports
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Owner,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage

_PORTS_PAGE = "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-ports"
_WINDOWS_PAGE = (
    "https://learn.microsoft.com/troubleshoot/windows-server/networking"
    "/service-overview-and-network-port-requirements"
)
_PLANNED_LATER = frozenset({445, 3268, 3269, 9389, 636})


@check(
    id="firewall.domain-controller-ports",
    title="Member servers and clients reach the domain controllers' services",
    action="Open the ports of the domain controllers",
    why="Synchronisation, AD FS and log-on talk to several services of a domain controller. One that"
    " answers only some of them makes sign-in and synchronisation fail at random.",
    fix=[
        step(
            "Allow TCP and UDP for each service, from the servers to the subnets of the controllers."
        ),
        step(
            "For dynamic RPC allow 49152 to 65535, or fix the ports of the services that are used.",
            link=_WINDOWS_PAGE,
        ),
        step("Look by hand.", command="nltest /dsgetdc:DOMAIN\nportqry -n DC -e 135"),
    ],
    verify="Each service of each controller answers in its own protocol.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["directory synchronisation", "AD FS", "log-on"],
    documents=[_PORTS_PAGE, _WINDOWS_PAGE],
    settle_after="5 min",
)
def domain_controller_ports(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """Conditional ports warn; from the synchronisation server a fail is a blocker, else high."""
    _ = scope
    wanted = Ports(
        ("HybridIdentity", "ActiveDirectory", "ConfigMgr"),
        ("domain controllers",),
        said("[network] ad_domains or servers.domain-controller"),
        mild=_PLANNED_LATER,
    )
    for one in judge_ports(wanted, areas, probes, vantages):
        milder = not one.subject.name.endswith("connect-server") and one.status == "fail"
        yield one.at(Severity.HIGH) if milder else one


@check(
    id="firewall.adfs-ports",
    title="Connect, WAP, farm and clients reach AD FS",
    action="Open the ports of AD FS",
    why="Clients sign in at port 443. Web application proxies, farm members and the set-up of Entra"
    " Connect need 443, 80 and 5985. 808 and 1501 are for the servers themselves and for nobody else.",
    fix=[
        step("Allow the ports of this finding from the named role to the AD FS and WAP servers."),
        step("Block TCP 808 and 1501 of AD FS for everybody else."),
    ],
    verify="The ports of this finding answer from that role, and 808 and 1501 do not.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["federated sign-in"],
    documents=[
        _PORTS_PAGE,
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/best-practices-securing-ad-fs",
    ],
    settle_after="5 min",
)
def adfs_ports(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """From inside; what is published outside has a check of its own."""
    federated = any(kind == "adfs" for one in vantages for kind, _ in one.servers)
    if not federated and "federated" not in scope.sign_in.values():
        yield not_applicable("no-adfs", RUN, "No AD FS is known to this run.")
        return
    wanted = Ports(
        ("HybridIdentity",),
        ("AD FS", "AD FS and WAP servers"),
        said("[[hosts]] with role adfs or wap"),
        mild=frozenset({5985}),
        roles=("client", "domain-client", "connect-server", "wap", "adfs"),
    )
    yield from judge_ports(wanted, areas, probes, vantages)
    yield from _local_only(probes, vantages)


_LOCAL = (808, 1501)


def _local_only(probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]) -> Iterator[Finding]:
    servers = {name for one in vantages for kind, name in one.servers if kind == "adfs"}
    tried = [
        one for one in probes if one.host in servers and one.port in _LOCAL and not one.unknown
    ]
    opened = [one for one in tried if one.works]
    subject = object_set(said("local ports of AD FS"))
    if opened:
        yield failed(
            "local-port-open",
            subject,
            "{ports} of {servers} is open from here, and only the server itself may reach it.",
            ports=sorted({f"TCP {one.port}" for one in opened}),
            servers=sorted({one.host for one in opened}),
        )
    elif tried:
        yield passed(
            "local-ports-closed",
            subject,
            "The local ports of {servers} are closed from here.",
            servers=sorted({one.host for one in tried}),
        )


@check(
    id="firewall.inbound-published",
    title="Published services answer from outside",
    action="Publish the named services to the internet",
    why="Users outside, and devices that register there, come in through the web application proxy"
    " on port 443. What is not published there works in the office only.",
    fix=[
        step("Publish TCP 443 of the web application proxies, and 49443 with certificate sign-in."),
        step("Look from outside.", command="curl -v https://NAME/"),
    ],
    verify="The names complete a TLS handshake from an address outside the organisation.",
    topic=Topic.FEDERATED_IDENTITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["sign-in from outside"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/best-practices-securing-ad-fs",
    ],
    settle_after="5 min",
)
def inbound_published(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """Only a run that stands outside, with the role internet, can see this."""
    outside = [one for one in vantages if "internet" in one.roles]
    if not outside:
        yield not_applicable(
            "not-outside",
            RUN,
            "This run does not stand outside; [network] roles = [internet] does.",
        )
        return
    inner = [one for one in probes if one.host in _published(outside) and _inside(one)]
    if inner:
        yield not_assessed(
            "unsupported-inside",
            object_set(said("WAP from internet")),
            "{names} lead to inner addresses here, so this run does not stand outside.",
            names=sorted({one.host for one in inner}),
        )
        return
    wanted = Ports(
        ("HybridIdentity",),
        ("WAP",),
        said("[[hosts]] with role wap"),
        roles=("internet",),
        closed="not-reachable",
    )
    yield from judge_ports(wanted, areas, probes, vantages)


_INNER = tuple(
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)


def _published(places: list[Vantage]) -> set[str]:
    return {name for one in places for kind, name in one.servers if kind == "wap"}


def _inside(probe: Probe) -> bool:
    """Whether a name leads to inner addresses only (RFC 1918)."""
    found = [ipaddress.ip_address(one.address) for one in probe.attempts]
    return bool(found) and all(any(one in net for net in _INNER) for one in found)


@check(
    id="firewall.configuration-manager-ports",
    title="Clients and site systems reach each other",
    action="Open the ports of Configuration Manager",
    why="Clients talk to management point, distribution point and update point; site systems talk to"
    " the database and to the cloud management gateway. The published list is of 2021.",
    fix=[
        step("Allow the ports of this finding between the named role and server."),
        step(
            "Compare with the ports that your site is set to use before you carry it out.",
            link="https://learn.microsoft.com/intune/configmgr/core/plan-design/hierarchy/ports",
        ),
    ],
    verify="The ports of this finding answer from that role.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["co-management"],
    documents=["https://learn.microsoft.com/intune/configmgr/core/plan-design/hierarchy/ports"],
    settle_after="5 min",
)
def configuration_manager_ports(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """HTTP or HTTPS is the site's choice: where one of the two answers, the other only warns."""
    known = {kind for one in vantages for kind, _ in one.servers}
    if not known & _SITE_KINDS and scope.workload("co-management") is not True:
        yield not_applicable("no-site", RUN, "No Configuration Manager site is known to this run.")
        return
    wanted = Ports(
        ("ConfigMgr",),
        ("management point", "distribution point", "SUP", "MP/SUP", "SQL", "CMG"),
        "[network.servers]",
        mild=frozenset({80, 443, 8530, 8531, 8005, 10123}),
    )
    yield from judge_ports(wanted, areas, probes, vantages)


_SITE_KINDS = {
    "management-point",
    "distribution-point",
    "update-point",
    "site-database",
    "cloud-management-gateway",
}


@check(
    id="firewall.certificate-services-ports",
    title="NDES and connector reach the issuing CA",
    action="Open the ports of the issuing CA to NDES and the certificate connector",
    why="Certificate profiles are filled by NDES or the connector, which ask the issuing CA over RPC."
    " Without that way devices wait for certificates that never come.",
    fix=[
        step("Allow TCP 135, 445 and the dynamic RPC ports from NDES and the connector to the CA."),
        step("Ask the CA from there.", command="certutil -config CA\\NAME -ping"),
    ],
    verify="The endpoint mapper and SMB of the CA answer from the server of NDES.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["SCEP and PKCS certificate profiles"],
    documents=[
        _WINDOWS_PAGE,
        "https://learn.microsoft.com/intune/intune-service/protect/certificates-scep-configure",
    ],
    settle_after="5 min",
)
def certificate_services_ports(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """From the servers of NDES and the connector."""
    if scope.workload("device-certificates") is False:
        yield not_applicable("not-planned", RUN, "Device certificates are not in scope.")
        return
    wanted = Ports(("PKI",), ("issuing CA",), "[network] servers.issuing-ca")
    yield from judge_ports(wanted, areas, probes, vantages)
