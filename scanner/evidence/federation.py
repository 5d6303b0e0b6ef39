"""What the federation service shows on the wire, and what realm discovery tells clients about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from scanner.evidence.certificate import Certificate
from scanner.evidence.envelope import evidence
from scanner.subject import Subject, domain, host

METADATA = "/federationmetadata/2007-06/federationmetadata.xml"
OPENID = "/adfs/.well-known/openid-configuration"
PASSIVE = "/adfs/ls/"
EXCHANGE = "/adfs/services/trust/mex"
WINDOWS_2005 = "/adfs/services/trust/2005/windowstransport"
WINDOWS_13 = "/adfs/services/trust/13/windowstransport"
USERNAME_2005 = "/adfs/services/trust/2005/usernamemixed"
USERNAME_13 = "/adfs/services/trust/13/usernamemixed"
CERTIFICATE_2005 = "/adfs/services/trust/2005/certificatemixed"
CERTIFICATE_13 = "/adfs/services/trust/13/certificatemixed"
IDP_INITIATED = "/adfs/ls/idpinitiatedsignon.aspx"
PROBE = "/adfs/probe"  # asked over http, on port 80


class Vantage(StrEnum):
    """From where a host was looked at."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How asking for an address ended. Only `answered` comes with a status."""

    ANSWERED = "answered"
    DNS = "dns"  # the name does not exist or has no address
    RESOLVER = "resolver"  # the resolver failed, so nothing is known about the name
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    UNREACHABLE = "unreachable"
    TLS = "tls"  # no TLS session came about, with or without trust in the certificate
    NOT_HTTP = "not-http"
    INWARD = "inward"  # an address from elsewhere that leads to this machine or its network
    UNTRIED = "untried"  # an earlier address of the host ended such that this one was left out


@dataclass(frozen=True, slots=True)
class Answer:
    """What one path said. `schemes` are the sign-ins that it offers with a 401, in lower case.

    `content` is what the body turned out to be, whatever its content type claims: 'json',
    'openid' (JSON with an issuer), 'xml', 'html', 'disabled' (the page that AD FS shows in place
    of one that is switched off), 'empty' or 'other'.
    """

    path: str
    outcome: Outcome
    status: int = 0
    detail: str = ""
    schemes: tuple[str, ...] = ()
    content: str = ""
    content_type: str = ""
    size: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """The Date of an answer against this machine's clock at the middle of the request.

    `offset` in seconds is positive where the host is ahead; None without a usable date. A `cached`
    answer carries the date of somebody else's request.
    """

    offset: float | None = None
    round_trip: float = 0.0
    cached: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """One way to the host: the farm from inside, the proxy, or what the public name leads to.

    What a `proxy` relays is what everybody outside can reach, wherever the scan stands. `trusted`
    is whether the certificate was accepted; where it was not, the answers were read in spite of it
    and carry no pass. `proven` says that something else on the internet answered from here.
    """

    vantage: Vantage
    address: str = ""
    proxy: bool = False
    trusted: bool = True
    distrust: str = ""
    proven: bool = False
    answers: tuple[Answer, ...] = ()
    clock: Clock = Clock()

    def answer(self, path: str) -> Answer:
        """What that path said; `untried` where it was not asked."""
        return next(
            (one for one in self.answers if one.path == path), Answer(path, Outcome.UNTRIED)
        )

    @property
    def public(self) -> bool:
        """Whether what is seen here is what the internet can see."""
        return self.vantage is Vantage.OUTSIDE or self.proxy


@evidence("federation-host", source="federation")
@dataclass(frozen=True, slots=True)
class FederationHost:
    """One federation service by its name. `adfs` None: nothing tells what product it is."""

    name: str
    adfs: bool | None = None
    configured: bool = False
    domains: tuple[str, ...] = ()
    faces: tuple[Face, ...] = ()

    @property
    def subject(self) -> Subject:
        """The service by its name."""
        return host(self.name)

    def joined(self, later: FederationHost) -> FederationHost:
        """What two places saw of the service; of the same view the later one counts."""
        faces = {(one.vantage, one.proxy, one.address): one for one in (*self.faces, *later.faces)}
        return FederationHost(
            self.name,
            self.adfs or later.adfs,
            self.configured or later.configured,
            tuple(sorted({*self.domains, *later.domains})),
            tuple(faces.values()),
        )


@evidence("federation-sign-in-clock", source="federation")
@dataclass(frozen=True, slots=True)
class SignInClock:
    """The clock of the cloud's sign-in host: the reference that tells whose clock is wrong."""

    host: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class MetadataEndpoint:
    """One address in a metadata document. `kind` is the name of its element."""

    kind: str
    address: str
    binding: str = ""


