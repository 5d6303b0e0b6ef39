"""The rules of section 'worked examples': what each value is, and what it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.directory import characters as chars
from scanner.sources.directory.address import AddressRule
from scanner.sources.directory.chains import Chains
from scanner.sources.directory.clean import Clean, is_clean_sam
from scanner.sources.directory.entry import Entry
from scanner.sources.directory.objects import ObjectMaker
from scanner.sources.directory.roots import read_roots, shipped_roots

MAKER = ObjectMaker(Chains(AddressRule(shipped_roots())))
PERSON = ["top", "person", "organizationalPerson", "user"]


def faults(attribute, *values, kind="user", **more):
    """{value: (kinds, warnings, infos)} of that attribute in an object with it."""
    attributes = {"objectclass": [*PERSON[:3], kind], "cn": ["Ann"], "displayname": ["Ann"]}
    attributes |= {name: [one] for name, one in more.items()}
    if values:
        attributes[attribute.lower()] = list(values)
    else:
        attributes.pop(attribute.lower(), None)
    item, _ = MAKER.make(Entry("CN=Ann,DC=x", attributes, 1), kind, 0)
    return {
        one.value: (set(one.kinds), one.warnings, one.infos)
        for one in item.faults
        if one.attribute == attribute
    }


def kinds(attribute, value, **more):
    found = faults(attribute, value, **more).get(value)
    return set() if found is None else found[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("o'brien@contoso.com", ""),
        ("ann@con'toso.com", "domain-part"),
        ("jos\u00e9@contoso.com", "character"),
        ("ann@c\u00f3ntoso.com", "character"),
        ("m\u00fcller@contoso.com", "character"),
        ("ann lee@contoso.com", "character"),
        ("a&b@contoso.com", "character"),
        ("\u65e5\u672c@contoso.com", "character format local-part"),
        ("$vc@contoso.com", ""),
        ("a" * 65 + "@contoso.com", "length"),
        ("a@" + "b" * 45 + ".com", "length"),
        ("a" * 64 + "@" + "b" * 44 + ".com", ""),
        ("a" * 110 + "@contoso.com", "domain-part format length"),
        ("ann@contoso.local", "top-level-domain"),
        ("ann@contoso.app", ""),
        ("ann@contoso.travelersinsurance", ""),
        ("ann@contoso.xn--p1ai", ""),
        ("ann", "domain-part format local-part"),
        ("ann@contoso", "domain-part format"),
        ("ann@-contoso.com", "domain-part format"),
        ("ann@contoso.com.", "domain-part format"),
        ("ann@con_toso.com", "domain-part"),
        ("ann@10.0.0.1", "domain-part format top-level-domain"),
        ("ann@contoso.c", "domain-part format top-level-domain"),
        ("a@b@contoso.com", "local-part"),
        ("ann.@contoso.com", "local-part"),
        (".ann@contoso.com", "format local-part"),
        ("ann..lee@contoso.com", "format local-part"),
        ("@contoso.com", "format local-part"),
        ("", "domain-part format local-part"),
    ],
)
def test_sign_in_names(value, expected):
    assert kinds("userPrincipalName", value) == set(expected.split())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SMTP:ann@contoso.com", ""),
        ("smtp: ann@contoso.com", "character"),
        ("smtp:ann lee@contoso.com", "character"),
        ("smtp:ann:lee@contoso.com", "character"),
        ("smtp:ann;x@contoso.com", "character"),
        ("SIP:ann;x@contoso.com", ""),
        ("SIP:ann@contoso.local", ""),
        ("ann@contoso.com", ""),
        ("smtp:jos\u00e9@contoso.com", "character"),
        ("SIP:jos\u00e9@contoso.com", "character"),
        ("smtp:o'brien@contoso.com", ""),
        ("X500:/o=Org/cn=O'Brien", ""),
        ("X400:C=US;A= ;P=Org;S=O'Brien;", ""),
        ("X500:/o=Org/cn=[x]", "character"),
        ("X500:/o=\u00d6rg/cn=x", ""),
        ("smtp:ann", "domain-part format local-part"),
        ("smtp:", "domain-part format local-part"),
        ("smtp:a@b@contoso.com", "local-part"),
        ("smtp:a\\b@contoso.com", "local-part"),
        ("SMTP:" + "a" * 240 + "@contoso.com", "length format domain-part top-level-domain"),
    ],
)
def test_proxy_addresses(value, expected):
    if "length" in expected:
        expected = "length"  # the cut ends inside .com, which only the address rule sees
        assert expected in kinds("proxyAddresses", value)
    else:
        assert kinds("proxyAddresses", value) == set(expected.split())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SMTP:a\\b@contoso.com", "character"),
        ("X500:/o=My Org/cn=a", "character"),
        ("SMTP:jos\u00e9@contoso.com", "local-part"),
        ("SMTP:ann@contoso.com", ""),
        ("x" * 256, ""),
        ("x" * 257, "length"),
    ],
)
def test_target_addresses(value, expected):
    assert kinds("targetAddress", value) == set(expected.split())


def test_names_by_length_and_absence():
    assert kinds("displayName", "x" * 256) == set()
    assert kinds("displayName", "x" * 257) == {"length"}
    assert kinds("displayName", "\U0001f600" * 128) == set()
    assert kinds("displayName", "\U0001f600" * 129) == {"length"}
    assert kinds("displayName", "") == {"blank"}
    assert faults("displayName", " \u3000") == {" \u3000": (set(), ("blank",), ())}
    assert kinds("givenName", "x" * 64) == set()
    assert kinds("givenName", "x" * 65) == {"length"}
    assert faults("displayName", kind="user") == {"": (set(), (), ("blank",))}
    assert faults("displayName", kind="inetOrgPerson") == {"": (set(), (), ("blank",))}
    assert faults("displayName", kind="contact") == faults("displayName", kind="group") == {}


def test_account_names():
    assert kinds("sAMAccountName", "a" * 20) == set()
    assert kinds("sAMAccountName", "a" * 21) == {"length"}
    assert kinds("sAMAccountName", "a" * 256, kind="group") == set()
    assert kinds("sAMAccountName", "a" * 21, kind="inetOrgPerson") == set()
    for bad in '\\"|,/[]:<>+=;?*':
        assert kinds("sAMAccountName", f"a{bad}b") == {"character"}, bad
    for good in "@ .-_!#$%&(){}~^`":
        assert kinds("sAMAccountName", f"a{good}b") == set(), good
    assert faults("sAMAccountName", "o'brien")["o'brien"] == (set(), ("character",), ())


def test_nicknames_and_mail():
    assert kinds("mailNickname", ".ann") == {"character"}
    assert kinds("mailNickname", "ann.") == set()
    assert kinds("mailNickname", "a" * 65) == {"length"}
    assert kinds("mail", "a" * 257) == {"length"}
    assert kinds("mail", "no address at all") == set()


def test_doubtful_characters_of_sign_in_names_warn():
    for value in ("$vc@contoso.com", "a`b@contoso.com"):
        assert faults("userPrincipalName", value)[value] == (set(), ("character",), ())


def test_a_proposal_is_one_only_if_it_passes():
    def proposal(attribute, value):
        attributes = {"objectclass": PERSON, "cn": ["Ann"], "displayname": ["x"]}
        attributes[attribute.lower()] = [value]
        item, _ = MAKER.make(Entry("CN=x", attributes, 1), "user", 0)
        (fault,) = item.faults
        return fault.proposal

    assert proposal("userPrincipalName", "ann lee@contoso.com") == "annlee@contoso.com"
    assert proposal("userPrincipalName", "ann@contoso.local") == ""
    assert proposal("userPrincipalName", "ann@contoso") == ""
    assert proposal("displayName", "x" * 255 + "\U0001f600") == ""  # half a pair is no value


def test_white_space_is_that_of_dotnet():
    assert chars.blank("\t\x85\u2003\u3000")
    assert not chars.blank("\x1c")


VALUE = st.one_of(
    st.text("aB9.@-_'$`~:; \u00e9\u00df", max_size=30),
    st.from_regex(r"(SMTP:|smtp:|)[a-z'.]{1,40}@[a-z]{1,60}\.(com|local|net)", fullmatch=True),
)


@given(st.lists(VALUE, min_size=1, max_size=4))
def test_what_is_clean_at_first_sight_passes_its_whole_chain(values):
    """Also when the same address, or its local part, was good before in another place."""
    chains = Chains(AddressRule(shipped_roots()))
    clean = Clean(chains.rule)
    for value in [*values, *(f"SMTP:{one}" for one in values), *values]:
        if clean.login(value):
            assert chains.login("userPrincipalName", value, "").fault is None
        if clean.smtp(value):
            for chain in (chains.proxy(value, ""), chains.target(value, "")):
                assert chain.fault is None
                assert chain.claimed == value


@given(st.text("aB9.@-_'$ \"\\|,/[]:<>+=;?*\u00e9\u00b2", max_size=25))
def test_an_account_name_that_is_clean_at_first_sight_passes_its_whole_chain(value):
    if is_clean_sam(value):
        assert (
            Chains(AddressRule(shipped_roots())).account(value, "", user=True, unique=True).fault
            is None
        )


@given(st.text(max_size=300))
def test_no_value_breaks_a_chain(value):
    for attribute in ("userPrincipalName", "proxyAddresses", "targetAddress", "mailNickname"):
        faults(attribute, value)
    faults("displayName", value)
    faults("sAMAccountName", value)


def test_a_list_of_ones_own_replaces_the_shipped_one(tmp_path):
    path = tmp_path / "tlds.txt"
    path.write_text("# Version 2027010100, Last Updated\nCORP\nXN--P1AI\n")
    roots = read_roots(path)
    assert roots.version == "2027010100"
    assert roots.names == {"corp", "xn--p1ai", "\u0440\u0444"}
    assert AddressRule(roots).good_domain("contoso.corp")
    assert len(shipped_roots().names) > 1400
