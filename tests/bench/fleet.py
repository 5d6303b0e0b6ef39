"""A fleet against the plain loop: throughput, memory per customer, and how many fit into a while.

python -m tests.bench.fleet [CUSTOMERS] [MILLISECONDS]     1, 2 and 4 workers; latency of each answer
python -m tests.bench.fleet scale SECONDS [WORKERS]        as many customers as fit, until the time is up

All customers are the sample organisation's tenant on loopback, each with a configuration, a process and
a folder of its own. The anchor is a loop over `emsready scan`, one after the other.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from scanner.fleet.drive import LEDGER
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation

ONLY = ("administration", "devices")
COMMAND = [sys.executable, "-P", "-m", "scanner"]


@contextmanager
def tenant(folder, latency=0.0):
    """The lab with a tenant that waits before each answer; gives the configuration."""
    (folder / "lab").mkdir(parents=True)
    with Lab(Organisation(directory_objects=50), folder / "lab") as lab:
        (part,) = [one for one in lab.parts if hasattr(one, "graph")]
        answer = part.answer

        def late(*words):
            time.sleep(latency)
            return answer(*words)

        part.answer = late
        yield lab.config, part


def fleet_file(folder, config, customers, workers):
    """fleet.toml for that many customers."""
    entry = f'config = "{config}"\nonly = {json.dumps(ONLY)}\n'
    text = [f'[fleet]\nworkers = {workers}\nformats = ["html"]\n']
    text += [f'[[customer]]\nname = "Customer {number}"\n{entry}' for number in range(customers)]
    path = folder / f"fleet-{customers}-{workers}.toml"
    path.write_text("\n".join(text), encoding="utf-8")
    return path


def run(*words):
    """A command; (seconds, the largest resident size in MB of it or a child, CPU seconds of all)."""
    began, before = time.monotonic(), os.times()
    process = subprocess.Popen([*COMMAND, *map(str, words)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{words}: ended with {status}")
    after = os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return time.monotonic() - began, usage.ru_maxrss / 1024, cpu


def compare(customers, latency):
    """Print the loop and 1, 2, 4 workers."""
    folder = Path(tempfile.mkdtemp(prefix="emsready-bench-"))
    try:
        with tenant(folder, latency) as (config, part):
            print(
                f"{customers} customers, {latency * 1000:g} ms per answer, {os.cpu_count()} cores"
            )
            began = time.monotonic()
            for number in range(customers):
                words = ("--only", ",".join(ONLY), "-q", "-o", folder / f"loop-{number}")
                _, size, _ = run("scan", "-c", config, *words)
            loop = time.monotonic() - began
            asked = len(part.requests) / customers
            print(f"loop       {loop:6.1f} s  1.0 x  {customers / loop * 3600:6.0f} an hour")
            for workers in (1, 2, 4):
                file = fleet_file(folder, config, customers, workers)
                took, _, _ = run("fleet", file, "-q", "-o", folder / f"fleet-{workers}")
                rate = customers / took * 3600
                print(
                    f"{workers} worker(s) {took:6.1f} s  {loop / took:.1f} x  {rate:6.0f} an hour"
                )
            print(f"a whole scan of one customer: {size:.0f} MB at most, {asked:.0f} requests")
            for name in ("collect", "judge"):
                print(f"{name}: {_alone(name, folder, config)}")
            print(f"a customer's folder: {_size(folder / 'fleet-1' / 'customer-0'):.2f} MB")
    finally:
        shutil.rmtree(folder)


def _alone(name, folder, config):
    """One half of a scan by itself."""
    words = {
        "collect": ("collect", "-c", config, "--only", ",".join(ONLY), "-q", "-o", folder / "half"),
        "judge": (
            "judge",
            folder / "half",
            "--only",
            ",".join(ONLY),
            "-q",
            "-o",
            folder / "judged",
        ),
    }
    took, size, cpu = run(*words[name])
    return f"{took:.1f} s, {cpu:.1f} s of CPU, {size:.0f} MB"


def _size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def scale(seconds, workers):
    """Scan customers until the time is up; print the rate, and the driver's memory as it grows."""
    folder = Path(tempfile.mkdtemp(prefix="emsready-bench-"))
    try:
        with tenant(folder, 0.05) as (config, part):
            file = fleet_file(folder, config, 100_000, workers)
            words = ["fleet", str(file), "-q", "-o", str(folder / "out")]
            began = time.monotonic()
            driver = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL)
            while time.monotonic() - began < seconds and driver.poll() is None:
                time.sleep(seconds / 8)
                done = _done(folder / "out")
                took = time.monotonic() - began
                told = f"{took:5.0f} s  {len(done):5} done  {_resident(driver.pid):5.0f} MB"
                print(f"{told}  {len(done) / took * 3600:6.0f} an hour", flush=True)
            driver.send_signal(2)
            driver.wait(60)
            done = _done(folder / "out")
            states = {state: done.count(state) for state in set(done)}
            print(
                f"{states}; {len(part.requests)} requests; {_size(folder / 'out'):.0f} MB written"
            )
    finally:
        shutil.rmtree(folder)


def _done(out):
    try:
        ledger = json.loads((out / LEDGER).read_bytes())
    except (OSError, ValueError):
        return []
    return [one["state"] for one in ledger.values() if one["state"] != "waiting"]


def _resident(process):
    """The resident size of a process in MB, by proc(5)."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["scale"]:
        scale(float(sys.argv[2]), int((sys.argv[3:] or [4])[0]))
    else:
        numbers = [float(word) for word in sys.argv[1:]]
        compare(int((numbers or [8])[0]), (numbers[1:] or [50])[0] / 1000)
