"""The fixed vocabularies of the product.

Every word is a contract: it stands in result.json, in waivers and in other people's tools.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a check says about one subject."""

    PASS = "pass"  # noqa: S105 - a verdict
    """The good state was seen."""
    WARN = "warn"
    """It works, but something about it deserves attention before it hurts."""
    FAIL = "fail"
    """The good state was looked for and is not there."""
    NOT_APPLICABLE = "not-applicable"
    """It does not concern this environment, and the finding says why."""
    NOT_ASSESSED = "not-assessed"
    """It could not be looked at, and the finding says why. Neither good nor bad."""
    MANUAL = "manual"
    """Only a person can say; the question is asked."""
    ERROR = "error"
    """The check itself broke: a fault of ours, never of the environment."""


class Severity(StrEnum):
    """How much a failing finding holds the onboarding up."""

    BLOCKER = "blocker"
    """Onboarding cannot start, or fails, while it stands."""
    HIGH = "high"
    """Many users or devices will be hit at once."""
    MEDIUM = "medium"
    """Some users or devices will be hit, or all of them later."""
    LOW = "low"
    """Worth doing, and nothing waits for it."""
    INFO = "info"
    """Good to know."""

    @property
    def rank(self) -> int:
        """0 for blocker, 4 for info: smaller is worse."""
        return list(Severity).index(self)

    @property
    def one_lower(self) -> Severity:
        """The next milder word; info stays info."""
        return list(Severity)[min(self.rank + 1, 4)]


class Topic(StrEnum):
    """The six topics of the Assess phase; the report gives a verdict for each."""

    INFRASTRUCTURE = "infrastructure"
    NETWORK = "network"
    ADMINISTRATION = "administration"
    DIRECTORY_SYNC = "directory-sync"
    NETWORK_SECURITY = "network-security"
    FEDERATED_IDENTITY = "federated-identity"


class Owner(StrEnum):
    """Who usually carries a remediation out."""

    TENANT_ADMIN = "tenant admin"
    IDENTITY_ADMIN = "identity admin"
    DIRECTORY_ADMIN = "directory admin"
    NETWORK_ADMIN = "network admin"
    DNS_ADMIN = "DNS admin"
    PKI_ADMIN = "PKI admin"
    ENDPOINT_ADMIN = "endpoint admin"
    PROJECT_MANAGER = "project manager"


class Effort(StrEnum):
    """The order of magnitude of the work; a range is declared as its larger end."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class Phase(StrEnum):
    """When a remediation item has to be closed."""

    ASSESS = "assess"
    """Needed to finish assessing: a permission, an address, a setting."""
    REMEDIATE = "remediate"
    """Before onboarding activity can start."""
    ENABLE = "enable"
    """Before a named service is enabled."""
    IMPROVE = "improve"
    """After go-live."""


class Lane(StrEnum):
    """By when an item has to be closed, as its phase and the work that waits for it say."""

    KICKOFF = "before-kickoff"
    """Before the kickoff: the assessment, or onboarding activity, needs it."""
    ENABLING = "before-enabling"
    """Before a named service is enabled."""
    LATER = "later"
    """After go-live, or at any time: nothing waits for it."""


class Reason(StrEnum):
    """Why evidence could not be had. Never a verdict about the environment."""

    DENIED = "denied"
    """A permission, a credential or a licence is missing."""
    UNREACHABLE = "unreachable"
    """Nothing answered there."""
    TIMEOUT = "timeout"
    """It did not come within its time."""
    UNCONFIGURED = "unconfigured"
    """Nobody asked for it: no setting names it."""
    THROTTLED = "throttled"
    """The service asked to wait longer than the scan could."""
    UNSUPPORTED = "unsupported"
    """This service, tenant or machine does not offer it."""
    BUG = "bug"
    """The product failed at it."""


class Cloud(StrEnum):
    """The Microsoft clouds."""

    WORLDWIDE = "worldwide"
    GCC_HIGH = "gcc-high"
    DOD = "dod"
    CHINA = "china"


class SubjectKind(StrEnum):
    """What a finding can be about."""

    RUN = "run"
    TENANT = "tenant"
    DOMAIN = "domain"
    HOST = "host"
    ENDPOINT = "endpoint"
    FOREST = "forest"
    OBJECT_SET = "object-set"
    QUESTION = "question"


class Verdict(StrEnum):
    """How ready one topic is."""

    READY = "ready"
    """Nothing stands in the way."""
    READY_WITH_WORK = "ready-with-work"
    """Work is left, and none of it blocks."""
    BLOCKED = "blocked"
    """At least one blocker is open."""
    UNKNOWN = "unknown"
    """Too little could be looked at to say."""
