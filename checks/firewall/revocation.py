"""Revocation: the hosts of public authorities, on the port that servers usually lack."""

from __future__ import annotations

from collections.abc import Iterator

from checks.firewall.areas import CLAUSES, ROWS
from checks.firewall.reach import Reach, judge_reach
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Scope,
    Severity,
    Topic,
    check,
    said,
    step,
)
from scanner.evidence.endpoints import EndpointRows
from scanner.evidence.reachability import Probe, Vantage


@check(
    id="firewall.crl-and-ocsp-reachable",
    title="Revocation hosts of public CAs answer on port 80",
    action="Open port 80 to the revocation hosts of public CAs",
    why="Agents and services ask whether a certificate was revoked before they go on. Where port 80"
    " is closed they start slowly, or installers end with errors that name nothing of the kind."
    " Servers are the ones that lack it.",
    fix=[
        ROWS,
        step("Allow TCP 80 to these names for every role, without a proxy sign-in."),
        step(
            "Ask by hand.",
            command="certutil -urlfetch -verify CERT.cer\ncurl -v http://crl.microsoft.com/",
        ),
    ],
    verify="Each host answers with an HTTP status of its own, whatever it is.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["installation of agents", "revocation"],
    documents=["https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details"],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def crl_and_ocsp_reachable(
    areas: tuple[EndpointRows, ...],
    probes: tuple[Probe, ...],
    vantages: tuple[Vantage, ...],
    scope: Scope,
) -> Iterator[Finding]:
    """For each role by itself: a way that clients have is often closed to servers."""
    reach = Reach(("CertValidation",), said("installation of agents, revocation"))
    yield from judge_reach(reach, areas, probes, vantages, scope)
