"""The synchronisation as the tenant knows it: passwords, features, quota."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from checks.gate import bought
from scanner.api import (
    Effort,
    Finding,
    Header,
    Missing,
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
from scanner.evidence.tenant import Organization, Skus
from scanner.evidence.tenant_sync import SyncFeatures, SyncState

_WIZARD = "Microsoft Entra Connect > Configure > Customize synchronization options"
_FEATURES = (
    "https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronizationfeature"
)


def no_hybrid(scope: Scope, synced: bool | None) -> Finding | None:
    """Nothing to judge where no synchronisation is planned, or none is there and nobody said."""
    if scope.hybrid is False or (scope.hybrid is None and synced is None):
        return not_applicable(
            "no-hybrid-plan", tenant(), "No synchronisation from on premises is planned."
        )
    return None


@check(
    id="directory_sync.password-hash-sync-recent",
    title="Password hash synchronisation is on and its heartbeat is recent",
    action="Switch password hash synchronisation on, or get its heartbeat going again",
    why="While the heartbeat stands still, a changed password is refused in the cloud. Without the"
    " feature there is no way to sign in when AD FS fails, and no warning about leaked passwords.",
    fix=[
        step("Switch the feature on.", portal=f"{_WIZARD} > Optional features"),
        step(
            "Where it is on and stands still, run the troubleshooter on the server.",
            command="Import-Module ADSyncDiagnostics\nInvoke-ADSyncDiagnostics -PasswordSync",
        ),
    ],
    verify="The time of the last password heartbeat that the tenant reports is less than an hour"
    " ago.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3", "A4"],
    blocks=["password hash synchronisation", "sign-in without AD FS"],
    documents=[
        "https://learn.microsoft.com/graph/api/resources/organization?view=graph-rest-beta",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-password-hash-synchronization",
    ],
    requires=["directory_sync.sync-recent"],
    settle_after="1 h",
)
def password_hash_sync_recent(
    state: SyncState, features: SyncFeatures | Missing, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the heartbeat; the feature itself is seldom readable, and then left out."""
    gate = no_hybrid(scope, state.synced)
    if gate:
        yield gate
        return
    on = None if isinstance(features, Missing) else features.password_sync
    planned_elsewhere = "federated" in scope.sign_in.values()
    beat = state.password_sync
    if on is False and planned_elsewhere:
        yield warned(
            "off-with-federation",
            tenant(),
            "Password hash synchronisation is off; if AD FS fails, nobody can sign in.",
        )
    elif on is False:
        yield failed("off", tenant(), "Password hash synchronisation is off.")
    elif beat is None and on is None:
        yield not_assessed(
            "unsupported-silent",
            tenant(),
            "The tenant reports no password heartbeat, and whether the feature is on could not be"
            " read.",
        )
    elif beat is None:
        yield failed(
            "never-ran", tenant(), "Password hash synchronisation is on but has never reported."
        )
    else:
        yield _by_age(beat, scope, header).showing(observed=beat.isoformat())


def _by_age(beat: datetime, scope: Scope, header: Header) -> Finding:
    hours = round((header.collected_at - beat).total_seconds() / 3600, 1)
    late = scope.threshold("password_sync_warn_hours", 3)
    stale = scope.threshold("password_sync_fail_hours", 24)
    if hours > stale:
        return failed(
            "stale",
            tenant(),
            "The last password heartbeat was {hours} hours ago; more than {limit} is too long.",
            hours=hours,
            limit=stale,
        )
    if hours > late:
        return warned(
            "late",
            tenant(),
            "The last password heartbeat was {hours} hours ago; it should be at most {limit}.",
            hours=hours,
            limit=late,
        )
    return passed(
        "recent",
        tenant(),
        "The last password heartbeat was at most {limit} hours before the scan.",
        limit=late,
    )


@check(
    id="directory_sync.object-quota-headroom",
    title="The directory has room for the objects to be synchronised",
    action="Free room in the directory, or have its quota raised",
    why="At the quota the synchronisation stops with an error for every further object.",
    fix=[
        step("Verify a custom domain: it raises the quota from 50,000 to 300,000 objects."),
        step("Or remove stale devices and deleted objects, or ask Microsoft support for more."),
    ],
    verify="The directory reports a quota of which at most 80 percent are used.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["E3", "G7"],
    blocks=["directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
    ],
    settle_after="1 day",
)
def object_quota_headroom(state: SyncState, scope: Scope) -> Iterator[Finding]:
    """Judge how full the directory is."""
    if state.used is None or not state.quota:
        yield not_assessed(
            "unsupported-silent", tenant(), "The tenant does not say how full its directory is."
        )
        return
    warn, fail = (
        scope.threshold("quota_warn_percent", 80),
        scope.threshold("quota_fail_percent", 95),
    )
    percent = round(100 * state.used / state.quota, 1)
    values = {"used": state.used, "quota": state.quota, "percent": percent}
    if percent > fail:
        yield failed(
            "full", tenant(), "{used} of {quota} objects ({percent} %) are used up.", **values
        )
    elif percent > warn:
        yield warned(
            "filling", tenant(), "{used} of {quota} objects ({percent} %) are used.", **values
        )
    else:
        yield passed(
            "room",
            tenant(),
            "{used} of {quota} objects ({percent} %) are used; room enough.",
            **values,
        )


