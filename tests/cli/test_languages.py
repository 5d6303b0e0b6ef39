"""Commands speak the language of their reader; JSON and exit codes are the same in every one."""

import json

import pytest

from scanner.cli.main import main
from scanner.lab.directory.faults import troubled
from scanner.lab.directory.ldif import ldif
from scanner.lab.directory.people import Forest
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.speech import Speech, padded
from scanner.text import Said, said
from tests.reports.english import sentences_in

FOREST = Forest("corp.contoso.local", "contoso.com", "fabrikam.com")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run in a folder, with one before it."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "lab").mkdir()
    words = [
        "-o",
        str(folder / "runs"),
        "--only",
        "devices,directory_sync",
        "-q",
        "--format",
        "csv",
    ]
    with Lab(Organisation(), folder / "lab") as lab:
        for _ in range(2):
            main(["scan", "-c", str(lab.config), *words])
    return folder / "runs"


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "users.ldif"
    path.write_text("".join(ldif(troubled(FOREST, FOREST.everyone(150)))), encoding="utf-8")
    return path


def heard(capsys, *words):
    """The exit code, and what the command printed in Chinese; no English sentence is among it."""
    code = main([*map(str, words), "--lang", "zh-CN"])
    told = capsys.readouterr()
    lines = [line for line in told.out.splitlines() if " > " not in line and "://" not in line]
    found = {one for line in lines for one in sentences_in(line)}
    assert sorted(one for one in found if "project manager" not in one) == []
    return code, told


def test_the_outcome_of_a_run(runs, capsys, tmp_path):
    code, told = heard(
        capsys, "judge", runs, "-o", tmp_path / "again", "--only", "devices", "--fail-on", "high"
    )
    assert code == 1
    assert told.out.startswith("就绪情况\n")
    assert "首先完成\n" in told.out
    assert "计入 --fail-on high" in told.err


def test_an_agenda(runs, capsys):
    code, told = heard(capsys, "agenda", "-o", runs)
    assert code == 0
    assert "## 等待其他条目 (" in told.out


def test_a_list_of_who_does_what(runs, capsys):
    code, told = heard(capsys, "assign", "list", "-o", runs)
    assert code == 0
    assert "未开始" in told.out


def test_checks(capsys):
    assert heard(capsys, "checks", "list")[0] == 0
    code, told = heard(capsys, "checks", "show", "dns.spf-valid")
    assert code == 0
    assert "\n原因" in told.out


def test_an_export(export, capsys):
    code, told = heard(capsys, "directory", "check", export, "--domain", "contoso.com", "-q")
    assert code == 0
    assert told.out.startswith("不符合")


@pytest.mark.parametrize("command", [("agenda",), ("assign", "list")])
def test_json_is_the_same_in_every_language(command, runs, capsys):
    told = []
    for language in ("en", "zh-CN"):
        main([*command, "-o", str(runs), "--json", "--lang", language])
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]


def test_a_language_that_nobody_speaks_is_refused(capsys):
    assert main(["checks", "list", "--lang", "tlh"]) == 2
    assert "right are: en, zh-CN" in capsys.readouterr().err


def test_what_is_data_is_not_said_again():
    speech = Speech("zh-CN")
    assert speech.again(said("waits for: {items}", items=["a", "b"])) != "waits for: a, b"
    assert speech.again("repaired") == "repaired"
    assert speech.again(Said.of("repaired")) != "repaired"
    assert speech.label("severity", "of another product") == "of another product"
    assert Speech().say("Readiness") == "Readiness"


def test_wide_characters_take_two_columns():
    assert [padded("ab", 4), padded("中", 4), padded("中文字", 4)] == ["ab  ", "中  ", "中文字"]
