"""The fixed vocabularies of the product.

Every word is a contract: it stands in result.json, in waivers and in other people's tools.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a check says about one subject."""

    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "not-applicable"
    NOT_ASSESSED = "not-assessed"
    MANUAL = "manual"
    ERROR = "error"


class Severity(StrEnum):
    """How much a failing finding holds the onboarding up."""

    BLOCKER = "blocker"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

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

    ASSESS = "assess"  # needed to finish assessing: a permission, an address, a setting
    REMEDIATE = "remediate"  # before onboarding activity can start
    ENABLE = "enable"  # before a named service is enabled
    IMPROVE = "improve"  # after go-live


class Reason(StrEnum):
    """Why evidence could not be had. Never a verdict about the environment."""

    DENIED = "denied"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNCONFIGURED = "unconfigured"
    THROTTLED = "throttled"
    UNSUPPORTED = "unsupported"
    BUG = "bug"


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
    READY_WITH_WORK = "ready-with-work"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
