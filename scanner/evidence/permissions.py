"""Which Graph permissions a broader one amounts to."""

from __future__ import annotations

from collections.abc import Iterable

# https://learn.microsoft.com/graph/permissions-reference
_DIRECTORY = {
    "Device.Read.All",
    "Domain.Read.All",
    "Group.Read.All",
    "GroupMember.Read.All",
    "LicenseAssignment.Read.All",
    "OrgContact.Read.All",
    "Organization.Read.All",
    "RoleManagement.Read.Directory",
    "User.Read.All",
}
_BROADER = {
    "Directory.Read.All": _DIRECTORY,
    "Directory.ReadWrite.All": _DIRECTORY,
    "Organization.Read.All": {"LicenseAssignment.Read.All"},
    "Group.Read.All": {"GroupMember.Read.All", "GroupSettings.Read.All"},
}


def satisfied(granted: Iterable[str]) -> set[str]:
    """Every permission that those grants amount to, in lower case."""
    found: set[str] = set()
    known = {name.casefold(): reads for name, reads in _BROADER.items()}
    for name in granted:
        plain = name.casefold()
        reads = plain.replace(".readwrite.", ".read.")
        found |= {plain, reads}
        found |= {one.casefold() for key in (plain, reads) for one in known.get(key, ())}
    return found
