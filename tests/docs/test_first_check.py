"""docs/first-check.md, done as it says: the check in it runs, its test passes, it stands in a report."""

import json
import re
import subprocess
import sys

import pytest

from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.cli.command import emsready, surroundings
from tests.docs.reading import TREE

PAGE = (TREE / "docs" / "first-check.md").read_text(encoding="utf-8")
FILES = dict(
    re.findall(r"^\*\*`([^`]+)`\*\*\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with the distribution of the page, built and put where Python finds it."""
    folder = tmp_path_factory.mktemp("acme")
    done = emsready(
        *re.search(r"^emsready (checks new .*)$", PAGE, re.MULTILINE)[1].split(), cwd=folder
    )
    assert done.returncode == 0, done.stderr
    assert set(FILES) <= set(done.stdout.split())
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(house, tmp_path_factory):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=house,
        check=True,
        capture_output=True,
    )
    site = tmp_path_factory.mktemp("site")
    (wheel,) = (house / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, site], check=True)
    return {"PYTHONPATH": str(site)}


def test_its_test_passes(house):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=house,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout


def test_it_is_listed_and_stands_in_a_report(installed, tmp_path):
    listed = emsready("checks", "list", "--origin", env=installed).stdout
    assert "(acme-checks 0.1.0)" in listed
    (tmp_path / "lab").mkdir()
    with Lab(Organisation(), tmp_path / "lab") as lab:
        words = ("--only", "acme", "-q", "-o", tmp_path / "out")
        done = emsready("scan", "-c", lab.config, *words, env=installed)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads((tmp_path / "out" / "result.json").read_text())["findings"]
    assert (found["check"], found["status"]) == ("acme.break-glass-present", "fail")


def test_it_is_written_as_ours_are(house):
    lint = [sys.executable, "-m", "ruff", "--config", str(TREE / "pyproject.toml")]
    lint.insert(3, "check")
    names = [name for name in FILES if not name.startswith("tests")]
    subprocess.run([*lint, "--ignore", "INP001", *names], cwd=house, check=True)
