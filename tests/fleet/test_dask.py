"""A real scheduler and two real workers on loopback: one is killed, and the fleet ends complete."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from scanner.cli.main import main
from scanner.fleet.drive import LEDGER
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.cli.command import surroundings
from tests.servers.parts import free_port, wait_for_port

if not os.environ.get("CI"):  # there it must not be missing
    pytest.importorskip("distributed")
CUSTOMERS = 6
DRIVER = """
import sys
from scanner.cli.main import main
from scanner.fleet import engine
engine.SECONDS = 10
sys.exit(main())
"""


def started(*words):
    """A process of Dask in a session of its own, so that it can be killed with all its children."""
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        env=surroundings(DASK_DISTRIBUTED__WORKER__DAEMON="False"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


class Cluster:
    """A scheduler at a fixed address with two workers; any of them can be killed and started."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = None
        self.workers = []

    def start(self):
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.scheduler = started("distributed.cli.dask_scheduler", *words)
        wait_for_port(self.port, seconds=60, process=self.scheduler)
        for number in range(2):
            words = ("--host", "127.0.0.1", "--nthreads", "2", "--no-dashboard", "--no-nanny")
            home = ("--local-directory", str(self.folder / f"worker-{number}"))
            worker = started("distributed.cli.dask_worker", self.address, *words, *home)
            self.workers.append(worker)

    def kill(self):
        for process in [*self.workers, self.scheduler]:
            killed(process)
        self.workers.clear()


@pytest.fixture
def cluster(tmp_path):
    """The cluster, running."""
    made = Cluster(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def customers(tmp_path):
    """A fleet of several customers, all of them the sample organisation."""
    (tmp_path / "lab").mkdir()
    with Lab(Organisation(), tmp_path / "lab") as lab:
        entries = [
            f'[[customer]]\nname = "Customer {number}"\nconfig = "{lab.config}"\n'
            'only = ["devices.mdm-authority-intune"]\n'
            for number in range(CUSTOMERS)
        ]
        (tmp_path / "fleet.toml").write_text("[fleet]\ntimeout = 60\n" + "".join(entries))
        yield tmp_path / "fleet.toml"


def ledger(out):
    try:
        return json.loads((out / LEDGER).read_text())
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def under_way(customers, out, cluster):
    """A fleet on that cluster, left to the test as soon as its first customer is done."""
    words = ("fleet", customers, "-o", out, "--engine", "dask", "--scheduler", cluster.address)
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, *map(str, words)],
        env=surroundings(),
        stderr=subprocess.PIPE,
        text=True,
    ) as driver:
        try:
            end = time.monotonic() + 120
            while not any(one["state"] == "done" for one in ledger(out).values()):
                assert time.monotonic() < end, "nothing was ever done"
                assert driver.poll() is None, driver.stderr.read()
                time.sleep(0.05)
            yield driver
        finally:
            driver.kill()


def assert_complete_and_right(out):
    assert [one["state"] for one in ledger(out).values()] == ["done"] * CUSTOMERS
    runs = [
        json.loads((out / f"customer-{n}" / "result.json").read_text()) for n in range(CUSTOMERS)
    ]
    assert all(run["complete"] for run in runs)
    assert len({len(run["findings"]) for run in runs}) == 1


@pytest.mark.timeout(200)
def test_a_worker_that_is_killed_costs_nobody(cluster, customers, tmp_path):
    out = tmp_path / "out"
    with under_way(customers, out, cluster) as driver:
        killed(cluster.workers[0])
        _, told = driver.communicate(timeout=150)
    assert driver.returncode == 0, told
    assert_complete_and_right(out)


@pytest.mark.timeout(200)
def test_a_scheduler_that_is_started_again_gets_its_work_again(cluster, customers, tmp_path):
    out = tmp_path / "out"
    with under_way(customers, out, cluster) as driver:
        cluster.kill()
        cluster.start()
        _, told = driver.communicate(timeout=150)
    assert driver.returncode == 0, told
    assert_complete_and_right(out)


@pytest.mark.timeout(200)
def test_a_cluster_that_is_gone_for_good_leaves_an_honest_fleet(cluster, customers, tmp_path):
    out = tmp_path / "out"
    with under_way(customers, out, cluster) as driver:
        cluster.kill()
        _, told = driver.communicate(timeout=150)
    assert driver.returncode == 3, told
    states = [one["state"] for one in ledger(out).values()]
    assert set(states) == {"done", "failed"}, told
    assert (out / "portfolio.html").exists()
    done = {one["folder"] for one in ledger(out).values() if one["state"] == "done"}
    again = ("fleet", str(customers), "-o", str(out), "--resume", "-q")
    assert main(list(again)) == 0
    assert_complete_and_right(out)
    assert all(ledger(out)[folder]["attempts"] == 1 for folder in done)


def test_a_scheduler_that_is_not_there_is_one_clear_message(
    customers, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("scanner.fleet.engine.SECONDS", 2)
    words = ("--engine", "dask", "--scheduler", f"tcp://127.0.0.1:{free_port()}")
    assert main(["fleet", str(customers), "-o", str(tmp_path / "out"), *words]) == 2
    assert "no scheduler answers" in capsys.readouterr().err
