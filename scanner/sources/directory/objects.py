"""From an entry to what is kept of it: faults of its values, its ruling, names and counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.evidence.anchors import guid_text
from scanner.evidence.codec import writable
from scanner.evidence.directory import NEEDS, PEOPLE, PROPOSAL, SIGN_IN, DirectoryObject, Fault
from scanner.sources.directory.chains import (
    ADDRESS_LIMIT,
    DISPLAY_NAME_LIMIT,
    GIVEN_NAME_LIMIT,
    NICKNAME_LIMIT,
    Chain,
    Chains,
)
from scanner.sources.directory.clean import Clean, is_clean_sam
from scanner.sources.directory.duplicates import Claim
from scanner.sources.directory.entry import PARTIAL, Attributes, Entry
from scanner.sources.directory.sync_rules import UnitFilter, first, integer, is_ordinary, ruling

LOGIN = "userPrincipalName"
_OBJECT = writable(DirectoryObject)

_EPOCH = 11_644_473_600  # seconds between 1601, where Windows counts from, and 1970
_TICKS = 10_000_000
_NEVER = 0x7FFFFFFFFFFFFFFF
_SET = ["1"]


class ObjectMaker:
    """Makes the objects of one run.

    `login` is the attribute that users sign in with, `units` the filter of the synchronisation.
    """

    def __init__(self, chains: Chains, login: str = LOGIN, units: UnitFilter | None = None) -> None:
        self._chains = chains
        self._units = units or UnitFilter()
        self._login_key = login.lower()
        self._label = login + SIGN_IN if self._login_key != LOGIN.lower() else LOGIN
        self._clean = Clean(chains.rule)

    def make(self, entry: Entry, kind: str, source: int) -> tuple[DirectoryObject, list[Claim]]:
        """What a user, contact or group becomes, and its values that have to be unique."""
        attributes = entry.attributes
        name = first(attributes, "cn")
        faults: list[Fault] = []
        claims: list[Claim] = []
        logins = attributes.get(self._login_key)
        login = logins[0] if logins else None
        is_clean = login is not None and self._clean.login(login)
        self._names(attributes, faults, person=kind in PEOPLE)
        self._mail(attributes, name, faults, claims)
        self._account(attributes, name, kind, faults, claims)
        if login is not None:
            if is_clean:
                claims.append((self._label, login, None))
            else:
                label = self._label
                self._judge(lambda one: self._chains.login(label, one, name), login, faults, claims)
        return self._object(entry, kind, name, source, tuple(faults)), claims

    def computer(self, entry: Entry, source: int) -> DirectoryObject:
        """A computer is never judged by its names; only whether it synchronises counts."""
        return self._object(entry, "computer", first(entry.attributes, "cn"), source, ())

    def _object(
        self, entry: Entry, kind: str, name: str, source: int, faults: tuple[Fault, ...]
    ) -> DirectoryObject:
        attributes = entry.attributes
        get = attributes.get
        members, more_members = _members(attributes) if kind == "group" else (0, False)
        reasons, disputed, undecided = self._scope(entry, kind, members)
        proxies = get("proxyaddresses", ())
        primary = _primary(proxies)
        login, sam, guid = get(self._login_key), get("samaccountname"), get("objectguid")
        anchor, control = get("ms-ds-consistencyguid"), get("useraccountcontrol")
        logon, changed = get("lastlogontimestamp"), get("pwdlastset")
        photo = get("thumbnailphoto")
        return _OBJECT(
            entry.dn,
            kind,
            name,
            source,
            guid_text(guid[0]) if guid else "",
            reasons,
            disputed,
            undecided,
            login[0] if login else None,
            sam[0] if sam else None,
            _alias(attributes, primary, login[0] if login else ""),
            primary or first(attributes, "mail"),
            faults,
            integer(control[0]) if control else None,
            len(proxies),
            len(get("usercertificate", ())),
            len(get("usersmimecertificate", ())),
            int(photo[0]) if photo else 0,
            members,
            get("admincount") == _SET,
            _moment(logon[0]) if logon else None,
            _moment(changed[0]) if changed else None,
            anchor[0] if anchor else "",
            () if entry.plain else _beyond_ascii(attributes),
            first(attributes, "operatingsystem") if kind == "computer" else "",
            more_members,
        )

    def _scope(
        self, entry: Entry, kind: str, members: int
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Why the object stays out, which of those reasons are disputed, and what is undecided."""
        if not self._units.given and is_ordinary(kind, entry.dn, entry.attributes):
            return (), (), ()
        ruled = ruling(kind, entry.dn, entry.attributes, members)
        if self._units.given and not self._units.takes(entry.dn):
            ruled.reasons.insert(0, "filtered-ou")
        reasons = tuple(ruled.reasons)
        if reasons and entry.undecodable:  # what is there and cannot be read is not missing
            reasons = tuple(
                one for one in reasons if entry.undecodable.isdisjoint(NEEDS.get(one, ()))
            )
        return reasons, tuple(ruled.disputed), tuple(ruled.open)

    def _names(self, attributes: Attributes, faults: list[Fault], *, person: bool) -> None:
        value = attributes.get("displayname")
        if value is None:
            if person:
                faults.append(Fault("displayName", "", infos=("blank",)))
        elif len(value[0]) > DISPLAY_NAME_LIMIT // 2 or not value[0].strip():
            self._judge(self._chains.display_name, value[0], faults)
        value = attributes.get("givenname")
        if value is not None and len(value[0]) > GIVEN_NAME_LIMIT // 2:
            self._judge(self._chains.given_name, value[0], faults)

    def _mail(
        self, attributes: Attributes, name: str, faults: list[Fault], claims: list[Claim]
    ) -> None:
        value = attributes.get("mail")
        if value is not None:
            mail = value[0]
            if len(mail) <= ADDRESS_LIMIT // 2:
                claims.append(("mail", mail, None))
            else:
                self._judge(self._chains.mail, mail, faults, claims)
        value = attributes.get("mailnickname")
        if value is not None:
            nickname = value[0]
            if len(nickname) <= NICKNAME_LIMIT // 2 and nickname[:1] != ".":
                claims.append(("mailNickname", nickname, None))
            else:
                self._judge(lambda one: self._chains.nickname(one, name), nickname, faults, claims)
        for proxy in attributes.get("proxyaddresses", ()):
            if self._clean.smtp(proxy):
                claims.append(("proxyAddresses", proxy, None))
            else:
                self._judge(lambda one: self._chains.proxy(one, name), proxy, faults, claims)
        value = attributes.get("targetaddress")
        if value is not None:
            if self._clean.smtp(value[0]):
                claims.append(("targetAddress", value[0], None))
            else:
                self._judge(lambda one: self._chains.target(one, name), value[0], faults, claims)

    def _account(
        self,
        attributes: Attributes,
        name: str,
        kind: str,
        faults: list[Fault],
        claims: list[Claim],
    ) -> None:
        anchor = attributes.get("ms-ds-consistencyguid")
        if anchor:
            claims.append(("mS-DS-ConsistencyGuid", anchor[0], None))
        value = attributes.get("samaccountname")
        if value is None:
            return
        sam = value[0]
        unique = "userprincipalname" not in attributes
        if not is_clean_sam(sam):
            self._judge(
                lambda one: self._chains.account(one, name, user=kind == "user", unique=unique),
                sam,
                faults,
                claims,
            )
        elif unique:
            claims.append(("sAMAccountName", sam, None))

    @staticmethod
    def _judge(
        run: Callable[[str], Chain],
        value: str,
        faults: list[Fault],
        claims: list[Claim] | None = None,
    ) -> None:
        """Run a chain; a proposal that would fail again is none."""
        chain = run(value)
        fault = chain.fault
        if fault is not None:
            if fault.proposal and run(fault.proposal).kinds:
                fault = Fault(
                    fault.attribute,
                    fault.value,
                    fault.kinds,
                    fault.warnings,
                    fault.infos,
                    fault.detail,
                )
            faults.append(fault)
            if fault.proposal and claims is not None:
                claims.append((PROPOSAL + chain.attribute, value, fault.proposal))
        if claims is not None and chain.claimed:
            repaired = None if chain.claimed == value else chain.claimed
            claims.append((chain.attribute, value, repaired))


