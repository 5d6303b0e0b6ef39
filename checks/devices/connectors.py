"""Connectors between Intune and servers, partners and stores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from checks.gate import bought, outside, unlicensed
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
    not_assessed,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_connectors import (
    CertificateConnectors,
    CompliancePartners,
    DomainJoinConnectors,
    ExchangeConnectors,
    GooglePlay,
    ManagementPartners,
    ThreatDefenceConnectors,
)
from scanner.evidence.tenant_profiles import DeviceProfiles

DEFENDER = "fc780465-2017-40d4-a0c5-307022471b92"
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
    id="devices.managed-google-play-bound",
    title="Managed Google Play is bound and syncing",
    action="Bind the tenant to managed Google Play",
    why="Android Enterprise needs the binding. Undoing it later retires the devices, so it should"
    " belong to the organisation and not to a person.",
    fix=step(
        "Bind it with a company account.",
        portal="Intune admin center > Devices > Enrollment > Android > Managed Google Play",
    ),
    verify="The binding is shown as bound and validated, with a synchronisation of today.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["Android enrolment"],
    documents=[
        "https://learn.microsoft.com/mem/intune/enrollment/connect-intune-android-enterprise"
    ],
    requires=["devices.mdm-authority-intune"],
    settle_after="1 h",
)
def managed_google_play_bound(
    play: GooglePlay, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the binding and its last synchronisation."""
    status = play.bind_status.casefold()
    gate = outside(
        tenant(),
        "management of Android devices",
        scope,
        platforms=("android",),
        there=status.startswith("bound"),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    age = hours_since(play.last_sync, header.collected_at)
    if status in ("notbound", "unbinding"):
        found = failed(
            "not-bound",
            tenant(),
            "The tenant is not bound to managed Google Play ({status}).",
            status=play.bind_status,
        )
    elif status == "bound":
        found = warned(
            "not-validated", tenant(), "The binding to managed Google Play is not validated yet."
        )
    elif status != "boundandvalidated":
        found = not_assessed(
            "unsupported-status",
            tenant(),
            "The binding is in a state that this version does not know: {status}.",
            status=play.bind_status,
        )
    elif age is None or age > 24 or play.sync_status.casefold() != "success":  # noqa: PLR2004
        found = warned(
            "sync-late",
            tenant(),
            "Managed Google Play is bound, but its last synchronisation is older than a day or did"
            " not succeed ({status}).",
            status=play.sync_status or "not told",
        )
    else:
        found = passed("bound", tenant(), "Managed Google Play is bound and synchronises.")
    yield found.showing(owner=play.owner)


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
        "certificates for devices",
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
    affected = Affected(("connector", "server", "version", "last contact", "problem"))
    bad = odd = 0
    for one in connectors.rows:
        age = hours_since(one.last_contact, header.collected_at)
        old = version_of(one.version) < version_of(CERTIFICATE_CONNECTOR_FLOOR)
        problem = ""
        if one.state.casefold() != "active" or age is None or age > 24:  # noqa: PLR2004
            problem = f"it is {one.state or 'silent'}"
            bad += 1
        elif age > 1 or old:
            problem = "its version is old" if old else "it has been silent for more than an hour"
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
    id="devices.threat-defence-connector-healthy",
    title="The threat defence connector is enabled and has a heartbeat",
    action="Connect Defender for Endpoint with Intune",
    why="Compliance rules about the risk of a device have nothing to go by while the connector is"
    " silent. Defender has to be activated before it can be integrated.",
    fix=[
        step(
            "Switch the connection on in Defender.",
            portal="Microsoft Defender portal > Settings > Endpoints > Advanced features > Microsoft"
            " Intune connection",
        ),
        step(
            "Then allow it in Intune for the platforms in scope.",
            portal="Intune admin center > Endpoint security > Microsoft Defender for Endpoint",
        ),
    ],
    verify="The connector is shown as enabled, with a heartbeat of today.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E7"],
    blocks=["compliance by device risk"],
    documents=[
        "https://learn.microsoft.com/mem/intune/protect/advanced-threat-protection-configure"
    ],
    settle_after="1 h",
)
def threat_defence_connector_healthy(
    connectors: ThreatDefenceConnectors, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge Defender's connector, or any other where only others are there."""
    defender = [one for one in connectors.rows if one.id.casefold() == DEFENDER]
    found = next(iter(defender or connectors.rows), None)
    gate = outside(
        tenant(),
        "endpoint threat defence",
        scope,
        workloads=("endpoint-threat-defence",),
        there=bought(skus, "endpoint-threat-defence") or found is not None,
    ) or unlicensed(tenant(), skus, "intune", *(("endpoint-threat-defence",) if defender else ()))
    if gate:
        yield gate
        return
    state = found.state.casefold() if found else "unavailable"
    age = hours_since(found.heartbeat, header.collected_at) if found else None
    off = [
        name
        for name, on in (
            ("windows", found and found.windows),
            ("android", found and found.android),
            ("ios", found and found.ios),
        )
        if scope.platform(name) and not on
    ]
    if state in ("unavailable", "unresponsive", "error", "notsetup", "neverconfigured"):
        yield failed(
            "not-connected", tenant(), "The threat defence connector is {state}.", state=state
        )
    elif state not in ("enabled", "available"):
        yield not_assessed(
            "unsupported-state",
            tenant(),
            "The connector is in a state that this version does not know: {state}.",
            state=state,
        )
    elif state == "available" or age is None or age > 24 or off:  # noqa: PLR2004
        yield warned(
            "half-connected",
            tenant(),
            "The threat defence connector is {state}; it is set up on one side only, silent for a"
            " day, or off for platforms in scope: {platforms}.",
            state=state,
            platforms=off or ["none"],
        )
    else:
        yield passed("connected", tenant(), "The threat defence connector is enabled and alive.")


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
        "Autopilot with hybrid join",
        scope,
        workloads=("autopilot-hybrid",),
        there=bool(connectors.rows),
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    active, good = [], []
    affected = Affected(("connector", "state", "version", "last contact"))
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
            tenant(), "the Exchange connector", scope, workloads=("exchange-connector",)
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


@check(
    id="devices.partner-connectors-responsive",
    title="Configured partner connectors respond",
    action="Bring the partner connectors back or remove them",
    why="Devices that a partner manages count as not compliant as soon as the partner is silent.",
    fix=step(
        "Renew the connection, or remove a partner that is no longer used.",
        portal="Intune admin center > Tenant administration > Connectors and tokens",
    ),
    verify="Every configured partner is shown as enabled.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "G1"],
    blocks=["compliance by partners"],
    documents=[
        "https://learn.microsoft.com/mem/intune/protect/device-compliance-partners",
        "https://learn.microsoft.com/graph/api/intune-onboarding-devicemanagementpartner-list",
    ],
    settle_after="1 h",
)
def partner_connectors_responsive(
    compliance: CompliancePartners, management: ManagementPartners, skus: Skus | None
) -> Iterator[Finding]:
    """Judge the partners that somebody has set up."""
    gate = unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    idle = ("", "unknown", "unavailable")
    configured = {
        one.name: one.state.casefold()
        for one in compliance.rows
        if one.state.casefold() not in idle
    }
    configured |= {one.name: one.state.casefold() for one in management.rows if one.configured}
    bad = sorted(name for name, state in configured.items() if state in _PARTNER_BAD)
    if not configured:
        yield not_applicable("none", tenant(), "No partner connector is configured.")
    elif bad:
        yield failed(
            "silent",
            tenant(),
            "{count} of {total} partner connectors do not respond: {partners}.",
            count=len(bad),
            total=len(configured),
            partners=bad,
        )
    else:
        yield passed(
            "responsive",
            tenant(),
            "All {total} partner connectors respond.",
            total=len(configured),
        )


_PARTNER_BAD = {"terminated", "rejected", "unresponsive", "unavailable"}
