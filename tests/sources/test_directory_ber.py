"""Entries cut out of LDAP messages: as ldap3 decodes them, and nothing that leads out of a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

ldap3 = pytest.importorskip("ldap3")

from ldap3.protocol.rfc4511 import (  # noqa: E402
    LDAPDN,
    AttributeValue,
    LDAPMessage,
    MessageID,
    PartialAttribute,
    PartialAttributeList,
    ProtocolOp,
    SearchResultDone,
    SearchResultEntry,
    Vals,
)
from ldap3.utils.asn1 import encode  # noqa: E402

from scanner.sources.directory.ber import MalformedError, entry_of  # noqa: E402


def message(name, operation):
    made = LDAPMessage()
    made["messageID"] = MessageID(70_000)
    made["protocolOp"] = ProtocolOp().setComponentByName(name, operation)
    return encode(made)


def entry(dn, attributes):
    listed = PartialAttributeList()
    for place, (name, values) in enumerate(attributes.items()):
        vals = Vals()
        for number, one in enumerate(values):
            vals.setComponentByPosition(number, AttributeValue(one))
        listed.setComponentByPosition(
            place,
            PartialAttribute().setComponentByName("type", name).setComponentByName("vals", vals),
        )
    made = SearchResultEntry()
    made["object"] = LDAPDN(dn)
    made["attributes"] = listed
    return message("searchResEntry", made)


NAMES = st.text("abcXYZ;-0", min_size=1, max_size=8)
VALUES = st.lists(
    st.one_of(st.binary(max_size=300), st.just(b"x" * 70_000)), min_size=1, max_size=4
)


@given(st.text(max_size=200), st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_was_encoded_comes_out_again(dn, attributes):
    found = entry_of(entry(dn, attributes))
    assert found is not None
    # a set has no order of its own
    assert found[0] == dn
    assert {name: sorted(values) for name, values in found[1].items()} == {
        name: sorted(values) for name, values in attributes.items()
    }


def test_other_messages_are_left_to_the_library():
    done = SearchResultDone()
    done["resultCode"] = 0
    done["matchedDN"] = ""
    done["diagnosticMessage"] = ""
    assert entry_of(message("searchResDone", done)) is None


@given(st.data())
def test_a_damaged_message_ends_with_an_error_or_an_entry(data):
    whole = bytearray(entry("CN=Ann", {"mail": [b"ann@contoso.com"], "cn": [b"Ann", b"A"]}))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        entry_of(cut)
    except MalformedError:
        return
