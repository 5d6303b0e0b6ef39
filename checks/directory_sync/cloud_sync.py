"""The limits of Cloud Sync, for those who plan with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.directory_sync.limits import CLOUD_SYNC_MEMBERS, DECISION_GUIDE
from scanner.api import (
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Severity,
    Subject,
    SubjectKind,
    Topic,
    check,
    failed,
    forest,
    not_applicable,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject, SyncPlan
from scanner.evidence.tenant_sync import SyncFeatures

_CLOUD_SYNC = "https://learn.microsoft.com/entra/identity/hybrid/cloud-sync/how-to-prerequisites"
SCOPING_FILTERS = 59
CLOUD_SYNC_OBJECTS = 150_000
_ALL = Subject(SubjectKind.FOREST, said("all forests"))


@check(
    id="directory_sync.cloud-sync-within-limits",
    title="The forest fits Cloud Sync, where it is planned",
    action="Choose Entra Connect instead, or bring the forest within the limits of Cloud Sync",
    why="Cloud Sync takes at most 150,000 objects of a domain, 50,000 members of a group and 59 units"
    " or groups in its filter. It synchronises neither devices nor the password hashes of inetOrgPerson"
    " objects. What goes beyond needs Entra Connect.",
    fix=[
        step("Compare the two in Microsoft's decision guide.", link=DECISION_GUIDE),
        step("Leave out what need not synchronise, by a scoping filter."),
    ],
    verify="Repeat the check: the counts are within the limits.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising with Cloud Sync"],
    documents=[DECISION_GUIDE, _CLOUD_SYNC],
)
class CloudSyncWithinLimits(Fold[DirectoryObject]):
    """Counts objects by domain, large groups, devices and inetOrgPersons."""

    def __init__(
        self, found: DirectoryInput, plan: SyncPlan, features: SyncFeatures | None
    ) -> None:
        self._found = found
        self._planned = plan.tool == "cloud-sync"
        self._filters = plan.units
        self._hashes = bool(features and features.password_sync)
        self._domains: Counter[str] = Counter()
        self._large = 0
        self._devices = 0
        self._persons = 0

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if self._planned and self._found.counts(item):
            self._domains[item.domain] += 1
            self._large += item.type == "group" and item.members > CLOUD_SYNC_MEMBERS
            self._devices += item.type == "computer"
            self._persons += item.type == "inetOrgPerson"

    def findings(self) -> Iterator[Finding]:
        """One finding for each domain."""
        if not self._planned:
            yield not_applicable("not-planned", _ALL, "Cloud Sync is not planned.")
            return
        if not self._domains:
            yield not_applicable("no-objects", _ALL, "Nothing of the input synchronises.")
        for name, count in sorted(self._domains.items()):
            yield self._about(name, count)

    def _about(self, name: str, count: int) -> Finding:
        problems = (
            [said("{count} objects in the domain", count=count)]
            if count > CLOUD_SYNC_OBJECTS
            else []
        )
        problems += (
            [said("{large} groups above 50,000 members", large=self._large)] if self._large else []
        )
        problems += (
            [said("{devices} devices to synchronise", devices=self._devices)]
            if self._devices
            else []
        )
        if self._filters > SCOPING_FILTERS:
            problems.append(
                said("{filters} units in the scope filter, which takes 59", filters=self._filters)
            )
        if self._persons and self._hashes:
            problems.append(
                said("password hashes of {persons} inetOrgPerson objects", persons=self._persons)
            )
        if problems:
            return failed(
                "beyond-limits",
                forest(name),
                "{domain} goes beyond Cloud Sync: {problems}.",
                domain=name,
                problems=problems,
            )
        if self._persons:
            return warned(
                "persons",
                forest(name),
                "{domain} has {persons} inetOrgPerson objects, whose password hashes Cloud Sync does not"
                " synchronise.",
                domain=name,
                persons=self._persons,
            )
        return passed(
            "within-limits", forest(name), "{domain} fits Cloud Sync with {count} objects.",
            domain=name, count=count,
        )  # fmt: skip
