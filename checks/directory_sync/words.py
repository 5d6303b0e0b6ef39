"""The words of directory facts, for sentences and cells: kinds of faults, scope, reasons."""

from __future__ import annotations

from scanner.api import Vocabulary
from scanner.evidence.directory import KINDS, Verdict

TYPES = Vocabulary(("user", "inetOrgPerson", "contact", "group", "computer"))

FAULTS = Vocabulary(KINDS)
"""What can be wrong with a value."""

VERDICTS = Vocabulary(map(str, Verdict))

REASONS = Vocabulary(
    (
        "built-in",
        "cas",
        "conflict",
        "critical",
        "filtered-ou",
        "legacy",
        "linked-mailbox",
        "msol-hidden",
        "no-certificate",
        "no-group-type",
        "no-mail",
        "no-proxy",
        "no-sam",
        "not-mail-enabled",
        "recipient-type",
        "role-group",
        "support",
        "sync-account",
        "system-mailbox",
        "too-large",
    )
)
"""Why the default rules leave an object out."""

CERTAINTY = Vocabulary(("documented", "disputed"))

ANSWERS = Vocabulary(("yes", "no"))

CHANGES = Vocabulary(
    ("no sign-in name", "invalid", "suffix not verified", "another name in the tenant")
)
"""Why the cloud would change a sign-in name."""

SPOKEN = ("type", "kinds", "notes", "scope", "verdict", "reasons", "certainty", "reason", "enabled")
"""The columns of this package's tables whose cells are these words."""