def _beyond_ascii(attributes: Attributes) -> tuple[str, ...]:
    """Which attributes with names and addresses hold more than ASCII."""
    found: tuple[str, ...] = ()
    for name in ("mail", "mailnickname", "displayname", "givenname", "sn"):
        values = attributes.get(name)
        if values and not values[0].isascii():
            found = (*found, name)
    return found


def _primary(proxies: Sequence[str]) -> str:
    """The primary SMTP address: the first whose type is in capitals."""
    for one in proxies:
        if one[:5] == "SMTP:":
            return one[5:]
    return ""


def _members(attributes: Attributes) -> tuple[int, bool]:
    """How many members a group shows, and whether the server cut their list off."""
    whole, part = attributes.get("member", ()), attributes.get("member" + PARTIAL, ())
    return len(whole) + len(part), bool(part) and not whole


def _moment(value: str) -> int | None:
    """A FILETIME as seconds since 1970; None where it is zero or 'never'."""
    ticks = integer(value)
    if not ticks or ticks < 0 or ticks >= _NEVER:
        return None
    return ticks // _TICKS - _EPOCH


def _alias(attributes: Attributes, primary: str, login: str) -> str:
    """What Entra takes for MailNickName: the first of these that exists.

    https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname
    """
    nickname = first(attributes, "mailnickname")
    if nickname:
        return nickname
    for address in (primary, first(attributes, "mail"), login):
        if address:
            return address.partition("@")[0]
    secondary = (one for one in attributes.get("proxyaddresses", ()) if one[:5].lower() == "smtp:")
    return next(secondary, "")[5:].partition("@")[0]
