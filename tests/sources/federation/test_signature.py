"""Signed metadata: by a listed key, by another one, changed, wrapped, and of an older kind."""

from datetime import timedelta

import pytest

from scanner.evidence.federation import Signature
from scanner.lab.authority import Authority
from scanner.lab.federation.document import document
from scanner.sources.federation import signature
from scanner.sources.federation.metadata import read_document
from scanner.sources.federation.signature import verified

signxml = pytest.importorskip("signxml")
etree = pytest.importorskip("lxml.etree")
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


@pytest.fixture(scope="module")
def keys():
    authority = Authority()
    return {
        "listed": authority.token_signing("ADFS Signing - listed"),
        "second": authority.token_signing("ADFS Signing - second"),
        "ended": authority.token_signing("ADFS Signing - ended", ends=timedelta(days=-2)),
        "stranger": authority.token_signing("stranger"),
    }


def listed(keys):
    return document("sts.contoso.com", [keys["listed"], keys["second"], keys["ended"]], [])


def signed(keys, name, *, data=None, with_key=True):
    signer = signxml.XMLSigner(c14n_algorithm=EXCLUSIVE)
    key = keys[name]
    root = etree.fromstring(data or listed(keys))
    out = signer.sign(
        root,
        key=key.key,
        cert=[key.certificate],
        reference_uri="_lab",
        id_attribute="ID",
    )
    if not with_key:
        for info in out.iter("{http://www.w3.org/2000/09/xmldsig#}KeyInfo"):
            if info.getparent().tag.endswith("}Signature"):
                info.getparent().remove(info)
                break
    return etree.tostring(out)


def judged(data):
    return verified(data, read_document(data))[0]


@pytest.mark.parametrize("name", ["listed", "second"])
def test_a_listed_key_verifies(keys, name):
    assert judged(signed(keys, name)) is Signature.VALID


def test_a_listed_key_that_ended_is_not_a_broken_signature(keys):
    assert judged(signed(keys, "ended")) is Signature.VALID


def test_a_signature_without_key_info_is_tried_with_every_listed_key(keys):
    assert judged(signed(keys, "second", with_key=False)) is Signature.VALID


def test_another_key_does_not_count_although_it_is_inside(keys):
    assert judged(signed(keys, "stranger")) is Signature.NOT_LISTED


def test_a_changed_document_is_broken(keys):
    data = signed(keys, "listed").replace(b"/adfs/ls/", b"/evil/ls/")
    assert judged(data) is Signature.BROKEN


def test_a_document_wrapped_around_the_signed_one_is_not_the_signed_one(keys):
    inner = signed(keys, "listed").decode()
    start = inner.index("<ds:Signature")
    whole = inner[start : inner.index("</ds:Signature>") + len("</ds:Signature>")]
    outer = listed(keys).decode().replace("<RoleDescriptor", whole + "<RoleDescriptor", 1)
    outer = outer.replace('ID="_lab"', 'ID="_other"', 1).replace("/adfs/ls/", "/evil/ls/")
    outer = outer.replace(
        "</EntityDescriptor>", f"<Extensions>{inner}</Extensions></EntityDescriptor>"
    )
    assert judged(outer.encode()) is Signature.NOT_ROOT


def test_a_second_element_with_the_same_id_does_not_pass(keys):
    inner = signed(keys, "listed").decode()
    start = inner.index("<ds:Signature")
    whole = inner[start : inner.index("</ds:Signature>") + len("</ds:Signature>")]
    outer = listed(keys).decode().replace("<RoleDescriptor", whole + "<RoleDescriptor", 1)
    outer = outer.replace("/adfs/ls/", "/evil/ls/")
    outer = outer.replace(
        "</EntityDescriptor>", f"<Extensions>{inner}</Extensions></EntityDescriptor>"
    )
    assert judged(outer.encode()) in (Signature.BROKEN, Signature.NOT_ROOT)


def test_without_the_extra_it_stays_unchecked(keys, monkeypatch):
    monkeypatch.setattr(signature, "_tools", lambda: None)
    assert judged(signed(keys, "listed")) is Signature.UNCHECKED


def test_an_unsigned_document_is_not_looked_at(keys):
    assert judged(listed(keys)) is Signature.ABSENT
