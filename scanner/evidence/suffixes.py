"""Which sign-in suffixes are in use, counted while the users were read: other sources start here."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.envelope import evidence
from scanner.evidence.tenant import USERS


@dataclass(frozen=True, slots=True, order=True)
class SuffixCount:
    """A suffix in lower case, and how many enabled users sign in with it."""

    name: str
    users: int


@evidence("tenant-suffixes", source="graph", calls=(USERS,))
@dataclass(frozen=True, slots=True)
class TenantSuffixes:
    """The suffixes of the enabled members of the tenant, in the order of their names."""

    suffixes: tuple[SuffixCount, ...]


@evidence("directory-suffixes", source="directory")
@dataclass(frozen=True, slots=True)
class DirectorySuffixes:
    """The suffixes of the enabled users in the directory exports, in the order of their names."""

    suffixes: tuple[SuffixCount, ...]
