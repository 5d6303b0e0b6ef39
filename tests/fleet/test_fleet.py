"""A fleet ends complete and right: every customer in exactly one state, and none costs another."""

import csv
import io
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.cli.main import main
from scanner.config.read import ConfigError
from scanner.evidence.codec import encode
from scanner.evidence.folder import EvidenceError
from scanner.fleet.drive import LEDGER, Fleet, read_ledger
from scanner.fleet.engine import Threads
from scanner.fleet.job import Collected, TransientError
from scanner.fleet.judging import Judging
from scanner.fleet.model import Job, Outcome, State, folder_of, read_fleet
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.lab.tenant.faults import Reply
from tests.cli.command import emsready

TENANT = 'only = ["administration", "devices"]'


def job(name):
    return Job(folder_of(name), name, "x.toml", "", (), (), (), 5.0)


def driven(folder, collect, *names, retries=2, judge=None, **more):
    engine = Threads(4)
    judging = judge or Judging(folder, (), "en")
    with ThreadPoolExecutor(2) as judges:
        fleet = Fleet(folder, engine, judges, judging, retries, collect=collect, pause=0.0)
        outcomes = fleet.run([job(name) for name in names], **more)
    engine.close()
    return outcomes


def test_what_is_permanent_is_tried_once_and_what_is_not_is_tried_again(tmp_path):
    tries = {}

    def collect(one):
        tries[one.name] = tries.get(one.name, 0) + 1
        if one.name == "denied":
            return Collected(State.MISCONFIGURED, "no such file")
        if one.name == "flaky" and tries[one.name] < 3:
            raise TransientError("try again")
        if one.name == "broken":
            raise TransientError("never")
        return Collected(State.TIMEOUT, "hung")

    outcomes = driven(tmp_path, collect, "denied", "flaky", "broken", "hung")
    assert tries == {"denied": 1, "flaky": 3, "broken": 3, "hung": 1}
    assert {one.name: str(one.state) for one in outcomes.values()} == {
        "denied": "misconfigured",
        "flaky": "timeout",
        "broken": "failed",
        "hung": "timeout",
    }


def test_a_fault_while_judging_costs_one_customer(tmp_path):
    outcomes = driven(tmp_path, lambda _: Collected(State.DONE, archive=b"no archive"), "one")
    assert outcomes["one"].state is State.FAILED
    assert "could not be judged" in outcomes["one"].detail


def test_no_more_is_under_way_than_can_be_worked_on(tmp_path):
    under_way, most = set(), []

    def collect(one):
        under_way.add(one.name)
        most.append(len(under_way))
        return Collected(State.DONE, archive=b"evidence")

    def judge(one, archive):
        under_way.discard(one.name)
        return State.DONE, ""

    outcomes = driven(tmp_path, collect, *(f"c{n}" for n in range(50)), judge=judge)
    assert {str(one.state) for one in outcomes.values()} == {"done"}
    assert max(most) <= 8


def test_what_is_not_chosen_keeps_its_outcome(tmp_path):
    before = {"other": Outcome("other", "other", State.DONE, attempts=1)}
    (tmp_path / LEDGER).write_bytes(encode(before))
    misconfigured = Collected(State.MISCONFIGURED, "")
    driven(tmp_path, lambda _: misconfigured, "one", others=[job("other"), job("third")])
    ledger = read_ledger(tmp_path)
    assert {one.name: str(one.state) for one in ledger.values()} == {
        "other": "done",
        "third": "waiting",
        "one": "misconfigured",
    }


def test_an_engine_that_is_gone_ends_every_customer(tmp_path):
    class Gone(Threads):
        def submit(self, work, *arguments):
            raise RuntimeError("closed")

    with ThreadPoolExecutor(1) as judges:
        fleet = Fleet(tmp_path, Gone(1), judges, Judging(tmp_path, (), "en"), 2, pause=0.0)
        outcomes = fleet.run([job("one"), job("two")])
    assert [str(one.state) for one in outcomes.values()] == ["failed", "failed"]


def test_an_engine_that_loses_its_work_is_asked_again(tmp_path):
    lost = []

    def collect(one):
        if not lost:
            lost.append(one)
            raise OSError("connection lost")
        return Collected(State.MISCONFIGURED, "")

    assert driven(tmp_path, collect, "one")["one"].attempts == 2


def test_a_pass_is_resumed_where_it_was_left(tmp_path):
    before = {
        "done": Outcome("done", "done", State.DONE, attempts=1),
        "failed": Outcome("failed", "failed", State.FAILED, attempts=3),
        "waiting": Outcome("waiting", "waiting"),
    }
    (tmp_path / LEDGER).write_bytes(encode(before))
    seen = []

    def collect(one):
        seen.append(one.name)
        return Collected(State.MISCONFIGURED, "")

    outcomes = driven(tmp_path, collect, "done", "failed", "waiting", "new", resume=True)
    assert sorted(seen) == ["failed", "new", "waiting"]
    assert outcomes["done"] == before["done"]
    assert read_ledger(tmp_path) == outcomes


def test_a_damaged_ledger_is_named(tmp_path):
    (tmp_path / LEDGER).write_text("{")
    with pytest.raises(EvidenceError, match="start without --resume"):
        read_ledger(tmp_path)


