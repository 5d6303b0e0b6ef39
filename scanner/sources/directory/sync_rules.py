"""Which objects the default rules of Entra Connect leave out, and why.

https://learn.microsoft.com/entra/identity/hybrid/connect/concept-azure-ad-connect-sync-default-configuration
is the documented default; where the page on users and contacts says otherwise, the reason is
disputed. Filters that the customer set up are not visible in a directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from scanner.sources.directory.address import is_smtp
from scanner.sources.directory.entry import Attributes

RECIPIENT_TYPES = 0x21C07000
ROLE_GROUP = 0x40000000
LINKED_MAILBOX = 2
BUILT_IN = 0x1
TOO_LARGE = 250_000

_SUSPECT = frozenset(("aad_", "msol", "supp", "cas_", "syst", ""))
"""How the names begin that a rule looks for, in four letters."""

_BLANKS = re.compile(r"\s*(?<!\\),\s*")
_CONFLICT = re.compile(r"(?:\n|\\0A)CNF:", re.IGNORECASE)
_FIRST_RDN = re.compile(r"(?:[^,\\]|\\.)*", re.DOTALL)
_CAS = re.compile(r"cas_.*\}", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Ruling:
    """All reasons that apply; those in `disputed` are in `reasons` too."""

    reasons: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


class UnitFilter:
    """The organisational units that the customer's filter takes in and leaves out.

    Of several that apply to an object the nearest one decides, as in the tree of Entra Connect.
    """

    def __init__(self, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> None:
        self._include = [_tail(one) for one in include]
        self._exclude = [_tail(one) for one in exclude]
        self.given = bool(self._include or self._exclude)

    def takes(self, dn: str) -> bool:
        """Whether an object of that name passes the filter."""
        name = "," + _plain(dn)
        within = max((len(one) for one in self._include if name.endswith(one)), default=0)
        without = max((len(one) for one in self._exclude if name.endswith(one)), default=0)
        if within == without == 0:
            return not self._include
        return within > without


def _plain(dn: str) -> str:
    return _BLANKS.sub(",", dn.strip()).casefold()


def _tail(dn: str) -> str:
    return "," + _plain(dn)


def is_conflict(dn: str) -> bool:
    """Whether the object lost a replication conflict: its own name says CNF: behind a line feed."""
    found = _FIRST_RDN.match(dn)
    return bool(found and _CONFLICT.search(found[0]))


def is_ordinary(kind: str, dn: str, attributes: Attributes) -> bool:
    """Whether a user shows at first sight that no rule leaves it out; a no says nothing."""
    account = attributes.get("samaccountname")
    nickname = attributes.get("mailnickname")
    return bool(
        kind == "user"
        and account
        and account[0][:4].lower() not in _SUSPECT
        and (not nickname or nickname[0][:4].lower() not in _SUSPECT)
        and "msexchrecipienttypedetails" not in attributes
        and "iscriticalsystemobject" not in attributes
        and "\\0" not in dn
        and "\n" not in dn
    )


def ruling(kind: str, dn: str, attributes: Attributes, members: int) -> Ruling:
    """Judge one object by its type, the last value of objectClass."""
    found = Ruling()
    if "iscriticalsystemobject" in attributes:
        found.reasons.append("critical")
    if "CNF:" in dn.upper() and is_conflict(dn):
        found.reasons.append("conflict")
    if kind == "group":
        _group(dn, attributes, members, found)
    elif kind == "contact":
        _contact(attributes, found)
    elif kind == "computer":
        if "usercertificate" not in attributes:
            found.reasons.append("no-certificate")
    else:
        _user(attributes, found)
    return found


def first(attributes: Attributes, name: str) -> str:
    """The first value of an attribute; empty where it has none."""
    values = attributes.get(name)
    return values[0] if values else ""


def number(attributes: Attributes, name: str) -> int | None:
    """The first value as a whole number; None where it is absent or none."""
    values = attributes.get(name)
    return integer(values[0]) if values else None


def integer(value: str) -> int | None:
    """A value as a whole number; None where it is none."""
    try:
        return int(value)
    except ValueError:
        return None


def _user(attributes: Attributes, found: Ruling) -> None:
    account = attributes.get("samaccountname")
    if not account:
        found.reasons.append("no-sam")
    else:
        _by_account(account[0].lower(), found)
    nickname = first(attributes, "mailnickname").lower()
    if nickname.startswith(("cas_", "systemmailbox{")):
        if nickname.startswith("systemmailbox{"):
            found.reasons.append("system-mailbox")
        elif _CAS.match(nickname) and "cas" not in found.reasons:
            found.reasons.append("cas")
    recipient = number(attributes, "msexchrecipienttypedetails")
    if recipient is not None:
        if recipient & RECIPIENT_TYPES:
            found.reasons.append("recipient-type")
        if recipient == LINKED_MAILBOX:
            found.reasons.append("linked-mailbox")


def _by_account(account: str, found: Ruling) -> None:
    if account.startswith(("aad_", "msol_")):
        found.reasons.append("sync-account")
    elif account == "support_388945a0":
        found.reasons.append("support")
    elif account.startswith("cas_") and "}" in account:
        found.reasons.append("cas")


def _contact(attributes: Attributes, found: Ruling) -> None:
    mail = first(attributes, "mail")
    proxies = attributes.get("proxyaddresses", ())
    if not mail:
        found.reasons.append("no-mail")
    if not proxies:
        found.reasons.append("no-proxy")
        if "@" in mail:
            found.disputed.append("no-proxy")
    if "@" not in mail and not any(one.startswith("SMTP:") and "@" in one for one in proxies):
        found.reasons.append("not-mail-enabled")
    hidden = first(attributes, "msexchhidefromaddresslists").upper() == "TRUE"
    if hidden and "(msol)" in first(attributes, "displayname").lower():
        found.reasons.append("msol-hidden")
    if _CAS.match(first(attributes, "mailnickname")):
        found.reasons.append("cas")


def _group(dn: str, attributes: Attributes, members: int, found: Ruling) -> None:
    if members >= TOO_LARGE:
        found.reasons.append("too-large")
    if first(attributes, "samaccountname").lower() == "msol_ad_sync_richcoexistence":
        found.reasons.append("legacy")
    recipient = number(attributes, "msexchrecipienttypedetails")
    if recipient is not None and recipient & ROLE_GROUP:
        found.reasons.append("role-group")
    kind = number(attributes, "grouptype")
    if ",CN=BUILTIN," in dn.upper() or (kind is not None and kind & BUILT_IN):
        found.reasons.append("built-in")
    if kind is None:
        if not found.reasons:
            found.open.append("no-group-type")
    elif kind >= 0:
        _distribution(attributes, found)


def _distribution(attributes: Attributes, found: Ruling) -> None:
    """A distribution group has to be mail-enabled; two pages say differently what that is."""
    mail = first(attributes, "mail")
    proxies = attributes.get("proxyaddresses", ())
    by_users_page = any(is_smtp(one[:5]) for one in proxies) if proxies else bool(mail)
    by_contact_rule = "@" in mail or any(one.startswith("SMTP:") and "@" in one for one in proxies)
    if not by_users_page:
        found.reasons.append("not-mail-enabled")
        if by_contact_rule:
            found.disputed.append("not-mail-enabled")
