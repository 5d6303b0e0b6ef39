"""The chains of rules, one for each attribute, in the order that decides what is told.

A rule that fails adds its kind and hands the repaired value on; warnings are judged on the value as
it stands. https://learn.microsoft.com/microsoft-365/enterprise/prepare-for-directory-synchronization
names the limits and characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scanner.evidence.directory import KINDS, Fault
from scanner.sources.directory import characters as chars
from scanner.sources.directory.address import AddressRule, is_smtp

ADDRESS_LIMIT = 256
DISPLAY_NAME_LIMIT = 256
GIVEN_NAME_LIMIT = 64
NICKNAME_LIMIT = 64
LOGIN_LIMIT = 113
LOGIN_NAME_LIMIT = 64
LOGIN_DOMAIN_LIMIT = 48
USER_SAM_LIMIT = 20
OTHER_SAM_LIMIT = 256

LENGTH = "length"
BLANK = "blank"
CHARACTER = "character"

_X = re.compile(r"x\.?[45]00", re.IGNORECASE | re.ASCII)


@dataclass(slots=True)
class Chain:
    """One value on its way through the rules of its attribute.

    `value` is the current one; `claimed` is what the test for duplicates gets to see, None where
    the chain has none. No proposal ends with a character of `tail`.
    """

    attribute: str
    original: str
    name: str = ""
    value: str = ""
    claimed: str | None = None
    kinds: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    infos: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    tail: str = ""

    def __post_init__(self) -> None:
        self.value = self.original

    def add(self, kind: str, detail: str = "") -> None:
        """Note a kind of error, once."""
        if kind not in self.kinds:
            self.kinds.append(kind)
        if detail:
            self.details.append(detail)

    def length(self, limit: int) -> None:
        """At most that many UTF-16 code units; cut off behind them."""
        found = chars.units(self.value)
        if found > limit:
            self.add(LENGTH, f"{found} > {limit}")
            self.value = chars.cut(self.value, limit)

    def characters(self, forbidden: re.Pattern[str]) -> None:
        """None of those characters; they are deleted, and if nothing is left the name is taken."""
        if forbidden.search(self.value):
            self.add(CHARACTER, chars.places(self.original, forbidden))
            self.value = forbidden.sub("", self.value) or self.name

    def colon(self) -> None:
        """One colon at most, behind the type; further ones are deleted."""
        head, colon, rest = self.value.partition(":")
        if head and colon and ":" in rest:
            self.add(CHARACTER, f"U+003A at {self.original.find(':', len(head) + 1) + 1}")
            self.value = f"{head}:{rest.replace(':', '')}"

    def address(self, rule: AddressRule) -> None:
        """The form of an address."""
        judged = rule.judge(self.value)
        for kind in judged.kinds:
            self.add(kind)
        self.value = judged.repaired

    def claim(self) -> None:
        """The value at this place has to be unique."""
        self.claimed = self.value

    def warn(self, doubtful: re.Pattern[str]) -> None:
        """Characters that one page forbids and the directory accepts."""
        if doubtful.search(self.original):
            self.warnings.append(CHARACTER)
            self.details.append(chars.places(self.original, doubtful))

    @property
    def fault(self) -> Fault | None:
        """What is wrong with the value, or None."""
        if not (self.kinds or self.warnings or self.infos):
            return None
        proposal = self.value if self.kinds and chars.printable(self.value) else ""
        proposal = proposal.rstrip(self.tail)
        return Fault(
            self.attribute,
            self.original,
            tuple(sorted(self.kinds, key=KINDS.index)),
            tuple(self.warnings),
            tuple(self.infos),
            "; ".join(self.details),
            "" if proposal == self.original else proposal,
        )


class Chains:
    """The chains, sharing one rule for addresses."""

    def __init__(self, rule: AddressRule) -> None:
        self.rule = rule

    def display_name(self, value: str) -> Chain:
        """A displayName that is there: not too long, not empty."""
        chain = Chain("displayName", value)
        chain.length(DISPLAY_NAME_LIMIT)
        if not chain.value:
            chain.add(BLANK)
        elif chars.blank(value):
            chain.warnings.append(BLANK)
        return chain

    def given_name(self, value: str) -> Chain:
        """A givenName."""
        chain = Chain("givenName", value)
        chain.length(GIVEN_NAME_LIMIT)
        return chain

    def mail(self, value: str) -> Chain:
        """A mail value: its form is not judged, as in IdFix."""
        chain = Chain("mail", value)
        chain.length(ADDRESS_LIMIT)
        chain.claim()
        return chain

    def nickname(self, value: str, name: str) -> Chain:
        """A mailNickname: no dot in front."""
        chain = Chain("mailNickname", value, name)
        chain.length(NICKNAME_LIMIT)
        chain.characters(chars.LEADING_DOTS)
        chain.claim()
        return chain

    def proxy(self, value: str, name: str) -> Chain:
        """One of the proxyAddresses, by the type that it shows."""
        chain = Chain("proxyAddresses", value, name)
        chain.length(ADDRESS_LIMIT)
        chain.colon()
        chain.claim()
        if is_smtp(value):
            chain.characters(chars.SMTP_FORBIDDEN)
            chain.address(self.rule)
        elif _X.match(value):
            chain.characters(chars.X_FORBIDDEN)
        else:
            chain.characters(chars.PROXY_FORBIDDEN)
        return chain

    def target(self, value: str, name: str) -> Chain:
        """A targetAddress."""
        chain = Chain("targetAddress", value, name)
        chain.length(ADDRESS_LIMIT)
        chain.colon()
        chain.claim()
        if is_smtp(value):
            chain.characters(chars.TARGET_SMTP_FORBIDDEN)
            chain.address(self.rule)
        else:
            chain.characters(chars.TARGET_FORBIDDEN)
        return chain

    def account(self, value: str, name: str, *, user: bool, unique: bool) -> Chain:
        """A sAMAccountName; it has to be unique where nothing else names the object."""
        chain = Chain("sAMAccountName", value, name)
        chain.tail = "."  # Active Directory takes no account name that ends with one
        chain.length(USER_SAM_LIMIT if user else OTHER_SAM_LIMIT)
        chain.characters(chars.SAM_FORBIDDEN)
        if unique:
            chain.claim()
        chain.warn(chars.APOSTROPHE)
        return chain

    def login(self, attribute: str, value: str, name: str) -> Chain:
        """The sign-in name: userPrincipalName, or the attribute that stands for it."""
        chain = Chain(attribute, value, name)
        chain.length(LOGIN_LIMIT)
        before, at, after = value.rpartition("@")
        for part, limit in ((before, LOGIN_NAME_LIMIT), (after, LOGIN_DOMAIN_LIMIT)):
            if at and (found := chars.units(part)) > limit:
                chain.add(LENGTH, f"{found} > {limit}")
        chain.characters(chars.LOGIN_FORBIDDEN)
        chain.address(self.rule)
        chain.claim()
        chain.warn(chars.LOGIN_DOUBTFUL)
        return chain
