"""The HTML report before tools that know the rules: axe-core (WCAG 2.2 A and AA) and the Nu validator.

`npm ci --prefix tests/reports/tools` brings both; nothing of them ships.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from reports.html import HTML
from tests.reports import locales, samples
from tests.reports.browser import browser
from tests.servers.parts import need

TOOLS = Path(__file__).parent / "tools" / "node_modules"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    ("small", "en"),
    ("small", "zh-CN"),
    ("small", locales.LONG),
    ("small", locales.MIRRORED),
    ("hostile", "en"),
    ("empty", "en"),
    ("unassessed", "en"),
]


def tool(name):
    """The path of a tool that npm brings. Without it the test is skipped, but in CI it fails."""
    path = TOOLS / name
    if not path.exists():
        reason = "run: npm ci --prefix tests/reports/tools"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def page_of(name, language, monkeypatch):
    locales.install(monkeypatch)
    order = samples.order(locales.said(getattr(samples, name)(), language), language=language)
    return HTML.render(order)["report.html"]


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


def violations(page, axe):
    """What axe-core finds: rule, and the first elements that break it."""
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.run(axe.read_text(encoding="utf-8") + ";1")
    options = json.dumps(
        {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    )
    found = page.run(f"axe.run(document, {options}).then(r => JSON.stringify(r.violations))")
    return [
        (
            one["id"],
            len(one["nodes"]),
            one["nodes"][0]["html"][:200],
            one["nodes"][0]["failureSummary"],
        )
        for one in json.loads(found)
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "language"), PAGES)
def test_axe_finds_no_violation(chromium, name, language, dark, monkeypatch):
    axe = tool("axe-core/axe.min.js")
    page = chromium.open(page_of(name, language, monkeypatch), dark=dark, bypass=True)
    assert violations(page, axe) == []


def test_the_validator_finds_no_error(tmp_path, monkeypatch):
    jar = tool("vnu-jar/build/dist/vnu.jar")
    java = need("java")
    for name, language in PAGES:
        (tmp_path / f"{name}-{language}.html").write_bytes(page_of(name, language, monkeypatch))
    files = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(
        [java, "-jar", str(jar), "--errors-only", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
