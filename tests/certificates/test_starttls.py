"""TLS inside SMTP and LDAP."""

import contextlib

import pytest

from tests.certificates.looking import host, look
from tests.servers.pki import Pki
from tests.servers.tls import Sockets, context_of, tls_server

PKI = Pki()


def smtp(connection, offers=b"250-STARTTLS\r\n", answer=b"220 go ahead\r\n"):
    connection.sendall(b"220-mail.test ESMTP\r\n220 ready\r\n")
    assert connection.recv(512).startswith(b"EHLO ")
    connection.sendall(b"250-mail.test\r\n" + offers + b"250 SIZE\r\n")
    if offers:
        assert connection.recv(512) == b"STARTTLS\r\n"
        connection.sendall(answer)


def ldap(connection, code=0):
    asked = connection.recv(512)
    assert asked.endswith(b"1.3.6.1.4.1.1466.20037")
    connection.sendall(
        bytes.fromhex("300c02010178070a01") + bytes([code]) + bytes.fromhex("04000400")
    )


def scanned(folder, port, before, **more):
    context = context_of(PKI.leaf("mail.test"), folder)
    with tls_server(context, before=before) as server:
        hosts = [host("mail.test", server.address, "exchange", port, **more)]
        return look(folder, hosts, roots=PKI.root)


@pytest.mark.parametrize(("port", "before"), [(25, smtp), (587, smtp), (389, ldap)])
def test_the_port_says_which_protocol_it_is(tmp_path, port, before):
    said = scanned(tmp_path, port, before)
    assert said.of("reachable", "mail.test", port) == ("pass", "answers")
    assert said.of("publicly-trusted", "mail.test", port) == ("pass", "public")
    assert said.of("tls-versions", "mail.test", port) == ("pass", "current")


def test_the_configuration_can_say_it(tmp_path):
    said = scanned(tmp_path, 2525, smtp, starttls="smtp")
    assert said.of("reachable", "mail.test", 2525) == ("pass", "answers")
    (tmp_path / "b").mkdir()
    said = scanned(tmp_path / "b", 25, None, starttls="none")
    assert said.of("reachable", "mail.test", 25) == ("pass", "answers")


REFUSALS = {
    "not-offered": (25, lambda one: smtp(one, offers=b""), "no-starttls"),
    "refused": (25, lambda one: smtp(one, answer=b"454 TLS not available\r\n"), "no-starttls"),
    "other-protocol": (25, lambda one: one.sendall(b"SSH-2.0-x\r\n"), "not-tls"),
    "busy": (25, lambda one: one.sendall(b"421 too many connections\r\n"), "not-tls"),
    "endless-banner": (25, lambda one: one.sendall(b"220-x\r\n" * 500), "too-large"),
    "endless-line": (25, lambda one: one.sendall(b"2" * 200_000), "too-large"),
    "directory-refuses": (389, lambda one: ldap(one, code=52), "no-starttls"),
    "no-directory": (389, lambda one: one.sendall(b"HTTP/1.1 400 x\r\n\r\n"), "not-tls"),
    "huge-answer": (389, lambda one: one.sendall(b"\x30\x84\x7f\xff\xff\xff"), "too-large"),
}


@pytest.mark.parametrize("word", REFUSALS)
def test_what_does_not_go_over_to_tls(tmp_path, word):
    port, say, reason = REFUSALS[word]

    def serve(connection, over):
        with contextlib.suppress(AssertionError):
            say(connection)
        over.wait(10)

    with Sockets(serve) as server:
        hosts = [host("mail.test", server.address, "exchange", port)]
        said = look(tmp_path, hosts, only="certificates.reachable")
    assert said.of("reachable", "mail.test", port) == ("fail", reason)
