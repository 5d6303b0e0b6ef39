"""Dated facts about versions: what is supported until when, and what a service asks for at least."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scanner.evidence.envelope import evidence

Version = tuple[int, ...]


def version_of(text: str) -> Version | None:
    """A version such as 10.0.17763.6659 for comparing; None where the text is none."""
    parts = text.strip().split(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):  # noqa: PLR2004 - as many digits as any part has
        return None
    return tuple(map(int, parts))


def older(version: Version, floor: Version) -> bool:
    """Whether a version lies below the floor; parts that are missing count as zero."""
    length = max(len(version), len(floor))
    return _padded(version, length) < _padded(floor, length)


def _padded(version: Version, length: int) -> Version:
    return version + (0,) * (length - len(version))


@dataclass(frozen=True, slots=True)
class Release:
    """One release of a product, told by the beginning of its version, and its end of support.

    `track` is the kind of edition where editions end on different days. `verified` says whether the
    source itself was read; what was only reported by others is shown as such.
    """

    product: str
    name: str
    version: str
    ends: date | None
    source: str
    verified: bool = True
    track: str = ""

    @property
    def certainty(self) -> str:
        """How sure the end of support is, in words for a reader."""
        return "verified" if self.verified else "reported by others, not read at the source"


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least version that a service works with, in force from a date on (None: always)."""

    product: str
    version: str
    source: str
    verified: bool = True
    since: date | None = None
    note: str = ""


@evidence("version-facts", source="inventory")
@dataclass(frozen=True, slots=True)
class VersionFacts:
    """All facts about versions as they were known on one day (`as_of`)."""

    as_of: date
    releases: tuple[Release, ...] = ()
    minimums: tuple[Minimum, ...] = ()

    def release(self, product: str, version: Version, track: str = "") -> Release | None:
        """The release whose number the version begins with; None where none is known."""
        for one in self.releases:
            number = version_of(one.version) or ()
            if (one.product, one.track) == (product, track) and version[: len(number)] == number:
                return one
        return None

    def at_or_below(self, product: str, version: Version) -> Release | None:
        """The newest release that is not above the version."""
        found = [
            (number, one)
            for one in self.releases
            if one.product == product
            and (number := version_of(one.version))
            and not older(version, number)
        ]
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def beyond(self, product: str, version: Version) -> bool:
        """Whether the version belongs to a release that came after all that are known.

        Support of later releases never ends before that of earlier ones.
        """
        numbers = [version_of(one.version) or () for one in self.releases if one.product == product]
        newest = max(numbers, default=())
        return bool(newest) and version[: len(newest)] > newest

    def minimum(self, product: str, day: date) -> Minimum | None:
        """The least version of that product that is in force on that day."""
        due = [
            one
            for one in self.minimums
            if one.product == product and (one.since is None or one.since <= day)
        ]
        return max(due, key=lambda one: version_of(one.version) or (), default=None)

    def coming(self, product: str, day: date) -> Minimum | None:
        """The least version that will be in force later."""
        later = [
            one
            for one in self.minimums
            if one.product == product and one.since is not None and one.since > day
        ]
        return min(later, key=lambda one: one.since or day, default=None)
