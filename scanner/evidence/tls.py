"""What the TLS services of the organisation show: reach, certificates, protocol versions, trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from scanner.evidence.envelope import evidence
from scanner.subject import Subject, endpoint


class TlsOutcome(StrEnum):
    """How talking to an endpoint ended. Everything but `ok` says that nothing was learned."""

    OK = "ok"
    DNS = "dns"  # the name does not exist or has no address
    RESOLVER = "resolver"  # the resolver itself failed, so nothing is known about the name
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    NOT_TLS = "not-tls"
    PLAIN_HTTP = "plain-http"
    ALERT = "alert"
    UNFINISHED = "unfinished"  # the time of the run was used up before this host's turn ended
    NOT_PROBED = "not-probed"  # the role has no TLS service on TCP that could be looked at


@dataclass(frozen=True, slots=True)
class Certificate:
    """One X.509 certificate as presented. Where it cannot be read, `problem` says why.

    `issuer_urls` are the places where the issuer's certificate can be had (authority information
    access). Names are kept as they are: they are hostile text.
    """

    der: bytes
    sha256: str
    problem: str = ""
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    dns_names: tuple[str, ...] = ()
    ip_names: tuple[str, ...] = ()
    key_type: str = ""
    key_bits: int = 0
    signature_algorithm: str = ""
    is_ca: bool = False
    self_signed: bool = False
    issuer_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionAnswer:
    """What a server says to a hello that offers one protocol version only."""

    version: Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    answer: Literal["accepted", "refused", "undetermined"]
    detail: str = ""


class PathOutcome(StrEnum):
    """Where the path from the presented leaf ends, its dates left aside."""

    TRUSTED = "trusted"
    SELF_SIGNED = "self-signed"  # the leaf signed itself
    UNKNOWN_ROOT = "unknown-root"  # the path ends in a root that is not in the set
    MISSING_ISSUER = "missing-issuer"
    BAD_SIGNATURE = "bad-signature"  # an issuer of that name was sent, but it did not sign
    EXHAUSTED = "exhausted"  # the limit of work was reached; nothing is known
    UNREADABLE = "unreadable"  # there is no leaf that can be read
    NO_ROOTS = "no-roots"  # the set of roots could not be read


@dataclass(frozen=True, slots=True)
class TrustAnswer:
    """The path from the leaf towards one set of roots, built from the presented certificates.

    With `missing-issuer`, `missing` is the name of the issuer that was not sent, `completed_by` the
    certificate that completes the path and where it was found, if it was found, and `anchor` the
    root that the path then leads to.
    `expired` names the certificates above the leaf that are out of date on every path.
    `objection` is what a strict verifier says against a path that leads to a root.
    """

    roots: Literal["public", "private"]
    outcome: PathOutcome
    anchor: str = ""
    missing: str = ""
    issuer_urls: tuple[str, ...] = ()
    completed_by: str = ""
    expired: tuple[str, ...] = ()
    objection: str = ""
    path: tuple[str, ...] = ()
    detail: str = ""

    @property
    def trusted(self) -> bool:
        """Whether the presented certificates lead to a root of the set."""
        return self.outcome is PathOutcome.TRUSTED


@evidence("tls-endpoint", source="tls")
@dataclass(frozen=True, slots=True)
class TlsEndpoint:
    """One configured TLS service, as it presents itself to this vantage."""

    host: str
    port: int
    role: str
    outcome: TlsOutcome
    detail: str = ""
    address: str = ""
    chain: tuple[Certificate, ...] = ()
    versions: tuple[VersionAnswer, ...] = ()
    name_matches: bool | None = None
    trust: tuple[TrustAnswer, ...] = ()

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate, where one was presented that can be read."""
        return self.chain[0] if self.chain and not self.chain[0].problem else None

    def version(self, name: str) -> VersionAnswer | None:
        """The answer to the hello of that version, such as 'TLSv1.2'."""
        return next((one for one in self.versions if one.version == name), None)

    def trust_by(self, roots: str) -> TrustAnswer | None:
        """The path towards the 'public' or the 'private' roots; None where no such set is known."""
        return next((one for one in self.trust if one.roots == roots), None)
