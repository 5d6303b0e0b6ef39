"""What ties Intune to others: Apple, Google, certificate servers, threat defence and partners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.graph import CONFIGURATION, SERVICE_CONFIGURATION, graph_read, prop


@graph_read(
    "tenant-apple-push",
    "/deviceManagement/applePushNotificationCertificate",
    CONFIGURATION,
    absence=(404,),
)
@dataclass(frozen=True, slots=True)
class ApplePush:
    """The push certificate for Apple devices; without an expiry there is none."""

    account: str = prop("appleIdentifier", "")
    topic: str = prop("topicIdentifier", "")
    expires: datetime | None = prop("expirationDateTime")


@dataclass(frozen=True, slots=True)
class AppleEnrolmentToken:
    """A token of Automated Device Enrollment. `error` 0 means that the last run went well."""

    name: str = prop("tokenName", "")
    account: str = prop("appleIdentifier", "")
    expires: datetime | None = prop("tokenExpirationDateTime")
    last_sync: datetime | None = prop("lastSuccessfulSyncDateTime")
    error: int | None = prop("lastSyncErrorCode")
    devices: int | None = prop("syncedDeviceCount")


@graph_read(
    "tenant-apple-enrolment-tokens",
    "/deviceManagement/depOnboardingSettings",
    SERVICE_CONFIGURATION,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class AppleEnrolmentTokens:
    """All tokens of Automated Device Enrollment."""

    rows: tuple[AppleEnrolmentToken, ...]


@dataclass(frozen=True, slots=True)
class AppleVolumeToken:
    """A token of volume purchasing."""

    account: str = prop("appleId", "")
    organisation: str = prop("organizationName", "")
    state: str = prop("state", "")
    expires: datetime | None = prop("expirationDateTime")
    last_sync: datetime | None = prop("lastSyncDateTime")
    sync_status: str = prop("lastSyncStatus", "")


@graph_read("tenant-apple-volume-tokens", "/deviceAppManagement/vppTokens", SERVICE_CONFIGURATION)
@dataclass(frozen=True, slots=True)
class AppleVolumeTokens:
    """All tokens of volume purchasing."""

    rows: tuple[AppleVolumeToken, ...]


@graph_read(
    "tenant-google-play",
    "/deviceManagement/androidManagedStoreAccountEnterpriseSettings",
    CONFIGURATION,
    beta=True,
    absence=(404,),
)
@dataclass(frozen=True, slots=True)
class GooglePlay:
    """The binding to managed Google Play; `bind_status` 'notBound' where there is none."""

    bind_status: str = prop("bindStatus", "notBound")
    last_sync: datetime | None = prop("lastAppSyncDateTime")
    sync_status: str = prop("lastAppSyncStatus", "")
    owner: str = prop("ownerUserPrincipalName", "")


@dataclass(frozen=True, slots=True)
class CertificateConnector:
    """A connector on a server that issues certificates."""

    name: str = prop("displayName", "")
    machine: str = prop("machineName", "")
    state: str = prop("state", "")
    version: str = prop("connectorVersion", "")
    last_contact: datetime | None = prop("lastConnectionDateTime")


@graph_read(
    "tenant-certificate-connectors", "/deviceManagement/ndesConnectors", CONFIGURATION, beta=True
)
@dataclass(frozen=True, slots=True)
class CertificateConnectors:
    """All certificate connectors."""

    rows: tuple[CertificateConnector, ...]


@dataclass(frozen=True, slots=True)
class DomainJoinConnector:
    """A connector that joins Autopilot devices to Active Directory."""

    name: str = prop("displayName", "")
    state: str = prop("state", "")
    version: str = prop("version", "")
    last_contact: datetime | None = prop("lastConnectionDateTime")


@graph_read(
    "tenant-domain-join-connectors",
    "/deviceManagement/domainJoinConnectors",
    CONFIGURATION,
    beta=True,
)
@dataclass(frozen=True, slots=True)
class DomainJoinConnectors:
    """All connectors that join devices to Active Directory."""

    rows: tuple[DomainJoinConnector, ...]


@dataclass(frozen=True, slots=True)
class ThreatDefenceConnector:
    """A connector to a product that judges the risk of devices."""

    id: str = prop("id", "")
    state: str = prop("partnerState", "")
    heartbeat: datetime | None = prop("lastHeartbeatDateTime")
    windows: bool = prop("windowsEnabled", default=False)
    android: bool = prop("androidEnabled", default=False)
    ios: bool = prop("iosEnabled", default=False)


@graph_read(
    "tenant-threat-defence-connectors",
    "/deviceManagement/mobileThreatDefenseConnectors",
    SERVICE_CONFIGURATION,
)
@dataclass(frozen=True, slots=True)
class ThreatDefenceConnectors:
    """All connectors to threat defence."""

    rows: tuple[ThreatDefenceConnector, ...]


@dataclass(frozen=True, slots=True)
class ExchangeConnector:
    """A connector to Exchange."""

    server: str = prop("serverName", "")
    type: str = prop("exchangeConnectorType", "")
    status: str = prop("status", "")
    last_sync: datetime | None = prop("lastSyncDateTime")


@graph_read(
    "tenant-exchange-connectors", "/deviceManagement/exchangeConnectors", SERVICE_CONFIGURATION
)
@dataclass(frozen=True, slots=True)
class ExchangeConnectors:
    """All connectors to Exchange."""

    rows: tuple[ExchangeConnector, ...]


@dataclass(frozen=True, slots=True)
class CompliancePartner:
    """A partner that tells whether devices comply."""

    name: str = prop("displayName", "")
    state: str = prop("partnerState", "")


@graph_read(
    "tenant-compliance-partners",
    "/deviceManagement/complianceManagementPartners",
    SERVICE_CONFIGURATION,
)
@dataclass(frozen=True, slots=True)
class CompliancePartners:
    """All compliance partners."""

    rows: tuple[CompliancePartner, ...]


@dataclass(frozen=True, slots=True)
class ManagementPartner:
    """A partner that manages devices."""

    name: str = prop("displayName", "")
    state: str = prop("partnerState", "")
    configured: bool = prop("isConfigured", default=False)


@graph_read(
    "tenant-management-partners",
    "/deviceManagement/deviceManagementPartners",
    SERVICE_CONFIGURATION,
)
@dataclass(frozen=True, slots=True)
class ManagementPartners:
    """All management partners."""

    rows: tuple[ManagementPartner, ...]