@check(
    id="directory_sync.accidental-deletion-guard",
    title="Accidental deletion prevention has a sensible threshold",
    action="Switch the prevention of accidental deletions on",
    why="A unit that was moved, or a filter that was changed, otherwise deletes the users in the"
    " tenant together with their mailboxes and device records.",
    fix=step(
        "Set the threshold on the server.",
        command="Get-ADSyncExportDeletionThreshold\n"
        "Enable-ADSyncExportDeletionThreshold -DeletionThreshold 500",
    ),
    verify="The configuration of the synchronisation shows the threshold.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E3"],
    blocks=["directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-feature-prevent-accidental-deletes",
        "https://learn.microsoft.com/graph/api/onpremisesdirectorysynchronization-get",
    ],
    settle_after="5 min",
)
def accidental_deletion_guard(
    features: SyncFeatures, organization: Organization | None, scope: Scope
) -> Iterator[Finding]:
    """Judge type and threshold."""
    gate = no_hybrid(scope, organization.on_premises_sync_enabled if organization else None)
    if gate:
        yield gate
        return
    kind, threshold = (features.prevention or "").casefold(), features.threshold
    limits = {"enabledforcount": 500, "enabledforpercentage": 10}
    if kind == "disabled":
        yield failed("off", tenant(), "The prevention of accidental deletions is off.")
    elif kind not in limits or threshold is None:
        yield not_assessed(
            "unsupported-silent",
            tenant(),
            "The tenant does not say whether accidental deletions are prevented.",
        )
    elif threshold > limits[kind]:
        yield warned(
            "high-threshold",
            tenant(),
            "Deletions are stopped only above {threshold} ({kind}); {limit} is the usual threshold.",
            threshold=threshold,
            kind=features.prevention or "",
            limit=limits[kind],
        )
    else:
        yield passed(
            "on",
            tenant(),
            "Deletions are stopped above {threshold} ({kind}).",
            threshold=threshold,
            kind=features.prevention or "",
        )


@check(
    id="directory_sync.sync-features-as-planned",
    title="Writeback, quarantine and UPN features are set as planned",
    action="Set the features of the synchronisation as planned",
    why="Without writeback a password that was reset in the cloud never reaches Active Directory;"
    " without quarantine one address that is used twice holds the whole object up.",
    fix=[
        step("Switch password writeback on.", portal=f"{_WIZARD} > Optional features"),
        step(
            "Switch the features of the tenant on.",
            command="Update-MgDirectoryOnPremiseSynchronization"
            " -OnPremisesDirectorySynchronizationId <tenant id> -Features"
            " @{quarantineUponProxyAddressesConflictEnabled=$true} -WhatIf",
        ),
    ],
    verify="The features of the synchronisation show what was planned.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3", "A4"],
    blocks=["self-service password reset with writeback"],
    documents=[_FEATURES],
    settle_after="1 h",
)
def sync_features_as_planned(
    features: SyncFeatures, organization: Organization | None, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Compare the flags with what is recommended, and writeback with the plan."""
    gate = no_hybrid(scope, organization.on_premises_sync_enabled if organization else None)
    if gate:
        yield gate
        return
    flags = {
        said("quarantine on conflicting sign-in names"): features.quarantine_upn,
        said("quarantine on conflicting addresses"): features.quarantine_proxy,
        said("sign-in names of managed users are synchronised"): features.sync_upn,
    }
    if all(one is None for one in (*flags.values(), features.password_writeback)):
        yield not_assessed("unsupported-silent", tenant(), "The tenant does not give the features.")
        return
    off = [name for name, on in flags.items() if on is False]
    reset = scope.workload("self-service-password-reset")
    if reset and features.password_writeback is False:
        yield failed(
            "no-writeback",
            tenant(),
            "Password reset is in scope, but password writeback is off; also off: {features}.",
            features=off or [said("nothing else")],
        )
        return
    if features.password_writeback is False and reset is None and bought(skus, "entra-p1"):
        off.append(said("password writeback"))
    if off:
        yield warned(
            "features-off", tenant(), "Recommended features are off: {features}.", features=off
        )
    else:
        yield passed("as-planned", tenant(), "The recommended features are on.")
