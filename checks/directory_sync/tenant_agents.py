"""Client, agents and recycle bin of the synchronisation, as the tenant knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.directory_sync.tenant_state import no_hybrid
from scanner.api import (
    Effort,
    Finding,
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
from scanner.evidence.suffixes import TenantSuffixes
from scanner.evidence.tenant import Organization
from scanner.evidence.tenant_sync import (
    AuthenticationAgents,
    DeletedUsers,
    HybridAgent,
    ProvisioningAgents,
    SyncClient,
)

# The prerequisites page of Entra Connect as of autumn 2026: older versions stopped on 2026-09-30.
CLIENT_FLOOR = (2, 5, 79, 0)
_LONGEST_INTERVAL = 30


@check(
    id="directory_sync.client-version-supported",
    title="The synchronisation client version is supported and its interval is default",
    action="Upgrade Entra Connect",
    why="Versions that are retired lose the ability to sign in to the tenant, and the"
    " synchronisation stops from one day to the next.",
    fix=[
        step(
            "See the version and the role of each server.",
            command="Import-Module ADSync\nGet-ADSyncGlobalSettingsParameter |"
            " Where-Object Name -like '*Version*'\nGet-ADSyncScheduler",
        ),
        step("Upgrade in place, or by way of a staging server."),
    ],
    verify="The tenant reports the new version after the next cycle.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3", "G17"],
    blocks=["directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-version-history",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
    ],
    settle_after="1 h",
)
def client_version_supported(
    client: SyncClient, organization: Organization | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the version that the client last reported; often it reports none."""
    gate = no_hybrid(scope, organization.on_premises_sync_enabled if organization else None)
    if gate:
        yield gate
        return
    version = tuple(int(one[:9]) for one in re.findall(r"\d+", client.version or "")[:4])
    floor = ".".join(map(str, CLIENT_FLOOR))
    if not version:
        yield not_assessed(
            "unsupported-silent",
            tenant(),
            "The tenant does not know the version of the synchronisation client.",
        )
    elif version < CLIENT_FLOOR:
        yield failed(
            "too-old",
            tenant(),
            "The synchronisation client is version {version}; the oldest that still works is"
            " {floor}.",
            version=client.version or "",
            floor=floor,
        )
    elif (_minutes(client.interval) or 0) > _LONGEST_INTERVAL:
        yield warned(
            "long-interval",
            tenant(),
            "The synchronisation runs every {minutes} minutes; 30 is the default.",
            minutes=_minutes(client.interval) or 0,
        )
    else:
        yield passed(
            "supported",
            tenant(),
            "The synchronisation client is version {version}.",
            version=client.version or "",
        )


def _minutes(duration: str | None) -> int | None:
    """An ISO 8601 duration of days, hours and minutes."""
    match = re.fullmatch(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?.*)?", duration or "")
    if match is None:
        return None
    days, hours, minutes = (int(one or 0) for one in match.groups())
    return days * 1440 + hours * 60 + minutes


@check(
    id="directory_sync.hybrid-agents-redundant",
    title="Cloud sync and pass-through agents are active and redundant",
    action="Install a second agent on another server",
    why="With pass-through authentication the loss of a single agent means that nobody signs in.",
    fix=step(
        "Restart the agent, or install another one on a second server.",
        command="Get-Service AzureADConnectAuthenticationAgent, AADConnectProvisioningAgent",
        portal="Entra admin center > Entra Connect > Cloud sync > Agents, and Connect Sync >"
        " Pass-through authentication",
    ),
    verify="At least two agents of each kind in use are active.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3", "G17"],
    blocks=["fault-tolerant authentication"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-pta-quick-start"
    ],
    settle_after="5 min",
)
def hybrid_agents_redundant(
    provisioning: ProvisioningAgents,
    authentication: AuthenticationAgents | Missing,
    organization: Organization | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Count the active agents of each kind that is there."""
    kinds: dict[str, tuple[HybridAgent, ...]] = {said("cloud sync"): provisioning.rows}
    if not isinstance(authentication, Missing):
        kinds[said("pass-through authentication")] = authentication.rows
    used = {name: rows for name, rows in kinds.items() if rows}
    if not used:
        yield no_hybrid(
            scope, organization.on_premises_sync_enabled if organization else None
        ) or not_applicable("no-agent", tenant(), "No agent is registered.")
        return
    active = {
        name: sum(one.status.casefold() == "active" for one in rows) for name, rows in used.items()
    }
    told = [
        said("{name} ({count} of {all} active)", name=name, count=count, all=len(used[name]))
        for name, count in active.items()
    ]
    if not all(active.values()):
        yield failed(
            "none-active", tenant(), "Agents are registered but not active: {kinds}.", kinds=told
        )
    elif min(active.values()) == 1:
        yield warned(
            "single",
            tenant(),
            "Only one agent stands between you and an outage: {kinds}.",
            kinds=told,
        )
    else:
        yield passed("redundant", tenant(), "The agents are redundant: {kinds}.", kinds=told)


@check(
    id="directory_sync.no-mass-deletion",
    title="No sign of a recent mass deletion of users",
    action="Find out why so many users were deleted, and restore those who are wanted",
    why="A wrong filter or a moved unit shows first as a full recycle bin, and after 30 days the bin"
    " is emptied.",
    fix=[
        step("Correct the scope of the synchronisation first."),
        step(
            "Then restore the users who are wanted.",
            command="Get-MgDirectoryDeletedItemAsUser -All\n"
            "Restore-MgDirectoryDeletedItem -DirectoryObjectId <id> -WhatIf",
        ),
    ],
    verify="The number of users in the recycle bin falls after the restore.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3"],
    blocks=["directory synchronisation"],
    documents=["https://learn.microsoft.com/graph/api/directory-deleteditems-list"],
    settle_after="1 h",
)
def no_mass_deletion(
    deleted: DeletedUsers, suffixes: TenantSuffixes, scope: Scope
) -> Iterator[Finding]:
    """Compare the recycle bin with the users that are left."""
    limit = scope.threshold("deleted_users_percent", 5)
    left = sum(one.users for one in suffixes.suffixes)
    percent = (
        round(100 * deleted.count / (left + deleted.count), 1) if left + deleted.count else 0.0
    )
    values = {"deleted": deleted.count, "left": left, "percent": percent}
    if percent > limit:
        yield warned(
            "many-deleted",
            tenant(),
            "{deleted} users were deleted within 30 days ({percent} %), beside {left} enabled"
            " members.",
            **values,
        )
    else:
        yield passed(
            "few-deleted",
            tenant(),
            "{deleted} users were deleted within 30 days ({percent} %), beside {left} enabled"
            " members; few.",
            **values,
        )
