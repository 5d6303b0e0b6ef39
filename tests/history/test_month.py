"""A month of nightly scans, all by the command line: repaired, returning, silent, waived, killed."""

import json
import shutil
from datetime import timedelta

import pytest

from scanner.cli.main import main
from scanner.evidence.decisions import Assignment, Decisions, Waiver
from scanner.evidence.envelope import Header, Missing
from scanner.evidence.folder import Writer
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import IntuneTenant, MdmAuthority, Organization
from scanner.store import RunFolder, StoreError
from scanner.testing import NOW
from scanner.words import Reason

AUTHORITY, SUBSCRIPTION, SYNC = (
    "devices.mdm-authority-intune",
    "devices.intune-subscription-active",
    "directory_sync.sync-recent",
)
ONLY = f"{AUTHORITY},{SUBSCRIPTION},{SYNC}"
SCOPE = Scope(Plans(workloads=("intune",), identity="hybrid"))


class Month:
    """Runs made of hand-made evidence of a day, judged by `emsready judge` into one folder."""

    def __init__(self, folder, capsys):
        self.folder, self.out, self.capsys = folder, folder / "runs", capsys

    def night(self, day, *, authority="intune", subscription="active", hours=1, waivers=(), **more):
        at = NOW + timedelta(days=day)
        home = self.folder / f"evidence-{day}"
        writer = Writer(home, Header(at, "test", "contoso.com", names=("contoso.com",)))
        writer.open()
        writer.put(SCOPE)
        writer.put(Decisions(tuple(waivers), tuple(more.get("assignments", ()))))
        writer.put(Organization("id", "Contoso", True, at - timedelta(hours=hours)))
        self.give(writer, IntuneTenant, subscription)
        self.give(writer, MdmAuthority, authority)
        writer.save((Scope, Decisions, Organization, IntuneTenant, MdmAuthority))
        writer.close(complete=True)
        code = main(
            ["judge", str(home), "-o", str(self.out), "--only", ONLY, *more.get("words", ())]
        )
        self.capsys.readouterr()
        return code

    def give(self, writer, kind, value):
        if isinstance(value, Reason):
            writer.miss(kind, Missing(value, "no answer"))
        else:
            writer.put(kind(value))

    def told(self, *words):
        code = main([*words, "-o", str(self.out), "--json"])
        assert code == 0
        return json.loads(self.capsys.readouterr().out)

    def states(self):
        result = json.loads((self.out / "result.json").read_text())
        found = {}
        for one in (*result["findings"], *result["earlier"]):
            found[one["check"]] = found.get(one["check"]) or one["state"]
        return found


@pytest.fixture
def month(tmp_path, capsys):
    return Month(tmp_path, capsys)


WAIVER = Waiver(
    AUTHORITY, "waits for the move", "A. Admin", (NOW + timedelta(days=6)).date(), ticket="C-1"
)


def test_the_month(month):
    month.night(0, authority="unknown", hours=99)
    assert month.states() == {AUTHORITY: "new", SUBSCRIPTION: "", SYNC: "new"}

    month.night(1, authority="unknown", hours=99)
    assert month.states()[SYNC] == "open"

    month.night(2, authority="unknown")  # repaired
    assert month.states()[SYNC] == "fixed"
    assert [one["state"] for one in month.told("diff")["findings"]] == ["fixed"]

    month.night(3, authority=Reason.TIMEOUT)  # a probe fails: nothing is fixed by silence
    assert month.states()[AUTHORITY] == "not-rechecked"

    month.night(4, authority="unknown", hours=99)  # it came back
    assert month.states() == {AUTHORITY: "open", SUBSCRIPTION: "", SYNC: "regressed"}

    assert (
        month.night(5, authority="unknown", waivers=[WAIVER], words=("--fail-on", "blocker")) == 0
    )
    assert month.states()[AUTHORITY] == "waived"

    code = month.night(
        7, authority="unknown", waivers=[WAIVER], words=("--fail-on", "waiver-expired")
    )
    assert code == 1
    assert month.states()[AUTHORITY] == "waiver-expired"

    month.night(8, authority="office365")  # another fault than before, and milder
    assert month.states()[AUTHORITY] == "changed"

    rows = month.told("history", "list")
    assert len(rows) == 8
    assert [row["states"].get("regressed", 0) for row in rows] == [0, 0, 0, 0, 1, 0, 0, 0]
    trend = month.told("trend")
    assert trend["series"]["infrastructure"][0] == 1
    assert len(trend["runs"]) == 8

    finding = json.loads((month.out / "result.json").read_text())["findings"]
    (sync,) = [one for one in finding if one["check"] == SYNC]
    life = month.told("history", "show", sync["id"].removeprefix("efp1:")[:10])
    assert [one["state"] for one in life] == ["new", "fixed", "regressed", "fixed"]


