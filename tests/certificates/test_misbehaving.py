"""Servers that break the rules: each gets a verdict, and none delays its healthy neighbour."""

import pytest
from cryptography import x509

from tests.certificates.looking import host, look
from tests.servers.flights import certificate_list, flight, message, record, server_hello
from tests.servers.parts import free_port
from tests.servers.pki import DAY, NOW, Made, Pki, make
from tests.servers.tls import (
    Sockets,
    context_of,
    drip,
    endless,
    resetting,
    saying,
    silent,
    tls_server,
)

PKI = Pki()


def flood(connection, over):
    """A ServerHello, and then a handshake message that never ends."""
    connection.recv(4096)
    connection.sendall(record(22, server_hello()))
    connection.sendall(record(22, b"\x0b\xff\xff\xff" + bytes(1000)))
    while not over.is_set():
        connection.sendall(record(22, bytes(16000)))


PEERS = {
    "silent": (silent, ("warn", "silent")),
    "slow": (lambda: drip(flight(PKI.leaf("slow.test").der), 0.4), ("warn", "silent")),
    "garbage": (lambda: saying(b"\xff\xfe\xfd" * 20), ("fail", "not-tls")),
    "zeros": (lambda: saying(bytes(500)), ("fail", "not-tls")),
    "ssh": (lambda: saying(b"SSH-2.0-OpenSSH_9.2\r\n"), ("fail", "not-tls")),
    "http": (lambda: saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("fail", "plain-http")),
    "alert": (lambda: saying(record(21, b"\x02\x28")), ("fail", "alert")),
    "reset": (resetting, ("warn", "silent")),
    "closing": (lambda: Sockets(lambda one, over: one.recv(4096)), ("warn", "silent")),
    "half": (lambda: saying(flight(PKI.leaf("half.test").der)[:300]), ("pass", "answers")),
    "lying-length": (
        lambda: saying(record(22, message(2, b"\x03\x03" + bytes(32) + b"\xff"))),
        ("fail", "not-tls"),
    ),
    "endless-records": (lambda: endless(record(21, b"\x01\x70") * 5000), ("fail", "too-large")),
    "endless-message": (lambda: Sockets(flood), ("pass", "answers")),
    "early-certificate": (
        lambda: saying(record(22, certificate_list(b"x"))),
        ("fail", "not-tls"),
    ),
    "banner-first": (
        lambda: Sockets(lambda one, over: one.sendall(b"220 mail ready\r\n")),
        ("fail", "not-tls"),
    ),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """One scan of all of them and of a healthy neighbour."""
    folder = tmp_path_factory.mktemp("misbehaving")
    servers = {word: make_one() for word, (make_one, _) in PEERS.items()}
    healthy = tls_server(context_of(PKI.leaf("healthy.test"), folder))
    hosts = [host(f"{word}.test", one.address) for word, one in servers.items()]
    hosts.append(host("healthy.test", healthy.address))
    hosts.append(host("refused.test", f"127.0.0.1:{free_port()}"))
    hosts.append(host("nowhere.test"))
    for one in (*servers.values(), healthy):
        one.__enter__()
    try:
        return look(folder, hosts, roots=PKI.root, timeout=3.0)
    finally:
        for one in (*servers.values(), healthy):
            one.__exit__()


@pytest.mark.parametrize("word", PEERS)
def test_each_is_told_apart(said, word):
    assert said.of("reachable", f"{word}.test") == PEERS[word][1]


def test_a_refusal_and_a_missing_name_are_definite(said):
    assert said.of("reachable", "refused.test") == ("fail", "refused")
    assert said.of("reachable", "nowhere.test") == ("not-assessed", "unreachable")


def test_the_others_are_not_assessed_for_the_same_reason(said):
    for check in ("in-validity", "tls-versions", "not-revoked", "hostname-covered"):
        assert said.of(check, "silent.test") == ("not-assessed", "missing-timeout")
        assert said.of(check, "garbage.test") == ("not-assessed", "missing-unreachable")


def test_a_message_that_never_ends_is_not_waited_for(said):
    assert said.of("in-validity", "endless-message.test") == (
        "not-assessed",
        "missing-unsupported",
    )
    text = str(said.finding("in-validity", "endless-message.test").message.text)
    assert "a handshake message of 16777215 bytes" in text


def test_the_neighbour_is_assessed_all_the_same(said):
    assert said.of("in-validity", "healthy.test") == ("pass", "in-date")
    assert said.of("tls-versions", "healthy.test") == ("pass", "current")


def test_there_are_no_errors(said):
    assert [one for one in said.result.findings if one.status == "error"] == []


def looked_at(folder, *ders):
    with saying(flight(*ders)) as server:
        return look(folder, [host("odd.test", server.address)], roots=PKI.root)


def test_a_certificate_that_is_none(tmp_path):
    said = looked_at(tmp_path, b"\x30\x82\xff\xff not a certificate")
    assert said.of("parseable", "odd.test") == ("fail", "unreadable")
    assert said.of("in-validity", "odd.test") == ("not-assessed", "unsupported-unreadable")
    assert said.of("chain-valid", "odd.test") == ("not-assessed", "unsupported-unreadable")
    assert said.of("reachable", "odd.test") == ("pass", "answers")


def test_an_extra_that_is_none_only_warns(tmp_path):
    leaf = PKI.leaf("odd.test")
    said = looked_at(tmp_path, leaf.der, PKI.inter.der, b"garbage")
    assert said.of("parseable", "odd.test") == ("warn", "extra-unreadable")
    assert said.of("publicly-trusted", "odd.test") == ("pass", "public")


def test_an_empty_list(tmp_path):
    said = looked_at(tmp_path)
    assert said.of("reachable", "odd.test") == ("pass", "answers")
    assert said.of("in-validity", "odd.test") == ("not-assessed", "missing-unsupported")


def test_an_enormous_certificate(tmp_path):
    bulk = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(70_000))
    said = looked_at(tmp_path, PKI.leaf("odd.test", extra=[(bulk, False)]).der)
    assert said.of("parseable", "odd.test") == ("fail", "unreadable")


