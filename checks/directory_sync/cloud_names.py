"""The names that users will have in the cloud: as on premises, and nobody else's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.directory_sync.cloud_users import (
    ADMINISTRATOR,
    CLOUD_ONLY,
    MATCHING,
    CloudUsers,
    administrators,
)
from checks.directory_sync.common import (
    CLOUD_NAMES,
    SYNC_ERRORS,
    too_damaged,
    unclear,
)
from checks.directory_sync.logins import RENAME, USERS, not_exported
from checks.directory_sync.words import CHANGES, SPOKEN
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Missing,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.anchors import anchor_of, immutable_guid
from scanner.evidence.cloud_names import CloudSuffixes, keeps, predicted, suffixes_of
from scanner.evidence.directory import PEOPLE, DirectoryInput, DirectoryObject
from scanner.evidence.tenant import TenantDomains, User
from scanner.evidence.tenant_roles import RoleAssignments, RoleHolders
from scanner.evidence.tenant_sync import SyncFeatures

_TAKEN = object_set(said("users of the tenant"))
_HELD = ("predicted", "dn", "held by")


@check(
    id="directory_sync.cloud-user-names-unchanged",
    title="Users keep their sign-in name in the cloud",
    action="Correct the sign-in names that the cloud would change",
    why="Where the cloud cannot use the name on premises it makes one up at the initial domain. People"
    " then have to sign in with a name that they never heard of. This is predicted for the first"
    " synchronisation; later only a change on premises computes the name anew. Whoever is synchronised"
    " already has the name that the tenant shows.",
    fix=[
        step(
            "Verify the suffix in the tenant.",
            portal="Entra admin center > Identity > Settings > Domain names",
        ),
        RENAME,
    ],
    verify="Repeat the check: every predicted name equals the name on premises.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["sign-in under the expected name"],
    documents=[CLOUD_NAMES],
    requires=["directory_sync.upn-suffixes-verified"],
)
class CloudUserNamesUnchanged(Fold[DirectoryObject]):
    """Predicts the cloud name of every user that synchronises."""

    def __init__(self, found: DirectoryInput, tenant: TenantDomains | None, scope: Scope) -> None:
        self._found = found
        self._suffixes = suffixes_of(tenant, scope)
        self._users = 0
        self._why: Counter[str] = Counter()
        self._real: dict[str, str] = {}
        self._known = 0
        self._rows: list[tuple[str, ...]] = []

    def see_user(self, item: User) -> None:
        """Keep the name of a user of the tenant that is tied to an object on premises."""
        if item.anchor and (guid := immutable_guid(item.anchor)):
            self._real[guid] = item.upn

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not self._suffixes or item.type not in PEOPLE:
            return
        if item.reasons and not self._found.counts(item):
            return
        self._users += 1
        if self._real and (real := self._real.get(anchor_of(item))) is not None:
            self._known += 1
            if real.casefold() != (item.login or "").casefold():
                self._note(item, self._suffixes, real)
        elif not keeps(item, self._suffixes):
            self._note(item, self._suffixes, "")

    def _note(self, item: DirectoryObject, suffixes: CloudSuffixes, real: str) -> None:
        """One user with another name in the cloud: the tenant's own, or else the predicted one."""
        made = predicted(item, suffixes)
        reason = made.reason or ("another name in the tenant" if real else "")
        if reason:
            self._why[reason] += 1
            self._rows.append((item.dn, item.login or "", made.name, reason, real))

    def _changed(self) -> Affected:
        columns = ("dn", "on premises", "predicted", "reason")
        if not self._known:
            return Affected(columns, [row[:-1] for row in self._rows], SPOKEN)
        return Affected((*columns, "in the tenant"), self._rows, SPOKEN)

    def findings(self) -> Iterator[Finding]:
        """How many names change, and why."""
        missing = not_exported(self._found, self._found.login_attribute)
        if self._suffixes is None or missing:
            yield missing or _no_suffixes()
        elif not self._users:
            yield not_applicable("no-users", USERS, "No user of the input synchronises.")
        elif self._rows:
            yield (
                failed(
                    "names-change",
                    USERS,
                    "{changed} of {count} users have or would get another sign-in name in the cloud:"
                    " {why}.",
                    changed=len(self._rows),
                    count=self._users,
                    why=CHANGES.counted(self._why.most_common()),
                )
                .showing(domains=_told(self._suffixes), synchronised=self._known)
                .affecting(self._changed())
            )
        elif too_damaged(self._found):
            yield unclear(USERS, self._found)
        else:
            yield passed(
                "names-kept",
                USERS,
                "All {count} users keep their sign-in name.",
                count=self._users,
            ).showing(domains=_told(self._suffixes), synchronised=self._known)


def _told(suffixes: CloudSuffixes) -> str:
    if suffixes.assumed:
        return said("as configured, not read from the tenant")
    return said("as the tenant says")


def _no_suffixes() -> Finding:
    return not_assessed(
        "unconfigured-no-domains",
        USERS,
        "Neither the tenant nor [domains] names says which domains are verified, so that no cloud name"
        " can be predicted.",
    )


