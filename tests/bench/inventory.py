"""Reading inventories, against nothing but parsing the same text; prints seconds and ratios.

python -m tests.bench.inventory [servers]
"""

import csv
import io
import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from scanner.lab.inventory import servers
from scanner.lab.organisation import Organisation
from scanner.sources.inventory.document import read_inventory

ROUNDS = 3


def best(work):
    """The shortest of a few rounds, in seconds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def documents(count):
    """The same organisation many times over: JSON, JSON with one mistake at its end, and CSV."""
    sample = servers(Organisation(), date(2026, 11, 20))
    found = [{**sample[n % len(sample)], "name": f"s{n}.contoso.com"} for n in range(count)]
    content = {"collected_at": "2026-11-20T08:00:00Z", "servers": found}
    good = json.dumps(content, indent=1)
    found[-1]["rolls"] = []
    bad = json.dumps(content, indent=1)
    rows = ["name,roles,os_version,pending,product,version,collected_at"]
    rows += [
        f"s{n}.contoso.com,ndes,10.0.20348.1,3,entra-connect,2.6.84.0,2026-11-20"
        for n in range(count)
    ]
    return good, bad, "\n".join(rows) + "\n"


def main(count):
    good, bad, table = documents(count)
    anchors = {
        "JSON": (good, best(lambda: json.loads(good)), "json.loads"),
        "JSON with a mistake": (bad, best(lambda: json.loads(bad)), "json.loads"),
        "CSV": (table, best(lambda: list(csv.reader(io.StringIO(table)))), "csv.reader"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, anchor, what) in anchors.items():
            path = Path(folder) / "inventory"
            path.write_text(text, encoding="utf-8")
            took = best(lambda path=path: read_inventory(path))
            print(
                f"{name:<20} {count} servers, {len(text) / 1e6:.1f} MB: {took:.2f} s,"
                f" {took / anchor:.1f} x {what}, {count / took:,.0f} servers/s"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
