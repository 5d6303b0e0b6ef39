"""Properties of the parsers: hostile bytes and texts stay data, and what is written reads back."""

import asyncio
import contextlib
import ipaddress
import os

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scanner.evidence.addresses import is_private
from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.evidence.dns_mail import StsPolicy
from scanner.sources.dns.dkim import parse_key
from scanner.sources.dns.dmarc import looks_like_dmarc, parse_dmarc, target_domain, walk_of
from scanner.sources.dns.servers import BadServer, parse_server
from scanner.sources.dns.spf import (
    Message,
    SpfSyntaxError,
    analyse,
    evaluate,
    is_spf,
    parse_record,
)
from scanner.sources.dns.stspolicy import parse_policy
from scanner.sources.dns.transport import sts_fault, tls_rpt_fault
from scanner.sources.dns.wire import Question, _quick, _read, matches, read_reply
from tests.bench import spf_suite
from tests.dns.memory import Memory, about

QUESTION = Question("www.good.test", "A")
TEXT = st.text(max_size=200)
SPF_WORDS = st.sampled_from(
    [
        "all",
        "-all",
        "~all",
        "?all",
        "+all",
        "a",
        "mx",
        "ptr",
        "a:x.example",
        "mx:x.example/24",
        "a/24//64",
        "ip4:192.0.2.1",
        "ip4:1.2.3",
        "ip6:2001:db8::1/32",
        "include:x.example",
        "include:",
        "exists:%{i}.x.example",
        "exists:%{z}.x",
        "redirect=x.example",
        "redirect=%{d}",
        "exp=e.example",
        "%{d}",
        "unknown:1",
        "foo=bar",
        "ip4:192.0.2.0/33",
        "a:%{l1r-}.x.example",
        "A:X.EXAMPLE",
    ]
)


def run(work):
    return asyncio.run(work)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_reply_or_a_value_error(data):
    for candidate in (data, b"\x00\x01\x81\x80\x00\x01\x00\x00\x00\x01\x00\x00" + data):
        with contextlib.suppress(ValueError):
            read_reply(candidate, QUESTION)


@settings(deadline=None)
@given(st.integers(1, 60), st.sampled_from(["answer", "nodata", "nxdomain"]))
def test_a_reply_that_was_cut_is_never_taken_for_a_whole_one(cut, kind):
    response = dns.message.make_response(dns.message.make_query("www.good.test", "A"))
    response.flags |= dns.flags.AA
    if kind == "answer":
        response.answer.append(dns.rrset.from_text("www.good.test.", 60, "IN", "A", "192.0.2.1"))
    else:
        soa = "ns1.good.test. h.good.test. 1 1 1 1 1"
        response.authority.append(dns.rrset.from_text("good.test.", 60, "IN", "SOA", soa))
        if kind == "nxdomain":
            response.set_rcode(dns.rcode.NXDOMAIN)
    wire = response.to_wire()
    whole = read_reply(wire, QUESTION)
    assert whole.status == kind
    if cut < len(wire) - 31:
        with pytest.raises(ValueError):
            read_reply(wire[:-cut], QUESTION)


@given(st.binary(min_size=0, max_size=40))
def test_strange_bytes_are_no_reply_of_ours(data):
    query, section = QUESTION.encode()
    assert not matches(data, query, section)


@given(st.lists(SPF_WORDS, max_size=8))
def test_spf_records_parse_or_say_why(words):
    text = " ".join(["v=spf1", *words])
    assert is_spf(text)
    fault = None
    try:
        parse_record(text)
    except SpfSyntaxError as error:
        fault = error
    assert fault is None or fault.code in ("syntax", "unknown-term", "empty-domain")
    assert fault is None or str(fault)


@given(TEXT)
def test_hostile_texts_are_data(text):
    for record in (f"v=spf1 {text}", text):
        if is_spf(record):
            with contextlib.suppress(SpfSyntaxError):
                parse_record(record)
    parse_key(text)
    parse_dmarc("good.test", text)
    looks_like_dmarc(text)
    target_domain(text)
    parse_policy(text)
    sts_fault(text)
    tls_rpt_fault(text)
    with contextlib.suppress(BadServer):
        parse_server(text)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(SPF_WORDS, max_size=6), min_size=3, max_size=3))
