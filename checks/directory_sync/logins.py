"""The names that people sign in with: there, verified, and known to those who have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.directory_sync.common import (
    CLOUD_NAMES,
    EXPORT_AGAIN,
    PREPARE,
    too_damaged,
    unclear,
)
from checks.directory_sync.words import SPOKEN
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    domain,
    failed,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.cloud_names import login_kinds
from scanner.evidence.directory import PEOPLE, DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest
from scanner.evidence.tenant import TenantDomains

USERS = object_set(said("users on premises"))
_NON_ROUTABLE = (
    "https://learn.microsoft.com/microsoft-365/enterprise/"
    "prepare-a-non-routable-domain-for-directory-synchronization"
)
RENAME = step(
    "Change the sign-in names; look at the change first, and tell the people.",
    command="Set-ADUser -Identity <guid> -UserPrincipalName <name>@<domain> -WhatIf\n"
    "Set-ADUser -Identity <guid> -UserPrincipalName <name>@<domain>",
)


def not_exported(found: DirectoryInput, attribute: str) -> Finding | None:
    """What stands in place of a verdict on an attribute that no entry carries."""
    if found.carries(attribute):
        return None
    return not_assessed(
        "unconfigured-not-exported",
        USERS,
        "No entry of the input carries {attribute}; export it too to have it judged.",
        attribute=attribute,
    )


@check(
    id="directory_sync.users-have-user-principal-names",
    title="Every user in scope has a sign-in name",
    action="Give a sign-in name to the users that have none",
    why="Without a sign-in name the cloud name is made of the account name and the name of the domain,"
    " which usually cannot be verified: the user ends up with a name at the initial domain. The account"
    " name must then be valid and unique too.",
    fix=[RENAME],
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["sign-in under the expected name"],
    documents=[PREPARE, CLOUD_NAMES],
)
class UsersHaveUserPrincipalNames(Fold[DirectoryObject]):
    """Looks for users without the attribute that they would sign in with."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._users = 0
        self._enabled = 0
        self._without = Affected(("dn", "sAMAccountName", "enabled"), spoken=SPOKEN)

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type in PEOPLE and (not item.reasons or self._found.counts(item)):
            self._users += 1
            if not item.login:
                self._enabled += item.enabled
                self._without.add(item.dn, item.sam or "", "yes" if item.enabled else "no")

    def findings(self) -> Iterator[Finding]:
        """Enabled users without a name fail, disabled ones warn."""
        missing = not_exported(self._found, self._found.login_attribute)
        if not self._users:
            yield not_applicable("no-users", USERS, "No user of the input synchronises.")
        elif missing:
            yield missing
        elif self._enabled:
            yield failed(
                "without-name",
                USERS,
                "Of {count} users that synchronise, {missing} have no sign-in name; enabled: {enabled}.",
                missing=len(self._without),
                count=self._users,
                enabled=self._enabled,
            ).affecting(self._without)
        elif self._without:
            yield warned(
                "disabled-without-name",
                USERS,
                "{missing} disabled users that synchronise have no sign-in name.",
                missing=len(self._without),
            ).affecting(self._without)
        elif too_damaged(self._found):
            yield unclear(USERS, self._found)
        else:
            yield passed(
                "all-named", USERS, "All {count} users have a sign-in name.", count=self._users
            )


