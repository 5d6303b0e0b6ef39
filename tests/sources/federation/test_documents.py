"""Metadata documents, good, broken and hostile."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.evidence.federation import Refusal, Signature
from scanner.lab.authority import Authority
from scanner.lab.federation.document import der64, document
from scanner.sources.federation.metadata import read_document, read_key
from scanner.sources.federation.safe_xml import LARGEST, RefusedXml

HOST = "sts.contoso.com"
MD = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata"'
DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


@pytest.fixture(scope="module")
def keys():
    authority = Authority()
    first = authority.token_signing("ADFS Signing - first")
    second = authority.token_signing("ADFS Signing - second", ends=timedelta(days=400))
    return first, second


def refused(data):
    with pytest.raises(RefusedXml) as caught:
        read_document(data)
    return caught.value.refusal


def key(text, use='use="signing"'):
    return (
        f"<KeyDescriptor {use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
    )


def entity(inside, more=""):
    return f'<EntityDescriptor ID="_1" entityID="http://e" {MD} {DS} {more}>{inside}</EntityDescriptor>'


def role(inside):
    return f"<RoleDescriptor>{inside}</RoleDescriptor>"


def test_what_adfs_writes_is_read(keys):
    first, second = keys
    found = read_document(document(HOST, [first, second], [second]))
    assert found.entity_id == f"http://{HOST}/adfs/services/trust"
    assert [one.subject for one in found.signing] == [
        "CN=ADFS Signing - first",
        "CN=ADFS Signing - second",
    ]
    assert len(found.encryption) == 1
    assert {one.kind for one in found.endpoints} == {
        "PassiveRequestorEndpoint",
        "SingleSignOnService",
    }
    assert found.signature is Signature.ABSENT
    assert all(one.self_signed and one.key_bits == 2048 for one in found.signing)


def test_with_prefixes_for_every_name_space_it_is_the_same(keys):
    text = document(HOST, keys, []).decode()
    text = text.replace('xmlns="urn', 'xmlns:md="urn')
    for name in (
        "EntityDescriptor",
        "RoleDescriptor",
        "IDPSSODescriptor",
        "KeyDescriptor",
        "SingleSignOnService",
    ):
        text = text.replace(f"<{name}", f"<md:{name}").replace(f"</{name}", f"</md:{name}")
    assert read_document(text.encode()) == read_document(document(HOST, keys, []))


def test_another_encoding_that_is_named_is_read(keys):
    text = document(HOST, keys, []).decode().replace('encoding="utf-8"', 'encoding="utf-16"')
    assert len(read_document(text.encode("utf-16")).signing) == 2


def test_a_key_without_use_serves_both(keys):
    found = read_document(entity(role(key(der64(keys[0]), ""))).encode())
    assert found.signing == found.encryption != ()


def test_keys_elsewhere_do_not_count(keys):
    inner = entity(role(key(der64(keys[1]))))
    outer = (
        key(der64(keys[1])) + inner + role(role(key(der64(keys[1])))) + role(key(der64(keys[0])))
    )
    found = read_document(entity(outer).encode())
    assert [one.subject for one in found.signing] == ["CN=ADFS Signing - first"]


def test_a_key_of_another_name_space_does_not_count(keys):
    wrong = key(der64(keys[0])).replace("<KeyDescriptor", '<KeyDescriptor xmlns="urn:else"')
    assert read_document(entity(role(wrong)).encode()).signing == ()


def test_a_relying_party_role_signs_no_tokens(keys):
    parties = (
        f"<SPSSODescriptor>{key(der64(keys[1]))}</SPSSODescriptor>"
        f"<IDPSSODescriptor>{key(der64(keys[0]))}</IDPSSODescriptor>"
    )
    found = read_document(entity(parties).encode())
    assert [one.subject for one in found.signing] == ["CN=ADFS Signing - first"]


def test_a_key_that_is_no_certificate_says_so():
    (found,) = read_document(entity(role(key("!!!"))).encode()).signing
    assert found.problem == "the text is not base64"
    (found,) = read_document(entity(role(key("AAAA"))).encode()).signing
    assert found.problem


def test_white_space_in_base64_does_not_matter(keys):
    text = der64(keys[0])
    spread = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    assert read_key(spread) == read_key(text)


def test_only_twenty_keys_are_read():
    many = "".join(role(key(f"AAA{number:04d}="[:8])) for number in range(50))
    assert len(read_document(entity(many).encode()).signing) <= 20


def test_the_key_that_signed_the_document_comes_first_in_rank(keys):
    first, second = keys
    signature = (
        '<ds:Signature><ds:SignedInfo><ds:SignatureMethod Algorithm="{0}"/>'
        '<ds:Reference URI="{1}"><ds:DigestMethod Algorithm="{0}"/></ds:Reference></ds:SignedInfo>'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der64(second)}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    roles = role(key(der64(first)) + key(der64(second)))

    def read(method, reference):
        return read_document(entity(signature.format(method, reference) + roles).encode())

    good = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    found = read(good, "#_1")
    assert found.signer == found.signing[1].sha256
    assert found.signature is Signature.UNCHECKED
    assert read(good, "#other").signature is Signature.NOT_ROOT
    old = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    assert read(old, "").signature is Signature.WEAK


BOMB = "<!DOCTYPE x [{}]><EntityDescriptor>&i;</EntityDescriptor>".format(
    '<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Refusal.BROKEN_XML),
        (b"sign in", Refusal.BROKEN_XML),
        (b"<a><b></a>", Refusal.BROKEN_XML),
        (b"<!DOCTYPE html><html></html>", Refusal.DOCTYPE),
        (BOMB.encode(), Refusal.DOCTYPE),
        (
            b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><x>&f;</x>',
            Refusal.DOCTYPE,
        ),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>', Refusal.DOCTYPE),
        (b"<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]><x/>", Refusal.DOCTYPE),
        (b"<x>&undefined;</x>", Refusal.BROKEN_XML),
        (b"<a>" * 61 + b"</a>" * 61, Refusal.TOO_DEEP),
        (b"<a>" * 200_000, Refusal.TOO_DEEP),
        (b"<a>" + b"<b/>" * 20_000 + b"</a>", Refusal.TOO_MANY_ELEMENTS),
        (b"<a>" + b" " * LARGEST + b"</a>", Refusal.TOO_LARGE),
        (b'<?xml version="1.0" encoding="no-such-code"?><a/>', Refusal.ENCODING),
        (b'<?xml version="1.0" encoding="utf-8"?><a>\xff\xfe</a>', Refusal.ENCODING),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', Refusal.ENCODING),
        (b"<html></html>", Refusal.NOT_METADATA),
        (b"<EntityDescriptor/>", Refusal.NOT_METADATA),
        (f"<EntitiesDescriptor {MD}/>".encode(), Refusal.NOT_METADATA),
        (f"<x:EntityDescriptor xmlns:x='urn:else'/>{''}".encode(), Refusal.NOT_METADATA),
        (b"<x:EntityDescriptor/>", Refusal.BROKEN_XML),
        (b"\x1f\x8b\x08\x00 compressed", Refusal.BROKEN_XML),
    ],
)
def test_each_kind_of_other_document_is_refused_by_its_code(data, code):
    found = refused(data)
    assert found is code or {found, code} == {Refusal.BROKEN_XML, Refusal.ENCODING}


def test_sixty_levels_are_still_read():
    assert refused(b"<a>" * 60 + b"</a>" * 60) is Refusal.NOT_METADATA


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail_in_another_way(data):
    for one in (
        data,
        b"<a>" + data + b"</a>",
        b"<?xml version='1.0' encoding='" + data + b"'?><a/>",
    ):
        with pytest.raises(RefusedXml):
            read_document(one)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_in_place_of_a_key_makes_it_fail(text):
    found = read_key(text)
    assert found.problem or found.der