def test_tree_and_evaluation_agree_on_what_is_broken(records):
    """Whatever three records that may include each other hold: both end, and neither crashes."""
    names = ("contoso.com", "x.example", "e.example")
    answers = {
        name: Record(" ".join(["v=spf1", *words]))
        for name, words in zip(names, records, strict=True)
    }

    class Three(Memory):
        def _lookup(self, name, rdtype):
            if rdtype == "TXT" and name in answers:
                return Lookup(name, rdtype, LookupStatus.ANSWER, (answers[name],))
            return Lookup(name, rdtype, LookupStatus.NXDOMAIN)

    ask = Three([]).ask
    facts = run(analyse(about(), ask, "spf.protection.outlook.com"))
    message = Message(ipaddress.ip_address("192.88.99.1"), "a@contoso.com", "contoso.com")
    got = run(evaluate(message, "contoso.com", ask))
    assert got.result in ("pass", "fail", "softfail", "neutral", "permerror")
    if facts.nodes[0].problem in ("syntax", "unknown-term", "empty-domain"):
        assert got.result == "permerror"
        assert got.reason == facts.nodes[0].problem


def test_spf_suite():
    """The public suite, where a file of it is named; the bench fetches it by itself."""
    if "EMSREADY_SPF_SUITE" not in os.environ:
        pytest.skip("EMSREADY_SPF_SUITE names no file of the public suite")
    verdicts, explanations = spf_suite.run(spf_suite.suite_text())
    assert [row for row in (*verdicts, *explanations) if not row[-1]] == []


@pytest.mark.parametrize(
    ("ip", "record", "result"),
    [
        ("192.0.2.1", "v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("203.0.113.1", "v=spf1 ip4:192.0.2.0/24 -all", "fail"),
        ("203.0.113.1", "V=SPF1 ~ALL", "softfail"),
        ("203.0.113.1", "v=spf1 ?all", "neutral"),
        ("203.0.113.1", "v=spf1", "neutral"),
        ("::ffff:192.0.2.1", "v=spf1 ip4:192.0.2.1 -all", "pass"),
        ("2001:db8::1", "v=spf1 ip6:2001:db8::/32 -all", "pass"),
        ("192.0.2.1", "v=spf1 -all ipv4:1.2.3.4", "permerror"),
        ("192.0.2.1", "v=spf1 ip4:192.0.2.01 -all", "permerror"),
        ("192.0.2.1", "v=spf1 redirect=a.example redirect=b.example", "permerror"),
        ("192.0.2.1", "v=spf1 a:1.2.3.4 -all", "permerror"),
        ("192.0.2.1", "v=spf1 include:nowhere.example -all", "permerror"),
        ("192.0.2.1", "v=spf1 exists:%{ir}.list.example -all", "pass"),
        ("203.0.113.9", "v=spf1 exists:%{ir}.list.example -all", "fail"),
        ("192.0.2.1", "v=spf1 exists:%{c}.list.example -all", "permerror"),
        ("192.0.2.1", "v=spf2.0/pra -all", "none"),
    ],
)
def test_spf_verdicts(ip, record, result):
    zone = Memory([f'contoso.com TXT "{record}"', "1.2.0.192.list.example A 127.0.0.2"])
    message = Message(ipaddress.ip_address(ip), "user@contoso.com", "mail.contoso.com")
    assert run(evaluate(message, "contoso.com", zone.ask)).result == result


def test_spf_explanation():
    zone = Memory(
        [
            'contoso.com TXT "v=spf1 -all exp=why.contoso.com"',
            'why.contoso.com TXT "%{i} may not send for %{o}%_%{S}"',
        ]
    )
    message = Message(ipaddress.ip_address("192.0.2.7"), "a+b@contoso.com", "mail.contoso.com")
    told = run(evaluate(message, "contoso.com", zone.ask)).explanation
    assert told == "192.0.2.7 may not send for contoso.com a%2Bb%40contoso.com"


@pytest.mark.parametrize(
    ("domain", "names"),
    [
        ("contoso.com", ["contoso.com", "com"]),
        (
            "a.b.c.d.e.f.g.h.i.example",
            [
                "a.b.c.d.e.f.g.h.i.example",
                "d.e.f.g.h.i.example",
                "e.f.g.h.i.example",
                "f.g.h.i.example",
                "g.h.i.example",
                "h.i.example",
                "i.example",
                "example",
            ],
        ),
    ],
)
def test_the_walk_up_the_tree(domain, names):
    assert walk_of(domain) == names


def test_a_pattern_covers_exactly_one_label():
    policy = StsPolicy(mx=("*.mx.microsoft", "mail.contoso.com"))
    assert policy.covers("mail.contoso.com")
    assert policy.covers("contoso-com.mx.microsoft")
    assert not policy.covers("contoso-com.n-v1.mx.microsoft")
    assert not policy.covers("mx.microsoft")


def test_private_addresses_are_an_explicit_list():
    for address in ("10.0.0.1", "100.64.0.1", "169.254.1.1", "fd00::1", "::ffff:192.168.0.1"):
        assert is_private(address)
    for address in ("192.0.2.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "172.32.0.1"):
        assert not is_private(address)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:53", "192.0.2.1"),
        ("192.0.2.1:5300", "192.0.2.1:5300"),
        ("[2001:db8::1]:5300", "[2001:db8::1]:5300"),
        ("2001:db8::1", "2001:db8::1"),
        ("tls://192.0.2.1", "tls://192.0.2.1"),
        ("https://192.0.2.1:8443/x", "https://192.0.2.1:8443/x"),
    ],
)
def test_servers_read_and_show_alike(text, label):
    assert parse_server(text).label == label


