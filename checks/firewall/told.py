"""What no probe from one host can see: idle times, address translation, RADIUS, proxies of SYSTEM."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES
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

IDLE = Question(
    id="firewall.idle-timeouts-sufficient",
    asked="Do firewalls and proxies keep idle connections open long enough?",
    yes="A proxy in front of Entra Connect lets a request wait at least 6 minutes for its answer, and"
    " where Android devices are used, idle connections to ports 5228 to 5230 live at least 30 minutes.",
    evidence="The idle times from the settings of the firewall and the proxy.",
    known_by="The network administrator.",
)


@check(
    id=IDLE.id,
    question=IDLE,
    title="Idle connections live long enough",
    action="Raise the idle times of firewall and proxy",
    why="The first answer to an export of Entra Connect may come after five minutes, and Android's push"
    " service holds one connection open for hours. A device in between that forgets idle connections"
    " ends both without a message.",
    fix=[
        step("Set the idle time of the proxy in front of Entra Connect to 6 minutes or more."),
        step("Set the idle time of the firewall for TCP 5228 to 5230 to 30 minutes or more."),
    ],
    verify=IDLE.yes,
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["exports of synchronisation", "push to Android"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
        "https://firebase.google.com/docs/cloud-messaging/network-configuration",
    ],
)
def idle_timeouts_sufficient(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(IDLE, answers, header)


NAT = Question(
    id="firewall.nat-capacity",
    asked="Does the address translation have ports for all devices behind each public address?",
    yes="Devices behind one public address stay below 80 % of (64,000 - reserved ports) / (peak ports"
    " of a device + 4); with 4,000 reserved and 6 ports at peak that is 6,000 devices at most.",
    evidence="Devices for each public address, ports of a device at peak, reserved ports.",
    known_by="The network administrator.",
)


@check(
    id=NAT.id,
    question=NAT,
    title="NAT has ports for all devices",
    action="Add public addresses to the translation pool",
    why="Each connection takes a port of a public address. When they run out in the morning, new"
    " connections hang while old ones work, and nobody suspects the translation.",
    fix=[
        step("Count devices for each public address and the ports of a device at peak."),
        step("Add addresses until the share in use stays below 80 %."),
    ],
    verify=NAT.yes,
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=CLAUSES,
    blocks=["log-on in the morning"],
    documents=[
        "https://learn.microsoft.com/microsoft-365/enterprise/nat-support-with-microsoft-365",
    ],
)
def nat_capacity(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(NAT, answers, header)


RADIUS = Question(
    id="firewall.radius-ports",
    asked="Do access points and VPN gateways reach the RADIUS servers, and devices the VPN gateway?",
    yes="UDP 1812 and 1813 are open from access points and gateways to the RADIUS servers, and UDP 500"
    " and 4500 to a gateway that speaks IKE. A test sign-in succeeds.",
    evidence="The log entry of a successful sign-in on the RADIUS server.",
    known_by="The network administrator.",
)


@check(
    id=RADIUS.id,
    question=RADIUS,
    title="RADIUS and IKE ports are open",
    action="Open the RADIUS and IKE ports",
    why="Wi-Fi and VPN with device certificates sign in over RADIUS. A server that does not know who"
    " asks stays silent, so a scan cannot tell it from a rule that drops.",
    fix=step("Allow UDP 1812 and 1813 from the access points and gateways to the RADIUS servers."),
    verify=RADIUS.yes,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=CLAUSES,
    blocks=["Wi-Fi and VPN sign-in"],
    documents=["https://www.rfc-editor.org/rfc/rfc2865", "https://www.rfc-editor.org/rfc/rfc7296"],
)
def radius_ports(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says."""
    yield answered(RADIUS, answers, header)


PROXY = Question(
    id="firewall.proxy-settings-consistent",
    asked="Do services that run as SYSTEM use the same way out as users do?",
    yes="`netsh winhttp show proxy` on a client shows the proxy that users have, or both go directly;"
    " a PAC file or WPAD is set for the machine and not for users only.",
    evidence="The output of that command, and the proxy settings of a user on the same client.",
    known_by="The endpoint administrator.",
)


@check(
    id=PROXY.id,
    question=PROXY,
    title="User and SYSTEM use the same route out",
    action="Give the machine the proxy settings that users have",
    why="Device registration and much of Intune run as SYSTEM, with the proxy settings of the machine."
    " Where only users have a proxy, these services try to go directly and fail.",
    fix=step(
        "Set the proxy of WinHTTP by policy, or offer WPAD; never a setting for users only.",
        command="netsh winhttp show proxy",
    ),
    verify=PROXY.yes,
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["hybrid join", "enrolment"],
    documents=["https://learn.microsoft.com/entra/identity/devices/how-to-hybrid-join"],
)
def proxy_settings_consistent(answers: Answers, header: Header) -> Iterator[Finding]:
    """What the answer says; this version does not read the settings of a Windows client itself."""
    yield answered(PROXY, answers, header)
