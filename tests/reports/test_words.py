"""The report's own words: every language has every key, with the same values and no markup."""

import re
from datetime import timedelta

import pytest

from reports.html import HTML, span
from reports.words import Words, catalogue, languages, nearest
from scanner.clauses import CLAUSES
from scanner.history.states import State
from scanner.text import placeholders
from scanner.words import (
    Cloud,
    Effort,
    Owner,
    Phase,
    Reason,
    Severity,
    Status,
    SubjectKind,
    Topic,
    Verdict,
)
from tests.reports import locales, samples
from tests.reports.browser import browser

OTHERS = [one for one in languages() if one != "en"]
GLOSSARY = {
    "topic.directory-sync": "目录同步",
    "topic.federated-identity": "联合身份验证",
    "section.plan": "整改清单",
    "verdict.blocked": "受阻",
}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_key_and_no_other(language):
    assert catalogue(language).keys() == catalogue("en").keys()


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_shows_the_same_values(language):
    """A number that English says as a word ('one item') may be a figure elsewhere."""
    for key, english in catalogue("en").items():
        wanted, said = placeholders(english), placeholders(catalogue(language)[key])
        assert said == wanted or (key.endswith(".one") and said == wanted | {"n"}), key


@pytest.mark.parametrize("language", languages())
def test_no_words_hold_markup(language):
    assert [
        key for key, said in catalogue(language).items() if re.search(r"[<>&]|&\w+;", said)
    ] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_words_are_much_longer_than_the_english(language):
    longer = [
        key
        for key, english in catalogue("en").items()
        if len(catalogue(language)[key]) > 1.6 * len(english) + 10
    ]
    assert longer == []


@pytest.mark.parametrize("language", languages())
def test_every_word_of_every_vocabulary_has_a_label(language):
    vocabularies = {
        "status": Status, "severity": Severity, "topic": Topic, "owner": Owner, "effort": Effort,
        "phase": Phase, "reason": Reason, "cloud": Cloud, "subject": SubjectKind,
        "verdict": Verdict, "state": [one for one in State if one],
        "clause": [one.id for one in CLAUSES],
    }  # fmt: skip
    known = catalogue(language)
    missing = [f"{name}.{word}" for name, words in vocabularies.items() for word in words]
    assert [one for one in missing if one not in known] == []


def test_chinese_uses_the_terms_of_the_field():
    assert {key: catalogue("zh-CN")[key] for key in GLOSSARY} == GLOSSARY


def test_a_language_without_a_catalogue_gets_the_nearest():
    assert [nearest(one) for one in ("zh", "zh-TW", "ZH-cn", "en-GB", "fr", "")] == [
        "zh-CN", "zh-CN", "zh-CN", "en", "en", "en",
    ]  # fmt: skip
    assert Words("fr").lang == "en"


def test_a_length_of_time_is_said_in_its_largest_unit():
    said = [span(Words("en"), int(one.total_seconds())) for one in (
        timedelta(seconds=3), timedelta(minutes=90), timedelta(hours=5), timedelta(days=1),
        timedelta(days=30))]  # fmt: skip
    assert said == ["one minute", "90 minutes", "5 hours", "one day", "30 days"]


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


@pytest.mark.parametrize("language", [locales.LONG, locales.MIRRORED, "zh-CN"])
@pytest.mark.parametrize("width", [320, 1300])
def test_longer_and_mirrored_words_fit(chromium, language, width, monkeypatch):
    locales.install(monkeypatch)
    order = samples.order(locales.said(samples.small(), language), language=language)
    page = chromium.open(HTML.render(order)["report.html"], width=width)
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.run("document.documentElement.scrollWidth") <= width
    direction = "rtl" if language == locales.MIRRORED else "ltr"
    assert page.run("getComputedStyle(document.querySelector('h1')).direction") == direction


def test_a_sentence_that_stayed_english_says_so(monkeypatch):
    locales.install(monkeypatch)
    run, rows = samples.small()
    made = locales.said((run, rows), "zh-CN")
    page = HTML.render(samples.order(made, language="zh-CN"))["report.html"].decode()
    assert '<h5 id="t-' in page
    assert ' lang="en">Put thing 0 in order：' in page  # noqa: RUF001
    assert "部分检查项的说明目前只有英文版本" in page
