"""Objects that the tenant could not take over, and the account that brings them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.directory_sync.tenant_state import no_hybrid
from checks.gate import unread
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
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.anchors import anchor_of, immutable_guid
from scanner.evidence.directory import DirectoryObject
from scanner.evidence.tenant import Organization, ProvisioningError, User
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_groups import ContactsInError, GroupsInError, PilotGroups
from scanner.evidence.tenant_roles import (
    DIRECTORY_SYNCHRONIZATION_ACCOUNTS,
    GLOBAL_ADMINISTRATOR,
    RoleAssignments,
    RoleHolders,
)

OBJECTS = object_set(said("objects with provisioning errors"))


@check(
    id="directory_sync.no-provisioning-errors",
    title="No object carries a directory provisioning error",
    action="Correct the objects that the tenant could not take over",
    why="A sign-in name or mail address that is used twice keeps the object, or the attribute, out"
    " of the tenant: mail and sign-in of that person break.",
    fix=[
        step(
            "Find every object that holds the value, on premises and in the tenant.",
            command="Get-ADObject -LDAPFilter '(|(proxyAddresses=*<value>)(userPrincipalName=<value>))'"
            " -Properties proxyAddresses, userPrincipalName",
        ),
        step("Correct it on premises and let the next synchronisation run."),
    ],
    verify="The errors are gone after the next synchronisation cycle.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A3", "A4"],
    blocks=["preparing directory synchronisation", "directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/graph/api/resources/onpremisesprovisioningerror",
        "https://learn.microsoft.com/entra/identity/hybrid/connect/tshoot-connect-sync-errors",
    ],
    requires=["directory_sync.sync-recent"],
    settle_after="1 h",
)
class NoProvisioningErrors(Fold[User]):
    """Collects the errors of users, groups and contacts, and finds those users on premises."""

    def __init__(
        self,
        groups: GroupsInError | Missing,
        contacts: ContactsInError | Missing,
        pilots: PilotGroups | None,
        organization: Organization | None,
        scope: Scope,
    ) -> None:
        self._unread = [one for one in (groups, contacts) if isinstance(one, Missing)]
        self._pilots = pilots.member_ids if pilots else frozenset()
        self._synced = organization.on_premises_sync_enabled if organization else None
        self._scope = scope
        self._limit = int(scope.threshold("provisioning_errors", 10))
        self._pilot = self._objects = self._seen = 0
        self._rows: list[tuple[str, ...]] = []
        self._own: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._by_guid: dict[str, str] = {}
        for found, kind in ((groups, "group"), (contacts, "contact")):
            if not isinstance(found, Missing):
                self._seen += found.total
                for one in found.objects:
                    self._note(kind, one.id, one.name, one.errors)

    def _note(
        self, kind: str, ident: str, name: str, errors: tuple[ProvisioningError, ...]
    ) -> None:
        self._objects += 1
        for one in errors:
            self._rows.append((kind, ident, name, one.attribute, one.value, one.category))

    def see(self, item: User) -> None:
        """Take one user in."""
        self._seen += 1
        if not item.errors and not item.unresolved:
            return
        self._note("user", item.id, item.upn, item.errors)
        if not item.errors:
            self._rows.append(("user", item.id, item.upn, "", "", said("reported by a service")))
        self._pilot += item.id in self._pilots
        self._by_name[item.upn.casefold()] = item.id
        if guid := immutable_guid(item.anchor):
            self._by_guid[guid] = item.id

    @property
    def wants_then(self) -> bool:
        """Only users in error are looked up on premises."""
        return bool(self._by_name)

    def then_object(self, item: DirectoryObject) -> None:
        """Keep the name of an object that is one of those users: by anchor, or else by sign-in name."""
        if item.is_user:
            by_anchor = self._by_guid.get(anchor_of(item), "")
            by_name = self._by_name.get(item.login.casefold(), "") if item.login else ""
            if by_anchor:
                self._own[by_anchor] = item.dn
            elif by_name:
                self._own.setdefault(by_name, item.dn)

    def _affected(self) -> Affected:
        """The rows; with the objects on premises, where any was found."""
        columns = ("kind", "id", "name", "attribute", "value", "category")
        if not self._own:
            return Affected(columns, self._rows, ("kind", "category"))
        rows = [(*row, self._own.get(row[1], "")) for row in self._rows]
        return Affected((*columns, "dn"), rows, ("kind", "category"))

    def findings(self) -> Iterable[Finding]:
        """Few errors outside the pilot warn, more or any in the pilot fail."""
        gate = no_hybrid(self._scope, self._synced)
        values = {"count": self._objects, "seen": self._seen}
        if gate and not self._objects:
            yield gate
        elif self._pilot or self._objects > self._limit:
            yield failed(
                "errors",
                OBJECTS,
                "{count} of {seen} objects carry a provisioning error, {pilot} of them in a pilot"
                " group.",
                pilot=self._pilot,
                **values,
            ).affecting(self._affected())
        elif self._objects:
            yield warned(
                "few-errors",
                OBJECTS,
                "{count} of {seen} objects carry a provisioning error, none of them in a pilot"
                " group.",
                **values,
            ).affecting(self._affected())
        elif self._unread:
            yield unread(OBJECTS, self._unread[0])
        else:
            yield passed(
                "none",
                OBJECTS,
                "None of {seen} objects carries a provisioning error.",
                seen=self._seen,
            )


@check(
    id="directory_sync.sync-account-unhindered",
    title="The synchronisation account works and no MFA policy stops it",
    action="Exclude the synchronisation account from policies that it cannot satisfy",
    why="The account cannot answer a prompt for a second factor: on the day on which such a policy"
    " is enforced, synchronisation stops.",
    fix=[
        step(
            "Exclude the role Directory Synchronization Accounts from every policy that demands"
            " multi-factor authentication or blocks.",
            portal="Entra admin center > Conditional Access > Policies > (policy) > Users > Exclude >"
            " Directory roles",
        ),
        step(
            "Remove accounts of servers that are gone, after looking at when they last signed in.",
            portal="Entra admin center > Roles & admins > Directory Synchronization Accounts",
        ),
    ],
    verify="The policies name the role among their exclusions, and the next cycle succeeds.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E3", "G9"],
    blocks=["directory synchronisation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-accounts-permissions"
    ],
    settle_after="1 h",
)
def sync_account_unhindered(
    assignments: RoleAssignments,
    holders: RoleHolders,
    policies: AccessPolicies,
    organization: Organization | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Judge the accounts and the policies that reach them."""
    gate = no_hybrid(scope, organization.on_premises_sync_enabled if organization else None)
    if gate:
        yield gate
        return
    given = assignments.of(DIRECTORY_SYNCHRONIZATION_ACCOUNTS)
    accounts = {one.id: one for row in given for one in holders.behind(row)}
    if not given:
        yield not_applicable(
            "no-account",
            tenant(),
            "Nobody holds the role of synchronisation accounts; newer clients sign in as an"
            " application.",
        )
        return
    ids = {one.principal_id for one in given}
    highest = {one.principal_id for one in assignments.of(GLOBAL_ADMINISTRATOR)}
    stopping = [one for one in policies.rows if _stops(one, ids)]
    enforced = [one.name for one in stopping if one.enabled]
    disabled = [one.upn for one in accounts.values() if not one.enabled]
    if disabled or ids & highest or enforced:
        affected = Affected(("what", "name"), spoken=("what",))
        for name in enforced:
            affected.add(said("policy that reaches the account"), name)
        for name in disabled:
            affected.add(said("account that is disabled"), name)
        for ident in sorted(ids & highest):
            affected.add(said("account that is a Global Administrator"), ident)
        yield failed(
            "hindered",
            tenant(),
            "The synchronisation account is stopped by {policies} policies, disabled, or holds a"
            " higher role.",
            policies=len(enforced),
        ).affecting(affected)
    elif stopping or len(ids) > 2:  # noqa: PLR2004 - the active and the staging server
        yield warned(
            "may-be-hindered",
            tenant(),
            "{count} synchronisation accounts exist, and {policies} policies would stop them if they"
            " were enforced.",
            count=len(ids),
            policies=len(stopping),
        )
    else:
        yield passed(
            "unhindered",
            tenant(),
            "No policy stops the {count} synchronisation accounts.",
            count=len(ids),
        )


def _stops(policy: AccessPolicy, ids: set[str]) -> bool:
    """Whether a policy demands of those accounts what they cannot give."""
    if not (policy.enabled or policy.report_only):
        return False
    controls = {one.casefold() for one in policy.controls}
    unpassable = controls or policy.strength or policy.terms or policy.custom_controls
    clients = {one.casefold() for one in policy.client_app_types}
    old_clients_only = bool(clients) and clients <= {"exchangeactivesync", "other", "eassupported"}
    everybody = "all" in {one.casefold() for one in policy.include_users}
    reached = everybody or bool(ids & set(policy.include_users))
    reached = reached or DIRECTORY_SYNCHRONIZATION_ACCOUNTS in policy.include_roles
    every_app = "all" in {one.casefold() for one in policy.include_applications}
    left_out = DIRECTORY_SYNCHRONIZATION_ACCOUNTS in policy.exclude_roles or ids <= set(
        policy.exclude_users
    )
    narrowed = policy.include_platforms or policy.include_locations or policy.user_risk
    return bool(
        unpassable
        and reached
        and every_app
        and not left_out
        and not old_clients_only
        and not (narrowed and "all" not in {one.casefold() for one in policy.include_locations})
    )
