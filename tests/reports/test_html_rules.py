"""The HTML report before tools that know the rules: axe-core (WCAG 2.2 A and AA), the Nu validator
and Lighthouse."""

import pytest

from reports.html import HTML
from tests.reports import locales, rules, samples
from tests.reports.browser import browser

PAGES = [
    ("small", "en"),
    ("small", "zh-CN"),
    ("small", locales.LONG),
    ("small", locales.MIRRORED),
    ("hostile", "en"),
    ("empty", "en"),
    ("unassessed", "en"),
]
DESK, PHONE = 1280, 360
VIEWS = [
    *((name, language, DESK, dark) for name, language in PAGES for dark in (False, True)),
    *(("small", language, PHONE, False) for language in ("en", "zh-CN")),
]


def page_of(name, language, monkeypatch):
    locales.install(monkeypatch)
    order = samples.order(locales.said(getattr(samples, name)(), language), language=language)
    return HTML.render(order)["report.html"]


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


@pytest.mark.parametrize(("name", "language", "width", "dark"), VIEWS)
def test_axe_finds_no_violation(chromium, name, language, width, dark, monkeypatch):
    rules.tool("axe-core/axe.min.js")
    content = page_of(name, language, monkeypatch)
    page = chromium.open(content, width=width, dark=dark, bypass=True)
    assert rules.axe(page) == []
    page.close()


def test_the_validator_finds_no_error(monkeypatch):
    made = {f"{name}-{said}": page_of(name, said, monkeypatch) for name, said in PAGES}
    assert rules.validator(made) == []


def test_lighthouse_finds_nothing_that_keeps_people_out(monkeypatch):
    assert rules.lighthouse(page_of("small", "en", monkeypatch)) == (100, [])
