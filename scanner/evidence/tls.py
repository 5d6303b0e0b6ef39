"""What the TLS services of the organisation show: reach, certificates, protocol, trust."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from scanner.evidence.certificate import Certificate
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, endpoint
from scanner.subject import host as host_subject

StartTls = Literal["", "smtp", "ldap"]


class TlsOutcome(StrEnum):
    """How a conversation with a server ended. Everything but `ok` says that nothing was learned."""

    OK = "ok"
    DNS = "dns"  # the name does not exist or has no address
    RESOLVER = "resolver"  # the resolver itself failed, so nothing is known about the name
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"  # the server ended the connection in order, without an answer
    UNREACHABLE = "unreachable"
    NOT_TLS = "not-tls"
    PLAIN_HTTP = "plain-http"
    NO_STARTTLS = "no-starttls"  # the server speaks the protocol, but offers no TLS in it
    ALERT = "alert"
    TOO_LARGE = "too-large"  # more was sent than any server needs to send
    NOT_PROBED = "not-probed"  # the role has no TLS service on TCP that could be looked at

    @property
    def definite(self) -> bool:
        """Whether it says something about the server, and not about the way there."""
        return self not in _INDEFINITE


_INDEFINITE = {
    TlsOutcome.RESOLVER,
    TlsOutcome.TIMEOUT,
    TlsOutcome.RESET,
    TlsOutcome.CLOSED,
    TlsOutcome.UNREACHABLE,
}


@dataclass(frozen=True, slots=True)
class AddressAnswer:
    """How one address of the name answered the first hello, and with which leaf certificate.

    `leaf` is the SHA-256 of the certificate, `key` that of its public key, `role` what the
    configuration says of this address where several servers share the name (AD FS inside, proxy
    outside).
    """

    address: str
    outcome: TlsOutcome
    detail: str = ""
    leaf: str = ""
    key: str = ""
    role: str = ""


@evidence("tls-endpoint", source="tls")
@dataclass(frozen=True, slots=True)
class TlsEndpoint:
    """One TLS service that the organisation needs, and whether it answers.

    `origin` says why it is looked at: '' where it is configured, else the fact that it follows from.
    """

    host: str
    port: int
    role: str
    outcome: TlsOutcome
    detail: str = ""
    starttls: StartTls = ""
    origin: str = ""
    addresses: tuple[AddressAnswer, ...] = ()

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


HelloKind = Literal[
    "tls12", "tls13", "tls11", "tls10", "ssl3", "no-sni", "rsa-only", "dhe-only", "bad-suites"
]


@dataclass(frozen=True, slots=True)
class HelloAnswer:
    """What the server said to one hello. `refused` is an answer; `undetermined` is none.

    `suite` is the IANA name, `dh_bits` the size of a finite-field group where one was sent.
    """

    kind: HelloKind
    answer: Literal["accepted", "refused", "undetermined"]
    detail: str = ""
    version: str = ""
    suite: str = ""
    group: str = ""
    dh_bits: int = 0
    leaf: str = ""
    asks_certificate: bool = False


@dataclass(frozen=True, slots=True)
class ClientView:
    """What a normal current client experiences. `demanded`: it is sent away without a certificate."""

    outcome: TlsOutcome
    detail: str = ""
    version: str = ""
    demanded: bool = False


@evidence("tls-protocol", source="tls")
@dataclass(frozen=True, slots=True)
class TlsProtocol:
    """What one service offers to hellos of several kinds."""

    host: str
    port: int
    role: str
    hellos: tuple[HelloAnswer, ...] = ()
    client: ClientView | None = None

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)

    def hello(self, kind: HelloKind) -> HelloAnswer | None:
        """The answer to that kind of hello; None where it was not sent."""
        return next((one for one in self.hellos if one.kind == kind), None)


class PathOutcome(StrEnum):
    """Where the path from the presented leaf ends, its dates left aside."""

    TRUSTED = "trusted"
    SELF_SIGNED = "self-signed"  # the leaf signed itself
    UNKNOWN_ROOT = "unknown-root"  # the path ends in a root that is in no set
    MISSING_ISSUER = "missing-issuer"
    BAD_SIGNATURE = "bad-signature"  # an issuer of that name is there, but it did not sign
    EXHAUSTED = "exhausted"  # the limit of work was reached; nothing is known
    UNREADABLE = "unreadable"  # there is no leaf that can be read
    NO_ROOTS = "no-roots"  # the set of roots could not be read


@dataclass(frozen=True, slots=True)
class PathFault:
    """A rule of RFC 5280 that one certificate of the path breaks.

    `position` counts from the leaf, which is 0; `code` is one of a fixed set of kebab-case words.
    """

    code: str
    position: int
    subject: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What completes a path that the server sent incompletely: an explanation, never a pass.

    `subjects` are the certificates that were not sent, `source` the address or file they were found
    in, `roots` the set that the completed path ends in ('' where it ends in none) and `anchor` its root.
    """

    subjects: tuple[str, ...]
    source: str
    roots: Literal["public", "private", ""]
    only_root: bool = False
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class CertificatePath:
    """The best path from the leaf, built from what was sent, and what is wrong along it.

    `roots` names the set of the anchor; `certificates` run from the leaf upwards, the anchor last.
    `missing` is the issuer that was not found and `issuer_urls` where it says it can be had.
    `listed` says that the anchor is in Mozilla's set, whatever file made it public.
    `constrained` says that a certificate above the leaf limits the names.
    """

    outcome: PathOutcome
    roots: Literal["public", "private", ""] = ""
    certificates: tuple[Certificate, ...] = ()
    anchor: str = ""
    listed: bool = False
    missing: str = ""
    issuer_urls: tuple[str, ...] = ()
    completion: Completion | None = None
    faults: tuple[PathFault, ...] = ()
    constrained: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ServedChain:
    """One list of certificates as sent, and where: the endpoint may serve several.

    `place` is the address, `hello` the kind of hello that brought it out; `order` are coded
    deviations of the list ('wrong-order', 'unrelated', 'duplicate', 'expired', 'long', 'root').
    `timestamps` counts those of the handshake; None where none could be offered.
    """

    place: str
    hello: HelloKind
    certificates: tuple[Certificate, ...]
    path: CertificatePath
    order: tuple[str, ...] = ()
    timestamps: int | None = None
    stapled: bool = False

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate, where one was sent that can be read."""
        first = self.certificates[0] if self.certificates else None
        return first if first and not first.problem else None


@evidence("tls-chain", source="tls")
@dataclass(frozen=True, slots=True)
class TlsChain:
    """All lists of certificates that one service sends; the first is what a modern client gets."""

    host: str
    port: int
    role: str
    served: tuple[ServedChain, ...]

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


@evidence("tls-https", source="tls")
@dataclass(frozen=True, slots=True)
class HttpsAnswer:
    """How the service answered one GET without credentials. `hsts` None: the header is absent."""

    host: str
    port: int
    role: str
    path: str
    status: int
    hsts: str | None = None
    server: str = ""
    date: str = ""

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


@dataclass(frozen=True, slots=True)
class DerivedName:
    """A name that follows from a service or a suffix, and where DNS leads it.

    `state` is 'own' (a host of the organisation), 'microsoft', 'absent' or 'unknown'; `target` the
    canonical name. `covered` says whether the certificate served there names it; None where none was
    seen.
    """

    name: str
    role: str
    follows: str
    state: Literal["own", "microsoft", "absent", "unknown"]
    target: str = ""
    detail: str = ""
    covered: bool | None = None


@evidence("tls-names", source="tls")
@dataclass(frozen=True, slots=True)
class DerivedNames:
    """The names that need a certificate because of other names."""

    names: tuple[DerivedName, ...]

    def of(self, follows: str, role: str = "") -> list[DerivedName]:
        """Those that follow from that service or suffix."""
        return [one for one in self.names if one.follows == follows and role in ("", one.role)]


@dataclass(frozen=True, slots=True)
class CloudHost:
    """A host of Microsoft's cloud as seen from here: the certificates that it seems to send."""

    host: str
    outcome: TlsOutcome
    detail: str = ""
    path: CertificatePath | None = None


@evidence("tls-cloud-path", source="tls")
@dataclass(frozen=True, slots=True)
class CloudPath:
    """The sign-in and Graph hosts of the tenant's cloud; `proxy` where the way led through one."""

    hosts: tuple[CloudHost, ...]
    proxy: str = ""


@evidence("tls-uploaded", source="tls")
@dataclass(frozen=True, slots=True)
class UploadedCertificate:
    """The certificate of a server that no probe can see, from a file; no certificates: none given."""

    host: str
    role: str
    file: str = ""
    chain: ServedChain | None = None

    @property
    def subject(self) -> Subject:
        """The host."""
        return host_subject(self.host)
