"""The model of emsready.toml: one dataclass per section, every key with its default.

The sentence below a key is what the reference page says about it.
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
    """Name of the organisation, for the report."""
    language: str = "en"
    """Language of the report: en or zh-CN."""


@dataclass(frozen=True, slots=True)
class ScopeSection:
    """[scope]."""

    kickoff: date | None = None
    """Day of the kickoff meeting; due dates of the plan end before it."""
    platforms: tuple[Platform, ...] | None = None
    """Platforms that will be managed; left out: inferred from evidence, or undecided."""
    workloads: tuple[Workload, ...] | None = None
    """What will be rolled out; checks of other workloads are not applicable."""
    identity: Literal["cloud", "hybrid"] | None = None
    """Where identities live: `hybrid` with Active Directory, or `cloud`."""
    pilot_groups: tuple[str, ...] = ()
    """Names or object ids of the groups that start."""


@dataclass(frozen=True, slots=True)
class TenantEndpoints:
    """[tenant.endpoints]: base URLs for anything but the four known clouds."""

    login: str = ""
    """Base URL of the sign-in service."""
    graph: str = ""
    """Base URL of Microsoft Graph."""


@dataclass(frozen=True, slots=True)
class TenantAuth:
    """[tenant.auth]: how to sign in. Secrets come from the environment, never from this file."""

    method: AuthMethod = "none"
    """How to sign in; `none` leaves the tenant out."""
    client_id: str = ""
    """Application id of the scan's app registration."""
    certificate_file: str = ""
    """PEM file with certificate and private key, for `certificate`."""
    secret_env: str = "EMSREADY_CLIENT_SECRET"  # noqa: S105 - the name of a variable
    """Name of the variable that holds the secret, for `secret`."""
    passphrase_env: str = "EMSREADY_CERTIFICATE_PASSPHRASE"  # noqa: S105 - the name of a variable
    """Name of the variable that holds the passphrase of the private key."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """[tenant]."""

    domain: str = ""
    """Any domain of the tenant; or give `id`."""
    id: str = ""
    """Id of the tenant."""
    cloud: Cloud = Cloud.WORLDWIDE
    """Which Microsoft cloud the tenant is in."""
    endpoints: TenantEndpoints = field(default_factory=TenantEndpoints)
    auth: TenantAuth = field(default_factory=TenantAuth)
    timeout: float = 30.0
    """Seconds for one try of a request."""
    beta: bool = True
    """Whether to read what Graph offers in its beta version alone."""


@dataclass(frozen=True, slots=True)
class Domains:
    """[domains]."""

    names: tuple[str, ...] = ()
    """Domains to assess besides those that the tenant reports."""
    parked: tuple[str, ...] = ()
    """Domains without mail and sign-in."""
    sign_in: dict[str, Literal["managed", "federated"]] = field(default_factory=dict)
    """How users of a domain sign in, where the tenant cannot be asked."""


@dataclass(frozen=True, slots=True)
class Dns:
    """[dns]: resolvers as "192.0.2.1", "192.0.2.1:5300", "tls://host", "https://host/dns-query"."""

    external: tuple[str, ...] = ()
    """Resolvers outside; left out: the resolvers of this host."""
    internal: tuple[str, ...] = ()
    """Resolvers inside the organisation's network."""
    forests: tuple[str, ...] = ()
    """DNS names of Active Directory domains."""
    search: tuple[str, ...] = ()
    """Suffixes that clients try; left out: those of this host."""
    timeout: float = 3.0
    """Seconds for one try of a question."""


@dataclass(frozen=True, slots=True)
class Host:
    """[[hosts]]: a server of the organisation whose certificate and names matter."""

    name: str
    """Name of the server, as its certificate should carry it."""
    role: HostRole = "web"
    """What the server is."""
    port: int = 443
    """Port of its service."""
    connect: str = ""
    """`address:port` to connect to instead of what DNS says."""
    starttls: Literal["smtp", "ldap", "none"] | None = None
    """Protocol that is switched to TLS; left out: by the port (25, 587, 389, 3268)."""
    certificate_file: str = ""
    """Certificate of a RADIUS server, exported without its key: no probe can see it."""
    crls: tuple[str, ...] = ()
    """Addresses of the revocation lists that a host of role `cdp` publishes."""


