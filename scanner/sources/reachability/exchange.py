"""One DNS question and its answer, over UDP, and over TCP where the answer was cut short (RFC 7766)."""

from __future__ import annotations

import asyncio
import socket
import struct

import dns.flags
import dns.message

from scanner.text import said

_LARGEST = 65535


async def exchange(
    question: dns.message.Message, address: str, port: int, seconds: float
) -> dns.message.Message:
    """The answer of that server. Raises TimeoutError, OSError and DNSException."""
    wire = question.to_wire()
    async with asyncio.timeout(seconds):
        answer = await _over_udp(question, wire, (address, port))
        if answer.flags & dns.flags.TC:
            return await _over_tcp(question, wire, (address, port))
        return answer


def _family(address: tuple[str, int]) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


async def _over_udp(
    question: dns.message.Message, wire: bytes, address: tuple[str, int]
) -> dns.message.Message:
    """The first datagram that answers our question; anything else is not ours and is left out."""
    loop = asyncio.get_running_loop()
    with socket.socket(_family(address), socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect(address)
        sock.send(wire)
        while True:
            data = await loop.sock_recv(sock, _LARGEST)
            answer = dns.message.from_wire(data, ignore_trailing=True, raise_on_truncation=False)
            if question.is_response(answer):
                return answer


async def _over_tcp(
    question: dns.message.Message, wire: bytes, address: tuple[str, int]
) -> dns.message.Message:
    loop = asyncio.get_running_loop()
    with socket.socket(_family(address), socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        await loop.sock_connect(sock, address)
        await loop.sock_sendall(sock, struct.pack(">H", len(wire)) + wire)
        (length,) = struct.unpack(">H", await _exactly(sock, 2))
        answer = dns.message.from_wire(await _exactly(sock, length), ignore_trailing=True)
    if not question.is_response(answer):
        raise ConnectionResetError(said("the answer is to another question"))
    return answer


async def _exactly(sock: socket.socket, count: int) -> bytes:
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < count:
        more = await loop.sock_recv(sock, count - len(data))
        if not more:
            raise ConnectionResetError(said("the server closed the connection"))
        data += more
    return data
