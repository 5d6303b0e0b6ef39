"""Directories: from LDIF to findings, and live from slapd; speed, memory, and exactly the known faults.

The forest is generated with known faults (tests/servers/faulty_forest.py); what a scan finds is compared
with them row by row. The anchors are the least that reads LDIF at all, and ldapsearch. Processor time
is what counts, because machines are shared; the wall clock stands beside it. Exits with 1 where a bar
does not hold.

python -m tests.bench.directory [objects …]      default: 100000 1000000, and 50,000 entries from slapd
"""

import argparse
import ast
import base64
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from unittest import mock

from scanner.config.model import Config, Directory, Domains
from scanner.directory import check_exports
from scanner.evidence.directory import DirectoryObject
from scanner.progress import Silent
from scanner.record import rows_reader
from scanner.sources.directory import live
from tests.bench.bars import Bar, told
from tests.servers.faulty_forest import DOMAINS, UNITS, dn_of, found, ldif, user, write
from tests.servers.slapd import SUFFIX, slapd

SPEED = 30_000  # objects per second of processor time
MEMORY = 1024  # MB at the peak
GROWTH = 1.25  # time per object, against the smallest forest
LIVE = 50_000
LIVE_SECONDS = 8.0  # of the wall clock, the better of two rounds
ROUNDS = 2
LIBRARIES = {"python-ldap": ("ldap", "libldap"), "ldap3": ("ldap3", "pure")}


def plain_reader(path):
    """The least that reads LDIF at all: unfold, base64, a dictionary for each entry."""
    count = 0
    entry, pending = {}, None

    def keep(line):
        name, _, value = line.partition(":")
        if value.startswith(":"):
            value = base64.b64decode(value[1:].strip()).decode("utf-8", "replace")
        entry.setdefault(name.lower(), []).append(value.lstrip(" "))

    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            line = line.rstrip("\n")  # noqa: PLW2901
            if line.startswith(" ") and pending is not None:
                pending += line[1:]
                continue
            if pending:
                keep(pending)
            pending = line
            if not line:
                if entry:
                    count += 1
                    entry = {}
                pending = None
    return count


def check(path):
    """In a process of its own, so that the peak of memory is that of this run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        config = Config(domains=Domains(names=DOMAINS), directory=Directory(files=(str(path),)))
        began, worked = time.perf_counter(), time.process_time()
        result, _ = check_exports(config, folder, Silent())
        took, work = time.perf_counter() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = found(result, rows_reader(folder))
    measured = {"took": took, "work": work, "peak": peak}
    print(json.dumps(measured | {"rows": {repr(key): count for key, count in rows.items()}}))


def measured(count):
    """What one forest costs, and what was told of it too little and too much."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "forest.ldif"
        expected = write(path, count)
        worked = time.process_time()
        entries = plain_reader(path)
        plain = time.process_time() - worked
        words = [sys.executable, "-m", "tests.bench.directory", "--check", str(path)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        size = path.stat().st_size / entries
    one = json.loads(done.stdout)
    rows = Counter({ast.literal_eval(key): count for key, count in one["rows"].items()})
    one |= {"entries": entries, "lack": expected - rows, "more": rows - expected}
    print(
        f"{entries:>9} entries of {size:.0f} bytes: {one['took']:6.2f} s, {one['work']:6.2f} s of CPU,"
        f" {entries / one['work']:7.0f} a second of CPU, peak {one['peak']:4.0f} MB; a plain reader"
        f" {entries / plain:7.0f} (ratio {one['work'] / plain:.2f}); {sum(rows.values())} rows"
    )
    for word in ("lack", "more"):
        for row, times in list(one[word].items())[:5]:
            print(f"          {word}: {times} times {row}")
    return one


def files(sizes):
    """The bars of exports."""
    made = {count: measured(count) for count in sizes}
    least = min(made)
    of_each = {count: one["work"] / one["entries"] for count, one in made.items()}
    for count, one in made.items():
        speed = 1 / of_each[count]
        wrong = sum(one["lack"].values()) + sum(one["more"].values())
        yield Bar(
            f"{count:,} objects: a second of CPU", f"{speed:,.0f}", f"{SPEED:,}", speed >= SPEED
        )
        yield Bar(f"{count:,} objects: wrong rows", str(wrong), "0", wrong == 0)
        yield Bar(
            f"{count:,} objects: peak memory", f"{one['peak']:.0f} MB", f"{MEMORY} MB",
            one["peak"] <= MEMORY,
        )  # fmt: skip
        if count != least:
            growth = of_each[count] / of_each[least]
            yield Bar(
                f"{count:,} objects: time of one against {least:,}", f"{growth:.2f}", str(GROWTH),
                growth <= GROWTH,
            )  # fmt: skip


def server_entry(number):
    """A user for slapd, which knows fewer classes and wants the category."""
    entry = user(number) | {"objectClass": ["top", "user"], "objectCategory": ["person"]}
    return ldif(dn_of(number), entry).replace(UNITS, SUFFIX)


def servers():
    """The bars of reading live: ldapsearch, which judges nothing, then each library."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with slapd(folder, "".join(map(server_entry, range(LIVE)))) as port:
            address = f"ldap://127.0.0.1:{port}"
            command = ["ldapsearch", "-x", "-LLL", "-E", "pr=1000/noprompt", "-b", SUFFIX]
            began = time.perf_counter()
            subprocess.run(
                [*command, "-H", address, "(objectCategory=person)"],
                check=True, capture_output=True,
            )  # fmt: skip
            print(f"ldapsearch alone: {time.perf_counter() - began:.2f} s")
            for library, (module, session) in LIBRARIES.items():
                yield _live_by(library, module, session, address, folder)


def _live_by(library, module, session, address, folder):
    """One library, by hiding the other."""
    name = f"{LIVE:,} entries live by {library}"
    try:
        importlib.import_module(module)
    except ImportError:
        return Bar(name, "not installed", f"{LIVE_SECONDS} s", None)
    find = importlib.import_module

    def only(wanted):
        if wanted.startswith("scanner.sources.directory.") and not wanted.endswith(session):
            raise ImportError(wanted)
        return find(wanted)

    config = Config(
        domains=Domains(names=DOMAINS), directory=Directory(ldap=(address,), base=(SUFFIX,))
    )
    times = []
    with mock.patch.object(live.importlib, "import_module", only):
        for number in range(ROUNDS):
            began, worked = time.perf_counter(), time.process_time()
            _, evidence = check_exports(config, folder / f"{session}-{number}", Silent())
            times.append((time.perf_counter() - began, time.process_time() - worked))
            read = sum(1 for _ in evidence.streams[DirectoryObject])
            assert read == LIVE, f"{library} read {read} of {LIVE} entries"
    took, work = min(times)
    return Bar(name, f"{took:.2f} s ({work:.2f} CPU)", f"{LIVE_SECONDS} s", took <= LIVE_SECONDS)


def main():
    """Measure everything, or check one file for the process that asked."""
    asked = argparse.ArgumentParser()
    asked.add_argument("objects", nargs="*", type=int, default=[100_000, 1_000_000])
    asked.add_argument("--check", type=Path)
    words = asked.parse_args()
    if words.check:
        check(words.check)
        return
    sys.exit(0 if told([*files(words.objects), *servers()]) else 1)


if __name__ == "__main__":
    main()
