"""Connectors between Intune and servers of the organisation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from checks.gate import outside, unlicensed
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_connectors import (
    CertificateConnectors,
    DomainJoinConnectors,
    ExchangeConnectors,
)
from scanner.evidence.tenant_profiles import DeviceProfiles

# Floors as of autumn 2026; releases are supported for a limited time, so they age. The first is the
# release of September 2024 that can put the SID into certificates; the second is to be verified.
CERTIFICATE_CONNECTOR_FLOOR = "6.2406.0.1001"
DOMAIN_JOIN_FLOOR = "6.2501.2000.5"


def version_of(text: str) -> tuple[int, ...]:
    """A dotted version as numbers, for comparing; empty where it is none."""
    return tuple(int(part[:9]) for part in re.findall(r"\d+", text)[:6])


def hours_since(then: datetime | None, now: datetime) -> float | None:
    """Hours that have gone by; None where no moment is told."""
    return None if then is None else (now - then).total_seconds() / 3600


@check(
    id="devices.ndes-connector-healthy",
    title="Certificate connectors are active and supported",
    action="Bring the certificate connectors back or up to date",
    why="While the connector is down no device gets or renews a certificate, and one after the other"
    " drops off Wi-Fi and VPN. Older versions cannot write the SID that strong mapping (KB5014754)"
    " demands.",
    fix=[
        step(
            "See on the server whether the connector's services run, and read its event log.",
            command="Get-Service -DisplayName '*Certificate Connector*'",
        ),
        step(
            "Reinstall the current version on Windows Server 2016 or later; for strong mapping with"
            " PKCS set EnableSidSecurityExtension to 1 and restart the services.",
            command="Set-ItemProperty -Path"
            " HKLM:\\SOFTWARE\\Microsoft\\MicrosoftIntune\\PFXCertificateConnector -Name"
            " EnableSidSecurityExtension -Value 1 -WhatIf",
            portal="Intune admin center > Tenant administration > Connectors and tokens >"
            " Certificate connectors",
        ),
    ],
    verify="Every connector is active and has been in contact within the last hour.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.PKI_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G20", "G17"],
    blocks=["Wi-Fi, VPN and e-mail profiles with certificates"],
    documents=[
        "https://learn.microsoft.com/mem/intune/protect/certificate-connector-overview",
        "https://learn.microsoft.com/mem/intune/protect/certificates-pfx-configure",
    ],
    settle_after="1 h",
)
def ndes_connector_healthy(
    connectors: CertificateConnectors,
    profiles: DeviceProfiles | None,
    skus: Skus | None,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Judge all connectors together; entries of connectors that were removed stay inactive."""
    issuing = profiles is not None and any(
        one.part == "client-certificate" for one in profiles.profiles
    )
    gate = outside(
        tenant(),
        said("certificates for devices"),
        scope,
        workloads=("device-certificates",),
        there=bool(connectors.rows) or issuing,
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    if not connectors.rows:
        yield failed("none", tenant(), "There is no certificate connector.")
        return
    affected = Affected(
        ("connector", "server", "version", "last contact", "problem"), spoken=("problem",)
    )
    bad = odd = 0
    for one in connectors.rows:
        age = hours_since(one.last_contact, header.collected_at)
        old = version_of(one.version) < version_of(CERTIFICATE_CONNECTOR_FLOOR)
        problem = ""
        if one.state.casefold() != "active" or age is None or age > 24:  # noqa: PLR2004
            problem = said("it is {state}", state=one.state or said("silent"))
            bad += 1
        elif age > 1 or old:
            problem = (
                said("its version is old")
                if old
                else said("it has been silent for more than an hour")
            )
            odd += 1
        contact = one.last_contact.isoformat() if one.last_contact else ""
        affected.add(one.name, one.machine, one.version, contact, problem)
    yield _connectors_said(bad, odd, len(connectors.rows)).affecting(affected)


def _connectors_said(bad: int, odd: int, total: int) -> Finding:
    if bad:
        return failed(
            "inactive",
            tenant(),
            "{count} of {total} certificate connectors are not active or have been silent for a day.",
            count=bad,
            total=total,
        )
    if odd:
        return warned(
            "silent-or-old",
            tenant(),
            "{count} of {total} certificate connectors have been silent for an hour or are older"
            " than version {floor}.",
            count=odd,
            total=total,
            floor=CERTIFICATE_CONNECTOR_FLOOR,
        )
    return passed("active", tenant(), "All {total} certificate connectors are active.", total=total)


@check(
    id="devices.hybrid-autopilot-connector",
    title="The Intune connector for Active Directory is active and supported",
    action="Reinstall the Intune connector for Active Directory",
    why="It makes the computer object in Active Directory. Without it a device stops at the domain"
    " join, in the middle of its first start. The lowest supported version is to be verified.",
    fix=step(
        "Install the current connector, which runs under a managed service account.",
        portal="Intune admin center > Devices > Enrollment > Windows > Intune Connector for Active"
        " Directory",
    ),
    verify="The connector is active and has been in contact within the last hour.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E5", "G17"],
    blocks=["Autopilot with hybrid join"],
    documents=["https://learn.microsoft.com/autopilot/windows-autopilot-hybrid"],
    settle_after="1 h",
)
def hybrid_autopilot_connector(
    connectors: DomainJoinConnectors, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge all connectors together; one good one is enough to work."""
    gate = outside(
        tenant(),
        said("Autopilot with hybrid join"),
        scope,
        workloads=("autopilot-hybrid",),
        there=bool(connectors.rows),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    active, good = [], []
    affected = Affected(("connector", "state", "version", "last contact"), spoken=("state",))
    for one in connectors.rows:
        age = hours_since(one.last_contact, header.collected_at)
        if one.state.casefold() == "active" and age is not None and age <= 24:  # noqa: PLR2004
            active.append(one)
            if age <= 1 and version_of(one.version) >= version_of(DOMAIN_JOIN_FLOOR):
                good.append(one)
        contact = one.last_contact.isoformat() if one.last_contact else ""
        affected.add(one.name, one.state, one.version, contact)
    total = len(connectors.rows)
    if good:
        found = passed(
            "active",
            tenant(),
            "{count} of {total} connectors for Active Directory are active and recent.",
            count=len(good),
            total=total,
        )
    elif active:
        found = warned(
            "silent-or-old",
            tenant(),
            "All active connectors for Active Directory have been silent for an hour or are older"
            " than version {floor}.",
            floor=DOMAIN_JOIN_FLOOR,
        )
    else:
        found = failed(
            "none-active",
            tenant(),
            "None of {total} connectors for Active Directory is active.",
            total=total,
        )
    yield found.affecting(affected)


@check(
    id="devices.exchange-connector-connected",
    title="An existing Exchange connector is connected",
    action="Plan the end of the Exchange connector",
    why="Old access rules for mail on premises depend on it. Microsoft no longer offers it to new"
    " tenants; hybrid modern authentication takes its place.",
    fix=step(
        "Plan for hybrid modern authentication; until then bring the connector back.",
        portal="Intune admin center > Tenant administration > Exchange access",
    ),
    verify="The connector is connected, or it is gone and mail is reached by modern authentication.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G15", "E7"],
    blocks=["access rules for mail on premises"],
    documents=["https://learn.microsoft.com/mem/intune/protect/exchange-connector-install"],
    settle_after="1 h",
)
def exchange_connector_connected(connectors: ExchangeConnectors, scope: Scope) -> Iterator[Finding]:
    """Judge the connectors that are still there."""
    if not connectors.rows:
        yield outside(
            tenant(), said("the Exchange connector"), scope, workloads=("exchange-connector",)
        ) or not_applicable("none", tenant(), "There is no Exchange connector.")
        return
    down = [one for one in connectors.rows if one.status.casefold() == "disconnected"]
    old = [one for one in connectors.rows if one.type.casefold() == "onpremises"]
    if down:
        yield failed(
            "disconnected",
            tenant(),
            "{count} Exchange connectors are disconnected: {servers}.",
            count=len(down),
            servers=[one.server for one in down],
        )
    elif old:
        yield warned(
            "on-premises-type",
            tenant(),
            "{count} Exchange connectors are of the on-premises type, which is no longer offered.",
            count=len(old),
        )
    else:
        yield passed(
            "connected", tenant(), "{count} Exchange connectors work.", count=len(connectors.rows)
        )
