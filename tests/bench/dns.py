"""How fast DNS evidence is gathered and judged, beside the nearest peer.

    python -m tests.bench.dns [domains]

Prints: 200 domains with every DNS check on a local server, the same at 20 ms round trip, raw lookups
of 20,000 names, and SPF and DMARC of the same domains by checkdmarc where it can be imported.
"""

import asyncio
import heapq
import os
import socket
import sys
import tempfile
import threading
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
from tests.servers.dns import free_dns_port, knot

try:
    import checkdmarc.dmarc
    import checkdmarc.spf
except ImportError:
    checkdmarc = None

NAMES = 20_000


class Delaying:
    """Relays datagrams and holds each reply back, as a link with that round trip does."""

    def __init__(self, upstream, seconds):
        self.port = free_dns_port()
        self._upstream, self._seconds = ("127.0.0.1", upstream), seconds

    def __enter__(self):
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._done.set)

    async def _serve(self):
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        outer.bind(("127.0.0.1", self.port))
        for sock in (inner, outer):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        senders, queue = {}, []

        def ask():
            while True:
                try:
                    data, sender = outer.recvfrom(4096)
                except BlockingIOError:
                    return
                senders[data[:2]] = sender
                inner.sendto(data, self._upstream)

        def answer():
            while True:
                try:
                    data = inner.recv(4096)
                except BlockingIOError:
                    return
                heapq.heappush(queue, (time.monotonic() + self._seconds, data))
                self._loop.call_later(self._seconds, release)

        def release():
            while queue and queue[0][0] <= time.monotonic() + 0.001:
                data = heapq.heappop(queue)[1]
                outer.sendto(data, senders[data[:2]])

        self._loop.add_reader(outer, ask)
        self._loop.add_reader(inner, answer)
        await self._done.wait()


def zones_of(count):
    """That many good domains of the worldwide cloud, each with three senders more."""
    names = [f"d{number:04}.test" for number in range(count)]
    zones = clouds.world(names, "worldwide")
    for name in names:
        records = clouds.good(name, "worldwide")
        extra = " ".join(f"include:s{place}.senders.example" for place in range(3))
        records["@", "TXT"] = [f'"v=spf1 include:spf.protection.outlook.com {extra} -all"']
        zones[name] = clouds.lines_of(records)
    zones["raw"] = [f"n{number} A 192.0.2.1" for number in range(NAMES)]
    return names, zones


def scanned(names, resolver, authority, folder, parts):
    """Seconds and processor seconds of one scan."""
    config = folder / "emsready.toml"
    listed = ", ".join(f'"{name}"' for name in names)
    config.write_text(
        f'[domains]\nnames = [{listed}]\n[dns]\nexternal = ["127.0.0.1:{resolver}"]\n'
        f'[network]\nconnect = {{ "127.0.0.1:53" = "127.0.0.1:{authority}" }}\n'
    )
    began, used = time.perf_counter(), time.process_time()
    options = Options(Selection(("dns",), (), ()), ())
    result = scan(read_config(config), parts, options, folder / f"run-{resolver}")
    took = time.perf_counter() - began
    assert len(result.findings) > 20 * len(names)
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
            local, used = scanned(names, port, port, folder, parts)
            print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
            print(f"{count} domains, local server    {local:6.2f} s wall, {used:.2f} s processor")
            with Delaying(port, 0.02) as slow:
                far, used = scanned(names, slow.port, slow.port, folder, parts)
            print(f"{count} domains, 20 ms round trip {far:5.2f} s wall, {used:.2f} s processor")
            print(f"{NAMES} lookups               {asyncio.run(raw(port, NAMES)):8.0f} queries/s")
            theirs = peer(names, port)
    if theirs is None:
        print("checkdmarc is not installed: no ratio")
        return
    print(f"checkdmarc, SPF and DMARC only   {theirs:6.1f} domains/s")
    print(f"emsready, every DNS check        {count / local:6.1f} domains/s")
    print(f"ratio                            {count / local / theirs:6.1f}")


if __name__ == "__main__":
    main()
