"""The model of emsready.toml: one dataclass per section, every key with its default.

The metadata of a field (`help`) is the text that `init` writes beside the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from scanner.words import Cloud

Platform = Literal["windows", "ios", "macos", "android", "linux"]
Workload = Literal[
    "intune",
    "conditional-access",
    "autopilot",
    "co-management",
    "hybrid-join",
    "device-certificates",
    "app-protection",
    "information-protection",
    "endpoint-threat-defence",
    "identity-threat-defence",
    "cloud-app-security",
    "app-proxy",
    "autopilot-hybrid",
    "exchange-connector",
    "self-service-password-reset",
    "certificate-sign-in",
    "terms-of-use",
    "branding",
    "sso-application",
]
HostRole = Literal[
    "adfs",
    "wap",
    "ndes",
    "vpn",
    "radius",
    "exchange",
    "autodiscover",
    "app-proxy",
    "enterpriseregistration",
    "cdp",
    "web",
    "other",
]
NetworkRole = Literal[
    "client",
    "managed-device",
    "domain-client",
    "apple-device",
    "android-device",
    "connect-server",
    "pta-agent",
    "connector",
    "adfs",
    "wap",
    "domain-controller",
    "configuration-manager",
    "ndes",
    "internet",
]
ServerKind = Literal[
    "domain-controller",
    "adfs",
    "wap",
    "issuing-ca",
    "management-point",
    "distribution-point",
    "update-point",
    "site-database",
    "cloud-management-gateway",
]
AuthMethod = Literal[
    "certificate", "secret", "device-code", "managed-identity", "federated", "none"
]


@dataclass(frozen=True, slots=True)
class Customer:
    """[customer]."""

    name: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ScopeSection:
    """[scope]."""

    kickoff: date | None = None
    platforms: tuple[Platform, ...] | None = None
    workloads: tuple[Workload, ...] | None = None
    identity: Literal["cloud", "hybrid"] | None = None
    pilot_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantEndpoints:
    """[tenant.endpoints]: base URLs for anything but the four known clouds."""

    login: str = ""
    graph: str = ""


@dataclass(frozen=True, slots=True)
class TenantAuth:
    """[tenant.auth]: how to sign in. Secrets come from the environment, never from this file."""

    method: AuthMethod = "none"
    client_id: str = ""
    certificate_file: str = ""
    secret_env: str = "EMSREADY_CLIENT_SECRET"  # noqa: S105 - the name of a variable
    passphrase_env: str = "EMSREADY_CERTIFICATE_PASSPHRASE"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Tenant:
    """[tenant]."""

    domain: str = ""
    id: str = ""
    cloud: Cloud = Cloud.WORLDWIDE
    endpoints: TenantEndpoints = field(default_factory=TenantEndpoints)
    auth: TenantAuth = field(default_factory=TenantAuth)
    timeout: float = 30.0
    beta: bool = True


@dataclass(frozen=True, slots=True)
class Domains:
    """[domains]."""

    names: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()
    sign_in: dict[str, Literal["managed", "federated"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dns:
    """[dns]: resolvers as "192.0.2.1", "192.0.2.1:5300", "tls://host", "https://host/dns-query".

    `forests` are the DNS names of Active Directory domains, `search` the suffixes that clients try.
    """

    external: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    forests: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    timeout: float = 3.0


@dataclass(frozen=True, slots=True)
class Host:
    """[[hosts]]: a server of the organisation whose certificate and names matter.

    `starttls` is taken from the port where it is not said (25, 587, 389, 3268). `certificate_file`
    holds the certificate of a RADIUS server, which no probe can see; `crls` are the addresses of the
    revocation lists that a host of role cdp publishes.
    """

    name: str
    role: HostRole = "web"
    port: int = 443
    connect: str = ""
    starttls: Literal["smtp", "ldap", "none"] | None = None
    certificate_file: str = ""
    crls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """[network]. The password of the proxy comes from the environment, never from this file.

    `servers` names inner servers by what they are; the domain controllers of `ad_domains` are found
    through DNS.
    """

    roles: tuple[NetworkRole, ...] = ("client",)
    vantage: str = ""
    proxy: str = ""
    proxy_user: str = ""
    proxy_password_env: str = "EMSREADY_PROXY_PASSWORD"  # noqa: S105 - the name of a variable
    pac_url: str = ""
    ad_domains: tuple[str, ...] = ()
    servers: dict[ServerKind, tuple[str, ...]] = field(default_factory=dict)
    catalogue: str = ""
    connect: dict[str, str] = field(default_factory=dict)
    timeout: float = 5.0


@dataclass(frozen=True, slots=True)
class Directory:
    """[directory]: exports of Active Directory.

    `login_attribute` is what users will sign in with; `include` and `exclude` are the OUs in the
    filter of the synchronisation; `roots_file` replaces the list of top-level domains; `encoding` is
    that of files without a byte order mark.
    """

    files: tuple[str, ...] = ()
    login_attribute: str = "userPrincipalName"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    roots_file: str = ""
    encoding: str = ""
    sync_tool: Literal["", "connect", "cloud-sync"] = ""


@dataclass(frozen=True, slots=True)
class Trust:
    """[trust]: PEM files of root certificates.

    `fetch_inside` are names and networks inside that addresses in certificates may lead to: lists,
    responders and issuers there are not fetched otherwise.
    """

    ca_file: str = ""
    roots_file: str = ""
    private_roots_file: str = ""
    fetch_inside: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """[answers]."""

    file: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """[inventory]: files that the collector wrote, and a file of version facts of one's own."""

    files: tuple[str, ...] = ()
    versions: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """[policy.exposure]: own public addresses whose dangerous ports may be tried from outside.

    Nothing is tried without `owned = true`, the operator's word that the addresses are his own.
    """

    addresses: tuple[str, ...] = ()
    owned: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """[policy]."""

    exposure: Exposure = field(default_factory=Exposure)

    thresholds: dict[str, float] = field(default_factory=dict)
    disabled: tuple[str, ...] = ()
    severities: dict[str, Literal["blocker", "high", "medium", "low", "info"]] = field(
        default_factory=dict
    )
    due_days: dict[Literal["blocker", "high", "medium", "low", "info"], int] = field(
        default_factory=dict
    )
    waivers: str = ""
    assignments: str = ""
    waiver_days: int = 365
    keep_runs: int = 0


