"""Whether certificates can be asked about, and what the answers say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from scanner.evidence.envelope import evidence
from scanner.subject import Subject, endpoint, host


class RevocationOutcome(StrEnum):
    """What asking one place came to. Only `good` and `revoked` are answers that verify."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"  # the responder does not know the certificate
    STALE = "stale"  # the answer is not, or no longer, in date
    FOREIGN = "foreign"  # it is about another certificate or from another issuer
    BAD_SIGNATURE = "bad-signature"
    GARBAGE = "garbage"
    UNREACHABLE = "unreachable"
    STATUS = "status"  # an HTTP status other than 200
    INSIDE = "inside"  # the address leads inside, and nobody allowed that
    LOCATION = "location"  # an address that is not plain http
    TOO_LARGE = "too-large"
    NO_ISSUER = "no-issuer"  # without the issuer's certificate no answer can be verified

    @property
    def verified(self) -> bool:
        """Whether it counts."""
        return self in (RevocationOutcome.GOOD, RevocationOutcome.REVOKED)


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """What one place said: a staple, an OCSP responder or a revocation list.

    `this_update` and `next_update` are of the answer; `revoked_at` and `reason` of a revocation.
    """

    method: Literal["staple", "ocsp", "crl"]
    url: str
    outcome: RevocationOutcome
    detail: str = ""
    this_update: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """All answers about one certificate of a path. `position` counts from the leaf, which is 0.

    `ways` counts the addresses that the certificate gives; with none it cannot be asked about.
    """

    position: int
    sha256: str
    subject: str
    ways: int
    answers: tuple[RevocationAnswer, ...] = ()

    @property
    def verdict(self) -> RevocationAnswer | None:
        """The first answer that verifies, a revocation before anything else; None without one."""
        verified = [one for one in self.answers if one.outcome.verified]
        revoked = (one for one in verified if one.outcome is RevocationOutcome.REVOKED)
        return next(revoked, verified[0] if verified else None)


@evidence("tls-revocation", source="tls")
@dataclass(frozen=True, slots=True)
class EndpointRevocation:
    """What could be learned of the revocation of every certificate below the root."""

    host: str
    port: int
    role: str
    certificates: tuple[CertificateStatus, ...]
    roots: Literal["public", "private", ""] = ""

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


@dataclass(frozen=True, slots=True)
class PublishedList:
    """One revocation list at its address. `status` is the HTTP status, 0 without an answer.

    `delta` says that it is a delta list, `needs_sign_in` that the server asked for one.
    """

    url: str
    outcome: RevocationOutcome
    detail: str = ""
    status: int = 0
    issuer: str = ""
    delta: bool = False
    this_update: datetime | None = None
    next_update: datetime | None = None


@evidence("tls-crl-host", source="tls")
@dataclass(frozen=True, slots=True)
class CrlHost:
    """A host that publishes revocation lists of a private authority."""

    name: str
    lists: tuple[PublishedList, ...]

    @property
    def subject(self) -> Subject:
        """The host."""
        return host(self.name)
