"""What the tenant says about the synchronisation."""

from __future__ import annotations

from collections.abc import Iterator

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
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Organization


@check(
    id="directory_sync.sync-recent",
    title="Directory synchronisation is enabled and ran recently",
    action="Get directory synchronisation running again",
    why="While it stands still, new users, group members and password changes do not reach the"
    " tenant, and every later step works on objects as they once were. It normally runs every 30"
    " minutes.",
    fix=[
        step(
            "Entra Connect: see whether the scheduler is on, then start a cycle and read the"
            " operations in the Synchronization Service.",
            command="Get-ADSyncScheduler\nStart-ADSyncSyncCycle -PolicyType Delta",
        ),
        step(
            "Cloud sync: see whether the agents are active.",
            portal="Entra admin center > Entra Connect > Cloud sync > Agents",
        ),
    ],
    verify="The time of the last synchronisation that the tenant reports is less than an hour ago.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["directory synchronisation", "licensing end users"],
    documents=[
        "https://learn.microsoft.com/graph/api/organization-list",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-feature-scheduler",
    ],
    settle_after="30 min",
)
def sync_recent(organization: Organization, scope: Scope, header: Header) -> Iterator[Finding]:
    """Judge the age of the last synchronisation; never on, off and on are three states."""
    enabled, last = organization.on_premises_sync_enabled, organization.last_sync
    if scope.hybrid is False or (scope.hybrid is None and enabled is None):
        yield not_applicable(
            "no-hybrid-plan", tenant(), "No synchronisation from on premises is planned."
        )
    elif enabled is None:
        yield failed(
            "never-enabled",
            tenant(),
            "Hybrid identity is planned, but synchronisation has never been switched on.",
        )
    elif not enabled:
        yield failed(
            "switched-off", tenant(), "Synchronisation was in use and has been switched off."
        )
    elif last is None:
        yield failed("never-ran", tenant(), "Synchronisation is switched on but has never run.")
    else:
        hours = round((header.collected_at - last).total_seconds() / 3600, 1)
        yield _by_age(hours, scope).showing(
            observed=last.isoformat(), asked=header.collected_at.isoformat()
        )


def _by_age(hours: float, scope: Scope) -> Finding:
    late = scope.threshold("sync_warn_hours", 3)
    stale = scope.threshold("sync_fail_hours", 24)
    if hours > stale:
        return failed(
            "stale",
            tenant(),
            "The last synchronisation was {hours} hours ago; more than {limit} is too long.",
            hours=hours,
            limit=stale,
        )
    if hours > late:
        return warned(
            "late",
            tenant(),
            "The last synchronisation was {hours} hours ago; it should be at most {limit}.",
            hours=hours,
            limit=late,
        )
    return passed(
        "recent",
        tenant(),
        "The last synchronisation was at most {limit} hours before the scan.",
        limit=late,
    )
