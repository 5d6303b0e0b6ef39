"""The lab itself, scanned as `emsready demo` does."""

import tomllib
from dataclasses import replace

from scanner.config import read_config
from scanner.lab.lab import Lab, toml
from scanner.lab.organisation import Organisation
from scanner.scan import Options, scan
from scanner.select import Selection
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
    said = {(one.check, one.reason) for one in result.findings}
    assert {
        ("directory_sync.cloud-user-names-unique", "names-taken"),
        ("directory_sync.source-anchors-consistent", "anchors-of-others"),
        ("directory_sync.match-takeover-blocked", "not-blocked"),
    } <= said


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


def test_reports_in_further_languages_go_to_history_with_their_run(tmp_path):
    options = Options(formats=("html",), languages=("zh-CN",))
    with Lab(Organisation(), tmp_path) as lab:
        config = read_config(lab.config)
        only = replace(options, selection=Selection(only=("devices",)))
        for _ in range(2):
            scan(config, parts(), only, tmp_path / "run")
    (older,) = (one for one in (tmp_path / "run" / "history").iterdir() if one.is_dir())
    for home in (tmp_path / "run", older):
        assert 'lang="zh-CN"' in (home / "report.zh-CN.html").read_text(encoding="utf-8")
        assert 'lang="en"' in (home / "report.html").read_text(encoding="utf-8")


def test_a_sign_in_name_without_an_at_sign_has_no_suffix(tmp_path):
    result = scanned(tmp_path, healthy=False)
    names = {one.subject.name for one in result.findings if one.check == "dns.domain-verified"}
    assert "elif.brandt24" not in names
