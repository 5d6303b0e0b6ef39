"""How fast and how small the tenant is read: 200,000 users against a bare loop, and a small tenant.

python -m tests.bench.tenant [--users N]

The lab's Graph runs in a process of its own and answers with pages that it made beforehand, so that
the client is what is measured. The anchor is a loop over one requests session that fetches the next
page while one is decoded, and does nothing with the users but count them.
"""

import argparse
import contextlib
import json
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from scanner.evidence.envelope import Header
from scanner.evidence.folder import Writer
from scanner.evidence.suffixes import TenantSuffixes
from scanner.evidence.tenant import USERS, User
from scanner.lab.tenant.many import ManyUsers
from scanner.registry import load_checks
from scanner.sources.graph.declared import declared
from scanner.sources.graph.source import GraphSource
from scanner.testing import NOW
from tests.scanning import parts, scan_text
from tests.servers.tenant import config_of, running_tenant
from tests.sources.gathering import Gathering


class Kept:
    """Answers that were made once, by path and query."""

    def __init__(self, graph):
        self._answer = graph.answer
        self._kept = {}
        graph_type = type(graph)
        graph_type.answer = self  # the lab's Graph has slots; one process serves one bench

    def __call__(self, base, address, query, headers):
        key = address, tuple(sorted(query.items()))
        if key not in self._kept:
            self._kept[key] = self._answer(base, address, query, headers)
        return self._kept[key]


def serve(folder, users, delay, pipe):
    """In a process of its own: the tenant, until the other end of the pipe is closed."""
    with running_tenant(Path(folder), healthy=True) as lab:
        lab.faults.delay = delay
        if users:
            lab.graph.holdings["v1.0 /users"] = ManyUsers(lab.graph.facts, users)
            Kept(lab.graph)
        pipe.send((lab.base, lab.organisation.client_id))
        with contextlib.suppress(EOFError):
            pipe.recv()


@contextlib.contextmanager
def tenant(users=0, delay=0.0):
    """A running tenant in another process: its folder and address."""
    with tempfile.TemporaryDirectory() as folder:
        here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=serve, args=(folder, users, delay, there), daemon=True)
        process.start()
        base, client_id = here.recv()
        try:
            yield Remote(base, client_id, Path(folder))
        finally:
            here.close()
            process.terminate()
            process.join(5)


class Remote:
    """What `config_of` needs to know of a lab that runs elsewhere."""

    def __init__(self, base, client_id, folder):
        self.base, self.folder = base, folder
        self.organisation = self
        self.client_id, self.domain = client_id, "contoso.com"


def measured(work, *arguments):
    """Run it in a fresh process; returns its result, seconds, processor seconds and peak in MB."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_measure, args=(work, arguments, there))
    process.start()
    found = here.recv()
    process.join()
    return found


def _measure(work, arguments, pipe):
    began, spent = time.perf_counter(), time.process_time()
    result = work(*arguments)
    wall = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send((result, wall, time.process_time() - spent, peak))


def token_of(base, folder, client_id):
    source = GraphSource()
    found = {}

    def keep(gather, client, token):
        found["token"] = token

    source._read = keep
    config = config_of(Remote(base, client_id, folder), folder)
    source.collect(Gathering(config, frozenset({User})))
    return found["token"]


def bare_loop(base, folder, token):
    """The anchor: count the users of every page, the next page on its way meanwhile."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    address = f"{base}/v1.0/users?$select={','.join(USERS.select)}&$top=999"
    count, box = 0, {}

    def fetch(url):
        box["page"] = session.get(url, verify=str(folder / "roots.pem"), timeout=60).content

    fetch(address)
    while True:
        page = json.loads(box["page"])
        link = page.get("@odata.nextLink")
        thread = threading.Thread(target=fetch, args=(link,)) if link else None
        if thread:
            thread.start()
        count += sum(1 for one in page["value"] if one["accountEnabled"])
        if thread is None:
            return count
        thread.join()


def product(base, folder, client_id):
    """The product: sign in, read, and keep every user as typed evidence on disk."""
    source = GraphSource()
    config = config_of(Remote(base, client_id, folder), folder)
    gather = Gathering(config, frozenset({User, TenantSuffixes}))
    with tempfile.TemporaryDirectory() as out:
        writer = Writer(Path(out) / "evidence", Header(NOW, "bench", "contoso.com"))
        writer.open()
        gather.stream = writer.stream
        source.collect(gather)
    return sum(one.users for one in gather.one(TenantSuffixes).suffixes)


def large(users):
    with tenant(users) as lab:
        token = token_of(lab.base, lab.folder, lab.client_id)
        bare_loop(lab.base, lab.folder, token)  # lets the server make its pages
        anchor, ours = [], []
        for _ in range(3):
            anchor.append(measured(bare_loop, lab.base, lab.folder, token))
            ours.append(measured(product, lab.base, lab.folder, lab.client_id))
    bare, mine = (min(found, key=lambda one: one[1]) for found in (anchor, ours))
    print(f"{users:,} users in {-(-users // 999)} pages of 999, TLS on loopback, best of three")
    for name, (count, wall, spent, peak) in {"bare loop": bare, "emsready": mine}.items():
        print(f"  {name:<10} {count:,} users {wall:6.2f} s {spent:6.2f} s of CPU {peak:5.0f} MB")
    print(f"  throughput against the bare loop: {bare[1] / mine[1]:.2f} (wanted: 0.9)")
    print(f"  peak memory: {mine[3]:.0f} MB (wanted: at most 150)")


def small():
    with tenant(delay=0.1) as lab, tempfile.TemporaryDirectory() as folder:
        graph = [
            one.id
            for one in parts().catalogue.checks
            if any(kind in GraphSource().kinds for kind in one.types)
            and one.package in ("administration", "devices")
        ]
        text = f"""
[scope]
platforms = ["windows", "ios", "android"]
workloads = ["intune", "conditional-access", "device-certificates", "co-management"]
identity = "hybrid"
[tenant]
domain = "contoso.com"
[tenant.endpoints]
login = "{lab.base}"
graph = "{lab.base}"
[tenant.auth]
method = "certificate"
client_id = "{lab.client_id}"
certificate_file = "{lab.folder / "scan.pem"}"
[trust]
ca_file = "{lab.folder / "roots.pem"}"
"""
        began = time.perf_counter()
        result = scan_text(text, folder, only=graph)
        wall = time.perf_counter() - began
    print(f"A small tenant, {len(graph)} checks, 100 ms per request, documented rates kept")
    print(f"  {wall:.1f} s, {len(result.findings)} findings (wanted: at most 30 s)")


def budget():
    checks = load_checks().checks
    calls = declared(GraphSource().kinds, checks)
    print("Requests by check, where it is run alone (a list counts once, whatever its pages):")
    for check in checks:
        used = [one for one in calls if check.id in one.checks]
        if used:
            classes = sorted({one.call.throttle_class for one in used})
            print(f"  {check.id:<56} {len(used):>2}  {', '.join(classes)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--budget", action="store_true", help="print the requests of each check")
    arguments = parser.parse_args()
    if arguments.budget:
        sys.exit(budget())
    large(arguments.users)
    small()
