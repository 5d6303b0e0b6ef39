"""From an entry to what is kept of it: faults of its values, its ruling, names and counts."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.evidence.anchors import guid_text
from scanner.evidence.codec import writable
from scanner.evidence.directory import NEEDS, PROPOSAL, SIGN_IN, DirectoryObject, Fault
from scanner.sources.directory.address import is_local
from scanner.sources.directory.chains import (
    ADDRESS_LIMIT,
    DISPLAY_NAME_LIMIT,
    GIVEN_NAME_LIMIT,
    LOGIN_DOMAIN_LIMIT,
    LOGIN_NAME_LIMIT,
    NICKNAME_LIMIT,
    USER_SAM_LIMIT,
    Chain,
    Chains,
)
from scanner.sources.directory.duplicates import Claim
from scanner.sources.directory.entry import PARTIAL, Attributes, Entry
from scanner.sources.directory.sync_rules import UnitFilter, first, is_ordinary, number, ruling

LOGIN = "userPrincipalName"
_OBJECT = writable(DirectoryObject)

_TYPES = {"inetorgperson": "inetOrgPerson", "user": "user", "contact": "contact", "group": "group"}
_SPELLED = frozenset(_TYPES.values())
_USUAL = _SPELLED | {"top", "person", "organizationalPerson"}
_CATEGORIES = ("cn=person", "cn=group", "person", "group")
_LOGIN_CLEAN = re.compile(r"[A-Za-z0-9'_!#^~-]+(?:\.[A-Za-z0-9'_!#^~-]+)*").fullmatch
_SAM_CLEAN = re.compile(r"""[^"\\|,/\[\]:<>+=;?*']*""").fullmatch
_EPOCH = 11_644_473_600  # seconds between 1601, where Windows counts from, and 1970
_TICKS = 10_000_000
_NEVER = 0x7FFFFFFFFFFFFFFF


def class_of(attributes: Attributes) -> str:
    """The most specific class: the last value of objectClass, in its usual spelling."""
    classes = attributes.get("objectclass")
    if not classes:
        return ""
    last = classes[-1]
    return last if last in _SPELLED else _TYPES.get(last.lower(), last)


def is_judged(attributes: Attributes) -> bool:
    """Whether the rules apply: users, contacts and groups by category, or else by class."""
    category = attributes.get("objectcategory")
    if category:
        return category[0].partition(",")[0].lower() in _CATEGORIES
    written = attributes.get("objectclass", ())
    if _USUAL.issuperset(written):
        return not _SPELLED.isdisjoint(written)
    classes = [one.lower() for one in written]
    return "computer" not in classes and not _TYPES.keys().isdisjoint(classes)


