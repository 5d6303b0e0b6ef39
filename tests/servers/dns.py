"""Real DNS servers on loopback: knot as authority, unbound as resolver, and one that misbehaves."""

import contextlib
import socket
import socketserver
import struct
import threading
import time
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rrset

from tests.servers.parts import free_port, need, running


def free_dns_port():
    """A port on 127.0.0.1 that is free for UDP and TCP."""
    for _ in range(50):
        port = free_port()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free for UDP and TCP")


def wait_for_dns(port, name=".", *, seconds=10.0, process=None):
    """Wait until a server answers anything at all."""
    end = time.monotonic() + seconds
    query = dns.message.make_query(name, "SOA")
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise AssertionError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError, dns.exception.DNSException):
            dns.query.udp(query, "127.0.0.1", timeout=0.2, port=port)
            return
    raise AssertionError(f"nothing answers on port {port}")


def absolute(name):
    """A zone name with its final dot."""
    return "." if name == "." else f"{name}."


def zone_text(name, lines):
    """A zone file; a SOA and two NS are added where the lines hold none."""
    text = [f"$ORIGIN {absolute(name)}", "$TTL 3600"]
    if not any(" SOA " in line for line in lines):
        text.append("@ SOA ns1 hostmaster 2026110201 7200 3600 1209600 60")
    if not any(line.startswith(("@ NS", "@ 3600 NS")) for line in lines):
        text += ["@ NS ns1", "@ NS ns2", "ns1 A 127.0.0.1", "ns2 A 127.0.0.1"]
    return "\n".join([*text, *lines]) + "\n"


@contextlib.contextmanager
def knot(folder, zones, *, files=None):
    """An authority for {zone: [lines]}; `files` are finished zone files. Gives its port."""
    program = need("knotd")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_dns_port()
    config = [
        "server:",
        f"  listen: 127.0.0.1@{port}",
        f"  rundir: {folder}",
        "  udp-workers: 1",
        "  tcp-workers: 1",
        "  background-workers: 1",
        "database:",
        f"  storage: {folder}",
        "template:",
        "- id: default",
        "  semantic-checks: off",
        "  zonefile-load: whole",
        "zone:",
    ]
    for number, (name, lines) in enumerate(zones.items()):
        path = folder / f"{number}.zone"
        path.write_text(zone_text(name, lines), encoding="utf-8")
        config += [f'- domain: "{absolute(name)}"', f"  file: {path}"]
    for name, path in (files or {}).items():
        config += [f'- domain: "{absolute(name)}"', f"  file: {path}"]
    (folder / "knot.conf").write_text("\n".join(config) + "\n", encoding="utf-8")
    with running([program, "-c", folder / "knot.conf"]) as process:
        names = [*zones, *(files or {})]
        wait_for_dns(port, absolute(names[-1]), process=process)
        yield port


