"""Parsers against anything at all: they answer, and never raise."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.evidence.certificate import covers
from scanner.evidence.tls import TlsOutcome
from scanner.sources.tls.aia import certificates_in
from scanner.sources.tls.certificate import read_certificate
from scanner.sources.tls.crl import read_list
from scanner.sources.tls.hello import HELLOS
from scanner.sources.tls.names import ascii_name
from scanner.sources.tls.reply import Reader, timestamps_in
from tests.servers.flights import flight, record, server_hello
from tests.servers.pki import Pki

PATIENT = settings(deadline=None, max_examples=60)
PKI = Pki()
LEAF = PKI.leaf("web.test")
WHOLE = flight(LEAF.der, PKI.inter.der)


@PATIENT
@given(st.binary(max_size=400), st.integers(1, 50))
def test_bytes_in_any_pieces(data, size):
    reader = Reader()
    for at in range(0, len(data), size):
        if reader.feed(data[at : at + size]):
            break
    reader.ended(TlsOutcome.CLOSED, "end")
    assert reader.reply.outcome is not None


@PATIENT
@given(st.integers(1, len(WHOLE)))
def test_a_flight_in_any_pieces_reads_alike(size):
    reader = Reader()
    for at in range(0, len(WHOLE), size):
        reader.feed(WHOLE[at : at + size])
    assert reader.reply.outcome is TlsOutcome.OK
    assert reader.reply.certificates == [LEAF.der, PKI.inter.der]
    assert reader.reply.suite_name == "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"


@PATIENT
@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_one_wrong_byte_is_survived(place, byte):
    broken = bytearray(WHOLE)
    broken[place] = byte
    reader = Reader()
    reader.feed(bytes(broken))
    reader.ended(TlsOutcome.CLOSED, "end")
    for one in reader.reply.certificates:
        read_certificate(one)


def test_messages_that_share_a_record_and_span_two():
    inner = server_hello() + b"\x0e\0\0\0"
    reader = Reader()
    assert reader.feed(record(22, inner[:5]) + record(22, inner[5:]))
    assert reader.reply.version_name == "TLSv1.2"


@PATIENT
@given(st.binary(max_size=2000))
def test_certificates_lists_and_bundles(data):
    assert read_certificate(data).problem
    assert read_list(data).made is None
    assert certificates_in(data) == []
    assert timestamps_in(data) >= 0


@PATIENT
@given(st.integers(0, len(LEAF.der) - 1), st.integers(0, 255))
def test_a_certificate_with_one_wrong_byte(place, byte):
    broken = bytearray(LEAF.der)
    broken[place] = byte
    read_certificate(bytes(broken))


@PATIENT
@given(st.text(max_size=80), st.text(max_size=80))
def test_names_of_any_kind(pattern, host):
    covers(pattern, host)
    assert ascii_name(ascii_name(host)) == ascii_name(host)


def test_wildcards():
    assert covers("*.contoso.com", "sts.contoso.com")
    assert covers("STS.Contoso.com", "sts.contoso.com")
    assert covers("xn--bcher-kva.example", ascii_name("Bücher.example"))
    for pattern, host in (
        ("*.contoso.com", "certauth.sts.contoso.com"),
        ("*.contoso.com", "contoso.com"),
        ("*.com", "contoso.com"),
        ("s*.contoso.com", "sts.contoso.com"),
        ("*.*.com", "a.b.com"),
        ("sts.*.com", "sts.contoso.com"),
        ("*", "contoso"),
        ("", "contoso.com"),
    ):
        assert not covers(pattern, host), pattern


def test_every_hello_is_one_record():
    for hello in HELLOS.values():
        data = hello.encode("a" * 60 + ".example")
        assert data[0] == 22
        assert int.from_bytes(data[3:5], "big") == len(data) - 5
        assert int.from_bytes(data[6:9], "big") == len(data) - 9
        assert not 0x100 <= len(data) - 5 < 0x200 or hello.kind == "ssl3"
