"""What ties Intune to Google, to threat defence and to partners."""

from __future__ import annotations

from collections.abc import Iterator

from checks.devices.connectors import hours_since
from checks.gate import bought, outside, unlicensed
from scanner.api import (
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
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_connectors import (
    CompliancePartners,
    GooglePlay,
    ManagementPartners,
    ThreatDefenceConnectors,
)

DEFENDER = "fc780465-2017-40d4-a0c5-307022471b92"


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
        said("management of Android devices"),
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
            status=play.sync_status or said("not told"),
        )
    else:
        found = passed("bound", tenant(), "Managed Google Play is bound and synchronises.")
    yield found.showing(owner=play.owner)


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
        said("endpoint threat defence"),
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