@contextlib.contextmanager
def unbound(folder, zones, authority, *, anchors=(), tls=None, more=()):
    """A resolver that asks that authority for those zones. `anchors` make it validate.

    `tls` is (port for DoT, port for DoH, certificate, key). Gives its plain port.
    """
    program = need("unbound")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_dns_port()
    lines = [
        "server:",
        f"  interface: 127.0.0.1@{port}",
        "  access-control: 127.0.0.0/8 allow",
        "  do-not-query-localhost: no",
        '  username: ""',
        '  chroot: ""',
        f'  directory: "{folder}"',
        "  use-syslog: no",
        "  num-threads: 1",
        "  do-ip6: no",
        "  cache-max-negative-ttl: 1",
        "  ede: yes",
        f'  module-config: "{"validator " if anchors else ""}iterator"',
        *(f"  trust-anchor: {anchor}" for anchor in anchors),
        *(f'  local-zone: "{one}." nodefault' for one in ("test", "invalid", "onion")),
        *(f"  {line}" for line in more),
    ]
    if tls:
        dot, doh, certificate, key = tls
        lines += [
            f"  interface: 127.0.0.1@{dot}",
            f"  interface: 127.0.0.1@{doh}",
            f"  tls-port: {dot}",
            f"  https-port: {doh}",
            f'  tls-service-pem: "{certificate}"',
            f'  tls-service-key: "{key}"',
        ]
    lines += ["remote-control:", "  control-enable: no"]
    for zone in zones:
        lines += [
            "stub-zone:",
            f'  name: "{absolute(zone)}"',
            f"  stub-addr: 127.0.0.1@{authority}",
        ]
    (folder / "unbound.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with running([program, "-d", "-c", folder / "unbound.conf"]) as process:
        wait_for_dns(port, process=process)
        yield port


class Misbehaving:
    """A server that relays to a real one, unless a rule picks a way to go wrong.

    Rules are (suffix of the name, type or None, mode). Modes: drop, delay, servfail, refused,
    notimp, formerr, nxdomain, empty, tc, tconly, wrong-id, wrong-question, lame, noedns, flaky, cut,
    garbage, and lie:ADDRESS. `asked` holds (name, type, transport) of each query.
    """

    def __init__(self, upstream, rules=()):
        self.upstream = upstream
        self.rules = list(rules)
        self.asked = []
        self._lost = set()
        self.port = free_dns_port()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer._serve_tcp(self.request)

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self._tcp = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), Handler)
        self._tcp.daemon_threads = True
        self._tcp.block_on_close = False

    def __enter__(self):
        threading.Thread(target=self._serve_udp, daemon=True).start()
        threading.Thread(target=self._tcp.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._tcp.shutdown()
        self._tcp.server_close()
        with contextlib.suppress(OSError):
            self._udp.shutdown(socket.SHUT_RDWR)
        self._udp.close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def _mode(self, query):
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        for suffix, wanted, mode in self.rules:
            if name.endswith(suffix) and wanted in (None, kind):
                return mode, (name, kind)
        return "", (name, kind)

    def _serve_udp(self):
        while True:
            try:
                data, sender = self._udp.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            threading.Thread(target=self._reply_udp, args=(data, sender), daemon=True).start()

    def _reply_udp(self, data, sender):
        with contextlib.suppress(OSError):
            for reply in self._replies(data, tcp=False):
                self._udp.sendto(reply, sender)

    def _serve_tcp(self, connection):
        connection.settimeout(2)
        with contextlib.suppress(OSError, struct.error):
            while True:
                (size,) = struct.unpack("!H", connection.recv(2))
                for reply in self._replies(connection.recv(size), tcp=True):
                    connection.sendall(struct.pack("!H", len(reply)) + reply)

    def _replies(self, data, *, tcp):
        query = dns.message.from_wire(data)
        mode, key = self._mode(query)
        self.asked.append((*key, "tcp" if tcp else "udp"))
        if mode == "drop" or (mode == "tconly" and tcp):
            return
        if mode == "flaky" and key not in self._lost:
            self._lost.add(key)
            return
        if mode == "delay":
            time.sleep(0.2)
        made = self._made(query, mode, tcp=tcp)
        if made is not None:
            yield made
        elif mode == "noedns" and query.edns >= 0:
            response = dns.message.make_response(query)
            response.use_edns(False)
            response.set_rcode(dns.rcode.FORMERR)
            yield response.to_wire()
        else:
            answer = dns.query.udp_with_fallback(query, "127.0.0.1", timeout=2, port=self.upstream)
            yield self._spoilt(answer[0].to_wire(), mode)

    def _made(self, query, mode, *, tcp):
        response = dns.message.make_response(query)
        codes = {
            "servfail": dns.rcode.SERVFAIL,
            "refused": dns.rcode.REFUSED,
            "notimp": dns.rcode.NOTIMP,
            "formerr": dns.rcode.FORMERR,
            "nxdomain": dns.rcode.NXDOMAIN,
        }
        if mode in codes:
            response.set_rcode(codes[mode])
            response.flags |= dns.flags.RA
        elif mode == "empty":
            response.flags |= dns.flags.RA
        elif mode in ("tc", "tconly") and not tcp:
            response.flags |= dns.flags.TC
        elif mode == "lame":
            response.authority.append(
                dns.rrset.from_text(".", 3600, "IN", "NS", "a.root-servers.net.")
            )
        elif mode.startswith("lie:"):
            name = query.question[0].name
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", mode[4:]))
            response.flags |= dns.flags.RA
        elif mode == "garbage":
            return query.to_wire()[:2] + b"\x81\x80" + b"\xff" * 40
        else:
            return None
        return response.to_wire()

    @staticmethod
    def _spoilt(wire, mode):
        if mode == "wrong-id":
            return bytes([wire[0] ^ 0xFF]) + wire[1:]
        if mode == "wrong-question":
            other = dns.message.make_response(dns.message.make_query("other.example.", "A"))
            return wire[:2] + other.to_wire()[2:]
        return wire[: len(wire) - 7] if mode == "cut" else wire
