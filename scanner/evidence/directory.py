"""What a directory export or an LDAP read shows: its objects, and values that several of them hold.

The faults of a value are facts, found once while the entry is read, in the vocabulary that users of
IdFix know: format, blank, duplicate, character, top-level-domain, domain-part, local-part, length.
Which of them matter is said by the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from scanner.evidence.envelope import evidence

PROPOSAL = "proposal:"
"""Begins the attribute of a collision in which a proposed value takes part."""

SIGN_IN = " (sign-in name)"
"""Ends the attribute of a fault where another one than userPrincipalName is signed in with."""

KINDS = (
    "format",
    "blank",
    "duplicate",
    "character",
    "top-level-domain",
    "domain-part",
    "local-part",
    "length",
)
"""What can be wrong with a value, in IdFix's words and in its order."""

PEOPLE = ("user", "inetOrgPerson")
"""The types of objects that sign in."""

ACCOUNT_DISABLED = 0x2
PASSWORD_NOT_REQUIRED = 0x20
PASSWORD_NEVER_EXPIRES = 0x10000


class Verdict(StrEnum):
    """Whether an object synchronises under the default rules of Entra Connect."""

    SYNCS = "syncs"
    STAYS = "does-not-sync"
    OPEN = "undetermined"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value. `kinds` are errors; warnings and infos never repair anything.

    `detail` is language-neutral: code points with positions, measured lengths. `proposal` is the
    value after all repairs, empty where no repair helps.
    """

    attribute: str
    value: str
    kinds: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    detail: str = ""
    proposal: str = ""


class Scoped(Protocol):
    """Anything that carries the reasons why an object would not synchronise."""

    @property
    def source(self) -> int:
        """The part that it was read from."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the default rules leave it out."""

    @property
    def disputed(self) -> tuple[str, ...]:
        """Those of the reasons where two pages of Microsoft disagree."""


@evidence("directory-objects", source="directory", stream=True)
@dataclass(frozen=True, slots=True)
class DirectoryObject:
    """One user, inetOrgPerson, contact, group or computer, as far as synchronisation cares.

    `reasons` say why the default rules leave it out; `disputed` are those of them where two pages of
    Microsoft disagree; `open` says what keeps the question undecided. `login` is the sign-in name
    on premises, `alias` what Entra would take for MailNickName, `address` the primary SMTP address
    or else mail. Numbers are counts of values; `photo` is bytes; times are seconds since 1970.
    `control` is userAccountControl, `system` the operating system of a computer. With
    `more_members` the server cut the list of members off.
    """

    dn: str
    type: str
    name: str
    source: int = 0
    guid: str = ""
    reasons: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    login: str | None = None
    sam: str | None = None
    alias: str = ""
    address: str = ""
    faults: tuple[Fault, ...] = ()
    control: int | None = None
    proxies: int = 0
    certificates: int = 0
    mail_certificates: int = 0
    photo: int = 0
    members: int = 0
    admin: bool = False
    last_logon: int | None = None
    password_set: int | None = None
    anchor: str = ""
    beyond_ascii: tuple[str, ...] = ()
    system: str = ""
    more_members: bool = False

    @property
    def is_user(self) -> bool:
        """Whether this is a user or an inetOrgPerson."""
        return self.type in PEOPLE

    @property
    def domain(self) -> str:
        """The DNS name of the domain, from the distinguished name."""
        return domain_of(self.dn)

    @property
    def enabled(self) -> bool:
        """Whether the account may sign in; where the flag was not exported, it counts as enabled."""
        return self.control is None or not self.control & ACCOUNT_DISABLED


def domain_of(dn: str) -> str:
    """The DNS name that the DC= parts at the end of a distinguished name spell, in lower case."""
    labels = [part.strip() for part in dn.split(",") if part.strip()[:3].upper() == "DC="]
    return ".".join(label[3:] for label in labels).casefold()


@dataclass(frozen=True, slots=True)
class Holder:
    """One object that holds a value which others hold too. `value` is its own spelling."""

    dn: str
    type: str
    attribute: str
    value: str
    repaired: bool = False
    source: int = 0
    reasons: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()