@dataclass(frozen=True, slots=True)
class Network:
    """[network]. The password of the proxy comes from the environment, never from this file."""

    roles: tuple[NetworkRole, ...] = ("client",)
    """Whose traffic is looked at from here."""
    vantage: str = ""
    """Name of the place that is looked from, such as `Berlin office`."""
    proxy: str = ""
    """`host:port` of the proxy that clients use, or `none`; left out: that of the environment."""
    proxy_user: str = ""
    """User name at the proxy."""
    proxy_password_env: str = "EMSREADY_PROXY_PASSWORD"  # noqa: S105 - the name of a variable
    """Name of the variable that holds the password for the proxy."""
    pac_url: str = ""
    """Address of the proxy auto-configuration file."""
    ad_domains: tuple[str, ...] = ()
    """Active Directory domains whose controllers, found through DNS, servers must reach."""
    servers: dict[ServerKind, tuple[str, ...]] = field(default_factory=dict)
    """Inner servers by what they are."""
    catalogue: str = ""
    """File of endpoint data to use instead of the shipped one."""
    connect: dict[str, str] = field(default_factory=dict)
    """`"host:port" = "address:port"` to connect to instead of what DNS says."""
    timeout: float = 5.0
    """Seconds for one try of a connection."""

    @property
    def http_proxy(self) -> str:
        """The proxy as HOST:PORT for those that speak HTTP to it only; empty for SOCKS and "none"."""
        scheme, mark, address = self.proxy.rpartition("://")
        if self.proxy == "none" or (mark and scheme != "http"):
            return ""
        return address


@dataclass(frozen=True, slots=True)
class Bind:
    """[directory.bind]: as whom to read over LDAP. The password comes from the environment."""

    method: Literal["simple", "kerberos", "anonymous"] = "anonymous"
    """How to bind; kerberos takes the ticket that is there and needs python-ldap."""
    name: str = ""
    """Name that the server takes: reader@corp.contoso.com, or a distinguished name."""
    password_env: str = "EMSREADY_LDAP_PASSWORD"  # noqa: S105 - the name of a variable
    """Name of the variable that holds the password."""
    start_tls: bool = False
    """Start TLS on the port of ldap://."""
    unprotected: bool = False
    """Let a password travel without TLS."""
    timeout: float = 60.0
    """Seconds for each answer."""


@dataclass(frozen=True, slots=True)
class Directory:
    """[directory]: a server to read, and exports of Active Directory."""

    ldap: str | tuple[str, ...] = ""
    """Address such as ldaps://dc1.corp.contoso.com, or a list of them: one server of each forest.

    Ports 3268 and 3269 are the global catalog. All servers are bound to alike.
    """
    base: tuple[str, ...] = ()
    """Distinguished names to search below; left out: what the server says that it holds."""
    bind: Bind = field(default_factory=Bind)
    files: tuple[str, ...] = ()
    """Exports of Active Directory: LDIF, CSV of csvde, JSON of PowerShell."""
    login_attribute: str = "userPrincipalName"
    """Attribute that users will sign in with."""
    include: tuple[str, ...] = ()
    """OUs in the filter of the synchronisation, as distinguished names."""
    exclude: tuple[str, ...] = ()
    """OUs that the filter leaves out."""
    roots_file: str = ""
    """List of top-level domains to use instead of the shipped one."""
    encoding: str = ""
    """Encoding of files without a byte order mark; left out: UTF-8."""
    sync_tool: Literal["", "connect", "cloud-sync"] = ""
    """What synchronises, or will."""

    @property
    def servers(self) -> tuple[str, ...]:
        """The addresses of `ldap`, however they are written."""
        if isinstance(self.ldap, str):
            return (self.ldap,) if self.ldap else ()
        return self.ldap


@dataclass(frozen=True, slots=True)
class Trust:
    """[trust]: PEM files of root certificates."""

    ca_file: str = ""
    """PEM file of roots that are added to the system's when talking to the tenant."""
    roots_file: str = ""
    """PEM file of what counts as public for certificates; left out: Mozilla's list."""
    private_roots_file: str = ""
    """PEM file of the organisation's own certification authority."""
    fetch_inside: tuple[str, ...] = ()
    """Names and networks inside that addresses in certificates may lead to; left out: none."""
    issuers: tuple[str, ...] = ()
    """Domains of the authorities that the organisation buys from, as CAA records name them."""


