"""Values that have to be unique: within one attribute, and addresses across attributes and types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from checks.directory_sync.cloud_users import CloudUsers
from checks.directory_sync.common import (
    EXPORT_AGAIN,
    SYNC_ERRORS,
    too_damaged,
    unclear,
    with_coverage,
)
from checks.gate import unread
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Missing,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.directory import (
    PEOPLE,
    SIGN_IN,
    Collision,
    DirectoryInput,
    DirectoryObject,
    Holder,
    Verdict,
    domain_of,
)
from scanner.evidence.forest import Forest
from scanner.evidence.tenant import User

ATTRIBUTES = (
    "userPrincipalName",
    "proxyAddresses",
    "mail",
    "mailNickname",
    "targetAddress",
    "sAMAccountName",
)
_COLUMNS = ("attribute", "value", "dn", "type", "scope", "others")
_SPOKEN = ("type", "scope", "others")
_TOLD = 5
ACROSS = object_set(said("addresses across attributes"))


def _rows(one: Collision, found: DirectoryInput, into: Affected) -> None:
    """A row for each holder, with the others named in it."""
    for holder in one.holders:
        others = [_told(other) for other in one.holders if other is not holder]
        more = [said("and {count} more", count=len(others) - _TOLD)] if len(others) > _TOLD else []
        into.add(
            holder.attribute,
            holder.value,
            holder.dn,
            holder.type,
            str(found.verdict(holder)),
            "; ".join(others[:_TOLD] + more),
        )


def _told(holder: Holder) -> str:
    words = f", {said('after repair')}" if holder.repaired else ""
    return f"{holder.dn} ({holder.type}, {holder.attribute} {holder.value}{words})"


def _judged(found: DirectoryInput) -> tuple[str, ...]:
    """The attributes of which something can be said: those that the input carries."""
    login = found.login_attribute
    names = ATTRIBUTES
    if login.casefold() != "userprincipalname":
        names = (login + SIGN_IN, *ATTRIBUTES[1:])
    return tuple(one for one in names if found.carries(one.partition(" ")[0]))


@check(
    id="directory_sync.attribute-values-unique",
    title="No two objects hold the same value",
    action="Decide who keeps each value that several objects hold",
    why="Entra keeps mail, proxyAddresses and userPrincipalName unique. Of two objects with the same"
    " value the second one is refused, or its value is put aside, which hides the error without"
    " mending it: which of the two comes second is left to chance. A user that exists in the tenant"
    " only counts too, unless it will be taken over.",
    fix=[
        step(
            "Decide which object keeps the value: the one that synchronises, is enabled, has a mailbox,"
            " or holds it as its primary address."
        ),
        step(
            "Remove it from the others; look at the change first.",
            command="Set-ADObject -Identity <guid> -Remove @{proxyAddresses='<value>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Remove @{proxyAddresses='<value>'}",
        ),
    ],
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising all but one of the objects that hold the value"],
    documents=[SYNC_ERRORS],
)
class AttributeValuesUnique(Fold[DirectoryObject]):
    """Sees every value with several holders; two of them have to synchronise to make it a fail.

    Objects are looked at only where the tenant has cloud-only users to compare them with.
    """

    wants_more = False

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._rows = {name: Affected(_COLUMNS, spoken=_SPOKEN) for name in _judged(found)}
        self._groups: dict[str, list[tuple[int, Collision]]] = {name: [] for name in self._rows}
        self._inside: Counter[str] = Counter()
        self._login = next((name for name in self._rows if name not in ATTRIBUTES[1:]), "")
        self._cloud = CloudUsers()
        self._held: Counter[str] = Counter()
        self._unread: Missing | None = None

    def see_user(self, item: User) -> None:
        """Take one user of the tenant in."""
        self._cloud.add(item)
        self.wants_more = bool(self._cloud.addresses)

    def see_collision(self, item: Collision) -> None:
        """Take one value in."""
        if item.attribute in self._groups:
            inside = sum(self._found.counts(holder) for holder in item.holders)
            self._groups[item.attribute].append((inside, item))
            self._inside[item.attribute] += inside > 1

    def lacks(self, kind: type, missing: Missing) -> None:
        """Remember what was not, or not wholly, read."""
        if kind is User:
            self._cloud.missing = missing
        else:
            self._unread = missing

    def see(self, item: DirectoryObject) -> None:
        """Compare one object with the cloud-only users that it will not take over."""
        login, address = (item.login or "").casefold(), item.address.casefold()
        with_login = self._cloud.addresses.get(login)
        with_address = self._cloud.addresses.get(address)
        if not (with_login or with_address) or not self._found.counts(item):
            return
        taken_over = {login} if item.is_user else set()
        if item.is_user and with_address and with_address[1]:
            taken_over.add(with_address[0])
        mail = "proxyAddresses" if item.proxies else "mail"
        for attribute, value, held in (
            (self._login, item.login or "", with_login),
            (mail, item.address, with_address),
        ):
            if held and held[0] not in taken_over and attribute in self._rows:
                self._held[attribute] += 1
                self._rows[attribute].add(
                    attribute,
                    value,
                    item.dn,
                    item.type,
                    str(Verdict.SYNCS),
                    said("{held} (cloud-only user)", held=held[0]),
                )

    def findings(self) -> Iterable[Finding]:
        """One finding for each attribute, the largest groups first."""
        for name, groups in self._groups.items():
            for inside, one in sorted(groups, key=lambda pair: -pair[0]):
                _rows(one, self._found, self._rows[name])
                if inside == 1 and name == "proxyAddresses":
                    self._compare_alias(one)
            finding = with_coverage(self._about(name, len(groups)), self._found)
            yield finding.affecting(self._rows[name])

    def _compare_alias(self, one: Collision) -> None:
        """Compare a secondary address of one object in scope; primary ones were seen with it."""
        written = next(holder.value for holder in one.holders if self._found.counts(holder))
        held = self._cloud.addresses.get(written[5:].casefold())
        if held and written.startswith("smtp:"):
            self._held["proxyAddresses"] += 1
            row = ("proxyAddresses", written, held[0], "user", "", said("cloud-only user"))
            self._rows["proxyAddresses"].add(*row)

    def _about(self, name: str, groups: int) -> Finding:
        subject = object_set(said("{name} values", name=name))
        inside = self._inside[name]
        if inside:
            return failed(
                "duplicates",
                subject,
                "Values of {attribute} held by several objects that synchronise: {values}.",
                values=inside,
                attribute=name,
            )
        if self._held[name]:
            return failed(
                "held-in-the-tenant",
                subject,
                "Values of {attribute} that a cloud-only user of the tenant holds too: {values}.",
                values=self._held[name],
                attribute=name,
            )
        if self._unread:
            return unread(subject, self._unread)
        if too_damaged(self._found):
            return unclear(subject, self._found)
        if groups:
            return passed(
                "duplicates-outside",
                subject,
                "Values of {attribute} held several times, but by at most one object that synchronises:"
                " {values}.",
                values=groups,
                attribute=name,
            ).at(Severity.INFO)
        return passed("unique", subject, "Every value of {attribute} is unique.", attribute=name)


@check(
    id="directory_sync.addresses-unique-across-attributes",
    title="No address is held in two attributes or types",
    action="Leave each address with one object",
    why="Entra and Exchange Online compare addresses across attributes and kinds of objects: a group"
    " with the address of a user, or a sign-in name that is another person's mail address, makes one of"
    " them fail with AttributeValueMustBeUnique or ObjectTypeMismatch. That a sign-in name collides"
    " with the proxy address of another object is experience, not documented.",
    fix=[
        step("Decide which object keeps the address."),
        step(
            "Take it from the other one; look at the change first.",
            command="Set-ADObject -Identity <guid> -Remove @{proxyAddresses='<value>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Remove @{proxyAddresses='<value>'}",
        ),
    ],
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    blocks=["synchronising one of the objects that hold the address"],
    documents=[SYNC_ERRORS],
)
class AddressesUniqueAcrossAttributes(Fold[Collision]):
    """Sees the addresses that different objects hold in different attributes or types."""

    def __init__(self, found: DirectoryInput, forests: tuple[Forest, ...] | None) -> None:
        self._found = found
        self._forests = _Forests(forests or ())
        self._bad = Affected(_COLUMNS, spoken=_SPOKEN)
        self._linked = Affected(_COLUMNS, spoken=_SPOKEN)
        self._outside = Affected(_COLUMNS, spoken=_SPOKEN)
        self._count: Counter[str] = Counter()

    def see(self, item: Collision) -> None:
        """Take one address in."""
        if item.attribute:
            return
        inside = [one for one in item.holders if self._found.counts(one)]
        if len({one.dn for one in inside}) < 2:  # noqa: PLR2004 - it takes two
            _rows(item, self._found, self._outside)
        elif self._forests.has_contacts_for_a_user(inside):
            self._count["linked"] += 1
            _rows(item, self._found, self._linked)
        else:
            self._count["bad"] += 1
            self._count["types"] += len({one.type for one in inside}) > 1
            _rows(item, self._found, self._bad)

    def findings(self) -> Iterator[Finding]:
        """One finding over all addresses."""
        if self._count["bad"]:
            yield failed(
                "shared-addresses",
                ACROSS,
                "Addresses held by different objects in different attributes or types: {addresses},"
                " across types {types}.",
                addresses=self._count["bad"],
                types=self._count["types"],
            ).affecting(self._bad)
        elif self._count["linked"]:
            yield warned(
                "contacts-of-users",
                ACROSS,
                "Addresses held by a contact in one forest and a user in another: {addresses}. They"
                " are joined where users are matched on mail; choose that when setting it up.",
                addresses=self._count["linked"],
            ).affecting(self._linked)
        elif too_damaged(self._found):
            yield unclear(ACROSS, self._found)
        else:
            yield passed(
                "addresses-unique", ACROSS, "No address is held by two objects that synchronise."
            ).affecting(self._outside)


class _Forests:
    """Which domains belong to one forest."""

    def __init__(self, forests: tuple[Forest, ...]) -> None:
        self._roots = {one.dns: forest.name for forest in forests for one in forest.domains}
        self._roots |= {forest.name: forest.name for forest in forests}

    def has_contacts_for_a_user(self, holders: list[Holder]) -> bool:
        """Whether contacts of one forest stand for the user of another (matched on mail).

        https://learn.microsoft.com/entra/identity/hybrid/connect/concept-azure-ad-connect-sync-user-and-contacts
        """
        users = {one.dn: self._root(one.dn) for one in holders if one.type in PEOPLE}
        contacts = [self._root(one.dn) for one in holders if one.type == "contact"]
        others = [one for one in holders if one.type not in (*PEOPLE, "contact")]
        if len(users) != 1 or not contacts or others:
            return False
        (home,) = users.values()
        return not any(_related(home, one) for one in contacts)

    def _root(self, dn: str) -> str:
        """The root of the forest of an object; where that is not known, its domain."""
        domain = domain_of(dn)
        return self._roots.get(domain, domain)


def _related(one: str, other: str) -> bool:
    """Whether one domain is the other or lies below it; trees of one forest need its facts."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
