"""Whether an open port is really served: boxes that accept everything complete every connection."""

from __future__ import annotations

import asyncio
import socket

from scanner.evidence.reachability import Why
from scanner.sources.reachability.connect import Address, connect, drop
from scanner.sources.reachability.edge import Edge
from scanner.text import said

DANGEROUS = (
    21, 22, 23, 88, 135, 139, 389, 445, 636, 808, 1433, 1501, 3268, 3269, 3389, 5985, 5986, 9389,
)  # fmt: skip
"""Ports that nobody outside needs: file, remote and directory services, and local ones of AD FS."""
RATE = 5.0
"""New connections per second: a scan for exposure must disturb nobody."""
_QUIET_PORT = 47113  # nothing is registered there
_SECONDS = 1.0

# What makes a service talk: RDP connection request (MS-RDPBCGR, 2.2.1.1), SMB2 negotiate, HTTP,
# LDAP rootDSE, TDS prelogin. Everything else either speaks first or is left silent.
_HTTP = b"GET / HTTP/1.0\r\n\r\n"
_FIRST_WORDS = {
    389: bytes.fromhex("300c020101600702010304008000"),
    3268: bytes.fromhex("300c020101600702010304008000"),
    3389: bytes.fromhex("030000130ee000000000000100080003000000"),
    5985: _HTTP,
    80: _HTTP,
}


async def examine_exposure(sock: socket.socket, address: Address, edge: Edge) -> tuple[Why, str]:
    """Exposed, or unknown where the address also accepts a port that nobody serves."""
    answer = await _first_answer(sock, address[1])
    if answer:
        text = bytes(byte if 32 <= byte < 127 else 46 for byte in answer[:40])  # noqa: PLR2004
        return Why.EXPOSED, text.decode()
    await edge.turn()
    control = await connect((address[0], _QUIET_PORT), _SECONDS)
    if control.sock:
        drop(control.sock)
        return Why.UNKNOWN, said("this address accepts connections to every port")
    return Why.EXPOSED, said("accepts connections, says nothing")


async def _first_answer(sock: socket.socket, port: int) -> bytes:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            if port in _FIRST_WORDS:
                await loop.sock_sendall(sock, _FIRST_WORDS[port])
            return await loop.sock_recv(sock, 256)
    except (TimeoutError, OSError):
        return b""