@check(
    id="directory_sync.upn-suffixes-verified",
    title="Every suffix in use is verified in the tenant",
    action="Verify the sign-in suffixes in the tenant, or move the users to one that is",
    why="A suffix that the tenant has not verified is replaced by the initial domain when a user is"
    " synchronised: nobody there can sign in with the name that everybody knows. A suffix that does not"
    " exist in the public DNS, such as .local, can never be verified.",
    fix=[
        step(
            "Verify the domain, if it is public.",
            portal="Entra admin center > Identity > Settings > Domain names > Add custom domain",
        ),
        step(
            "If it is not: add a public suffix to the forest, then change the sign-in names.",
            command="Set-ADForest -Identity <forest> -UPNSuffixes @{Add='<domain>'} -WhatIf\n"
            "Set-ADForest -Identity <forest> -UPNSuffixes @{Add='<domain>'}",
        ),
        RENAME,
    ],
    verify="The suffix is listed as verified in the tenant, or no user that synchronises has it.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["the first synchronisation", "sign-in under the expected name"],
    documents=[_NON_ROUTABLE, CLOUD_NAMES],
    requires=["dns.domain-verified"],
)
class UpnSuffixesVerified(Fold[DirectoryObject]):
    """Counts the users of each suffix; those that no user has are worth knowing only."""

    def __init__(
        self,
        found: DirectoryInput,
        tenant: TenantDomains | None,
        forests: tuple[Forest, ...] | None,
    ) -> None:
        self._found = found
        self._tenant = tenant
        self._forests = forests or ()
        self._users: Counter[str] = Counter()
        self._unroutable: set[str] = set()

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not item.login or item.type not in PEOPLE:
            return
        if item.reasons and not self._found.counts(item):
            return
        _, at, suffix = item.login.rpartition("@")
        if at and suffix:
            self._users[suffix] += 1
            if item.faults and not login_kinds(item).isdisjoint(
                ("top-level-domain", "domain-part")
            ):
                self._unroutable.add(suffix.casefold())

    def findings(self) -> Iterator[Finding]:
        """One finding for each suffix."""
        missing = not_exported(self._found, self._found.login_attribute)
        if missing or not self._users:
            yield missing or not_applicable("no-users", USERS, "No user of the input synchronises.")
            return
        users: Counter[str] = Counter()  # as people write them, a suffix may come in several cases
        for written, count in self._users.items():
            users[written.casefold()] += count
        for suffix, count in sorted(users.items()):
            yield self._used(suffix, count)
        offered = {one.casefold() for forest in self._forests for one in forest.suffixes}
        for suffix in sorted(offered - set(users)):
            yield passed(
                "unused",
                domain(suffix),
                "The forest offers {suffix}, and no user has it.",
                suffix=suffix,
            ).at(Severity.INFO)

    def _used(self, suffix: str, users: int) -> Finding:
        subject = domain(suffix)
        known = self._tenant.named(suffix) if self._tenant else None
        if known and known.is_verified:
            return passed(
                "verified",
                subject,
                "{users} users sign in with {suffix}, which is verified.",
                users=users,
                suffix=suffix,
            )
        if suffix in self._unroutable:
            return failed(
                "not-routable",
                subject,
                "{users} users have the suffix {suffix}, which is no public domain and cannot be"
                " verified.",
                users=users,
                suffix=suffix,
            )
        if self._tenant is None:
            return not_assessed(
                "unconfigured-no-tenant",
                subject,
                "{users} users have the suffix {suffix}; without the tenant nobody can say whether it is"
                " verified.",
                users=users,
                suffix=suffix,
            )
        initial = next((one.name for one in self._tenant.domains if one.is_initial), "")
        return failed(
            "not-verified",
            subject,
            "{users} users have the suffix {suffix}, which is not verified in the tenant: they would get"
            " names at the initial domain {initial}.",
            users=users,
            suffix=suffix,
            initial=initial,
        )


@check(
    id="directory_sync.upn-matches-primary-address",
    title="Sign-in name equals the primary address",
    action="Decide whether sign-in names shall equal mail addresses, and align them",
    why="People sign in with what they think is their mail address. Where the two differ, the Company"
    " Portal, Autodiscover and the prompts of apps ask for a name that they do not know.",
    fix=[RENAME],
    verify="Repeat the check: sign-in name and primary address are the same.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[PREPARE],
)
class UpnMatchesPrimaryAddress(Fold[DirectoryObject]):
    """Compares the sign-in name with the primary SMTP address, or with mail where there is none."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._users = 0
        self._different = Affected(("dn", "sign-in name", "address"))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not item.login or not item.address or item.type not in PEOPLE:
            return
        if not item.reasons or self._found.counts(item):
            self._users += 1
            if item.login != item.address and item.login.casefold() != item.address.casefold():
                self._different.add(item.dn, item.login, item.address)

    def findings(self) -> Iterator[Finding]:
        """How many differ."""
        if not self._users:
            yield not_applicable(
                "no-addresses",
                USERS,
                "No user that synchronises has a sign-in name and an address.",
            )
        elif self._different:
            yield (
                warned(
                    "names-differ",
                    USERS,
                    "{different} of {count} users sign in with another name than their address.",
                    different=len(self._different),
                    count=self._users,
                )
                .at(Severity.LOW)
                .affecting(self._different)
            )
        elif too_damaged(self._found):
            yield unclear(USERS, self._found)
        else:
            yield passed(
                "names-match",
                USERS,
                "All {count} users sign in with their address.",
                count=self._users,
            )
