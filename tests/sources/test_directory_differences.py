"""Ours beside IdFix: where they differ, the difference is one that was decided; elsewhere none is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.sources.directory.address import AddressRule
from scanner.sources.directory.chains import Chains
from scanner.sources.directory.roots import RootZone
from tests.sources import idfix

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
