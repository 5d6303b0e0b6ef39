"""Source anchors: unique on premises, and of the same object as the tenant says."""

from __future__ import annotations

from collections.abc import Iterable

from checks.directory_sync.common import too_damaged, unclear
from checks.directory_sync.words import SPOKEN
from checks.gate import unread
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Missing,
    Owner,
    Phase,
    Reason,
    Severity,
    Topic,
    check,
    failed,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.anchors import anchor_of, immutable_guid
from scanner.evidence.directory import PEOPLE, Collision, DirectoryInput, DirectoryObject
from scanner.evidence.tenant import Organization, User

_ANCHORS = object_set(said("source anchors"))
_TIED = object_set(said("immutable ids"))
_DESIGN = "https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-design-concepts"


@check(
    id="directory_sync.source-anchors-consistent",
    title="Source anchors are unique and fit the tenant",
    action="Settle what mS-DS-ConsistencyGuid is used for before the synchronisation is installed",
    why="The anchor ties an object on premises to its object in the cloud for good. Entra Connect"
    " keeps it in"
    " mS-DS-ConsistencyGuid. Where another system uses that attribute, the express setup falls back to"
    " objectGUID; where two objects have the same anchor, one takes the other's place in the cloud.",
    fix=[
        step(
            "Look at the values, then clear those that no system needs.",
            command="Get-ADObject -LDAPFilter '(mS-DS-ConsistencyGuid=*)' -Properties"
            " mS-DS-ConsistencyGuid\n"
            "Set-ADObject -Identity <guid> -Clear mS-DS-ConsistencyGuid -WhatIf",
        )
    ],
    verify="Repeat the check: no anchor is held twice, and nothing else uses the attribute.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["installing directory synchronisation"],
    documents=[_DESIGN],
)
class SourceAnchorsConsistent(Fold[DirectoryObject]):
    """Sees anchors that several objects hold; counts of the others come with the input.

    Objects are looked at only where the tenant has users that are tied to one of them.
    """

    wants_more = False

    def __init__(self, found: DirectoryInput, organization: Organization | None) -> None:
        self._found = found
        self._syncing = bool(organization and organization.on_premises_sync_enabled)
        self._rows = Affected(("dn", "type", "mS-DS-ConsistencyGuid"), spoken=SPOKEN)
        self._groups = 0
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._missing: Missing | None = None
        self._unread: Missing | None = None

    def see_user(self, item: User) -> None:
        """Take one user of the tenant in."""
        guid = immutable_guid(item.anchor) if item.anchor else ""
        if guid:
            self.wants_more = True
            name = item.upn.casefold()
            self._names[guid] = name
            self._named[name] = ""

    def see_collision(self, item: Collision) -> None:
        """Take one value in."""
        if item.attribute == "mS-DS-ConsistencyGuid":
            self._groups += 1
            for holder in item.holders:
                self._rows.add(holder.dn, holder.type, holder.value)

    def lacks(self, kind: type, missing: Missing) -> None:
        """Remember what was not, or not wholly, read."""
        if kind is User:
            self._missing = missing
        else:
            self._unread = missing

    def see(self, item: DirectoryObject) -> None:
        """Keep who holds the anchor of a user of the tenant without its name, or the reverse."""
        if item.type not in PEOPLE:
            return
        anchor, login = anchor_of(item), (item.login or "").casefold()
        name = self._names.get(anchor)
        if name == login or not self._found.counts(item):
            return
        if name is not None:
            self._owners[anchor] = item.dn
        if login in self._named:
            self._named[login] = item.dn

    def findings(self) -> Iterable[Finding]:
        """What the directory says of itself, then what it says of the tenant."""
        yield self._among_themselves()
        if self._names:
            yield self._with_the_tenant()
        elif self._missing and self._missing.reason is not Reason.UNCONFIGURED:
            yield unread(_TIED, self._missing)

    def _among_themselves(self) -> Finding:
        """Shared anchors fail; foreign ones warn before the first synchronisation."""
        found = self._found
        foreign = found.anchors - found.own_anchors
        if self._rows:
            return failed(
                "anchors-shared",
                _ANCHORS,
                "Source anchors held by several objects: {values}.",
                values=self._groups,
            ).affecting(self._rows)
        if not found.carries("ms-ds-consistencyguid"):
            return not_assessed(
                "unconfigured-not-exported",
                _ANCHORS,
                "No entry of the input carries mS-DS-ConsistencyGuid: either it is empty"
                " everywhere or it was"
                " not exported.",
            )
        if foreign and not self._syncing:
            return warned(
                "attribute-in-use",
                _ANCHORS,
                "{count} objects have an mS-DS-ConsistencyGuid that is not their objectGUID, and"
                " the tenant"
                " does not synchronise yet: something else seems to use the attribute.",
                count=foreign,
            )
        if self._unread:
            return unread(_ANCHORS, self._unread)
        if too_damaged(found):
            return unclear(_ANCHORS, found)
        return passed(
            "anchors-unique",
            _ANCHORS,
            "{count} source anchors differ from each other; {own} of them equal the"
            " objectGUID, as Entra"
            " Connect writes them.",
            count=found.anchors,
            own=found.own_anchors,
        )

    def _with_the_tenant(self) -> Finding:
        """An anchor whose object is another one than that with the name of the user fails."""
        rows = Affected(("user of the tenant", "object with its anchor", "object with its name"))
        for anchor, owner in self._owners.items():
            name = self._names[anchor]
            if self._named[name]:
                rows.add(name, owner, self._named[name])
        if rows:
            return failed(
                "anchors-of-others",
                _TIED,
                "Users of the tenant whose immutable id belongs to another object than their"
                " sign-in name: {users}.",
                users=len(rows),
            ).affecting(rows)
        if self._missing:
            return unread(_TIED, self._missing)
        if too_damaged(self._found):
            return unclear(_TIED, self._found)
        return passed(
            "anchors-fit",
            _TIED,
            "No immutable id of the {count} users that are tied to an object belongs to another one.",
            count=len(self._names),
        )
