"""emsready checks new: a frame that imports, fails until it is filled in, and overwrites nothing."""

import shutil
import subprocess
import sys

import pytest

from tests.cli.command import TREE, emsready, surroundings


def pytest_says(folder, *words):
    """What pytest says in that folder, by the names of its outcomes."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=surroundings(PYTHONPATH=str(folder)),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


@pytest.mark.parametrize("kind", ["tenant-organization", "tenant-users", "dns-domain"])
def test_a_check_of_another_house(tmp_path, kind):
    done = emsready("checks", "new", "acme.good-thing", "--evidence", kind, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        "pyproject.toml",
        "acme_checks/__init__.py",
        "acme_checks/good_thing.py",
        "tests/test_good_thing.py",
    }
    assert "3 failed, 1 passed" in pytest_says(tmp_path)
    again = emsready("checks", "new", "acme.other-thing", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "other_thing.py" in again.stdout
    assert "pyproject.toml" not in again.stdout


def test_a_check_of_ours_goes_into_its_package(tmp_path):
    for name in ("scanner", "checks"):
        shutil.copytree(TREE / name, tmp_path / name)
    done = emsready("checks", "new", "dns.good-thing", "--evidence", "dns-domain", cwd=tmp_path)
    assert done.stdout.split() == [
        "checks/dns/good_thing.py",
        "tests/checks/dns/test_good_thing.py",
    ]
    lint = [sys.executable, "-m", "ruff", "check", "--config", str(TREE / "pyproject.toml")]
    subprocess.run([*lint, "checks/dns/good_thing.py"], cwd=tmp_path, check=True)
    wrong = emsready("checks", "new", "dsn.good-thing", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "right are: administration" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["dns.domain-verified"], "is there already, in checks.dns"),
        (["Nonsense"], "is no id"),
        (["acme.one", "--evidence", "tenant-user"], "near are: tenant-users"),
    ],
)
def test_what_cannot_be_meant_writes_nothing(tmp_path, words, told):
    done = emsready("checks", "new", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    emsready("checks", "new", "acme.one", cwd=tmp_path)
    (tmp_path / "acme_checks" / "one.py").write_text("mine")
    assert emsready("checks", "new", "acme.one", cwd=tmp_path).returncode == 2
    assert (tmp_path / "acme_checks" / "one.py").read_text() == "mine"
