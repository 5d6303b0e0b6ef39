"""Hosts that drip, lie, hang and overflow: each costs its own time and nothing else."""

import itertools
import socket
import time

import pytest

from scanner.config.model import Host
from scanner.deadline import Deadline
from scanner.evidence import federation as paths
from scanner.evidence.federation import (
    DomainRealm,
    FederationHost,
    FederationMetadata,
    FederationTrust,
    Outcome,
    Refusal,
)
from scanner.evidence.tenant import TenantDomains
from scanner.lab.https import Page
from scanner.sources.federation.http import Line, Way
from scanner.sources.federation.reach import HttpFault
from scanner.sources.federation.targets import Target, address_host, inward
from scanner.subject import domain
from tests.sources.federation.farms import (
    DOMAIN,
    HOST,
    Farm,
    adfs,
    federation,
    gathered,
    raw_server,
)


@pytest.fixture
def farm(tmp_path):
    return Farm(tmp_path)


def asked(behave, *, seconds=0.6, most=1000, certificate=None, context=None):
    """One GET against a server that does that; the fault, or the reply."""
    with raw_server(behave, certificate) as address:
        host, _, port = address.partition(":")
        way = Way(HOST, 443, ((host, int(port)),), context, seconds)
        line = Line(way, Deadline.after(5))
        try:
            return line.get("/", most)
        except HttpFault as fault:
            return fault
        finally:
            line.close()


def drip(sock, pieces):
    sock.recv(4096)
    for piece in pieces:
        sock.sendall(piece)
        time.sleep(0.05)


@pytest.mark.parametrize(
    "pieces",
    [
        itertools.repeat(b""),
        (bytes([one]) for one in b"HTTP/1.1 200 OK\r\n" + b"X-Drip: drip\r\n" * 1000),
        itertools.chain(
            [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"], itertools.repeat(b"x", 5000)
        ),
        itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
        itertools.chain(
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
            itertools.repeat(b"1\r\nx\r\n"),
        ),
    ],
    ids=["silence", "headers", "body", "continue", "chunks"],
)
def test_a_drip_ends_at_the_time_of_one_request(pieces):
    found = asked(lambda sock: drip(sock, pieces), most=100_000)
    assert isinstance(found, HttpFault)
    assert found.outcome is Outcome.TIMEOUT


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.NOT_HTTP),
        (b"HTTP/1.1 abc\r\n\r\n", Outcome.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", Outcome.NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70000 + b"\r\n\r\n", Outcome.NOT_HTTP),
        (b"", Outcome.RESET),
    ],
)
def test_what_is_no_http_says_so(data, outcome):
    def behave(sock):
        sock.recv(4096)
        sock.sendall(data)

    found = asked(behave)
    assert isinstance(found, HttpFault)
    assert (found.outcome, found.early) == (outcome, False)


def test_more_than_the_cap_is_cut_and_told():
    def behave(sock):
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
        for _ in range(9000):
            sock.sendall(b"x" * 1000)

    found = asked(behave, most=5000, seconds=3)
    assert (len(found.body), found.whole) == (5000, False)


def test_a_body_that_breaks_off_counts_as_far_as_it_came():
    def behave(sock):
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nwo")

    assert asked(behave).body.startswith(b"hello")


def test_a_server_that_closes_a_kept_connection_is_asked_again():
    def behave(sock):
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with raw_server(behave) as address:
        host, _, port = address.partition(":")
        line = Line(Way(HOST, 80, ((host, int(port)),), None, 1.0), Deadline.after(5))
        assert [line.get("/", 10).body for _ in range(3)] == [b"ok"] * 3
        line.close()


def test_a_handshake_that_never_ends_is_a_timeout(farm):
    with raw_server(lambda sock: (sock.recv(4096), time.sleep(3))) as address:
        found = gathered(farm.config(Host(HOST, "adfs", 443, address), timeout=0.4))
    (face,) = found.one(FederationHost).faces
    assert {one.outcome for one in face.answers} == {Outcome.TIMEOUT}