@check(
    id="directory_sync.cloud-user-names-unique",
    title="Predicted cloud names do not collide",
    action="Give different names to the users that would get the same one in the cloud",
    why="Two users with the same predicted name cannot both have it: the second one is renamed with"
    " four digits or refused. Who is second is left to chance. A user that exists in the tenant only"
    " is taken over by the one on premises with the same name or primary address, unless it is an"
    " administrator: then the synchronisation refuses the user on premises.",
    fix=[
        RENAME,
        step(
            "Where a cloud-only user shall be taken over, see that it is the same person. Where it"
            " shall not, or is an administrator, rename it, or remove its roles for that time.",
            command="Update-MgUser -UserId <id> -UserPrincipalName <name>@<domain> -WhatIf\n"
            "Update-MgUser -UserId <id> -UserPrincipalName <name>@<domain>",
        ),
    ],
    verify="Repeat the check: no predicted name is held twice.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising all but one of the users that would share a name"],
    documents=[CLOUD_NAMES, SYNC_ERRORS, MATCHING],
)
class CloudUserNamesUnique(Fold[DirectoryObject]):
    """Looks for equal predictions, and for users of the tenant that hold such a name already."""

    def __init__(
        self,
        found: DirectoryInput,
        tenant: TenantDomains | None,
        scope: Scope,
        assignments: RoleAssignments | None,
        holders: RoleHolders | None,
        features: SyncFeatures | None,
    ) -> None:
        self._found = found
        self._suffixes = suffixes_of(tenant, scope)
        self._first: dict[str, str] = {}
        self._others: dict[str, list[tuple[str, str]]] = {}
        self._users = 0
        self._cloud = CloudUsers(administrators(assignments, holders))
        self._roles_known = assignments is not None
        self._blocked = bool(features and features.block_soft_match)
        self._taken = Affected(_HELD, spoken=("held by",))
        self._matched = Affected(_HELD, spoken=("held by",))
        self._admins = 0

    def see_user(self, item: User) -> None:
        """Take one user of the tenant in."""
        self._cloud.add(item)

    def lacks(self, kind: type, missing: Missing) -> None:
        """Remember that the tenant's users are not known, or in part only."""
        del kind
        self._cloud.missing = missing

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not self._suffixes or item.type not in PEOPLE:
            return
        if item.reasons and not self._found.counts(item):
            return
        self._users += 1
        kept = item.login if keeps(item, self._suffixes) else None
        name = kept or predicted(item, self._suffixes).name
        key = name.casefold()
        if key in self._first:
            self._others.setdefault(key, []).append((item.dn, name))
        else:
            self._first[key] = item.dn
        if self._cloud.names:
            self._meet(item, name, key)

    def _meet(self, item: DirectoryObject, name: str, key: str) -> None:
        """Compare one prediction with the users of the tenant, by name and by primary address."""
        held = self._cloud.names.get(key)
        if held is None:
            other, primary = self._cloud.addresses.get(item.address.casefold(), ("", False))
            if not primary:
                return
            key, held = other, self._cloud.names[other]
        if held == ADMINISTRATOR:
            self._admins += 1
            self._taken.add(name, item.dn, said("administrator {key}", key=key))
        elif held == CLOUD_ONLY and not self._blocked:
            self._matched.add(name, item.dn, said("cloud-only user {key}", key=key))
        elif held == CLOUD_ONLY:
            self._taken.add(
                name, item.dn, said("cloud-only user {key}, soft match is blocked", key=key)
            )
        elif not self._cloud.is_tied(held, item):
            self._taken.add(name, item.dn, said("{key}, which belongs to another object", key=key))

    def findings(self) -> Iterator[Finding]:
        """The names that several users would have, and those that the tenant's users have."""
        missing = not_exported(self._found, self._found.login_attribute)
        if self._suffixes is None or missing:
            yield missing or _no_suffixes()
        elif not self._users:
            yield not_applicable("no-users", USERS, "No user of the input synchronises.")
        else:
            yield self._among_themselves()
            if self._cloud.names or self._cloud.missing is None:
                yield self._with_the_tenant()
            elif told := self._cloud.unread(_TAKEN):
                yield told

    def _among_themselves(self) -> Finding:
        if self._others:
            rows = Affected(("predicted", "dn"))
            for key, others in self._others.items():
                rows.add(others[0][1], self._first[key])
                for dn, name in others:
                    rows.add(name, dn)
            return failed(
                "names-collide",
                USERS,
                "Predicted cloud names that several users would hold: {names}.",
                names=len(self._others),
            ).affecting(rows)
        if too_damaged(self._found):
            return unclear(USERS, self._found)
        if self._cloud.missing is not None:
            return passed(
                "names-unique-here",
                USERS,
                "All {count} predicted cloud names differ. They were not compared with all users of"
                " the tenant. {detail}",
                count=self._users,
                detail=self._cloud.missing.detail,
            )
        return passed(
            "names-unique", USERS, "All {count} predicted cloud names differ.", count=self._users
        )

    def _with_the_tenant(self) -> Finding:
        roles = said("not read: anybody may hold one")
        if self._roles_known:
            roles = said("as the tenant says")
        if self._taken:
            return (
                failed(
                    "names-taken",
                    _TAKEN,
                    "Predicted cloud names that cannot be had, as another user of the tenant holds"
                    " them: {names}, of which administrators hold {admins}. Cloud-only users that will"
                    " be taken over: {users}.",
                    names=len(self._taken),
                    admins=self._admins,
                    users=len(self._matched),
                )
                .showing(roles=roles)
                .affecting(Affected(_HELD, [*self._taken.rows, *self._matched.rows], ("held by",)))
            )
        if self._matched:
            return (
                warned(
                    "users-taken-over",
                    _TAKEN,
                    "Cloud-only users that the first synchronisation will take over, as a user on"
                    " premises has their name or primary address: {users}.",
                    users=len(self._matched),
                )
                .showing(roles=roles)
                .affecting(self._matched)
            )
        return (
            self._cloud.unread(_TAKEN)
            or (unclear(_TAKEN, self._found) if too_damaged(self._found) else None)
            or passed(
                "names-free",
                _TAKEN,
                "No other of the {count} users of the tenant holds a predicted cloud name.",
                count=len(self._cloud.names),
            )
        )
