"""What a place can reach: names, connections, TLS, HTTP and UDP answers, each on its own path.

Every piece names its vantage, so that evidence of several places can lie in one folder and be judged
together. `Probe.reason` tells why a probe failed, in words that are a contract (see `Why`); what
that means for a destination is said by a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scanner.evidence.envelope import evidence
from scanner.subject import Subject
from scanner.words import SubjectKind


class Why(StrEnum):
    """Why a probe did not work, or not at once. Permanent words: other tools read them."""

    OK = ""
    DNS_NXDOMAIN = "dns_nxdomain"
    DNS_NODATA = "dns_nodata"
    DNS_SERVFAIL = "dns_servfail"
    DNS_REFUSED = "dns_refused"
    DNS_TIMEOUT = "dns_timeout"
    DNS_SINKHOLE = "dns_sinkhole"
    TCP_TIMEOUT = "tcp_timeout"
    TCP_REFUSED = "tcp_refused"
    ICMP_PROHIBITED = "icmp_prohibited"
    ICMP_UNREACHABLE = "icmp_unreachable"
    HOST_UNREACHABLE = "host_unreachable"
    TLS_TIMEOUT = "tls_timeout"
    TLS_RESET = "tls_reset"
    TLS_ALERT = "tls_alert"
    TLS_PLAINTEXT = "tls_plaintext"
    TLS_INTERCEPTED = "tls_intercepted"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_INCOMPLETE_CHAIN = "tls_incomplete_chain"
    TLS_EXPIRED = "tls_expired"
    TLS_NAME_MISMATCH = "tls_name_mismatch"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_AUTH_REQUIRED = "proxy_auth_required"
    PROXY_AUTH_UNSUPPORTED = "proxy_auth_unsupported"
    PROXY_DENIED = "proxy_denied"
    CAPTIVE_PORTAL = "captive_portal"
    HTTP_TIMEOUT = "http_timeout"
    HTTP_RESET = "http_reset"
    SERVICE_SILENT = "service_silent"
    UDP_NO_REPLY = "udp_no_reply"
    UDP_ICMP_PORT = "udp_icmp_port"
    UDP_ICMP_PROHIBITED = "udp_icmp_prohibited"
    UDP_ICMP_UNREACHABLE = "udp_icmp_unreachable"
    IPV6_BROKEN = "ipv6_broken"
    IPV4_BROKEN = "ipv4_broken"
    MTU_BLACKHOLE = "mtu_blackhole"
    CLOCK_SKEW = "clock_skew"
    NEEDED_RETRY = "needed_retry"
    RATE_LIMITED_EDGE = "rate_limited_edge"
    EXPOSED = "exposed"
    NOT_REACHABLE = "not_reachable"
    UNKNOWN = "unknown"


HINTS = frozenset({Why.OK, Why.NEEDED_RETRY, Why.RATE_LIMITED_EDGE})
"""The reasons under which the destination works."""


def at_vantage(vantage: str, name: str, *more: str) -> Subject:
    """The key of one piece of evidence: the same thing seen from two places stays two things."""
    return Subject(SubjectKind.OBJECT_SET, name, "\n".join((vantage, name, *more)))


@dataclass(frozen=True, slots=True)
class Attempt:
    """Connecting to one address of a host.

    `outcome` is open, timeout, refused, prohibited, unreachable or no-route. `tries` counts the
    attempts until then (a Linux attempt of 2.1 s holds two SYNs, one of 3.2 s three). `icmp` is
    'type/code' of the message that ended it, `offender` the address of the box that sent it.
    """

    address: str
    outcome: str
    tries: int = 1
    ms: float = 0.0
    icmp: str = ""
    offender: str = ""

    @property
    def version(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.address else 4


@dataclass(frozen=True, slots=True)
class TlsSeen:
    """What a TLS service showed. Names and issuer are hostile text.

    `os_code` and `public_code` are OpenSSL's verify codes against the store of the machine and
    against public roots alone; 0 accepts, -1 was not asked.
    """

    public_code: int = -1
    os_code: int = -1
    issuer: str = ""
    subject: str = ""
    not_after: str = ""
    version: str = ""
    alert: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class HttpSeen:
    """The head of an HTTP answer.

    `proxy_schemes` are offered sign-in methods, never values; `proxy_error` is what a proxy says of
    its own failure. `skew` is how many seconds the Date of the answer is ahead of our clock.
    """

    status: int = 0
    server: str = ""
    via: str = ""
    location: str = ""
    proxy_error: str = ""
    skew: float | None = None
    proxy_schemes: tuple[str, ...] = ()
    body: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class UdpSeen:
    """Answers of a UDP service. `offset` (seconds) is how far our clock is behind, for time."""

    sent: int = 0
    received: int = 0
    ms: tuple[float, ...] = ()
    offset: float | None = None
    stratum: int = 0


@evidence("probes", source="reachability")
@dataclass(frozen=True, slots=True)
class Probe:
    """One destination on one path from one place.

    `protocol` is what was spoken: tls, http, tcp, ntp, stun, dns, ldap, kerberos, smb, rpc or
    exposure. `path` is direct, proxy or socks. `offender` is whoever stopped it, where that is
    known: the address of a box, a resolver, an issuer, a proxy.
    """

    vantage: str
    host: str
    port: int
    protocol: str
    path: str = "direct"
    reason: Why = Why.OK
    detail: str = ""
    offender: str = ""
    attempts: tuple[Attempt, ...] = ()
    tls: TlsSeen | None = None
    http: HttpSeen | None = None
    udp: UdpSeen | None = None

    @property
    def subject(self) -> Subject:
        """The key of this piece."""
        where = f"{self.host}:{self.port}"
        return at_vantage(self.vantage, where, self.protocol, self.path)

    @property
    def works(self) -> bool:
        """Whether the destination could be used, if only at a second try."""
        return self.reason in HINTS

    @property
    def unknown(self) -> bool:
        """Whether it was not looked at to the end."""
        return self.reason is Why.UNKNOWN


@evidence("name-lookups", source="reachability")
@dataclass(frozen=True, slots=True)
class NameLookup:
    """What one resolver said about one name. `outcome` is ok or a dns_* word without its prefix."""

    vantage: str
    name: str
    resolver: str
    outcome: str
    a: tuple[str, ...] = ()
    aaaa: tuple[str, ...] = ()
    ms: float = 0.0

    @property
    def subject(self) -> Subject:
        """The key of this piece."""
        return at_vantage(self.vantage, self.name, self.resolver)


@dataclass(frozen=True, slots=True)
class Sentinel:
    """One page that operating systems ask for to find captive portals, and what came back."""

    url: str
    expected: str
    matches: bool
    answer: HttpSeen | None = None
    reason: Why = Why.OK


@dataclass(frozen=True, slots=True)
class Burst:
    """Many new connections at once: how many, to how many hosts, and how many did not open."""

    hosts: int
    connections: int
    lost: int


@evidence("vantages", source="reachability")
@dataclass(frozen=True, slots=True)
class Vantage:
    """The place that was looked from, and how the looking went.

    `paths` are the ways out that were used. `egress` says for each of them whether anything came
    back at all: 'open', 'closed' or 'unknown'. `limited_at` is the measured number of new connections
    per second behind an edge that limits them, 0 where none was seen. `servers` are the inner servers
    that were known: what each is, and its name.
    """

    label: str
    roles: tuple[str, ...] = ()
    host: str = ""
    addresses: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    proxy: str = ""
    pac_url: str = ""
    bypass: tuple[str, ...] = ()
    ipv4: bool = True
    ipv6: bool = False
    paths: tuple[str, ...] = ("direct",)
    egress: tuple[tuple[str, str], ...] = ()
    catalogue_version: str = ""
    catalogue_as_of: str = ""
    catalogue_origin: str = ""
    probes: int = 0
    not_run: int = 0
    limited_at: float = 0.0
    connection_limit: bool = False
    breaker: bool = False
    redirected: int = 0
    seconds: float = 0.0
    servers: tuple[tuple[str, str], ...] = ()
    sentinels: tuple[Sentinel, ...] = ()
    bursts: tuple[Burst, ...] = ()

    @property
    def subject(self) -> Subject:
        """The key of this piece."""
        return at_vantage(self.label, self.label or "this place")

    def state(self, path: str) -> str:
        """open, closed or unknown: whether anything came back on that path."""
        return dict(self.egress).get(path, "unknown")
