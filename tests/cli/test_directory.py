"""`emsready directory` as a person types it."""

import csv
import json

from scanner.cli.main import main
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest

FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")


def export(tmp_path):
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


def test_export_help_names_the_tools(capsys):
    assert main(["directory", "export-help"]) == 0
    told = capsys.readouterr().out
    assert all(tool in told for tool in ("ldifde", "csvde", "Get-ADObject", "ldapsearch"))
