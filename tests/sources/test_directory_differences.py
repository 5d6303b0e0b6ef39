"""Ours beside IdFix: where they differ, the difference is one that was decided; elsewhere none is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.evidence.directory import Collision, DirectoryObject
from scanner.sources.directory.address import AddressRule
from scanner.sources.directory.chains import Chains
from scanner.sources.directory.roots import RootZone
from tests.sources import idfix
from tests.sources.test_directory_source import gather, person, text_of

OLD = frozenset({"com", "net", "org", "de", "an", "dev"})  # a list of 2015, in small
NEW = RootZone(
    "test", frozenset({"com", "net", "org", "de", "dev", "app", "travelersinsurance", "xn--p1ai"})
)
SHARED = RootZone("test", OLD)
CHAINS, ALIKE = Chains(AddressRule(NEW)), Chains(AddressRule(SHARED))


def ours(chain):
    return set(chain.kinds)


def login(value, chains=CHAINS):
    return ours(chains.login("userPrincipalName", value, ""))


def proxy(value, chains=CHAINS):
    return ours(chains.proxy(value, ""))


def target(value, chains=CHAINS):
    return ours(chains.target(value, ""))


def words(text):
    return set(text.split())


@pytest.mark.parametrize(
    ("ours_says", "idfix_says", "value", "theirs", "mine"),
    [
        # D13, the apostrophe
        (login, idfix.login, "o'brien@contoso.com", "character", ""),
        (login, idfix.login, "ann@con'toso.com", "character", "domain-part"),
        # D14, characters outside the documented set
        (login, idfix.login, "jos\u00e9@contoso.com", "local-part", "character"),
        (login, idfix.login, "ann@c\u00f3ntoso.com", "domain-part", "character"),
        (login, idfix.login, "m\u00fcller@contoso.com", "character", "character"),
        (login, idfix.login, "\u65e5\u672c@contoso.com", "format local-part",
         "character format local-part"),
        # D15, top-level domains
        (login, idfix.login, "ann@contoso.app", "top-level-domain", ""),
        (login, idfix.login, "ann@contoso.an", "", "top-level-domain"),
        (login, idfix.login, "ann@contoso.travelersinsurance",
         "domain-part format top-level-domain", ""),
        (login, idfix.login, "ann@contoso.xn--p1ai", "domain-part format top-level-domain", ""),
        # D16, the parts of a sign-in name
        (login, idfix.login, "a" * 65 + "@contoso.com", "", "length"),
        (login, idfix.login, "a@" + "b" * 45 + ".com", "", "length"),
        # D18, the apostrophe in X400 and X500
        (proxy, idfix.proxy, "X500:/o=Org/cn=O'Brien", "character", ""),
        (proxy, idfix.proxy, "X400:C=US;A= ;P=Org;S=O'Brien;", "character", ""),
        # D19, letters beyond ASCII
        (proxy, idfix.proxy, "smtp:jos\u00e9@contoso.com", "local-part", "character"),
        (proxy, idfix.proxy, "SIP:jos\u00e9@contoso.com", "", "character"),
        (proxy, idfix.proxy, "X500:/o=\u00d6rg/cn=x", "", ""),
        (target, idfix.target, "SMTP:jos\u00e9@contoso.com", "local-part", "local-part"),
        # D10, the length of target addresses
        (target, idfix.target, "x" * 256, "length", ""),
        (target, idfix.target, "x" * 257, "length", "length"),
    ],
    ids=range(20),
)  # fmt: skip
def test_each_difference_is_one_that_was_decided(ours_says, idfix_says, value, theirs, mine):
    assert idfix_says(value, OLD) == words(theirs)
    assert ours_says(value) == words(mine)


def test_lengths_of_names():
    for value, limit in (("x" * 256, {"length"}), ("x" * 255, set()), ("x" * 257, {"length"})):
        assert idfix.display_name(value) == limit
    assert ours(CHAINS.display_name("x" * 256)) == set()  # D8
    assert ours(CHAINS.display_name("x" * 257)) == {"length"}
    assert idfix.given_name("x" * 64) == {"length"}  # D9
    assert ours(CHAINS.given_name("x" * 64)) == set()


PRINTABLE = "".join(map(chr, range(32, 127)))
"""Every printable ASCII character; beyond them the decided differences begin."""


def around(alphabet):
    """Values of those characters, and such as look like addresses."""
    some = st.text(alphabet, max_size=12)
    return st.one_of(
        st.text(alphabet, max_size=40),
        st.tuples(some, st.sampled_from(["contoso.com", "a-b.de", "x", "", "c_o.net", "1.2.3.4"])).map(
            "@".join
        ),
        st.tuples(st.sampled_from(["SMTP:", "smtp:", "SIP:", "X500:", "x400:"]), some,
                  st.sampled_from(["@contoso.com", "@con toso.org", "", "@a@b.com", ".@x.de"]))
        .map("".join),
    )  # fmt: skip


@settings(max_examples=400)
@given(around(PRINTABLE.replace("'", "")))
def test_sign_in_names_agree_elsewhere(value):
    parts = {"length"} if len(value) <= 113 else set()  # D16 adds length and nothing else
    assert login(value, ALIKE) - parts == idfix.login(value, OLD) - parts


@settings(max_examples=400)
@given(around(PRINTABLE))
def test_proxy_addresses_agree_elsewhere(value):
    if value[:1].lower() == "x" and "'" in value:
        return  # D18
    assert proxy(value, ALIKE) == idfix.proxy(value, OLD)


@settings(max_examples=400)
@given(around(PRINTABLE + "\u00e9\u00df\u3042"))
def test_target_addresses_agree_elsewhere(value):
    assert target(value, ALIKE) == idfix.target(value, OLD)


@given(st.text(max_size=30), st.booleans())
def test_account_names_and_nicknames_agree(value, user):
    if any(char > "\uffff" for char in value):
        return  # the reference counts characters, and AD counts units
    chain = CHAINS.account(value, "", user=user, unique=True)
    assert ours(chain) == idfix.account(value, user=user)
    assert ours(CHAINS.nickname(value, "")) == idfix.nickname(value)


@pytest.mark.parametrize("position", ["{}nn@contoso.com", "a{}n@contoso.com", "an{}@contoso.com",
                                      "ann@{}ontoso.com", "ann@con{}oso.com", "ann@contoso.c{}m",
                                      "ann@contoso.com{}"])  # fmt: skip
def test_each_printable_character_in_each_place(position):
    for char in PRINTABLE:
        value = position.format(char)
        if char != "'":
            assert login(value, ALIKE) == idfix.login(value, OLD), value
        for kind in ("SMTP:", "SIP:", "X500:"):
            if not (kind == "X500:" and char == "'"):
                assert proxy(kind + value, ALIKE) == idfix.proxy(kind + value, OLD), kind + value
            assert target(kind + value, ALIKE) == idfix.target(kind + value, OLD), kind + value


def rows(tmp_path, *people):
    """{name: {(attribute, *kinds)}} at the level of errors, and the collisions across attributes."""
    found = gather(tmp_path, text_of(*people))
    told = {
        item.name: {(one.attribute, *one.kinds) for one in item.faults if one.kinds}
        for item in found.streams[DirectoryObject].items
    }
    return told, [one for one in found.streams[Collision].items if not one.attribute]


def test_an_address_in_two_attributes_is_told_elsewhere_and_adds_no_kind(tmp_path):
    """D24: IdFix looks into each attribute for itself, and so do our rows."""
    mailed = person("ann", mail="ann@contoso.com")
    named = person("bob", userPrincipalName="ann@contoso.com", mail="bob@contoso.com")
    grouped = person("team", proxyAddresses=["smtp:Ann@contoso.com"])
    grouped |= {"objectClass": ["top", "group"], "groupType": ["8"]}
    told, across = rows(tmp_path, mailed, named, grouped)
    assert told == {"ann": set(), "bob": set(), "team": set()}
    (shared,) = across
    assert [(one.type, one.attribute) for one in shared.holders] == [
        ("user", "mail"),
        ("user", "userPrincipalName"),
        ("group", "proxyAddresses"),
    ]


def test_many_values_are_counted_and_add_no_kind(tmp_path):
    """D25: IdFix counts nothing."""
    many = [f"smtp:a{number}@contoso.com" for number in range(400)]
    told, _ = rows(
        tmp_path,
        person("ann", proxyAddresses=many, **{"userCertificate;binary": [b"\x30\x00"] * 20}),
    )
    assert told == {"ann": set()}
    (ann,) = (
        gather(
            tmp_path,
            text_of(person("ann", proxyAddresses=many, userCertificate=[b"\x30\x00"] * 20)),
        )
        .streams[DirectoryObject]
        .items
    )
    assert (ann.proxies, ann.certificates) == (400, 20)


def test_a_missing_sign_in_name_is_told_elsewhere_and_adds_no_kind(tmp_path):
    """D26: IdFix says nothing of it either; an empty one is a value, and judged."""
    told, _ = rows(tmp_path, person("ann"), person("bob", userPrincipalName="bob@contoso.com"))
    assert told == {"ann": set(), "bob": set()}
    told, _ = rows(tmp_path, person("eve", userPrincipalName=[""]))
    assert told["eve"] == {("userPrincipalName", *sorted(idfix.login("", OLD), key=ORDER.index))}


ORDER = ("format", "blank", "duplicate", "character", "top-level-domain", "domain-part",
         "local-part", "length")  # fmt: skip


def proposals(tmp_path, *people):
    found = gather(tmp_path, text_of(*people))
    return {
        item.name: [one.proposal for one in item.faults if one.kinds]
        for item in found.streams[DirectoryObject].items
    }, [one.attribute for one in found.streams[Collision].items]


def test_proposals_are_advice_and_only_where_they_help(tmp_path):
    """D29: none for duplicates and top-level domains, none that fails again, none that is empty."""
    some = (
        person("blank", userPrincipalName="an n@contoso.com"),
        person("local", userPrincipalName="ann@contoso.local"),
        person("one", mail="same@contoso.com"),
        person("two", mail="same@contoso.com"),
        person("none", userPrincipalName="@"),
        person("long", sAMAccountName="a.very.long.account.name"),
    )
    told, collisions = proposals(tmp_path, *some)
    assert told["blank"] == ["ann@contoso.com"]
    assert told["local"] == [""]
    assert (told["one"], told["two"], collisions) == ([], [], ["mail"])
    assert told["none"] == [""]
    # cut after twenty it would end with a dot, which Active Directory refuses
    assert told["long"] == ["a.very.long.account"]


def test_a_proposal_that_would_collide_is_known_to(tmp_path):
    """D29: the repaired name is somebody's already, or two would be repaired into the same one."""
    _, collisions = proposals(
        tmp_path,
        person("ann", userPrincipalName="an n@contoso.com"),
        person("other", userPrincipalName="ANN@contoso.com"),
    )
    assert "proposal:userPrincipalName" in collisions


def test_what_only_the_dedicated_mode_flags_is_no_fault(tmp_path):
    """D30: blanks in mail, a mail that is none, blanks around a display name, signs in a nickname."""
    told, _ = rows(
        tmp_path,
        person("ann", mail="ann lee@contoso"),
        person("bob", displayName=" Bob ", mailNickname="b!#$%b"),
        person("eve", mail="eve"),
    )
    assert told == {"ann": set(), "bob": set(), "eve": set()}