class ObjectMaker:
    """Makes the objects of one run.

    `login` is the attribute that users sign in with, `units` the filter of the synchronisation.
    """

    def __init__(self, chains: Chains, login: str = LOGIN, units: UnitFilter | None = None) -> None:
        self._chains = chains
        self._units = units or UnitFilter()
        self._login = login
        self._login_key = login.lower()
        self._good_domain = chains.rule.good_domain

    def make(self, entry: Entry, kind: str, source: int) -> tuple[DirectoryObject, list[Claim]]:
        """What a user, contact or group becomes, and its values that have to be unique."""
        attributes = entry.attributes
        name = first(attributes, "cn")
        faults: list[Fault] = []
        claims: list[Claim] = []
        person = kind in ("user", "inetOrgPerson")
        self._names(attributes, faults, person=person)
        self._mail(attributes, name, faults, claims)
        self._accounts(attributes, name, kind, faults, claims)
        return self._object(entry, kind, name, source, tuple(faults)), claims

    def computer(self, entry: Entry, source: int) -> DirectoryObject:
        """A computer is never judged by its names; only whether it synchronises counts."""
        return self._object(entry, "computer", first(entry.attributes, "cn"), source, ())

    def _object(
        self, entry: Entry, kind: str, name: str, source: int, faults: tuple[Fault, ...]
    ) -> DirectoryObject:
        attributes = entry.attributes
        get = attributes.get
        members = len(get("member", ())) + len(get("member" + PARTIAL, ()))
        reasons: tuple[str, ...] = ()
        disputed: tuple[str, ...] = ()
        undecided: tuple[str, ...] = ()
        if self._units.given or not is_ordinary(kind, entry.dn, attributes):
            ruled = ruling(kind, entry.dn, attributes, members)
            if self._units.given and not self._units.takes(entry.dn):
                ruled.reasons.insert(0, "filtered-ou")
            reasons, disputed = tuple(ruled.reasons), tuple(ruled.disputed)
            undecided = tuple(ruled.open)
        if reasons and entry.undecodable:  # what is there and cannot be read is not missing
            reasons = tuple(
                one for one in reasons if entry.undecodable.isdisjoint(NEEDS.get(one, ()))
            )
        proxies = get("proxyaddresses", ())
        primary = next((one for one in proxies if one.startswith("SMTP:")), "")[5:]
        guid = get("objectguid")
        anchor = get("ms-ds-consistencyguid")
        login = get(self._login_key)
        sam = get("samaccountname")
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
            number(attributes, "useraccountcontrol"),
            len(proxies),
            len(get("usercertificate", ())),
            len(get("usersmimecertificate", ())),
            int(attributes["thumbnailphoto"][0]) if "thumbnailphoto" in attributes else 0,
            members,
            "admincount" in attributes and first(attributes, "admincount") == "1",
            _moment(attributes, "lastlogontimestamp"),
            _moment(attributes, "pwdlastset"),
            anchor[0] if anchor else "",
            () if entry.plain else _beyond_ascii(attributes),
            first(attributes, "operatingsystem"),
            "member" + PARTIAL in attributes and "member" not in attributes,
        )

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
                claims.append(("mail", mail, mail))
            else:
                self._judge(self._chains.mail, mail, faults, claims)
        value = attributes.get("mailnickname")
        if value is not None:
            nickname = value[0]
            if len(nickname) <= NICKNAME_LIMIT // 2 and nickname[:1] != ".":
                claims.append(("mailNickname", nickname, nickname))
            else:
                self._judge(lambda one: self._chains.nickname(one, name), nickname, faults, claims)
        for proxy in attributes.get("proxyaddresses", ()):
            if self._clean_smtp(proxy):
                claims.append(("proxyAddresses", proxy, proxy))
            else:
                self._judge(lambda one: self._chains.proxy(one, name), proxy, faults, claims)
        value = attributes.get("targetaddress")
        if value is not None:
            if self._clean_smtp(value[0]):
                claims.append(("targetAddress", value[0], value[0]))
            else:
                self._judge(lambda one: self._chains.target(one, name), value[0], faults, claims)

    def _clean_smtp(self, value: str) -> bool:
        """Whether an SMTP address passes its whole chain at first sight; a no says nothing."""
        if value[:5] not in ("SMTP:", "smtp:") or len(value) > ADDRESS_LIMIT:
            return False
        local, _, domain = value[5:].rpartition("@")
        return self._good_domain(domain) and is_local(local) is not None

    def _accounts(
        self,
        attributes: Attributes,
        name: str,
        kind: str,
        faults: list[Fault],
        claims: list[Claim],
    ) -> None:
        anchor = attributes.get("ms-ds-consistencyguid")
        if anchor:
            claims.append(("mS-DS-ConsistencyGuid", anchor[0], anchor[0]))
        logins = attributes.get(self._login_key)
        value = attributes.get("samaccountname")
        if value is not None:
            sam = value[0]
            unique = "userprincipalname" not in attributes
            if len(sam) <= USER_SAM_LIMIT and _SAM_CLEAN(sam):
                if unique:
                    claims.append(("sAMAccountName", sam, sam))
            else:
                self._judge(
                    lambda one: self._chains.account(one, name, user=kind == "user", unique=unique),
                    sam,
                    faults,
                    claims,
                )
        if logins is None:
            return
        label = LOGIN if self._login_key == LOGIN.lower() else self._login + SIGN_IN
        if self._clean_login(logins[0]):
            claims.append((label, logins[0], logins[0]))
        else:
            self._judge(lambda one: self._chains.login(label, one, name), logins[0], faults, claims)

    def _clean_login(self, value: str) -> bool:
        """Whether a sign-in name passes its whole chain at first sight; a no says nothing."""
        local, _, domain = value.rpartition("@")
        return (
            len(local) <= LOGIN_NAME_LIMIT
            and len(domain) <= LOGIN_DOMAIN_LIMIT
            and self._good_domain(domain)
            and _LOGIN_CLEAN(local) is not None
        )

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
            claims.append((chain.attribute, value, chain.claimed))


def _beyond_ascii(attributes: Attributes) -> tuple[str, ...]:
    """Which attributes with names and addresses hold more than ASCII."""
    found: tuple[str, ...] = ()
    for name in ("mail", "mailnickname", "displayname", "givenname", "sn"):
        values = attributes.get(name)
        if values and not values[0].isascii():
            found = (*found, name)
    return found


def _moment(attributes: Attributes, name: str) -> int | None:
    """A FILETIME as seconds since 1970; None where it is absent, zero or 'never'."""
    ticks = number(attributes, name)
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
