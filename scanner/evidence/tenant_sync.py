"""What the tenant knows about its synchronisation with the directory on premises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import graph_read, prop

_SYNC = "OnPremDirectorySynchronization.Read.All"
_AGENTS = ("Policy.Read.HybridAuthentication",)


@graph_read("tenant-sync-state", "/organization", "Organization.Read.All", select=True, beta=True)
@dataclass(frozen=True, slots=True)
class SyncState:
    """What only the beta version tells: the password heartbeat, and how full the directory is."""

    synced: bool | None = prop("onPremisesSyncEnabled")
    password_sync: datetime | None = prop("onPremisesLastPasswordSyncDateTime")
    used: int | None = prop("directorySizeQuota/used")
    quota: int | None = prop("directorySizeQuota/total")


# Documented for delegated sign-in alone, yet an application role of that name exists: it is tried.
@graph_read("tenant-sync-features", "/directory/onPremisesSynchronization", _SYNC)
@dataclass(frozen=True, slots=True)
class SyncFeatures:
    """Features of the synchronisation; None where the service does not say."""

    password_sync: bool | None = prop("features/passwordSyncEnabled")
    password_writeback: bool | None = prop("features/passwordWritebackEnabled")
    block_soft_match: bool | None = prop("features/blockSoftMatchEnabled")
    block_hard_match: bool | None = prop("features/blockCloudObjectTakeoverThroughHardMatchEnabled")
    quarantine_upn: bool | None = prop("features/quarantineUponUpnConflictEnabled")
    quarantine_proxy: bool | None = prop("features/quarantineUponProxyAddressesConflictEnabled")
    sync_upn: bool | None = prop("features/synchronizeUpnForManagedUsersEnabled")
    prevention: str | None = prop(
        "configuration/accidentalDeletionPrevention/synchronizationPreventionType"
    )
    threshold: int | None = prop("configuration/accidentalDeletionPrevention/alertThreshold")


@graph_read("tenant-sync-client", "/directory/onPremisesSynchronization", _SYNC, beta=True)
@dataclass(frozen=True, slots=True)
class SyncClient:
    """The synchronisation client as it last reported itself; often nothing at all.

    `interval` is an ISO 8601 duration.
    """

    version: str | None = prop("configuration/synchronizationClientVersion")
    interval: str | None = prop("configuration/synchronizationInterval")


@dataclass(frozen=True, slots=True)
class HybridAgent:
    """An agent on a server of the organisation; `status` is 'active' or 'inactive'."""

    machine: str = prop("machineName", "")
    status: str = prop("status", "")


@graph_read(
    "tenant-provisioning-agents",
    "/onPremisesPublishingProfiles/provisioning/agents",
    delegated=_AGENTS,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class ProvisioningAgents:
    """The agents of cloud sync."""

    rows: tuple[HybridAgent, ...]


@graph_read(
    "tenant-authentication-agents",
    "/onPremisesPublishingProfiles/authentication/agents",
    delegated=_AGENTS,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class AuthenticationAgents:
    """The agents of pass-through authentication."""

    rows: tuple[HybridAgent, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """A staged rollout of one sign-in feature."""

    name: str = prop("displayName", "")
    feature: str = prop("feature", "")
    enabled: bool = prop("isEnabled", default=False)


@graph_read("tenant-staged-rollouts", "/policies/featureRolloutPolicies", delegated=_AGENTS)
@dataclass(frozen=True, slots=True)
class StagedRollouts:
    """All staged rollouts."""

    rows: tuple[Rollout, ...]


@graph_read(
    "tenant-deleted-users",
    "/directory/deletedItems/microsoft.graph.user/$count",
    "User.Read.All",
)
@dataclass(frozen=True, slots=True)
class DeletedUsers:
    """How many users are in the recycle bin."""

    count: int