def test_plain_http_where_tls_should_be_is_told(farm):
    def behave(sock):
        sock.recv(4096)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with raw_server(behave) as address:
        found = gathered(farm.config(Host(HOST, "adfs", 443, address)))
    assert found.one(FederationMetadata).by.outcome is Outcome.TLS


def test_one_silent_host_costs_no_other(farm):
    with raw_server(lambda sock: time.sleep(3)) as address, farm.serve() as server:
        silent = Host("other.contoso.com", "adfs", 443, address)
        found = gathered(farm.config(silent, adfs(server), timeout=0.4))
    by_name = {one.name: one for one in found.every(FederationMetadata)}
    assert by_name[HOST].accepted
    assert by_name["other.contoso.com"].by.outcome is Outcome.TIMEOUT


def test_a_bomb_over_the_wire_is_refused(farm):
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 9) for n in range(1, 9))
    bomb = b'<!DOCTYPE x [<!ENTITY e0 "x">' + entities + b"]><x>&e8;</x>"
    with farm.serve({**farm.pages, paths.METADATA: Page(200, bomb)}) as server:
        found = gathered(farm.config(adfs(server)))
    assert found.one(FederationMetadata).by.refusal is Refusal.DOCTYPE


@pytest.mark.parametrize(
    "body",
    [b"[" * 60_000, b'{"account_type": ["Federated"]}', b"null", b"\xff\xfe{}", b'"text"'],
)
def test_a_realm_answer_of_another_shape_costs_nothing(farm, body):
    from scanner.lab.https import HttpsServer  # noqa: PLC0415

    page = Page(200, body, "application/json")
    certificate = farm.certificate("login.lab.test", name="login")
    with HttpsServer(certificate, lambda _: page, "login") as login:
        found = gathered(farm.config(login=login))
    realms = found.every(DomainRealm)
    assert found.gap(DomainRealm, domain(DOMAIN)) or realms[0].account_type == ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://sts.contoso.com/adfs/ls/", "sts.contoso.com"),
        ("https://STS.Contoso.com./adfs/ls/", "sts.contoso.com"),
        ("http://sts.contoso.com/adfs/ls/", ""),
        ("https://sts.contoso.com:8443/adfs/ls/", ""),
        ("https://user:word@sts.contoso.com/", ""),
        ("file:///etc/hostname", ""),
        ("https://[::1]:443/", "::1"),
        ("https://[bad/", ""),
        ("https://x:99999/", ""),
        ("", ""),
    ],
)
def test_only_plain_https_addresses_are_gone_to(url, name):
    assert address_host(url) == name


@pytest.mark.parametrize(
    ("address", "ours", "refused"),
    [
        ("127.0.0.1", True, True),
        ("169.254.169.254", True, True),
        ("::1", True, True),
        ("fe80::1%eth0", True, True),
        ("0.0.0.0", True, True),
        ("10.0.0.5", True, False),
        ("10.0.0.5", False, True),
        ("192.168.1.1", False, True),
        ("fd00::1", False, True),
        ("93.184.216.34", False, False),
        ("nonsense", False, True),
    ],
)
def test_where_a_name_from_elsewhere_may_lead(address, ours, refused):
    assert inward(address, Target("sts.contoso.com", ours=ours)) is refused
    assert inward(address, Target("x", configured=True)) is (address == "nonsense")


def test_the_tenant_cannot_send_the_scan_to_this_machine(farm):
    listener = socket.create_server(("127.0.0.1", 0))
    try:
        found = gathered(farm.config(), TenantDomains(()), federation(host="127.0.0.1"))
        document = found.one(FederationMetadata)
        assert document.by.outcome is Outcome.INWARD
        assert found.one(FederationTrust).host == "127.0.0.1"
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    finally:
        listener.close()
