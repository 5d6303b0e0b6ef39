"""The lab itself, scanned as `emsready demo` does."""

import tomllib

from scanner.config import read_config
from scanner.lab.lab import Lab, toml
from scanner.lab.organisation import Organisation
from scanner.scan import Options, scan
from scanner.words import Reason, Status
from tests.scanning import parts


def scanned(folder, *, healthy):
    with Lab(Organisation(healthy=healthy), folder) as lab:
        return scan(read_config(lab.config), parts(), Options(formats=()), folder / "run")


def test_the_troubled_organisation_has_findings_that_fail(tmp_path):
    result = scanned(tmp_path, healthy=False)
    assert sum(one.status is Status.FAIL for one in result.findings) >= 6
    assert result.plan
    assert not result.broken


def test_the_repaired_organisation_has_no_fail_and_no_crash(tmp_path):
    result = scanned(tmp_path, healthy=True)
    bad = [
        (one.check, one.subject.name, one.message.text)
        for one in result.findings
        if one.status in (Status.FAIL, Status.ERROR)
        or (one.missing and one.missing.reason not in (Reason.UNCONFIGURED, Reason.UNSUPPORTED))
    ]
    assert bad == []


def test_settings_become_toml_that_reads_back():
    settings = {
        "a": {"b": 'quote " and \\ and \u00e9', "c": [1, 2.5, True]},
        "list": [{"name": "x.example", "port": 1}],
        "t": {"x.y": {"z": {"host:443": "127.0.0.1:1"}}},
    }
    assert tomllib.loads(toml(settings)) == settings
