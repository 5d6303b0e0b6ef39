"""Runs in the server namespace: DNS, TLS, HTTP, time and STUN, each host with its own behaviour.

FOLDER/hosts.json maps a name to {"a", "aaaa", "dns", "tls", "http", "ntp", "stun", "open"}.
"""

import asyncio
import contextlib
import ipaddress
import json
import socket
import ssl
import struct
import sys
import time
from datetime import timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.lab.authority import Authority

DNS_ADDRESS = "198.51.100.53"
NTP_EPOCH = 2208988800
COOKIE = b"\x21\x12\xa4\x42"


class World:
    """What is served: hosts by name and by address, and certificates for each behaviour."""

    def __init__(self, folder):
        self.folder = folder
        self.hosts = json.loads((folder / "hosts.json").read_text())
        self.public = Authority("Rig Public Root")
        self.corporate = Authority("Rig Corporate Root")
        self.stranger = Authority("Rig Stranger Root")
        (folder / "public.pem").write_bytes(self.public.root_pem())
        (folder / "machine.pem").write_bytes(self.public.root_pem() + self.corporate.root_pem())
        ca = self.corporate.intermediate
        chain = self.corporate.root.certificate
        (folder / "inspection.pem").write_bytes(ca.pem() + _pem(chain))
        self.by_address = {
            str(ipaddress.ip_address(one)): (name, host)
            for name, host in self.hosts.items()
            for one in [*host.get("a", []), *host.get("aaaa", [])]
        }
        names = [name for name in self.hosts if len(name) < 64]
        past = {"starts": timedelta(days=-90), "ends": timedelta(days=-2)}
        self.contexts = {
            "good": self._context("good", self.public.issue(names)),
            "corporate": self._context("corporate", self.corporate.issue(names)),
            "stranger": self._context("stranger", self.stranger.issue(names)),
            "expired": self._context("expired", self.public.issue(names, **past)),
            "other-name": self._context("other", self.public.issue(["other.example"])),
            "no-chain": self._context("bare", self.public.issue(names), with_chain=False),
        }

    def _context(self, name, issued, **more):
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(issued.write(self.folder, name, **more))
        return made

    def at(self, writer):
        """The host behind the address that a client connected to."""
        return self.host(writer.get_extra_info("sockname")[0])

    def host(self, address):
        return self.by_address.get(str(ipaddress.ip_address(address)), ("", {}))[1]


def _pem(certificate):
    return certificate.public_bytes(Encoding.PEM)


async def tls(world, reader, writer):
    """Port 443: a certificate, an alert, text, a cut, or nothing."""
    how = world.at(writer).get("tls", "good")
    with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
        if how == "silent":
            await reader.read(10000)
            await asyncio.sleep(60)
        elif how == "cut":
            await reader.read(10000)
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == "text":
            await reader.read(10000)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\nplain")
        elif how == "alert":
            await reader.read(10000)
            writer.write(b"\x15\x03\x03\x00\x02\x02\x70")
        elif how == "big":
            await writer.start_tls(world.contexts["good"])
            await reader.read(1)
        else:
            await writer.start_tls(world.contexts[how])
            await _answer_http(world, reader, writer)
    writer.close()


async def http(world, reader, writer):
    """Port 80."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        await _answer_http(world, reader, writer)
    writer.close()


async def _answer_http(world, reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    how = world.at(writer).get("http", "ok")
    body = "hello"
    head = {
        "ok": "200 OK",
        "known-page": "200 OK",
        "portal": "302 Found\r\nLocation: http://portal.invalid/login",
        "511": "511 Network Authentication Required",
        "squid": "403 Forbidden\r\nServer: squid/5.7\r\nX-Squid-Error: ERR_ACCESS_DENIED 0",
        "forbidden": "403 Forbidden\r\nServer: Kestrel",
        "moved": "301 Moved Permanently\r\nLocation: https://www.rig.test/",
    }[how]
    if how == "known-page":
        body = "Microsoft Connect Test"
    writer.write(f"HTTP/1.1 {head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    await writer.drain()


async def speaks_first(_world, _reader, writer):
    """Ports that a scan for exposure looks at: a service that says who it is."""
    writer.write(b"SSH-2.0-rig\r\n")
    await asyncio.sleep(2)
    writer.close()


async def says_nothing(_world, reader, writer):
    """A box that accepts whatever comes."""
    with contextlib.suppress(OSError):
        await reader.read(100)
    writer.close()


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answer):
        self._answer = answer

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, address):
        answer = self._answer(data)
        if answer:
            self._transport.sendto(answer, address)


def sntp(shift):
    def answer(data):
        now = time.time() + NTP_EPOCH + shift
        stamp = struct.pack(">II", int(now), int((now % 1) * 2**32))
        return bytes([0x24, 2, 6, 0xE8]) + bytes(12) + stamp + data[40:48] + stamp + stamp

    return answer


def stun(data):
    return b"\x01\x01\x00\x00" + COOKIE + data[8:20]


def dns_answer(world, data):
    query = dns.message.from_wire(data)
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    host = world.hosts.get(name)
    fault = "nxdomain" if host is None else host.get("dns", "")
    if fault == "silent":
        return b""
    codes = {
        "nxdomain": dns.rcode.NXDOMAIN,
        "servfail": dns.rcode.SERVFAIL,
        "refused": dns.rcode.REFUSED,
    }
    if fault in codes:
        reply.set_rcode(codes[fault])
        return reply.to_wire()
    kind = {1: "a", 28: "aaaa"}.get(question.rdtype, "")
    values = (host or {}).get(kind, [])
    if values:
        reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind.upper(), *values))
    return reply.to_wire()


async def main(folder):
    world = World(folder)
    loop = asyncio.get_running_loop()

    async def listen(serve, port, address):
        async def handle(reader, writer):
            await serve(world, reader, writer)

        await asyncio.start_server(handle, address, port, backlog=4096)

    for address in ("0.0.0.0", "::"):
        await listen(tls, 443, address)
        await listen(http, 80, address)
    for host in world.hosts.values():
        for one in host.get("a", []):
            for protocol, port, made in (
                ("ntp", 123, lambda host=host: Datagrams(sntp(host.get("shift", 0)))),
                ("stun", 3478, lambda: Datagrams(stun)),
            ):
                if protocol in host:
                    await loop.create_datagram_endpoint(made, local_addr=(one, port))
            for port in host.get("open", []):
                serve = says_nothing if host.get("accepts") else speaks_first
                await listen(serve, port, one)
    await loop.create_datagram_endpoint(
        lambda: Datagrams(lambda data: dns_answer(world, data)), local_addr=(DNS_ADDRESS, 53)
    )
    (folder / "ready").write_text("yes")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
