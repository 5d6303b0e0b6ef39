"""What every test gets: no way out of this machine."""

import ipaddress
import socket

import pytest

_ROUTES_ONLY = ("192.0.2.1", "2001:db8::1")  # RFC 5737, RFC 3849
_LOCAL_FAMILIES = (socket.AF_INET, socket.AF_INET6)


def _is_loopback(address):
    try:
        return ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch):
    """Refuse every connection and datagram that would leave this machine, and every real look-up.

    Traffic in namespaces that a test makes runs in processes of its own, which this does not touch.
    """
    connect, connect_ex, sendto = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
    )
    lookup = socket.getaddrinfo

    def guard(sock, address):
        if sock.type == socket.SOCK_DGRAM and address[0] in _ROUTES_ONLY:
            return  # connecting a datagram socket sends nothing; nobody has these addresses
        if sock.family in _LOCAL_FAMILIES and not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address}")

    def guarded_connect(sock, address):
        guard(sock, address)
        return connect(sock, address)

    def guarded_connect_ex(sock, address):
        guard(sock, address)
        return connect_ex(sock, address)

    def guarded_sendto(sock, *arguments):
        guard(sock, arguments[-1])
        return sendto(sock, *arguments)

    def guarded_lookup(host, *arguments, **named):
        if host not in (None, "localhost") and not _is_address(host):
            raise socket.gaierror(socket.EAI_NONAME, f"a test looked up {host!r}")
        return lookup(host, *arguments, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket.socket, "sendto", guarded_sendto)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_lookup)


def _is_address(host):
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True
