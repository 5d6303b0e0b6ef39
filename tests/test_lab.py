"""The lab itself, scanned as `emsready demo` does."""

import tomllib
from dataclasses import replace

import pytest

from scanner.config import read_config
from scanner.lab.lab import Lab, toml
from scanner.lab.organisation import Organisation
from scanner.scan import Options, render, scan
from scanner.select import Selection
from scanner.words import Reason, Status
from tests.reports.english import in_markdown, in_page
from tests.scanning import parts


def scanned(folder, *, healthy):
    with Lab(Organisation(healthy=healthy), folder) as lab:
        return scan(read_config(lab.config), parts(), Options(formats=()), folder / "run")


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("troubled")
    return scanned(folder, healthy=False), folder / "run"


@pytest.fixture(scope="module")
def repaired(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repaired")
    return scanned(folder, healthy=True), folder / "run"


def test_the_troubled_organisation_has_findings_that_fail(troubled):
    result, _ = troubled
    assert sum(one.status is Status.FAIL for one in result.findings) >= 6
    assert result.plan
    assert not result.broken
    said = {(one.check, one.reason) for one in result.findings}
    assert {
        ("directory_sync.cloud-user-names-unique", "names-taken"),
        ("directory_sync.source-anchors-consistent", "anchors-of-others"),
        ("directory_sync.match-takeover-blocked", "not-blocked"),
    } <= said


def test_the_repaired_organisation_has_no_fail_and_no_crash(repaired):
    result, _ = repaired
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


def test_a_sign_in_name_without_an_at_sign_has_no_suffix(troubled):
    result, _ = troubled
    names = {one.subject.name for one in result.findings if one.check == "dns.domain-verified"}
    assert "elif.brandt24" not in names


OF_THE_ORGANISATION = (
    "All users and all devices",
    "Hybrid joined devices only",
    "Retirement of an old endpoint",
    "Some devices may not check in",
    "This is the sample organisation of emsready, not a real one",
    "nothing is replaced; this is the first device management",
    "of an unknown service",
    "the change board meets every four weeks, and is frozen from",
    "identity team",
    "help desk",
    "project manager",
)
"""What the sample organisation calls things, and what its people wrote."""

ENGLISH_EVERYWHERE = (
    "Intune client and host service",  # a service of Microsoft's endpoint list
    "com include:spf",  # a record
    "example include:spf",
    "minPwdLength maxPwdAge pwdProperties lockoutThreshold",  # a query
    "directory-collisions, directory-input, directory-objects, forest, sync-plan",  # files
    "endpoint-rows, name-lookups, probes, vantages",
)


def english(found):
    known = (*OF_THE_ORGANISATION, *ENGLISH_EVERYWHERE)
    return [one for one in found if not any(words in one for words in known)]


@pytest.mark.parametrize("variant", ["troubled", "repaired"])
def test_a_chinese_report_has_no_english_sentence(variant, request):
    """Everything that checks, sources, plan and reports said of the sample organisation."""
    result, folder = request.getfixturevalue(variant)
    made = render(result, parts().formats, ("html", "markdown"), "zh-CN", folder=folder)
    assert english(in_page(made["report.html"].decode())) == []
    assert english(in_markdown(made["report.md"].decode())) == []
