"""Every command through its front door."""

import json
import subprocess
import sys

import pytest

from scanner.cli.main import COMMANDS
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.cli.command import emsready, surroundings


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration, run once."""
    folder = tmp_path_factory.mktemp("demo")
    done = emsready("demo", "-o", folder / "out", cwd=folder)
    return folder, done


def test_the_demo_ends_well_and_says_where_the_report_lies(demo):
    folder, done = demo
    assert done.returncode == 0, done.stderr
    assert str(folder / "out" / "report.html") in done.stdout
    assert "sample organisation" in done.stderr
    assert (folder / "out" / "report.html").stat().st_size > 10_000


def test_judging_saved_evidence_twice_gives_the_same_bytes(demo, tmp_path):
    folder, _ = demo
    for number, zone in enumerate(("UTC", "Asia/Shanghai")):
        env = {"PYTHONHASHSEED": str(number), "TZ": zone}
        done = emsready("judge", folder / "out", "-o", tmp_path / str(number), env=env)
        assert done.returncode in (0, 3), done.stderr
    first = (tmp_path / "0" / "result.json").read_bytes()
    assert first == (tmp_path / "1" / "result.json").read_bytes()
    assert first == (folder / "out" / "result.json").read_bytes()


def test_a_saved_run_is_rendered_again_in_another_language(demo, tmp_path):
    folder, _ = demo
    done = emsready("report", folder / "out", "--lang", "zh-CN", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'lang="zh-CN"' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_collect_then_judge_is_a_scan(tmp_path):
    lab = tmp_path / "lab"
    lab.mkdir()
    with Lab(Organisation(), lab) as running:
        done = emsready("collect", "-c", running.config, "-o", tmp_path / "there", "-q")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "there" / "result.json").exists()
    done = emsready("judge", done.stdout.strip(), "-o", tmp_path / "here")
    assert done.returncode in (0, 3), done.stderr
    assert json.loads((tmp_path / "here" / "result.json").read_text())["findings"]


def test_checks_are_listed_and_explained():
    listed = json.loads(emsready("checks", "list", "--json").stdout)
    assert {"id", "title", "topic", "severity", "package"} <= set(listed[0])
    assert [one["id"] for one in listed] == sorted(one["id"] for one in listed)
    shown = emsready("checks", "show", "devices.mdm-authority-intune")
    for word in ("Why:", "Fix:", "Verify:", "Permissions:"):
        assert word in shown.stdout
    wrong = emsready("checks", "show", "devices.mdm-authority")
    assert wrong.returncode == 2
    assert "did you mean 'devices.mdm-authority-intune'" in wrong.stderr


def test_init_writes_a_file_that_preview_reads(tmp_path):
    done = emsready("init", "--domain", "contoso.com", "--client-id", "x", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    again = emsready("init", cwd=tmp_path)
    assert again.returncode == 2
    assert "--force" in again.stderr
    seen = json.loads(emsready("preview", "--json", cwd=tmp_path).stdout)
    assert "Organization.Read.All" in seen["permissions"]
    assert any("graph.microsoft.com" in one["target"] for one in seen["contacts"])


def test_doctor_finds_this_installation_well():
    done = emsready("doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert {one["state"] for one in json.loads(done.stdout)} <= {"ok", "info", "warn"}


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(command):
    done = emsready(*command.split(), "--help")
    assert done.returncode == 0
    assert "usage: emsready" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["scan"], "emsready init"),
        (["scan", "-c", "nowhere.toml"], "no such file"),
        (["scan", "contoso.com", "--only", "dsn"], "no check, package or topic"),
        (["scan", "contoso.com", "--fail-on", "bad"], "right are"),
        (["scan", "contoso.com", "--format", "pdfx"], "no report format"),
        (["scan", "contoso.com", "--lang", "xx"], "do not speak"),
        (["scan", "contoso.com", "--connect", "nonsense"], "HOST:PORT=ADDRESS:PORT"),
        (["judge", "nowhere"], "holds no evidence"),
        (["report", "nowhere"], "holds no run"),
    ],
)
def test_a_mistake_is_one_clear_message_and_code_2(tmp_path, words, told):
    done = emsready(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv=['emsready','--version']\n"
        "from scanner.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'jinja2','requests','cryptography','msal','dns','msgspec'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