def test_an_endless_chain_is_cut(tmp_path):
    leaf = PKI.leaf("odd.test")
    said = looked_at(tmp_path, leaf.der, *[PKI.inter.der] * 500)
    assert said.of("chain-order", "odd.test") == ("warn", "duplicate")
    assert said.of("publicly-trusted", "odd.test") == ("pass", "public")


def same_name_and_key(count):
    """Intermediates that differ in nothing but their number, each able to have issued the next."""
    top = Pki("Nobody").root
    first = make("Twin", top, ca=True, kind="rsa2048", number=11, ends=900 * DAY)
    twins = [make("Twin", first, ca=True, kind="rsa2048", number=11) for _ in range(count)]
    leaf = make("odd.test", twins[0], names=("odd.test",))
    return leaf, twins


def test_twins_are_walked_once(tmp_path):
    """The verifier of the library alone takes minutes with four of them."""
    leaf, twins = same_name_and_key(12)
    said = looked_at(tmp_path, leaf.der, *(one.der for one in twins))
    assert said.of("publicly-trusted", "odd.test") == ("fail", "unknown-root")


def test_a_mesh_of_authorities_is_given_up_not_failed(tmp_path):
    keys = [make("Mesh", ca=True, kind="rsa2048", number=20 + number) for number in range(7)]
    mesh = [
        make("Mesh", upper, ca=True, kind="rsa2048", number=20 + number, ends=(50 + place) * DAY)
        for place, upper in enumerate(keys)
        for number in range(7)
        if keys[number] is not upper
    ]
    leaf = make("odd.test", keys[0], names=("odd.test",))
    said = looked_at(tmp_path, leaf.der, *(one.der for one in mesh))
    status, reason = said.of("publicly-trusted", "odd.test")
    assert (status, reason) == ("not-assessed", "unsupported-path")


def test_control_characters_in_names_do_no_harm(tmp_path):
    evil = "evil\x00\x1b[31m\n<script>alert(1)</script>\u202e.test"
    issuer = make(evil[:60], PKI.root, ca=True, ends=900 * DAY)
    leaf = make(evil[:60], issuer, names=("other.test",))
    said = looked_at(tmp_path, leaf.der, issuer.der)
    assert said.of("hostname-covered", "odd.test") == ("fail", "other-names")
    text = (tmp_path / "run" / "result.json").read_text()
    assert "\x1b" not in text


def test_an_address_that_leads_inside_is_refused(tmp_path):
    asked = []

    def note(connection, over):
        asked.append(connection.recv(4096))

    with Sockets(note) as inside:
        urls = {
            "issuer": f"http://127.0.0.1:{inside.port}/issuer.cer",
            "crl": f"http://localhost:{inside.port}/list.crl",
            "ocsp": "http://169.254.169.254/latest",
        }
        leaf = PKI.leaf("odd.test", urls=urls)
        alone = looked_at(tmp_path / "a", leaf.der) if (tmp_path / "a").mkdir() is None else None
        whole = looked_at(tmp_path, leaf.der, PKI.inter.der)
    assert asked == []
    assert alone.of("chain-complete", "odd.test")[0] == "not-assessed"
    assert whole.of("revocation-reachable", "odd.test") == ("warn", "no-answer")
    assert whole.of("not-revoked", "odd.test") == ("not-assessed", "unreachable-answers")


def test_odd_addresses_are_recorded_and_not_followed(tmp_path):
    for word in (
        "ldap://dc.corp.local/cn=CA",
        "file:///etc/passwd",
        "https://x.test/a",
        "http://[",
        "x",
    ):
        leaf = PKI.leaf("odd.test", urls={"crl": word, "issuer": word})
        folder = tmp_path / str(hash(word))
        folder.mkdir()
        said = looked_at(folder, leaf.der, PKI.inter.der)
        assert said.of("revocation-reachable", "odd.test") == ("warn", "no-answer")


def test_dates_at_the_ends_of_time(tmp_path):
    leaf = PKI.leaf("odd.test", ends=(x509_end() - NOW))
    said = looked_at(tmp_path, leaf.der, PKI.inter.der)
    assert said.of("in-validity", "odd.test") == ("pass", "in-date")
    assert said.of("validity-period", "odd.test") == ("fail", "too-long")


def x509_end():
    return NOW.replace(year=9999, month=12, day=31)


def test_a_leaf_without_a_chain_object_keeps_its_key(tmp_path):
    leaf = PKI.leaf("odd.test")
    made = Made(leaf.certificate, leaf.key)
    said = looked_at(tmp_path, made.der)
    assert said.of("hostname-covered", "odd.test") == ("pass", "covered")
