"""How fast DNS evidence is gathered and judged, beside the nearest peer.

    python -m tests.bench.dns [domains]

Prints: 200 domains with every DNS check on a local server, the same at 20 ms round trip, raw lookups
of 20,000 names, and SPF and DMARC of the same domains by checkdmarc where it can be imported, on the
local server and (some of them, as it asks one thing after the other) at 20 ms.
"""

import asyncio
import contextlib
import heapq
import multiprocessing
import os
import socket
import sys
import tempfile
import time
from pathlib import Path

import dns.resolver

from scanner.config import read_config
from scanner.deadline import Deadline
from scanner.scan import Options, Parts, scan
from scanner.select import Selection
from scanner.sources.dns.resolver import Peer, Resolver, Settings
from scanner.sources.dns.servers import Server
from tests.servers import clouds
from tests.servers.dns import free_dns_port, knot, wait_for_dns

try:
    import checkdmarc.dmarc
    import checkdmarc.spf
except ImportError:
    checkdmarc = None

NAMES = 20_000


@contextlib.contextmanager
def delaying(upstream, seconds):
    """The port of a relay that holds each reply back, as a link with that round trip does.

    It runs in a process of its own, so that its work is not counted as ours.
    """
    port = free_dns_port()
    process = multiprocessing.get_context("spawn").Process(
        target=relay, args=(port, upstream, seconds), daemon=True
    )
    process.start()
    try:
        wait_for_dns(port, "raw.")
        yield port
    finally:
        process.terminate()
        process.join()


def relay(port, upstream, seconds):
    """Relay datagrams for ever."""
    asyncio.run(_relay(port, ("127.0.0.1", upstream), seconds))


async def _relay(port, upstream, seconds):
    loop = asyncio.get_running_loop()
    inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    outer.bind(("127.0.0.1", port))
    for sock in (inner, outer):
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
    senders, queue = {}, []

    def ask():
        with contextlib.suppress(BlockingIOError):
            while True:
                data, sender = outer.recvfrom(4096)
                senders[data[:2]] = sender
                inner.sendto(data, upstream)

    def answer():
        with contextlib.suppress(BlockingIOError):
            while True:
                heapq.heappush(queue, (time.monotonic() + seconds, inner.recv(4096)))
                loop.call_later(seconds, release)

    def release():
        while queue and queue[0][0] <= time.monotonic() + 0.001:
            data = heapq.heappop(queue)[1]
            outer.sendto(data, senders[data[:2]])

    loop.add_reader(outer, ask)
    loop.add_reader(inner, answer)
    await asyncio.Event().wait()


def zones_of(count):
    """That many good domains of the worldwide cloud, each with three senders more."""
    names = [f"d{number:04}.test" for number in range(count)]
    zones = clouds.world(names, "worldwide")
    for name in names:
        records = clouds.good(name, "worldwide")
        extra = " ".join(f"include:s{place}.senders.example" for place in range(3))
        records["@", "TXT"] = [f'"v=spf1 include:spf.protection.outlook.com {extra} -all"']
        records["@", "NS"] = ["ns1.hoster.example.", "ns2.hoster.example."]
        zones[name] = clouds.lines_of(records)
    zones["example"] += ["ns1.hoster A 127.0.0.1", "ns2.hoster A 127.0.0.1"]
    zones["raw"] = [f"n{number} A 192.0.2.1" for number in range(NAMES)]
    return names, zones


MAIL = ("dns.spf-valid", "dns.spf-lookup-limit", "dns.dmarc-policy")


def scanned(names, resolver, authority, folder, parts, only=("dns",)):
    """Seconds and processor seconds of one scan."""
    config = folder / "emsready.toml"
    listed = ", ".join(f'"{name}"' for name in names)
    config.write_text(
        f'[domains]\nnames = [{listed}]\n[dns]\nexternal = ["127.0.0.1:{resolver}"]\n'
        f'[network]\nconnect = {{ "127.0.0.1:53" = "127.0.0.1:{authority}" }}\n'
    )
    began, used = time.perf_counter(), time.process_time()
    options = Options(Selection(only, (), ()), ())
    out = Path(tempfile.mkdtemp(dir=folder))
    result = scan(read_config(config), parts, options, out)
    took = time.perf_counter() - began
    assert len(result.findings) >= len(only) * len(names)
    return took, time.process_time() - used


async def raw(port, count):
    """Queries per second over that many names."""
    settings = Settings(3.0, Deadline.after(60))
    resolver = Resolver([Peer(Server("127.0.0.1", port), settings)])
    began = time.perf_counter()
    found = await asyncio.gather(*(resolver.ask(f"n{n}.raw", "A") for n in range(count)))
    took = time.perf_counter() - began
    assert all(one.present for one in found)
    await resolver.close()
    return count / took


def peer(names, port):
    """Domains per second of checkdmarc, SPF and DMARC alone; None where it is not installed."""
    if checkdmarc is None:
        return None
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    began = time.perf_counter()
    for name in names:
        checkdmarc.spf.check_spf(name, resolver=resolver)
        checkdmarc.dmarc.check_dmarc(name, resolver=resolver)
    return len(names) / (time.perf_counter() - began)


def main():
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    parts = Parts.load()
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        names, zones = zones_of(count)
        with knot(folder / "knot", zones) as port:
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
            local, used = scanned(names, port, port, folder, parts)
            print(
                f"every check, {count} domains, local   {local:6.2f} s wall, {used:.2f} s processor"
            )
            mail, used = scanned(names, port, port, folder, parts, MAIL)
            print(f"SPF and DMARC alone, local         {mail:6.2f} s wall, {used:.2f} s processor")
            print(
                f"{NAMES} lookups, local            {asyncio.run(raw(port, NAMES)):6.0f} queries/s"
            )
            theirs = peer(names, port)
            with delaying(port, 0.02) as slow:
                far, used = scanned(names, slow, slow, folder, parts)
                print(
                    f"every check, {count} domains, 20 ms   {far:6.2f} s wall, {used:.2f} s processor"
                )
                theirs_far = peer(names[:FEW], slow)
                mail_far, _ = scanned(names, slow, slow, folder, parts, MAIL)
    if theirs is None:
        print("checkdmarc is not installed: no ratio")
        return
    for what, ours, other in (
        ("SPF and DMARC alone, local", count / mail, theirs),
        ("SPF and DMARC alone, 20 ms", count / mail_far, theirs_far),
        ("every check against their SPF and DMARC, 20 ms", count / far, theirs_far),
    ):
        print(
            f"{what}: {ours:.0f} against {other:.1f} domains/s of checkdmarc, {ours / other:.1f} times"
        )


FEW = 10
"""How many domains the peer is given at 20 ms: it needs a third of a second for each."""


if __name__ == "__main__":
    main()
