"""Waivers and assignments on the command line, and the list that people send back."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from scanner.cli.main import main
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with a run in runs/ and the exported lists beside its report."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "lab").mkdir()
    with Lab(Organisation(), folder / "lab") as lab:
        words = ["-o", str(folder / "runs"), "--only", "devices,administration", "-q"]
        main(["scan", "-c", str(lab.config), *words, "--format", "csv,xlsx"])
    return folder


@pytest.fixture
def here(desk, tmp_path, monkeypatch, capsys):
    """Work in an empty folder, with that run as the newest one."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main([*words, "-o", str(desk / "runs")] if words[0] == "assign" else list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def plan_of(desk):
    return json.loads((desk / "runs" / "result.json").read_text())["plan"]


def judged(desk, *words):
    main(
        [
            "judge",
            str(desk / "runs"),
            "-o",
            str(desk / "again"),
            "--only",
            "devices,administration",
            *words,
        ]
    )
    return json.loads((desk / "again" / "result.json").read_text())


def test_an_item_is_assigned_and_keeps_its_owner_in_the_next_run(desk, here):
    item = plan_of(desk)[0]
    short = item["id"].removeprefix("efp1:")[:8]
    words = ("--assignee", 'A. "Admin"', "--due", "2027-02-03", "--note", "next week")
    code, out, _ = here("assign", "set", short, *words)
    assert code == 0
    assert short in out
    here("assign", "set", short, "--status", "in-progress")
    (now,) = [
        one
        for one in judged(desk, "--assignments", "assignments.toml")["plan"]
        if one["id"] == item["id"]
    ]
    assert (now["assignee"], now["due"], now["work"]) == ('A. "Admin"', "2027-02-03", "in-progress")
    assert (now["due_set"], now["assignee_set"]) == (True, True)


def test_an_item_that_does_not_exist_is_named(here):
    code, _, err = here("assign", "set", "ffffffff", "--assignee", "x")
    assert code == 2
    assert "emsready assign list" in err


def rows_of(desk):
    text = (desk / "runs" / "plan.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("separator", [",", ";"])
def test_the_list_comes_back_as_csv(desk, here, tmp_path, separator):
    rows = rows_of(desk)
    rows[0].update(assignee="B. Builder", due="03.02.2027", status="done", note="=cmd()")
    with (tmp_path / "back.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    code, _, err = here("assign", "import", "back.csv")
    assert code == 0, err
    plan = judged(desk, "--assignments", "assignments.toml")["plan"]
    (now,) = [one for one in plan if one["id"].startswith(f"efp1:{rows[0]['id']}")]
    assert (now["assignee"], now["due"], now["note"]) == ("B. Builder", "2027-02-03", "=cmd()")
    assert "claimed-done" in now["flags"]
    others = [one for one in plan if one is not now]
    assert not any(one["due_set"] or one["assignee_set"] for one in others)
    named = {one["assignee"] for one in others if one["owner"] == "tenant admin"}
    assert named == {"Ana Silva"}  # who stands behind the role, as the configuration says


def test_the_list_comes_back_as_a_workbook(desk, here, tmp_path):
    book = openpyxl.load_workbook(desk / "runs" / "plan.xlsx")
    sheet = book["Plan"]
    head = [cell.value for cell in sheet[1]]
    sheet.cell(2, head.index("assignee") + 1).value = "C. Carpenter"
    ident = sheet.cell(2, head.index("id") + 1).value
    book.save(tmp_path / "back.xlsx")
    code, _, err = here("assign", "import", "back.xlsx")
    assert code == 0, err
    plan = judged(desk, "--assignments", "assignments.toml")["plan"]
    (now,) = [one for one in plan if one["id"].startswith(f"efp1:{ident}")]
    assert now["assignee"] == "C. Carpenter"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "no column 'id'"),
        ("id,due\n12345678,soon\n", "back.csv:2: the date 'soon'"),
        ("id,status\n12345678,finished\n", "back.csv:2: the status 'finished'"),
        ("id\n../../etc\n", "back.csv:2: '../../etc' is no id"),
    ],
)
def test_a_list_that_cannot_be_meant_is_named_by_place(here, tmp_path, text, told):
    (tmp_path / "back.csv").write_text(text)
    code, _, err = here("assign", "import", "back.csv")
    assert code == 2
    assert told in err
    assert not (tmp_path / "assignments.toml").exists()


def test_rubbish_is_no_workbook(here, tmp_path):
    (tmp_path / "back.xlsx").write_bytes(b"PK\x03\x04 rubbish")
    code, _, err = here("assign", "import", "back.xlsx")
    assert code == 2
    assert "no workbook" in err


CHECK = "devices.mdm-authority-intune"


def test_a_waiver_is_added_checked_and_honoured(desk, here):
    words = ("--reason", "later", "--approved-by", "A. Admin", "--ticket", "C-1")
    code, _, err = here("waive", "add", CHECK, *words, "--expires", "2099-01-01")
    assert code == 2
    assert "365 days" in err
    soon = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    code, _, err = here("waive", "add", CHECK, *words, "--expires", soon)
    assert code == 0, err
    assert here("waive", "check")[0] == 0
    result = judged(desk, "--waivers", "waivers.toml")
    (one,) = [one for one in result["findings"] if one["check"] == CHECK]
    assert one["state"] == "waived"
    assert not any(CHECK in item["checks"] for item in result["plan"])
    assert result["waivers"][0]["approved_by"] == "A. Admin"


def test_an_expired_or_broken_waiver_fails_the_pipeline(here, tmp_path):
    entry = (
        f'[[waiver]]\ncheck = "{CHECK}"\nreason = "x"\napproved_by = "y"\nexpires = 2020-01-01\n'
    )
    (tmp_path / "waivers.toml").write_text(entry)
    code, _, err = here("waive", "check")
    assert code == 1
    assert f"waivers.toml:1: {CHECK}" in err
    (tmp_path / "waivers.toml").write_text(entry.replace("expires = 2020-01-01", ""))
    code, _, err = here("waive", "check")
    assert code == 2
    assert "needs expires" in err
