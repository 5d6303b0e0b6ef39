"""Ports that must not be open to the internet: looked at only where the operator asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES
from scanner.api import (
    RUN,
    Effort,
    Finding,
    Owner,
    Severity,
    Topic,
    check,
    failed,
    host,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
)
from scanner.evidence.reachability import Probe, Vantage, Why

_NAMES = {
    21: "FTP", 22: "SSH", 23: "Telnet", 88: "Kerberos", 135: "RPC", 139: "NetBIOS", 389: "LDAP",
    445: "SMB", 636: "LDAPS", 808: "AD FS 2012 R2", 1433: "SQL Server", 1501: "AD FS",
    3268: said("global catalog"), 3269: said("global catalog over TLS"), 3389: said("remote desktop"),
    5985: "WinRM", 5986: "WinRM over TLS", 9389: said("AD web services"),
}  # fmt: skip


@check(
    id="firewall.no-dangerous-exposure",
    title="No dangerous port is open to the internet",
    action="Close the named ports to the internet",
    why="Directory, file and remote services are attacked within minutes of being reachable. Identity"
    " servers that show them give the whole tenant away.",
    fix=step("Block the ports of this finding inbound, and look for who opened them and why."),
    verify="From outside the ports are closed or filtered.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["security of the identity servers"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-fs/deployment/best-practices-securing-ad-fs",
    ],
    settle_after="5 min",
)
def no_dangerous_exposure(
    probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """One finding for each address; a completed connection counts where not every port completes."""
    outside = {one.label for one in vantages if "internet" in one.roles}
    tried: dict[str, list[Probe]] = {}
    for one in probes:
        if one.protocol == "exposure":
            tried.setdefault(one.host, []).append(one)
    if not tried:
        yield not_applicable(
            "not-asked",
            RUN,
            "Nobody asked for it; [policy.exposure] names the addresses that may be tried.",
        )
        return
    for address, several in sorted(tried.items()):
        yield _address(address, several, outside)


def _address(address: str, several: list[Probe], outside: set[str]) -> Finding:
    subject = host(address)
    if not any(one.vantage in outside for one in several):
        return not_assessed(
            "unsupported-inside",
            subject,
            "{address} was tried from inside; [network] roles = [internet] says that a run stands"
            " outside.",
            address=address,
        )
    opened = [one for one in several if one.reason is Why.EXPOSED]
    if opened:
        return failed(
            "exposed",
            subject,
            "{address} is open to the internet on {ports}.",
            address=address,
            ports=[f"{one.port} ({_NAMES.get(one.port, 'unknown')})" for one in opened],
        ).showing(answers=[one.detail for one in opened if one.detail])
    if any(one.unknown for one in several):
        return not_assessed(
            "unsupported-accepts-all",
            subject,
            "{address} accepts connections to every port, or was not tried to the end.",
            address=address,
        )
    return passed(
        "closed",
        subject,
        "None of {count} dangerous ports of {address} is open.",
        count=len(several),
        address=address,
    )
