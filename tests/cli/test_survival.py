"""What is left when things break in the middle: killed, interrupted, full, unreachable."""

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.lab.tenant.faults import Reply
from tests.cli.command import emsready, surroundings
from tests.servers.parts import free_port

TENANT = ("--only", "administration,devices")


@pytest.fixture
def lab(tmp_path):
    """The sample organisation; its folder is beside the output folder."""
    folder = tmp_path / "lab"
    folder.mkdir()
    with Lab(Organisation(), folder) as running:
        yield running


def tenant_of(lab):
    return next(part for part in lab.parts if hasattr(part, "faults"))


def hung(lab, out):
    """A scan that waits for the list of users; the process, once the waiting has begun."""
    tenant_of(lab).requests.clear()
    tenant_of(lab).faults.always["/users"] = Reply(slow=60.0)
    # as in a terminal: what a shell starts in the background hands down that interrupts are ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "scanner", "scan", "-c", lab.config, "-o", out, *TENANT],
        env=surroundings(),
        stderr=subprocess.PIPE,
        text=True,
    )
    signal.signal(signal.SIGINT, before)
    end = time.monotonic() + 60
    while not any(one.path.endswith("/users") for one in tenant_of(lab).requests):
        assert time.monotonic() < end, "the scan never asked for the users"
        time.sleep(0.02)
    time.sleep(0.3)
    return process


def scanned(lab, out, *words, **options):
    return emsready("scan", "-c", lab.config, "-o", out, *TENANT, "-q", *words, **options)


def test_a_killed_scan_leaves_the_older_run_and_evidence_that_can_be_judged(lab, tmp_path):
    out = tmp_path / "out"
    assert scanned(lab, out).returncode in (0, 3)
    before = (out / "result.json").read_bytes()
    process = hung(lab, out)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert (out / "result.json").read_bytes() == before
    (left,) = out.glob("unfinished-*")
    done = emsready("judge", left / "evidence", "-o", tmp_path / "judged", "--json")
    assert done.returncode == 3, done.stderr
    result = json.loads((tmp_path / "judged" / "result.json").read_text())
    assert result["complete"] is False
    assert all(one["status"] != "pass" for one in result["findings"] if "users" in one["check"])


def test_the_scan_after_a_killed_one_goes_on_as_if_nothing_had_been(lab, tmp_path):
    out = tmp_path / "out"
    process = hung(lab, out)
    process.kill()
    process.communicate(timeout=10)
    tenant_of(lab).faults.always.clear()
    assert scanned(lab, out).returncode in (0, 3)
    assert json.loads((out / "result.json").read_text())["complete"] is True


def test_an_interrupt_keeps_what_there_is_and_says_so(lab, tmp_path):
    out = tmp_path / "out"
    process = hung(lab, out)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "marked incomplete" in told
    assert "Traceback" not in told
    result = json.loads((out / "result.json").read_text())
    assert result["complete"] is False
    assert any(one["status"] == "fail" for one in result["findings"])
    assert (out / "report.html").exists()


def test_a_full_disk_is_one_clear_message_and_the_older_run_stays(lab, tmp_path):
    out = tmp_path / "out"
    assert scanned(lab, out).returncode in (0, 3)
    before = (out / "result.json").read_bytes()

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    done = scanned(lab, out, preexec_fn=small)
    assert done.returncode == 5
    assert "earlier runs are untouched" in done.stderr
    assert "Traceback" not in done.stderr
    assert (out / "result.json").read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that nobody can write")
def test_an_output_folder_that_cannot_be_written_is_refused_before_any_contact(lab):
    done = scanned(lab, "/proc/self/emsready")
    assert done.returncode == 2
    assert "cannot write to" in done.stderr
    assert tenant_of(lab).requests == []


def test_an_unreachable_tenant_costs_only_what_the_tenant_knows(lab, tmp_path):
    text = lab.config.read_text()
    base = tenant_of(lab).base
    config = lab.config.with_name("away.toml")
    config.write_text(text.replace(base, f"https://127.0.0.1:{free_port()}"))
    done = emsready("scan", "-c", config, "-o", tmp_path / "out", "-q")
    assert done.returncode == 3, done.stderr
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    of_tenant = [one for one in result["findings"] if one["check"].startswith("devices.mdm")]
    assert {one["status"] for one in of_tenant} == {"not-assessed"}
    assert {one["missing"]["reason"] for one in of_tenant} == {"unreachable"}
    (told,) = [one for one in result["coverage"] if one["source"] == "graph"]
    assert (told["state"], told["reason"]) == ("missing", "unreachable")


def test_a_refused_sign_in_is_code_4(lab, tmp_path):
    tenant_of(lab).login.organisation = Organisation(client_id="another")
    done = scanned(lab, tmp_path / "out")
    assert done.returncode == 4, done.stderr
    assert (tmp_path / "out" / "report.html").exists()


def test_the_gate_is_code_1_and_says_why(lab, tmp_path):
    done = scanned(lab, tmp_path / "out", "--fail-on", "blocker")
    assert done.returncode == 1
    assert "gate failed:" in done.stderr


def test_a_reader_that_leaves_early_is_no_error(lab, tmp_path):
    done = subprocess.run(
        f"{sys.executable} -P -m scanner checks list | head -1",
        shell=True,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
