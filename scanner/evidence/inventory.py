"""What an inventory tells of servers and clients: facts that only on-premises tools can see.

These types are the format of the file too (docs/inventory.md; `emsready inventory schema`). None, an
empty text or an empty list always means that it was not looked at, never 'no'.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from scanner.evidence.envelope import evidence
from scanner.subject import Subject, host

Role = Literal[
    "domain-controller",
    "entra-connect",
    "provisioning-agent",
    "pass-through-agent",
    "private-network-connector",
    "ad-fs",
    "wap",
    "ndes",
    "certificate-connector",
    "certification-authority",
    "configuration-manager",
    "nps",
    "vpn",
    "exchange",
    "other",
]
"""What a server is for."""

Product = Literal[
    "entra-connect",
    "provisioning-agent",
    "pass-through-agent",
    "private-network-connector",
    "certificate-connector",
    "intune-ad-connector",
    "configuration-manager-site",
    "mfa-server",
]
"""Software whose version matters."""


@dataclass(frozen=True, slots=True)
class ServerSystem:
    """The operating system: its name, its version such as 10.0.17763.6659, and how it is installed."""

    name: str = ""
    version: str = ""
    installation: Literal["", "full", "core", "nano", "essentials", "small-business"] = ""


@dataclass(frozen=True, slots=True)
class Updates:
    """How up to date a server is. `pending` counts updates offered and not installed."""

    last_installed: date | None = None
    pending: int | None = None
    restart_pending: bool | None = None
    installed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """Registry settings of TLS. None: nothing is set, and the default of the system holds.

    `strong_crypto` and `system_default` are SchUseStrongCrypto and SystemDefaultTlsVersions of .NET 4.
    """

    tls12_client: bool | None = None
    tls12_server: bool | None = None
    tls11_server: bool | None = None
    tls10_server: bool | None = None
    strong_crypto: bool | None = None
    system_default: bool | None = None


@dataclass(frozen=True, slots=True)
class Software:
    """One product with its version."""

    product: Product
    version: str


@dataclass(frozen=True, slots=True)
class SyncServer:
    """An Entra Connect server: whether it is in staging mode, and its database."""

    staging: bool | None = None
    database: Literal["", "localdb", "sql-server", "azure-sql"] = ""
    case_sensitive: bool | None = None


@dataclass(frozen=True, slots=True)
class AdFsFarm:
    """What AD FS says of its farm. `level` is the farm behaviour level: 1, 3 (2016) or 4 (2019)."""

    level: int | None = None
    providers: tuple[str, ...] = ()
    auto_rollover: bool | None = None


@dataclass(frozen=True, slots=True)
class CertificationAuthority:
    """A certification authority of Active Directory Certificate Services, and its own certificate."""

    name: str = ""
    kind: Literal["", "enterprise-root", "enterprise-subordinate", "root", "subordinate"] = ""
    expires: date | None = None
    hash_algorithm: str = ""
    key_algorithm: str = ""
    key_bits: int | None = None
    crl_next_update: date | None = None


@dataclass(frozen=True, slots=True)
class NdesService:
    """The Network Device Enrollment Service on a server."""

    account: str = ""
    https_binding: bool | None = None
    policy_module: bool | None = None
    enhanced_security: bool | None = None


@evidence("inventory-servers", source="inventory")
@dataclass(frozen=True, slots=True)
class InventoryServer:
    """One server on the day when it was looked at (`seen`)."""

    name: str
    seen: date
    roles: tuple[Role, ...] = ()
    domain_joined: bool | None = None
    system: ServerSystem = field(default_factory=ServerSystem)
    updates: Updates = field(default_factory=Updates)
    tls: TlsSettings | None = None
    dotnet_release: int | None = None
    software: tuple[Software, ...] = ()
    sync: SyncServer | None = None
    ad_fs: AdFsFarm | None = None
    authorities: tuple[CertificationAuthority, ...] = ()
    ndes: NdesService | None = None

    @property
    def subject(self) -> Subject:
        """The server."""
        return host(self.name)

    def version_of(self, product: str) -> str:
        """The version of that product here; empty where it is not installed."""
        return next((one.version for one in self.software if one.product == product), "")


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """So many clients of one platform and version. `edition` is that of Windows.

    `configuration_manager` is the version of the Configuration Manager client on them.
    """

    platform: Literal["windows", "ios", "macos", "android"]
    version: str
    count: int
    edition: Literal["", "home", "pro", "enterprise", "education", "ltsc"] = ""
    configuration_manager: str = ""


@dataclass(frozen=True, slots=True)
class BrowserGroup:
    """So many clients that use one browser."""

    browser: Literal["edge", "chrome", "firefox", "safari", "internet-explorer", "edge-legacy"]
    count: int
    version: str = ""


@evidence("inventory-clients", source="inventory")
@dataclass(frozen=True, slots=True)
class InventoryClients:
    """Clients and browsers by version, as counted on one day."""

    seen: date
    clients: tuple[ClientGroup, ...] = ()
    browsers: tuple[BrowserGroup, ...] = ()