@dataclass(frozen=True, slots=True)
class Answers:
    """[answers]."""

    file: str = ""
    """File with what only people know; `emsready init` writes one."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """[inventory]: files that the collector wrote, and a file of version facts of one's own."""

    files: tuple[str, ...] = ()
    """Inventories, JSON or CSV; `emsready inventory script` prints the collector."""
    versions: str = ""
    """File of version facts to use instead of the shipped ones."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """[policy.exposure]: own public addresses whose dangerous ports may be tried from outside.

    Nothing is tried without `owned = true`, the operator's word that the addresses are his own.
    """

    addresses: tuple[str, ...] = ()
    """Public addresses of one's own."""
    owned: bool = False
    """Your word that these addresses are yours; nothing is tried without it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """[policy]."""

    exposure: Exposure = field(default_factory=Exposure)

    thresholds: dict[str, float] = field(default_factory=dict)
    """Values of the thresholds that are listed below."""
    disabled: tuple[str, ...] = ()
    """Ids of checks that are not to run."""
    severities: dict[str, Literal["blocker", "high", "medium", "low", "info"]] = field(
        default_factory=dict
    )
    """Ids of checks and the severity that they get instead."""
    due_days: dict[Literal["blocker", "high", "medium", "low", "info"], int] = field(
        default_factory=dict
    )
    """Working days until an item of that severity is due."""
    waivers: str = ""
    """File of accepted findings; left out: `waivers.toml` beside this file, where it is there."""
    assignments: str = ""
    """File of who does what; left out: `assignments.toml` beside this file, where it is there."""
    waiver_days: int = 365
    """The longest that a waiver may run, in days."""
    keep_runs: int = 0
    """Older runs to keep, besides the last of each month; 0 keeps all."""


@dataclass(frozen=True, slots=True)
class BrandSection:
    """[report.brand]: whose report it is."""

    name: str = ""
    """Name of the house that hands the report over."""
    logo: str = ""
    """Its logo: a PNG, JPEG or SVG file of at most 100 KB."""
    accent: str = ""
    """Its colour, such as `#1a5878`."""
    footer: str = ""
    """Line at the foot of every page."""
    confidentiality: str = ""
    """Word such as `Confidential` at the head."""
    contact: str = ""
    """Whom to ask about the report."""


@dataclass(frozen=True, slots=True)
class Report:
    """[report]."""

    formats: tuple[str, ...] = ("html", "json")
    """Formats of every scan; `--format` overrides them."""
    languages: tuple[str, ...] = ()
    """Languages of the reports; the first has none in its file name. `--lang` overrides them."""
    notice: str = ""
    """Sentence at the head of the report, such as `Draft for discussion`."""
    brand: BrandSection = field(default_factory=BrandSection)


@dataclass(frozen=True, slots=True)
class MailSection:
    """[notify.mail]: the server that takes our mail. The password comes from the environment."""

    host: str = ""
    """Server that takes our mail."""
    port: int = 587
    """Its port."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is protected."""
    sender: str = ""
    """Address of the sender."""
    to: tuple[str, ...] = ()
    """Addresses of the recipients."""
    username: str = ""
    """User name at the server; left out: it takes mail without a sign-in."""
    password_env: str = "EMSREADY_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
    """Name of the variable that holds the password."""


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
    owners: dict[str, str] = field(default_factory=dict)
    """Who stands behind a role: `tenant-admin`, `identity-admin`, `directory-admin`, `network-admin`,
    `dns-admin`, `pki-admin`, `endpoint-admin`, `project-manager`, each with a name or an address in
    quotes. An item that nobody was named for gets that name; what `emsready assign` says of one item
    wins. The words of reports, such as `"DNS admin"`, are understood as well."""
    path: Path | None = None

    def beside(self, name: str) -> Path:
        """A file named in the configuration, resolved against the folder that it stands in."""
        base = self.path.parent if self.path else Path()
        return base / Path(name).expanduser()