@evidence("directory-collisions", source="directory", stream=True)
@dataclass(frozen=True, slots=True)
class Collision:
    """One value that is held more than once. All holders stand here, in the order of the source.

    `attribute` is the one whose values have to be unique; empty where an address is held in several
    attributes or by objects of several types.
    """

    attribute: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One entry or value that could not be read or judged: where, and why."""

    place: str
    dn: str
    problem: str


@dataclass(frozen=True, slots=True)
class DirectoryPart:
    """One file or one server that was read.

    `attributes` are those that at least one entry carries (or, over LDAP, that were asked for and
    exist), in lower case; `classes` counts all entries by class, `skipped` those that are no
    entries (changes, repeated objects), by the reason. `catalogue`: it is a global catalog.
    """

    name: str
    entries: int
    attributes: tuple[str, ...]
    classes: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    unreadable: int = 0
    complete: bool = True
    catalogue: bool = False


@dataclass(frozen=True, slots=True)
class SyncAccount:
    """The account of a synchronisation server, and what its description says of the server.

    `system` is the operating system of a computer with that name. All but the account may be empty.
    """

    account: str
    server: str = ""
    tenant: str = ""
    system: str = ""


@evidence("directory-input", source="directory")
@dataclass(frozen=True, slots=True)
class DirectoryInput:
    """What was read, counted: the ground under every verdict about the directory.

    `unreadable` holds the first of them; `login_attribute` is what users sign in with; `roots` is
    the version of the list of top-level domains. `conflicts` are names of objects that lost a
    replication conflict, `units` those of organisational units that are awkward to filter by, the
    first of each. `privileged` are the members of the groups that rule the forest; `foreign_groups`
    counts groups with members of other forests, `trusts` the trusted domains. `sync_accounts` are the
    accounts that synchronisation servers made for themselves. `anchors` counts
    objects with mS-DS-ConsistencyGuid, `own_anchors` those where it equals their objectGUID.
    """

    parts: tuple[DirectoryPart, ...]
    login_attribute: str = "userPrincipalName"
    roots: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    conflicts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    privileged: tuple[str, ...] = ()
    foreign_groups: int = 0
    trusts: int = 0
    sync_accounts: tuple[SyncAccount, ...] = ()
    anchors: int = 0
    own_anchors: int = 0

    @property
    def entries(self) -> int:
        """Everything that was read, the unreadable included."""
        return sum(part.entries + part.unreadable for part in self.parts)

    @property
    def damaged(self) -> int:
        """How many entries or values could not be read or judged."""
        return sum(part.unreadable for part in self.parts)

    def carries(self, attribute: str) -> bool:
        """Whether any part carries that attribute at all."""
        wanted = attribute.casefold()
        return any(wanted in part.attributes for part in self.parts)

    def verdict(self, item: Scoped) -> Verdict:
        """Whether that object synchronises; an attribute that was never exported convicts nobody."""
        if item.reasons and self.firm(item):
            return Verdict.STAYS
        return Verdict.OPEN if getattr(item, "open", ()) else Verdict.SYNCS

    def firm(self, item: Scoped) -> tuple[str, ...]:
        """The reasons that hold, given what was exported."""
        known = self.parts[item.source].attributes
        return tuple(one for one in item.reasons if all(n in known for n in NEEDS.get(one, ())))

    def counts(self, item: Scoped) -> bool:
        """Whether a fault of that object counts: it synchronises, or that is undetermined."""
        return not item.reasons or self.verdict(item) is not Verdict.STAYS

    def is_disputed(self, item: Scoped) -> bool:
        """Whether the object stays out only for reasons where Microsoft's pages disagree."""
        firm = self.firm(item)
        return bool(firm) and set(firm) <= set(item.disputed)


@evidence("sync-plan", source="directory")
@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What the organisation stated about its synchronisation; empty where it said nothing.

    `tool` is 'connect' or 'cloud-sync'; `units` counts the organisational units in its filter.
    """

    tool: str = ""
    units: int = 0


NEEDS: Mapping[str, tuple[str, ...]] = {
    "no-sam": ("samaccountname",),
    "no-mail": ("mail",),
    "no-proxy": ("proxyaddresses",),
    "not-mail-enabled": ("mail", "proxyaddresses"),
    "no-certificate": ("usercertificate",),
}
"""Reasons that rest on the absence of attributes, and of which."""
