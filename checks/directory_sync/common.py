"""What the checks of directory objects share: columns, links, and the fold of one family of faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import ClassVar

from checks.directory_sync.words import FAULTS, SPOKEN
from scanner.api import (
    Affected,
    Finding,
    Fold,
    Subject,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject, Fault
from scanner.evidence.forest import Forest

PREPARE = (
    "https://learn.microsoft.com/microsoft-365/enterprise/prepare-for-directory-synchronization"
)
SYNC_ERRORS = "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sync-errors"
DEFAULT_RULES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/"
    "concept-azure-ad-connect-sync-default-configuration"
)
USERS_AND_CONTACTS = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/"
    "concept-azure-ad-connect-sync-user-and-contacts"
)
CLOUD_NAMES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname"
)
PREREQUISITES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
)
EXPORT_AGAIN = (
    "Export again and repeat the check: the finding is gone. After the first synchronisation cycle"
    " Entra Connect Health shows no export error."
)
COLUMNS = ("dn", "type", "attribute", "value", "kinds", "notes", "detail", "proposal", "scope")
_JUDGED = ("user", "inetOrgPerson", "contact", "group")
MUCH_DAMAGE = 0.01
"""Share of unreadable entries above which nothing is reported as good."""


def scope_words(found: DirectoryInput, item: DirectoryObject) -> str:
    """The scope of an object with the reasons, for a cell of a table."""
    verdict = found.verdict(item)
    reasons = ", ".join(found.firm(item) or item.open)
    return f"{verdict} ({reasons})" if reasons else str(verdict)


def too_damaged(found: DirectoryInput) -> bool:
    """Whether so much was unreadable that silence about the rest means nothing."""
    return found.damaged > MUCH_DAMAGE * found.entries


def with_coverage(finding: Finding, found: DirectoryInput) -> Finding:
    """A finding with the share of what could not be read, where that is much."""
    if not too_damaged(found):
        return finding
    return finding.showing(unreadable=f"{found.damaged} / {found.entries}")


def unclear(subject: Subject, found: DirectoryInput) -> Finding:
    """What stands in place of a pass when too much was unreadable."""
    return not_assessed(
        "unsupported-unreadable-entries",
        subject,
        "{damaged} of {count} entries could not be read, which is too much to call the rest good.",
        damaged=found.damaged,
        count=found.entries,
    )


class FaultFold(Fold[DirectoryObject]):
    """Collects the faults of some attributes. Only objects that may synchronise decide the status."""

    attributes: ClassVar[tuple[str, ...]]

    def __init__(self, found: DirectoryInput, forests: tuple[Forest, ...] | None) -> None:
        self._found = found
        unknown = [set(one.outside_schema) for one in forests or ()]
        self._unknown = set.intersection(*unknown) if unknown else set()
        self._rows = {name: Affected(COLUMNS, spoken=SPOKEN) for name in self._names()}
        self._kinds: dict[str, Counter[str]] = {name: Counter() for name in self._rows}
        self._objects: Counter[tuple[str, str]] = Counter()

    def _names(self) -> tuple[str, ...]:
        return self.attributes

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.faults:
            for fault in item.faults:
                if fault.attribute in self._rows:
                    self._take(item, fault)

    def _take(self, item: DirectoryObject, fault: Fault) -> None:
        found = self._found
        self._rows[fault.attribute].add(
            item.dn,
            item.type,
            fault.attribute,
            fault.value,
            ", ".join(fault.kinds),
            ", ".join((*fault.warnings, *fault.infos)),
            fault.detail,
            fault.proposal,
            scope_words(found, item),
        )
        if found.counts(item):
            level = "fail" if fault.kinds else "warn" if fault.warnings else "info"
        else:
            level = "warn" if fault.kinds and found.is_disputed(item) else "outside"
        self._objects[fault.attribute, level] += 1
        if level in ("fail", "warn"):
            self._kinds[fault.attribute].update(fault.kinds or fault.warnings)

    def findings(self) -> Iterable[Finding]:
        """One finding for each attribute."""
        for name in self._rows:
            for finding in self._about(name):
                yield with_coverage(finding, self._found)

    def _about(self, name: str) -> Iterator[Finding]:
        subject = object_set(name)
        rows = self._rows[name]
        bad, doubtful = self._objects[name, "fail"], self._objects[name, "warn"]
        kinds = FAULTS.counted(self._kinds[name].most_common())
        plain = name.partition(" ")[0]
        if not any(part.classes.get(kind) for part in self._found.parts for kind in _JUDGED):
            yield not_applicable(
                "no-objects", subject, "The input holds no user, contact or group."
            )
        elif not self._found.carries(plain) and plain in self._unknown:
            yield not_applicable(
                "not-in-schema",
                subject,
                "The schema of the forest has no attribute {attribute}.",
                attribute=plain,
            )
        elif not self._found.carries(plain):
            yield not_assessed(
                "unconfigured-not-exported",
                subject,
                "No entry of the input carries {attribute}; export it too to have it judged.",
                attribute=plain,
            )
        elif bad:
            yield (
                failed(
                    "invalid-values",
                    subject,
                    "Invalid values of {attribute} on objects that synchronise: {bad} ({kinds}).",
                    bad=bad,
                    attribute=name,
                    kinds=kinds,
                ).affecting(rows)
            )
        elif doubtful:
            yield warned(
                "doubtful-values",
                subject,
                "Doubtful values of {attribute}: {count} ({kinds}).",
                count=doubtful,
                attribute=name,
                kinds=kinds,
            ).affecting(rows)
        elif too_damaged(self._found):
            yield unclear(subject, self._found)
        else:
            yield passed(
                "values-valid",
                subject,
                "Every {attribute} of an object that synchronises is valid. Faults on objects that do"
                " not: {outside}.",
                attribute=name,
                outside=self._objects[name, "outside"],
            ).affecting(rows)
