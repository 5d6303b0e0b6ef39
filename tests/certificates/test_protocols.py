"""What real servers offer: openssl s_server in its many moods, nginx, and the client's view."""

import contextlib
import ssl
import struct

import pytest

from tests.certificates.looking import host, look
from tests.servers.flights import flight
from tests.servers.pki import Pki
from tests.servers.tls import context_of, nginx, openssl_server, saying, tls_server

PKI = Pki()
WEAK = ("-cipher", "ALL:@SECLEVEL=0")

SERVERS = {
    # name: (role, options of s_server, key, {check: (status, reason)})
    "tls12": (
        "web",
        ("-tls1_2",),
        "rsa2048",
        {"tls-versions": ("pass", "only-12"), "forward-secrecy": ("pass", "forward-secret")},
    ),
    "tls13": (
        "web",
        ("-tls1_3",),
        "ec",
        {
            "tls-versions": ("warn", "only-13"),
            "forward-secrecy": ("not-applicable", "only-13"),
            "in-validity": ("pass", "in-date"),
            "chain-complete": ("pass", "complete"),
            "client-certificate-request": ("pass", "not-asked-for"),
        },
    ),
    "tls10": (
        "web",
        ("-tls1", *WEAK),
        "rsa2048",
        {
            "tls-versions": ("fail", "no-current-version"),
            "in-validity": ("pass", "in-date"),
            "forward-secrecy": ("warn", "only-cbc"),
        },
    ),
    "tls11": (
        "adfs",
        ("-tls1_1", *WEAK),
        "rsa2048",
        {"tls-versions": ("fail", "no-current-version")},
    ),
    "old-and-new": (
        "web",
        ("-cipher", "DEFAULT:@SECLEVEL=0"),
        "rsa2048",
        {"tls-versions": ("warn", "old-versions"), "ciphers-strong": ("pass", "refused")},
    ),
    "rsa-exchange": (
        "web",
        ("-tls1_2", "-cipher", "AES128-SHA256"),
        "rsa2048",
        {"forward-secrecy": ("warn", "no-secrecy")},
    ),
    "cbc": (
        "web",
        ("-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"),
        "rsa2048",
        {"forward-secrecy": ("warn", "only-cbc")},
    ),
    "null": (
        "web",
        ("-tls1_2", "-cipher", "eNULL:ECDHE:@SECLEVEL=0"),
        "rsa2048",
        {"ciphers-strong": ("fail", "accepted")},
    ),
    "anonymous": (
        "web",
        ("-tls1_2", "-cipher", "aNULL:ECDHE:@SECLEVEL=0"),
        "rsa2048",
        {"ciphers-strong": ("fail", "accepted")},
    ),
    "dh-default": (
        "web",
        ("-tls1_2", "-cipher", "DHE:@SECLEVEL=0"),
        "rsa2048",
        {"dh-strength": ("pass", "strong"), "forward-secrecy": ("pass", "forward-secret")},
    ),
    "no-dh": ("web", ("-cipher", "ECDHE"), "rsa2048", {"dh-strength": ("pass", "no-dhe")}),
    "weak-key": (
        "web",
        ("-tls1_2", *WEAK),
        "rsa1024",
        {"key-strength": ("fail", "weak"), "chain-valid": ("pass", "valid")},
    ),
    "asks": (
        "web",
        ("-tls1_2", "-verify", "1"),
        "ec",
        {"client-certificate-request": ("warn", "asked-in-browser")},
    ),
    "demands": (
        "web",
        ("-tls1_2", "-Verify", "1"),
        "ec",
        {
            "client-certificate-request": ("fail", "demanded"),
            "in-validity": ("pass", "in-date"),
            "reachable": ("pass", "answers"),
        },
    ),
    "demands-13": (
        "web",
        ("-tls1_3", "-Verify", "1"),
        "ec",
        {"client-certificate-request": ("fail", "demanded"), "in-validity": ("pass", "in-date")},
    ),
    "demands-vpn": (
        "vpn",
        ("-tls1_2", "-Verify", "1"),
        "ec",
        {"client-certificate-request": ("pass", "not-asked-for")},
    ),
    "without-name": (
        "adfs",
        ("-tls1_2",),
        "ec",
        {"sni-independent": ("pass", "same")},
    ),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    folder = tmp_path_factory.mktemp("protocols")
    with contextlib.ExitStack() as stack:
        hosts = []
        for word, (role, options, kind, _) in SERVERS.items():
            made = PKI.leaf(f"{word}.test", kind=kind)
            port = stack.enter_context(openssl_server(made, folder, *options))
            hosts.append(host(f"{word}.test", f"127.0.0.1:{port}", role))
        return look(folder, hosts, roots=PKI.root)


@pytest.mark.parametrize("word", SERVERS)
def test_each_server_is_seen_as_it_is(said, word):
    wanted = SERVERS[word][3]
    assert {check: said.of(check, f"{word}.test") for check in wanted} == wanted


def test_missing_current_versions_block_sign_in_at_adfs(said):
    assert str(said.finding("tls-versions", "tls11.test").severity) == "blocker"
    assert str(said.finding("tls-versions", "tls10.test").severity) == "medium"


@pytest.mark.parametrize(
    ("bits", "wanted"),
    [(2048, ("pass", "strong")), (1024, ("warn", "small")), (768, ("fail", "broken"))],
)
def test_the_size_of_a_diffie_hellman_group(tmp_path, bits, wanted):
    """By hand: no current program lets itself be set up with the smallest of these."""
    prime = (1 << (bits - 1) | 1).to_bytes(bits // 8, "big")
    exchange = struct.pack("!H", len(prime)) + prime + b"\0\x01\x02" + b"\0\x01\x05"
    with saying(flight(PKI.leaf("dh.test").der, suite=0x009E, exchange=exchange)) as server:
        result = look(tmp_path, [host("dh.test", server.address)], roots=PKI.root)
    assert result.of("dh-strength", "dh.test") == wanted
    assert str(bits) in result.finding("dh-strength", "dh.test").message.text


def test_both_certificates_of_a_server_with_two_keys(tmp_path):
    modern = PKI.leaf("two.test")
    old = PKI.leaf("other.test", kind="rsa2048")
    context = context_of(modern, tmp_path, maximum_version=ssl.TLSVersion.TLSv1_2)
    file = tmp_path / "rsa.pem"
    file.write_bytes(old.pem(with_key=True))
    context.load_cert_chain(file)
    with tls_server(context) as server:
        result = look(tmp_path, [host("two.test", server.address)], roots=PKI.root)
    assert result.of("hostname-covered", "two.test") == ("fail", "other-names")
    assert result.finding("hostname-covered", "two.test").facts["key"] == "RSA"


def test_sni_on_a_real_proxy(tmp_path):
    """nginx that turns away who sends no name, and one that has another certificate for them."""
    right, wrong = PKI.leaf("sts.test"), PKI.leaf("default.test")
    for word, made in (("right", right), ("wrong", wrong)):
        (tmp_path / f"{word}.pem").write_bytes(made.pem())
        (tmp_path / f"{word}.key").write_bytes(made.key_pem())
    named = (
        f"server {{ listen {{listen}} ssl; server_name sts.test; ssl_certificate {tmp_path}/right.pem;"
        f"ssl_certificate_key {tmp_path}/right.key; }}"
    )
    other = (
        f"server {{ listen {{listen}} ssl default_server; ssl_certificate {tmp_path}/wrong.pem;"
        f"ssl_certificate_key {tmp_path}/wrong.key; }}"
    )
    reject = "server {{ listen {{listen}} ssl default_server; ssl_reject_handshake on; }}".replace(
        "{{", "{"
    ).replace("}}", "}")
    with nginx(tmp_path, [reject + named, other + named]) as ports:
        hosts = [host("sts.test", f"127.0.0.1:{ports[0]}", "adfs")]
        strict = look(tmp_path, hosts, roots=PKI.root)
        (tmp_path / "b").mkdir()
        hosts = [host("sts.test", f"127.0.0.1:{ports[1]}", "wap")]
        loose = look(tmp_path / "b", hosts, roots=PKI.root)
    assert strict.of("sni-independent", "sts.test") == ("warn", "turned-away")
    assert loose.of("sni-independent", "sts.test") == ("warn", "another")
    assert strict.of("hostname-covered", "sts.test") == ("pass", "covered")


def test_nginx_that_demands_a_certificate_answers_400(tmp_path):
    made = PKI.leaf("web.test")
    (tmp_path / "c.pem").write_bytes(made.pem())
    (tmp_path / "c.key").write_bytes(made.key_pem())
    (tmp_path / "ca.pem").write_bytes(PKI.root.pem())
    block = (
        f"server {{ listen {{listen}} ssl; ssl_certificate {tmp_path}/c.pem;"
        f"ssl_certificate_key {tmp_path}/c.key; ssl_client_certificate {tmp_path}/ca.pem;"
        "ssl_verify_client on; }"
    )
    with nginx(tmp_path, [block]) as ports:
        result = look(tmp_path, [host("web.test", f"127.0.0.1:{ports[0]}")], roots=PKI.root)
    assert result.of("client-certificate-request", "web.test") == ("fail", "demanded")
    assert result.of("in-validity", "web.test") == ("pass", "in-date")


def test_certificates_are_asked_for_where_devices_show_them(tmp_path):
    with (
        openssl_server(PKI.leaf("sts.test"), tmp_path, "-tls1_2", "-verify", "1") as asking,
        openssl_server(PKI.leaf("sts.test"), tmp_path, "-tls1_2") as mute,
    ):
        hosts = [
            host("sts.test", f"127.0.0.1:{asking}", "adfs", 49443),
            host("adfs.test", f"127.0.0.1:{mute}", "adfs", 49443),
        ]
        result = look(tmp_path, hosts, roots=PKI.root)
    assert result.of("client-certificate-request", "sts.test", 49443) == ("pass", "asked")
    assert result.of("client-certificate-request", "adfs.test", 49443) == ("warn", "not-asked")
