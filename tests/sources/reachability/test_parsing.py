"""What others send is data: no list, answer, address or certificate makes the source fall over."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.endpoints import Row, port_list
from scanner.probe import TargetsError, read_targets
from scanner.sources.reachability.catalogue import CatalogueError, bundled, parse, read
from scanner.sources.reachability.errqueue import _decode
from scanner.sources.reachability.http import BadAnswerError, _parsed, made_by_proxy
from scanner.sources.reachability.proxy import Environment, bypassed, parse_proxy
from scanner.sources.reachability.resolve import is_private, leads_nowhere
from scanner.sources.reachability.services import kerberos_request, realm_of, smb_negotiate
from scanner.sources.reachability.sites import knows, same_site
from scanner.sources.reachability.trust import UNREADABLE
from scanner.sources.reachability.trust import parse as parse_certificate
from scanner.sources.reachability.udp import question
from scanner.words import Cloud

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_an_endpoint_list_or_is_refused(value):
    with contextlib.suppress(CatalogueError):
        parse(json.dumps({"endpoints": value}), "own", "list.json")


@given(
    st.dictionaries(
        st.sampled_from(["cloud", "area", "source_role", "tcp", "fqdn", "required", "ips"]), JSON
    )
)
def test_any_row_is_usable_or_refused(row):
    try:
        found = parse(json.dumps({"endpoints": [row]}), "own", "list.json")
    except CatalogueError:
        return
    for role in ("client", "managed-device"):
        list(found.areas([role], Cloud.WORLDWIDE, {}, ""))


def test_a_wrong_row_is_named_with_its_key(tmp_path):
    path = tmp_path / "list.json"
    row = {"cloud": "Worldwide", "area": "Intune", "source_role": "managed device", "tcp": "all"}
    path.write_text(json.dumps({"endpoints": [row]}))
    with pytest.raises(CatalogueError, match=r"endpoints\[0\]: tcp: expected ports"):
        read(path)


@given(st.binary(max_size=300))
def test_any_head_is_an_answer_or_is_refused(data):
    with contextlib.suppress(BadAnswerError):
        made_by_proxy(_parsed(data, data, 1.0), expected=False)


@given(st.binary(max_size=200), st.sampled_from(["ntp", "stun", "dns", "cldap", "kerberos-udp"]))
def test_any_datagram_is_read(data, protocol):
    question(protocol, "dc1.corp.example").read(data, 0.0, 0.0)


@given(st.binary(max_size=100))
def test_any_error_message_of_the_kernel_is_read(data):
    _decode(data)


@given(st.binary(max_size=200))
def test_any_certificate_is_read_or_refused(data):
    with contextlib.suppress(UNREADABLE):
        parse_certificate(data)


@given(st.text(max_size=60))
def test_any_location_has_a_site(location):
    same_site("a.example", location)
    knows(["*.example"])("a.example", location)


@given(st.text(max_size=60))
def test_any_text_is_a_proxy_or_is_refused(text):
    with contextlib.suppress(ValueError):
        assert parse_proxy(text).path in ("proxy", "socks")


@pytest.mark.parametrize(
    ("rules", "host", "port", "expected"),
    [
        (".contoso.com", "www.contoso.com", 443, True),
        ("contoso.com", "contoso.com", 443, True),
        ("contoso.com", "notcontoso.com", 443, False),
        ("contoso.com:8443", "www.contoso.com", 443, False),
        ("contoso.com:443", "www.contoso.com", 443, True),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/8", "11.1.2.3", 443, False),
        ("2001:db8::/32", "2001:db8::1", 443, True),
        ("*", "anything.example", 80, True),
        ("*.contoso.com", "www.contoso.com", 80, True),
        ("", "www.contoso.com", 80, False),
    ],
)
def test_exceptions_from_the_proxy(rules, host, port, expected):
    environment = Environment.read({"no_proxy": rules, "https_proxy": "http://p:1"})
    assert bypassed(environment.bypass, host, port) is expected
    assert (environment.for_target("tls", host, port) == "") is expected


def test_lower_case_variables_count_before_upper_case():
    found = Environment.read({"https_proxy": "a:1", "HTTPS_PROXY": "b:1", "ALL_PROXY": "c:1"})
    assert (found.https, found.all, found.for_target("http", "h", 80)) == ("a:1", "c:1", "c:1")


@pytest.mark.parametrize(
    ("address", "nowhere", "private"),
    [
        ("0.0.0.0", True, False),
        ("127.0.0.53", True, False),
        ("169.254.1.1", True, False),
        ("::", True, False),
        ("fe80::1", True, False),
        ("10.1.1.1", False, True),
        ("fd00::1", False, True),
        ("100.64.0.1", False, False),
        ("203.0.113.1", False, False),
        ("13.107.6.1", False, False),
    ],
)
def test_addresses_that_lead_nowhere(address, nowhere, private):
    assert (leads_nowhere(address), is_private(address)) == (nowhere, private)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("443,80", (443, 80)),
        ("5228-5230", (5228, 5229, 5230)),
        ("49152-65535,135", (135,)),
        ("", ()),
    ],
)
def test_port_lists(text, expected):
    assert port_list(text) == expected


def test_ports_that_concern_no_device_are_left_out():
    assert Row("x", tcp="25,443,2197,143", inspection="no").services == ((443, "tls"),)
    assert Row("x", tcp="443,80", set_id=125).services == ((80, "http"),)


def test_the_shipped_list_is_whole():
    found = bundled()
    assert len(found.rows) > 800
    names = {row.get("fqdn") for row in found.rows}
    assert {"login.microsoftonline.com", "manage.microsoft.com"} <= names
    for cloud in Cloud:
        areas = {one.area for one in found.areas(["client", "managed-device"], cloud, {}, "")}
        assert {"M365-Common", "Intune", "CertValidation"} <= areas
    fill = {"tenant": "contoso"}
    rows = [row for one in found.areas(["client"], Cloud.WORLDWIDE, fill, "") for row in one.rows]
    assert "contoso.sharepoint.com" in {host for row in rows for host in row.hosts}
    assert not [host for row in rows for host in row.hosts if "<" in host]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "{}",
        '[{"kind": "tls"}]',
        '[{"kind": "x", "host": "h"}]',
        '[{"kind": "tls", "host": "h", "port": 0}]',
        "[1]",
    ],
)
def test_a_wrong_list_of_targets_is_named(tmp_path, text):
    path = tmp_path / "targets.json"
    path.write_text(text)
    with pytest.raises(TargetsError, match=r"targets\.json"):
        read_targets(path)


def test_absent_keys_of_a_target_take_the_lenient_default(tmp_path):
    path = tmp_path / "targets.json"
    path.write_text('[{"id": 7, "kind": "tls", "host": "H.Example.", "more": 1}]')
    (one,) = read_targets(path)
    assert (one.id, one.host, one.port, one.required) == ("7", "h.example", 443, True)


def test_first_words_are_well_formed():
    request = kerberos_request(realm_of("dc1.corp.example"))
    assert request[0] == 0x6A
    assert b"CORP.EXAMPLE" in request
    message = smb_negotiate()
    assert int.from_bytes(message[:4], "big") == len(message) - 4
    assert message[4:8] == b"\xfeSMB"