def test_a_full_disk_is_told_and_not_hidden(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scanner.fleet.drive.write_atomically", full)
    with pytest.raises(OSError, match="No space"):
        driven(tmp_path, lambda _: Collected(State.MISCONFIGURED, ""), "one")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no"),
        ('[[customer]]\nname = "a"\n', "a customer needs config"),
        ('[[customer]]\nname = "a"\nconfig = "gone.toml"\n', "there is no file"),
        ('[fleet]\nworkers = 0\n[[customer]]\nname="a"\nconfig="c.toml"', ":2: fleet.workers"),
        (
            '[[customer]]\nname="A b"\nconfig="c.toml"\n[[customer]]\nname="a-B"\nconfig="c.toml"',
            "too",
        ),
        ('[fleet.tls]\nca="c.toml"\n[[customer]]\nname="a"\nconfig="c.toml"', "ca, cert and key"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path, text, told):
    (tmp_path / "c.toml").write_text("")
    (tmp_path / "fleet.toml").write_text(text)
    with pytest.raises(ConfigError, match=told):
        read_fleet(tmp_path / "fleet.toml")


@pytest.fixture
def labs(tmp_path):
    """Three customers: two that can be read, one whose configuration does not hold."""
    with (
        Lab(Organisation(), (tmp_path / "one")) as one,
        Lab(Organisation(healthy=True), (tmp_path / "two")) as two,
    ):
        (tmp_path / "bad.toml").write_text("[tenant]\nnonsense = 1\n")
        text = one.config.read_text().replace('"method" = "certificate"', '"method" = "secret"')
        (tmp_path / "secret.toml").write_text(text)
        (tmp_path / "fleet.toml").write_text(
            f"[fleet]\nworkers = 3\ntimeout = 100\n"
            f'[[customer]]\nname = "Contoso"\nconfig = "{one.config}"\n{TENANT}\n'
            f'[[customer]]\nname = "Fabrikam / Süd"\nconfig = "{two.config}"\n{TENANT}\n'
            f'[[customer]]\nname = "Bad"\nconfig = "bad.toml"\n'
            f'[[customer]]\nname = "Secret"\nconfig = "secret.toml"\n{TENANT}\n'
            'secrets = { EMSREADY_CLIENT_SECRET = "CONTOSO_SECRET" }\n'
        )
        yield one


@pytest.fixture(autouse=True)
def folders(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()


def test_a_fleet_of_real_scans(labs, tmp_path, monkeypatch):
    secret = labs.organisation.client_secret
    done = emsready(
        "fleet", tmp_path / "fleet.toml", "-o", tmp_path / "out", env={"CONTOSO_SECRET": secret}
    )
    assert done.returncode == 3, done.stderr  # one is misconfigured
    ledger = json.loads((tmp_path / "out" / LEDGER).read_text())
    assert {one["name"]: one["state"] for one in ledger.values()} == {
        "Contoso": "done",
        "Fabrikam / Süd": "done",
        "Bad": "misconfigured",
        "Secret": "done",
    }
    assert "nonsense" in ledger["bad"]["detail"]
    assert not any(
        secret in one.read_text("utf-8", "replace")
        for one in (tmp_path / "out").rglob("*")
        if one.is_file()
    )
    rows = list(
        csv.DictReader(io.StringIO((tmp_path / "out" / "portfolio.csv").read_text("utf-8-sig")))
    )
    assert rows[0]["customer"] == "Bad"
    assert {one["customer"]: one["blockers"] for one in rows}["Fabrikam / Süd"] == "0"
    page = (tmp_path / "out" / "portfolio.html").read_text("utf-8")
    assert "Süd" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert (tmp_path / "out" / "contoso" / "report.html").exists()


def test_a_secret_that_this_machine_lacks_is_named_and_costs_nobody_else(labs, tmp_path):
    emsready(
        "fleet", tmp_path / "fleet.toml", "-o", tmp_path / "out", "--customer", "Secret,Contoso"
    )
    ledger = json.loads((tmp_path / "out" / LEDGER).read_text())
    assert ledger["contoso"]["state"] == "done"
    assert ledger["secret"]["state"] == "misconfigured"
    assert "CONTOSO_SECRET" in ledger["secret"]["detail"]


def test_a_customer_that_hangs_is_stopped_with_everything_it_started(labs, tmp_path):
    tenant = next(part for part in labs.parts if hasattr(part, "faults"))
    tenant.faults.always["/users"] = Reply(slow=90.0)
    text = (tmp_path / "fleet.toml").read_text().replace("timeout = 100", "timeout = 4")
    (tmp_path / "fleet.toml").write_text(text)
    done = emsready(
        "fleet", tmp_path / "fleet.toml", "-o", tmp_path / "out", "--customer", "Contoso,Bad"
    )
    assert done.returncode == 3, done.stderr
    ledger = json.loads((tmp_path / "out" / LEDGER).read_text())
    assert ledger["contoso"]["state"] == "timeout"
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert str(labs.config) not in listed.stdout


def test_pickles_go_over_tls_or_not_at_all(labs, tmp_path, capsys):
    words = ["fleet", str(tmp_path / "fleet.toml"), "-o", str(tmp_path / "out"), "--engine", "dask"]
    assert main([*words, "--scheduler", "tcp://192.0.2.1:8786"]) == 2
    assert "without TLS only on this machine" in capsys.readouterr().err
    assert main([*words, "--scheduler", "nonsense"]) == 2
    assert "expected tls://" in capsys.readouterr().err