@dataclass(frozen=True, slots=True)
class BrandSection:
    """[report.brand]: whose report it is. `logo` is a file, `accent` a colour such as #1a5878."""

    name: str = ""
    logo: str = ""
    accent: str = ""
    footer: str = ""
    confidentiality: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """[report]."""

    formats: tuple[str, ...] = ("html", "json")
    notice: str = ""
    brand: BrandSection = field(default_factory=BrandSection)


@dataclass(frozen=True, slots=True)
class MailSection:
    """[notify.mail]: the server that takes our mail. The password comes from the environment."""

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    to: tuple[str, ...] = ()
    username: str = ""
    password_env: str = "EMSREADY_SMTP_PASSWORD"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class Notify:
    """[notify]."""

    mail: MailSection = field(default_factory=MailSection)


@dataclass(frozen=True, slots=True)
class Config:
    """A whole emsready.toml. `path` is where it was read; relative file names resolve beside it."""

    customer: Customer = field(default_factory=Customer)
    scope: ScopeSection = field(default_factory=ScopeSection)
    tenant: Tenant = field(default_factory=Tenant)
    domains: Domains = field(default_factory=Domains)
    dns: Dns = field(default_factory=Dns)
    hosts: tuple[Host, ...] = ()
    network: Network = field(default_factory=Network)
    directory: Directory = field(default_factory=Directory)
    trust: Trust = field(default_factory=Trust)
    answers: Answers = field(default_factory=Answers)
    inventory: Inventory = field(default_factory=Inventory)
    policy: Policy = field(default_factory=Policy)
    report: Report = field(default_factory=Report)
    notify: Notify = field(default_factory=Notify)
    path: Path | None = None

    def beside(self, name: str) -> Path:
        """A file named in the configuration, resolved against the folder that it stands in."""
        base = self.path.parent if self.path else Path()
        return base / Path(name).expanduser()
