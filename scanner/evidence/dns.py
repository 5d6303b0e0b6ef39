"""One DNS lookup as evidence: what was asked where, and what came back. Silence is never absence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Literal

View = Literal["public", "internal", "direct"]


class LookupStatus(StrEnum):
    """How a lookup ended. Only the first three say anything about the record that was asked for."""

    ANSWER = "answer"  # data of the type asked, at the name or at the end of its alias chain
    NODATA = "nodata"  # the name exists and holds no record of that type
    NXDOMAIN = "nxdomain"  # the last name of the chain does not exist
    SERVFAIL = "servfail"  # resolver or server failed, also without validation
    BOGUS = "bogus"  # fails validation: SERVFAIL, but data with checking disabled
    REFUSED = "refused"  # policy of the server
    TIMEOUT = "timeout"  # no usable reply in the time for it
    LAME = "lame"  # a referral upward or elsewhere in place of an answer
    TRUNCATED = "truncated"  # too large for UDP, and TCP did not work
    UNSUPPORTED = "unsupported"  # NOTIMP, or FORMERR with and without EDNS
    UNREACHABLE = "unreachable"  # nothing listens there, or no route leads there
    UNCONFIGURED = "unconfigured"  # not asked: this run has no resolver for that view


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record's data. Names are in lower case without the final dot.

    `value` is the target, address or text; of an SOA the primary server, of a CAA its value, and of
    DS, DNSKEY and TLSA the presentation form. `priority` is an MX preference, an SRV priority or
    the flags of a CAA.
    """

    value: str
    priority: int | None = None
    weight: int | None = None
    port: int | None = None
    tag: str = ""
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question and its outcome.

    `chain` are the aliases followed, in order and without `name` itself; `owner` of the records is
    the last of them. `ttl` is in seconds and counts down at a recursive resolver, `elapsed` in
    milliseconds, `size` in octets of the whole reply. `flags` are of aa, ad, ra, tc. `detail` holds
    extended errors (RFC 8914) and what was odd about the replies.
    """

    name: str
    type: str
    status: LookupStatus
    records: tuple[Record, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    view: View = "public"
    server: str = ""
    flags: tuple[str, ...] = ()
    elapsed: int = 0
    attempts: int = 1
    transport: str = ""
    size: int = 0
    detail: str = ""

    @property
    def present(self) -> bool:
        """Whether there is data of the type asked."""
        return self.status is LookupStatus.ANSWER

    @property
    def absent(self) -> bool:
        """Whether a server said that there is none. Silence and failure are neither."""
        return self.status in (LookupStatus.NODATA, LookupStatus.NXDOMAIN)

    @property
    def known(self) -> bool:
        """Whether the outcome says anything about the record."""
        return self.present or self.absent

    @property
    def values(self) -> tuple[str, ...]:
        """The data of the records, in the order of the answer."""
        return tuple(record.value for record in self.records)

    @property
    def value(self) -> str:
        """The data of the first record, or nothing."""
        return self.records[0].value if self.records else ""

    @property
    def owner(self) -> str:
        """The name that holds the records: the end of the alias chain."""
        return self.chain[-1] if self.chain else self.name

    @property
    def authoritative(self) -> bool:
        """Whether the server spoke for its own zone, so that the TTL is the published one."""
        return "aa" in self.flags


def not_asked(name: str, rdtype: str, view: View = "public") -> Lookup:
    """The lookup that stands for one that this run did not make."""
    return Lookup(name, rdtype, LookupStatus.UNCONFIGURED, view=view)


@dataclass(frozen=True)
class Lookups:
    """A set of lookups, found again by name and type."""

    found: tuple[Lookup, ...] = ()

    @cached_property
    def _by_key(self) -> dict[tuple[str, str], Lookup]:
        return {(one.name, one.type): one for one in self.found}

    def of(self, name: str, rdtype: str) -> Lookup:
        """The lookup of that name and type; one with status unconfigured where nobody asked."""
        return self._by_key.get((name.casefold().rstrip("."), rdtype)) or not_asked(name, rdtype)

    def addresses(self, name: str) -> tuple[str, ...]:
        """The addresses of a name, IPv4 first."""
        return (*self.of(name, "A").values, *self.of(name, "AAAA").values)

    def resolves(self, name: str) -> bool | None:
        """Whether a name has an address; None where that could not be determined."""
        both = (self.of(name, "A"), self.of(name, "AAAA"))
        if any(one.present for one in both):
            return True
        gone = any(one.status is LookupStatus.NXDOMAIN for one in both)
        return False if gone or all(one.absent for one in both) else None

    def undetermined(self, *names: str) -> Lookup | None:
        """The first lookup of those names (of all, without any) that says nothing."""
        wanted = {name.casefold() for name in names}
        return next(
            (one for one in self.found if not one.known and (not wanted or one.name in wanted)),
            None,
        )


def first_undetermined(lookups: Iterable[Lookup]) -> Lookup | None:
    """The first lookup that says nothing about its record."""
    return next((one for one in lookups if not one.known), None)
