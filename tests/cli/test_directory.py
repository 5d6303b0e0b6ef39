"""`emsready directory` as a person types it."""

import csv
import json
import os
import pty

import pytest

from scanner.cli.main import main
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest

FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")


def export(tmp_path):
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "users.ldif"
    path.write_text("".join(ldif(troubled(FOREST, FOREST.everyone(150)))), encoding="utf-8")
    return str(path)


def test_check_tells_the_worst_first(tmp_path, capsys):
    assert main(["directory", "check", "-q", export(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.index("FAIL         blocker") < told.index("proxy-addresses-valid")
    assert "anna fischer@contoso.com" in told


def test_json_is_an_array_of_findings_and_the_gate_fails(tmp_path, capsys):
    arguments = ["directory", "check", "-q", "--json", "--fail-on", "blocker", export(tmp_path)]
    assert main(arguments) == 1
    found = json.loads(capsys.readouterr().out)
    assert {"id", "check", "status", "message"} <= found[0].keys()


def test_csv_has_the_columns_of_idfix_and_no_formula(tmp_path, capsys):
    path = tmp_path / "rows.csv"
    main(["directory", "check", "-q", "--csv", str(path), export(tmp_path)])
    capsys.readouterr()
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() >= {"DISTINGUISHEDNAME", "OBJECTCLASS", "ATTRIBUTE", "ERROR", "UPDATE"}
    assert any(row["ERROR"] == "duplicate" for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_file_that_is_not_there_is_named(tmp_path, capsys):
    assert main(["directory", "check", str(tmp_path / "none.ldif")]) == 2
    assert "none.ldif" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"hello\nworld\n", "is neither LDIF"),
        (bytes(range(256)) * 20, "is neither LDIF"),
        (None, "is a folder"),
    ],
    ids=["empty", "text", "binary", "folder"],
)
def test_what_is_no_export_is_said_once_and_nothing_is_judged(tmp_path, capsys, content, told):
    path = tmp_path / "users.ldif"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    assert main(["directory", "check", export(tmp_path / "x"), str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "users.ldif" in said.err
    assert told in said.err


def test_what_was_read_is_told_and_the_same_objects_count_once(tmp_path, capsys):
    first, second = export(tmp_path), export(tmp_path / "again")
    assert main(["directory", "check", "-q", first, second]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-2].startswith("users.ldif: 155 entries; user ")
    assert "left out: the same object again 15" in told[-1]


def test_each_reason_why_something_stays_open_is_told_once(tmp_path, capsys):
    main(["directory", "check", "-q", export(tmp_path)])
    told = capsys.readouterr().out
    assert told.count("the forest is not part of this run") == 1
    assert "export-help" in told
    assert "forest-functional-level-supported, " in told
    # what only another source could say is no part of it
    assert "no-provisioning-errors" not in told
    assert "answers" not in told


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--select", "rows.csv"], "--fixes DIR"),
        (["--csv", "nowhere/rows.csv"], "no folder"),
        (["--encoding", "klingon"], "klingon"),
        (["--fail-on", "huge"], "huge"),
    ],
    ids=["select", "csv", "encoding", "gate"],
)
def test_options_that_cannot_be_are_refused_before_anything_is_read(tmp_path, capsys, more, told):
    assert main(["directory", "check", export(tmp_path), *more]) == 2
    assert told in capsys.readouterr().err


def test_a_terminal_gets_lines_that_fit_into_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    outer, inner = pty.openpty()
    with os.fdopen(inner, "w") as terminal, os.fdopen(outer, "rb", buffering=0) as seen:
        monkeypatch.setattr("sys.stdout", terminal)
        # little enough for the buffer of a terminal
        path = tmp_path / "one.ldif"
        user = ["top", "person", "organizationalPerson", "user"]
        long = f"CN=Ann,{','.join(f'OU=Unit {number}' for number in range(20))},DC=a,DC=com"
        path.write_text("".join(ldif([{"dn": [long], "objectClass": user, "cn": ["Ann"]}])))
        main(["directory", "check", "-q", str(path)])
        terminal.flush()
        lines = seen.read(65536).decode().splitlines()
    assert len(lines) > 10
    assert max(map(len, lines)) <= 80


def test_export_help_names_the_tools(capsys):
    assert main(["directory", "export-help"]) == 0
    told = capsys.readouterr().out
    assert all(tool in told for tool in ("ldifde", "csvde", "Get-ADObject", "ldapsearch"))
    for base in ("CN=Configuration,DC=", "CN=Schema,CN=Configuration,DC=", "-p base"):
        assert base in told