class Refusal(StrEnum):
    """Why a document was not read as federation metadata."""

    NONE = ""
    DOCTYPE = "doctype"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY_ELEMENTS = "too-many-elements"
    BROKEN_XML = "broken-xml"
    ENCODING = "encoding"
    NOT_METADATA = "not-metadata"


class Signature(StrEnum):
    """What is known about the signature inside a metadata document."""

    ABSENT = "absent"
    UNCHECKED = "unchecked"  # it is there; nothing here can verify it
    VALID = "valid"
    BROKEN = "broken"
    NOT_LISTED = "not-listed"  # no signing key of the document made it
    NOT_ROOT = "not-root"  # it covers something else than the document
    WEAK = "weak"  # SHA-1


@dataclass(frozen=True, slots=True)
class Publication:
    """How asking for the document ended, by one face; `status` and `refusal` only if answered."""

    outcome: Outcome
    vantage: Vantage
    public: bool = False
    trusted: bool = True
    proven: bool = False
    status: int = 0
    detail: str = ""
    refusal: Refusal = Refusal.NONE

    @property
    def accepted(self) -> bool:
        """Whether a document came and is federation metadata."""
        return self.outcome is Outcome.ANSWERED and self.status == 200 and not self.refusal  # noqa: PLR2004


@evidence("federation-metadata", source="federation")
@dataclass(frozen=True, slots=True)
class FederationMetadata:
    """The metadata document of one host, by the face that gave it (`by`), or why there is none.

    `outside` is the face that is closest to what the internet sees, which may be another one.
    `signing` and `encryption` are the keys of the document in its order, each once. `signer` is the
    SHA-256 of the signing key that the document's own signature names, if it is one of them.
    """

    name: str
    url: str
    by: Publication
    outside: Publication
    size: int = 0
    sha256: str = ""
    entity_id: str = ""
    signing: tuple[Certificate, ...] = ()
    encryption: tuple[Certificate, ...] = ()
    endpoints: tuple[MetadataEndpoint, ...] = ()
    signature: Signature = Signature.ABSENT
    signature_detail: str = ""
    signer: str = ""

    @property
    def subject(self) -> Subject:
        """The host that publishes the document."""
        return host(self.name)

    @property
    def accepted(self) -> bool:
        """Whether a document came and is federation metadata."""
        return self.by.accepted

    @property
    def trusted(self) -> bool:
        """Whether it came over a certificate that was accepted."""
        return self.by.trusted

    @property
    def _worth(self) -> tuple[bool, bool, bool]:
        """One that is there, over a good certificate, as the internet sees it, is worth most."""
        return self.by.accepted, self.by.trusted, self.by.public

    def joined(self, later: FederationMetadata) -> FederationMetadata:
        """The better document of the two, and the more public of the two views of it."""
        best = later if later._worth >= self._worth else self
        views = (later.outside, self.outside)
        outside = max(views, key=lambda one: (one.public, one.accepted and not one.public))
        return replace(best, outside=outside)

    @property
    def primary(self) -> Certificate | None:
        """The key that the service signs with: the one that signed the document, else the first."""
        named = (one for one in self.signing if one.sha256 == self.signer)
        return next(named, self.signing[0] if self.signing else None)


@evidence("federation-realm", source="federation")
@dataclass(frozen=True, slots=True)
class DomainRealm:
    """What the sign-in host tells any client about a domain, without a sign-in.

    `account_type` is 'Managed', 'Federated' or 'Unknown', or a new word; empty where no answer had
    it. `sign_in_url` is where a browser is sent.
    """

    domain: str
    account_type: str = ""
    sign_in_url: str = ""
    active_url: str = ""
    exchange_url: str = ""
    protocol: str = ""
    brand: str = ""
    cloud: str = ""

    @property
    def subject(self) -> Subject:
        """The domain that was asked for."""
        return domain(self.domain)


@evidence("federation-trust", source="federation")
@dataclass(frozen=True, slots=True)
class FederationTrust:
    """A federated domain and the host that its users are sent to; `host` is empty if unknown.

    A configured federation host of which no domain is known stands for itself: its `domain` is
    empty.
    """

    domain: str
    host: str
    told_by: Literal["tenant", "realm", "plan", "configuration"]

    @property
    def subject(self) -> Subject:
        """The domain, or the host where no domain is known."""
        return domain(self.domain) if self.domain else host(self.host)
