"""`emsready export` and `report`: files for boards, the brand, and what is said when it cannot be."""

import csv

import pytest

from scanner.cli.main import main
from scanner.config import read_config
from scanner.evidence.codec import encode
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.result import RunResult
from scanner.scan import Options, scan
from scanner.store import read_result
from tests.scanning import parts


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    with Lab(Organisation(healthy=False), folder) as lab:
        for _ in range(2):
            scan(read_config(lab.config), parts(), Options(formats=()), folder / "run")
    return folder / "run"


@pytest.mark.parametrize("board", ["planner", "jira", "ado"])
def test_a_board_gets_its_file(board, run_folder, tmp_path, capsys):
    assert main(["export", board, str(run_folder), "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / f"plan-{board}.csv")]


def test_only_new_items_are_exported_when_asked(run_folder, tmp_path):
    result = read_result(run_folder)
    assert isinstance(result, RunResult)
    assert result.summary.changes is not None
    fresh = {one.id for one in result.findings if one.state in ("new", "regressed")}
    expected = sum(bool(fresh.intersection(item.findings)) for item in result.plan)
    assert expected < len(result.plan)
    assert main(["export", "jira", str(run_folder), "--only", "new", "-o", str(tmp_path)]) == 0
    with (tmp_path / "plan-jira.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + expected


def test_a_board_that_is_unknown_and_a_folder_without_run_are_usage_errors(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["export", "trello"])
    assert main(["export", "jira", str(tmp_path)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_reports_take_the_brand_of_a_configuration(run_folder, tmp_path, capsys):
    (tmp_path / "brand.toml").write_text(
        '[domains]\nnames = ["contoso.com"]\n[report.brand]\nname = "Fabrikam"\naccent = "#123456"\n'
    )
    command = ["report", str(run_folder), "-c", str(tmp_path / "brand.toml"), "-o", str(tmp_path)]
    assert main(command) == 0
    assert "Fabrikam" in (tmp_path / "report.html").read_text(encoding="utf-8")
    (tmp_path / "brand.toml").write_text('[report.brand]\naccent = "#ffff00"\n')
    assert main(command) == 2
    assert "the nearest that can is" in capsys.readouterr().err


def test_all_objects_are_in_every_language(run_folder, tmp_path):
    assert (
        main(
            ["report", str(run_folder), "--lang", "zh", "--format", "csv,html", "-o", str(tmp_path)]
        )
        == 0
    )
    assert 'lang="zh-CN"' in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert encode(read_result(run_folder)) == (run_folder / "result.json").read_bytes()