def test_a_run_killed_in_the_middle_and_two_at_once_change_nothing(month):
    month.night(0, authority="unknown")
    before = (month.out / "result.json").read_bytes()
    dead = RunFolder.prepare(month.out, NOW + timedelta(days=1))
    (dead.evidence).mkdir()
    with pytest.raises(StoreError, match="another run is writing"):
        RunFolder.prepare(month.out, NOW + timedelta(days=1))
    assert month.night(1, authority="unknown") == 2  # said, and nothing touched
    assert (month.out / "result.json").read_bytes() == before
    dead.__exit__(None, None, None)  # what the system does when a process is killed
    shutil.rmtree(month.folder / "evidence-1")
    month.night(1, authority="unknown")
    assert month.states()[AUTHORITY] == "open"


def test_what_is_overdue_claimed_and_expiring_is_on_the_agenda(month):
    month.night(0, authority="unknown", hours=99)
    plan = json.loads((month.out / "result.json").read_text())["plan"]
    (item,) = [one for one in plan if one["checks"] == [AUTHORITY]]
    claim = Assignment(item["id"], "B. Builder", status="done", updated=NOW + timedelta(days=1))
    soon = Waiver(SYNC, "later", "A. Admin", (NOW + timedelta(days=20)).date(), ticket="C-2")
    month.night(10, authority="unknown", hours=99, assignments=[claim], waivers=[soon])
    agenda = month.told("agenda")
    assert [one["owner"] for one in agenda["overdue"]] == ["B. Builder"]
    assert [one["role"] for one in agenda["overdue"]] == ["endpoint admin"]
    told = " ".join(one["text"] + one["note"] for one in agenda["decisions"])
    assert "said to be done" in told
    assert "the waiver ends on" in told
    assert agenda["new"] == []


def test_a_due_date_stays_where_it_is_from_one_night_to_the_next(month):
    month.night(0, authority="unknown")
    due = [one["due"] for one in json.loads((month.out / "result.json").read_text())["plan"]]
    month.night(3, authority="unknown")
    assert [
        one["due"] for one in json.loads((month.out / "result.json").read_text())["plan"]
    ] == due


def test_runs_of_another_tenant_are_not_compared(month):
    month.night(0, authority="unknown")
    other = month.folder / "other"
    writer = Writer(
        other, Header(NOW + timedelta(days=1), "test", "fabrikam.com", names=("fabrikam.com",))
    )
    writer.open()
    writer.put(SCOPE)
    writer.put(MdmAuthority("unknown"))
    writer.save((Scope, MdmAuthority))
    writer.close(complete=True)
    main(["judge", str(other), "-o", str(month.out), "--only", AUTHORITY])
    result = json.loads((month.out / "result.json").read_text())
    assert result["summary"]["changes"] is None
    assert "contoso.com" in result["notes"][0]


def test_an_id_that_is_learned_later_keeps_the_findings(month):
    month.night(0, authority="unknown")
    later = month.folder / "later"
    header = Header(NOW + timedelta(days=1), "test", "5f3c", names=("5f3c", "contoso.com"))
    writer = Writer(later, header)
    writer.open()
    writer.put(SCOPE)
    writer.put(MdmAuthority("unknown"))
    writer.save((Scope, MdmAuthority))
    writer.close(complete=True)
    main(["judge", str(later), "-o", str(month.out), "--only", AUTHORITY])
    assert month.states()[AUTHORITY] == "open"


def test_a_damaged_index_is_made_again(month):
    month.night(0)
    month.night(1)
    assert len(month.told("history", "list")) == 2
    index = month.out / "history" / "index.sqlite"
    index.write_bytes(b"this is no database, " * 100)
    assert len(month.told("history", "list")) == 2
    assert main(["history", "rebuild", "-o", str(month.out)]) == 0


def test_pruning_keeps_the_last_ones_and_one_of_each_month(month):
    for day in (0, 5, 10, 35, 40, 41, 42):
        month.night(day)
    assert main(["history", "prune", "--keep", "2", "-o", str(month.out)]) == 0
    left = sorted(one.name[:8] for one in (month.out / "history").iterdir() if one.is_dir())
    assert left == ["20261112", "20261212", "20261213"]
    month.capsys.readouterr()
    assert len(month.told("history", "list")) == 4
