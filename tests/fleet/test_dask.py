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

pytest.importorskip("distributed")
CUSTOMERS = 6


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


@pytest.fixture
def cluster(tmp_path):
    """A scheduler with two workers: (address, [worker, worker])."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    quiet = ("--no-dashboard",)
    scheduler = started(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), *quiet
    )
    processes = [scheduler]
    try:
        wait_for_port(port, seconds=60, process=scheduler)
        for number in range(2):
            folder = tmp_path / f"worker-{number}"
            words = (
                address,
                "--host",
                "127.0.0.1",
                "--nthreads",
                "2",
                "--local-directory",
                str(folder),
            )
            processes.append(started("distributed.cli.dask_worker", *words, *quiet, "--no-nanny"))
        yield address, processes[1:]
    finally:
        for process in reversed(processes):
            killed(process)


@pytest.fixture
def customers(tmp_path):
    """A fleet of several customers, all of them the sample organisation."""
    (tmp_path / "lab").mkdir()
    with Lab(Organisation(), tmp_path / "lab") as lab:
        entries = [
            f'[[customer]]\nname = "Customer {number}"\nconfig = "{lab.config}"\n'
            'only = ["administration", "devices"]\n'
            for number in range(CUSTOMERS)
        ]
        (tmp_path / "fleet.toml").write_text("[fleet]\ntimeout = 60\n" + "".join(entries))
        yield tmp_path / "fleet.toml"


def ledger(out):
    try:
        return json.loads((out / LEDGER).read_text())
    except (OSError, ValueError):
        return {}


@pytest.mark.timeout(200)
def test_a_worker_that_is_killed_costs_nobody(cluster, customers, tmp_path):
    address, workers = cluster
    out = tmp_path / "out"
    words = ("fleet", customers, "-o", out, "--engine", "dask", "--scheduler", address)
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "scanner", *map(str, words)],
        env=surroundings(),
        stderr=subprocess.PIPE,
        text=True,
    ) as driver:
        end = time.monotonic() + 120
        while not any(one["state"] == "done" for one in ledger(out).values()):
            assert time.monotonic() < end, "nothing was ever done"
            assert driver.poll() is None, driver.stderr.read()
            time.sleep(0.05)
        killed(workers[0])
        _, told = driver.communicate(timeout=150)
    assert driver.returncode == 0, told
    assert [one["state"] for one in ledger(out).values()] == ["done"] * CUSTOMERS
    runs = [
        json.loads((out / f"customer-{n}" / "result.json").read_text()) for n in range(CUSTOMERS)
    ]
    assert all(run["complete"] for run in runs)
    assert len({len(run["findings"]) for run in runs}) == 1


def test_a_scheduler_that_is_not_there_is_one_clear_message(
    customers, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("scanner.fleet.engine.SECONDS", 2)
    words = ("--engine", "dask", "--scheduler", f"tcp://127.0.0.1:{free_port()}")
    assert main(["fleet", str(customers), "-o", str(tmp_path / "out"), *words]) == 2
    assert "no scheduler answers" in capsys.readouterr().err
