"""Whether an object on premises can take over an account that exists in the tenant already."""

from __future__ import annotations

from collections.abc import Iterator

from checks.directory_sync.common import PREREQUISITES, SYNC_ERRORS
from checks.directory_sync.tenant_state import no_hybrid
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Organization
from scanner.evidence.tenant_sync import SyncFeatures

_BLOCKED = "; ".join(
    f"{name}=$true"
    for name in ("blockSoftMatchEnabled", "blockCloudObjectTakeoverThroughHardMatchEnabled")
)


@check(
    id="directory_sync.match-takeover-blocked",
    title="Soft and hard match cannot take over accounts",
    action="Block soft match and the takeover by hard match once everybody is synchronised",
    why="An object on premises with the sign-in name, the address or the anchor of a user in the"
    " tenant becomes that user, password included. During the onboarding this joins people with"
    " their accounts; afterwards it lets whoever may write to Active Directory take an account over.",
    fix=[
        step(
            "Look at the features first, then block both.",
            command="Connect-MgGraph -Scopes OnPremDirectorySynchronization.ReadWrite.All\n"
            "(Get-MgDirectoryOnPremiseSynchronization).Features |"
            " Select-Object BlockSoftMatchEnabled, BlockCloudObjectTakeoverThroughHardMatchEnabled\n"
            "Update-MgDirectoryOnPremiseSynchronization -OnPremisesDirectorySynchronizationId"
            f" <tenant id> -Features @{{{_BLOCKED}}} -WhatIf\n"
            "Update-MgDirectoryOnPremiseSynchronization -OnPremisesDirectorySynchronizationId"
            f" <tenant id> -Features @{{{_BLOCKED}}}",
        ),
        step("Lift the block for the time in which accounts have to be joined, and no longer."),
    ],
    verify="The features of the synchronisation show both blocks as switched on.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.IMPROVE,
    clause=["E3"],
    documents=[
        PREREQUISITES,
        SYNC_ERRORS,
        "https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronizationfeature",
    ],
    requires=["directory_sync.sync-recent"],
    settle_after="1 h",
)
def match_takeover_blocked(
    features: SyncFeatures, organization: Organization | None, scope: Scope
) -> Iterator[Finding]:
    """Judge both flags; before the first synchronisation soft match is wanted."""
    synced = organization.on_premises_sync_enabled if organization else None
    gate = no_hybrid(scope, synced)
    if gate:
        yield gate
        return
    flags = {
        said("soft match"): features.block_soft_match,
        said("takeover by hard match"): features.block_hard_match,
    }
    open_ones = [name for name, blocked in flags.items() if blocked is False]
    if open_ones and organization and not synced:
        yield passed(
            "needed-for-onboarding",
            tenant(),
            "Not blocked yet: {open}. The first synchronisation may need it to join people with the"
            " accounts that they have; block it afterwards.",
            open=open_ones,
        ).at(Severity.INFO)
    elif open_ones:
        yield warned(
            "not-blocked", tenant(), "Accounts can be taken over by: {open}.", open=open_ones
        ).at(Severity.MEDIUM)
    elif None in flags.values():
        yield not_assessed(
            "unsupported-silent", tenant(), "The tenant does not say what it blocks."
        )
    else:
        yield passed("blocked", tenant(), "Soft match and the takeover by hard match are blocked.")
