"""What is kept of the tenant's users while directory objects are compared with them."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import unread
from scanner.api import Finding, Missing, Reason, Subject, said
from scanner.evidence.anchors import anchor_of, immutable_guid
from scanner.evidence.directory import DirectoryObject
from scanner.evidence.tenant import User
from scanner.evidence.tenant_roles import RoleAssignments, RoleHolders

MATCHING = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-existing-tenant"
CLOUD_ONLY, ADMINISTRATOR = said("cloud-only user"), said("administrator")
_UNTOLD, _OF_ANOTHER_KIND = "", said("anchor of another kind")


class CloudUsers:
    """The tenant's users by sign-in name, as small as can be: there may be hundreds of thousands.

    A user that is tied to an object on premises is kept as the GUID of its anchor, any other as
    CLOUD_ONLY or ADMINISTRATOR. Addresses are kept of those that are not tied.
    """

    def __init__(self, admins: frozenset[str] = frozenset()) -> None:
        self._admins = admins
        self.names: dict[str, str] = {}
        self.addresses: dict[str, tuple[str, bool]] = {}
        self.missing: Missing | None = None
        self._tied = 0
        self._guids = 0

    def add(self, item: User) -> None:
        """Take one user in."""
        name = item.upn.casefold()
        if not name:
            return
        if item.anchor or item.synced:
            guid = immutable_guid(item.anchor)
            self._tied += bool(item.anchor)
            self._guids += bool(guid)
            self.names[name] = guid or (_OF_ANOTHER_KIND if item.anchor else _UNTOLD)
            return
        self.names[name] = ADMINISTRATOR if item.id in self._admins else CLOUD_ONLY
        for address, primary in _addresses(item):
            self.addresses.setdefault(address, (name, primary))

    def is_tied(self, held: str, item: DirectoryObject) -> bool:
        """Whether the user of the tenant that is kept as `held` is that object, or may well be.

        An organisation may have chosen another attribute for its anchors: then most of them are no
        GUIDs, and nothing can be compared.
        """
        if held == _OF_ANOTHER_KIND:
            return 2 * self._guids < self._tied
        own = {anchor_of(item), item.guid} - {""}
        return held == _UNTOLD or held in own or not own

    def unread(self, subject: Subject) -> Finding | None:
        """Why there is nothing to be said of them; None where the tenant is no part of the run too."""
        if self.missing is None or self.missing.reason is Reason.UNCONFIGURED:
            return None
        return unread(subject, self.missing)


def administrators(
    assignments: RoleAssignments | None, holders: RoleHolders | None
) -> frozenset[str]:
    """The ids of everybody who holds a role for good, directly or through a group."""
    ids = {one.principal_id for one in assignments.rows} if assignments else set()
    for group in holders.groups if holders else ():
        ids.update(group.member_ids if group.group_id in ids else ())
    return frozenset(ids)


def _addresses(item: User) -> Iterator[tuple[str, bool]]:
    """The addresses of a user without their type, and whether each is the primary one."""
    for one in item.proxies:
        if one[:5].casefold() == "smtp:":
            yield one[5:].casefold(), one.startswith("SMTP:")
    if item.mail:
        yield item.mail.casefold(), True
    yield item.upn.casefold(), False