LABEL = st.sampled_from(["www", "a", "_dmarc", "xn--bcher-kva", "UPPER", "b-1"])
NAMES = st.lists(LABEL, min_size=1, max_size=4).map(lambda one: ".".join(one) + ".")
DATA = st.one_of(
    st.tuples(st.just("A"), st.just("192.0.2.1")),
    st.tuples(st.just("AAAA"), st.just("2001:db8::1")),
    st.tuples(st.just("CNAME"), NAMES),
    st.tuples(st.just("NS"), NAMES),
    st.tuples(st.just("MX"), NAMES.map(lambda name: f"10 {name}")),
    st.tuples(st.just("SRV"), NAMES.map(lambda name: f"1 2 5061 {name}")),
    st.tuples(st.just("TXT"), st.just('"v=spf1 " "-all" "\\200"')),
    st.tuples(st.just("SOA"), st.just("ns1.a. h.a. 7 1 1 1 1")),
    st.tuples(st.just("CAA"), st.just('0 issue "x.example"')),
)


@settings(deadline=None, max_examples=300)
@given(
    NAMES,
    st.sampled_from(["A", "CNAME", "MX", "TXT", "SRV", "NS", "SOA", "AAAA"]),
    st.lists(st.tuples(NAMES, DATA), max_size=4),
    st.lists(st.tuples(NAMES, DATA), max_size=2),
    st.sampled_from([0, 2, 3]),
    st.booleans(),
)
def test_the_quick_reading_agrees_with_the_full_one(name, rdtype, answers, authority, rcode, aa):
    # dnspython keeps the last of several records of a type that may stand only once.
    single = [(owner.lower(), kind) for owner, (kind, _) in answers if kind in ("CNAME", "SOA")]
    assume(len(single) == len(set(single)))
    response = dns.message.make_response(dns.message.make_query(name, rdtype, use_edns=0))
    response.set_rcode(rcode)
    response.flags |= dns.flags.AA if aa else dns.flags.RA
    for section, rows in ((response.answer, answers), (response.authority, authority)):
        for owner, (kind, data) in rows:
            section.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
    question = Question(name.rstrip(".").lower(), rdtype)
    wire = response.to_wire()
    quick = _quick(wire, question)
    if quick is not None:
        assert quick == _read(dns.message.from_wire(wire), question)
