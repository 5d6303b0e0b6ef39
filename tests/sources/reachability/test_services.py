"""First words to inner services, spoken to a real directory server."""

import asyncio
import socket
import subprocess
import time

import pytest

from scanner.evidence.reachability import Why
from scanner.sources.reachability.services import LDAP_ROOT, greet
from tests.servers.parts import free_port, need, running


def said(port, protocol):
    async def talk():
        sock = socket.create_connection(("127.0.0.1", port), 3)
        sock.setblocking(False)
        try:
            return await greet(sock, protocol, "dc1.corp.example")
        finally:
            sock.close()

    return asyncio.run(talk())


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    program = need("slapd")
    folder = tmp_path_factory.mktemp("slapd")
    config = folder / "slapd.conf"
    config.write_text(
        f"include /etc/ldap/schema/core.schema\npidfile {folder}/pid\nargsfile {folder}/args\n"
    )
    port = free_port()
    argv = [program, "-d", "0", "-f", config, "-h", f"ldap://127.0.0.1:{port}"]
    with running(argv, port=port):
        yield port


def test_a_directory_server_speaks_ldap(directory):
    assert said(directory, "ldap") is Why.OK


def test_the_same_port_speaks_nothing_else(directory):
    assert said(directory, "smb") is Why.SERVICE_SILENT


def test_the_search_is_the_one_that_ldap_tools_send(directory):
    ldapsearch = need("ldapsearch")
    found = subprocess.run(
        [
            ldapsearch,
            "-x",
            "-H",
            f"ldap://127.0.0.1:{directory}",
            "-s",
            "base",
            "-b",
            "",
            "defaultNamingContext",
        ],
        capture_output=True,
        check=True,
    )
    assert b"result: 0 Success" in found.stdout
    assert b"defaultNamingContext" in LDAP_ROOT


def test_an_open_port_that_says_nothing_is_half_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        began = time.monotonic()
        assert said(port, "kerberos") is Why.SERVICE_SILENT
        assert time.monotonic() - began < 20
