"""Checks of other people: a small wheel, installed beside ours, looks the same in every place."""

import json
import subprocess
import sys
import zipfile

import pytest

from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from tests.cli.command import emsready

PYPROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "acme-readiness"
version = "1.2.3"
[project.entry-points."emsready.checks"]
acme = "acme_checks"
[tool.hatch.build.targets.wheel]
packages = ["acme_checks"]
"""
CHECK = '''
"""A check of another house."""
from collections.abc import Iterator
from scanner.api import Effort, Finding, Owner, Severity, Topic, check, failed, tenant
from scanner.evidence.tenant import Organization

@check(
    id="acme.name-begins-with-a",
    title="The organisation's name begins with A",
    action="Rename the organisation",
    why="Acme wants it so.",
    fix="Change the name.",
    verify="Read the name.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    clause=["G1"],
    documents=["https://acme.example/naming"],
)
def name_begins_with_a(organization: Organization) -> Iterator[Finding]:
    """Judge the name."""
    yield failed("other-letter", tenant(), "The name is {name}.", name=organization.name)
'''
CRASHING = CHECK.replace("name-begins-with-a", "always-crashes").replace(
    '    yield failed("other-letter"', '    raise RuntimeError("boom")\n    yield failed("x"'
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the wheel installed, as it stands on PYTHONPATH."""
    source = tmp_path_factory.mktemp("acme")
    package = source / "acme_checks"
    package.mkdir()
    (source / "pyproject.toml").write_text(PYPROJECT)
    (package / "__init__.py").write_text('"""Acme."""\n')
    (package / "names.py").write_text(CHECK)
    (package / "crashing.py").write_text(CRASHING)
    (package / "broken.py").write_text("import a_module_that_nobody_has\n")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = (source / "dist").glob("*.whl")
    installed = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(installed)  # what installing a pure wheel comes to
    return {"PYTHONPATH": str(installed)}


def test_a_foreign_check_is_listed_with_its_origin(site):
    listed = json.loads(emsready("checks", "list", "--json", env=site).stdout)
    (mine,) = [one for one in listed if one["id"] == "acme.name-begins-with-a"]
    assert mine["origin"] == "acme-readiness 1.2.3"


def test_a_foreign_check_is_in_the_report_and_what_is_broken_costs_nobody_else(site, tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()
    with Lab(Organisation(), folder) as lab:
        words = ("--only", "acme,devices", "-q")
        done = emsready("scan", "-c", lab.config, "-o", tmp_path / "out", *words, env=site)
    assert done.returncode == 3, done.stderr  # the check that crashed leaves the run incomplete
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    found = {one["check"]: one for one in result["findings"]}
    assert found["acme.name-begins-with-a"]["status"] == "fail"
    assert found["acme.always-crashes"]["status"] == "error"
    assert "boom" in found["acme.always-crashes"]["message"]["text"]
    assert found["devices.mdm-authority-intune"]["status"] == "fail"
    assert any("acme_checks.broken" in one for one in result["broken"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Rename the organisation" in page
    assert "acme.always-crashes" in page


def test_doctor_names_the_broken_module_and_its_distribution(site):
    done = emsready("doctor", env=site)
    assert done.returncode == 0, done.stdout
    assert "acme_checks.broken (acme-readiness 1.2.3): ModuleNotFoundError" in done.stdout
