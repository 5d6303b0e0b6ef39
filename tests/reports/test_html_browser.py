"""The HTML report in a real browser: inert, quiet, usable with and without its script."""

import csv
import io
import re
import time

import pytest

from reports import html
from reports.html import HTML
from tests.reports import samples
from tests.reports.browser import browser

PWNED = "window.pwned === undefined"


@pytest.fixture(scope="module")
def chromium():
    with browser() as started:
        yield started


def page_of(name, **more):
    return HTML.render(samples.order(getattr(samples, name)(), **more))["report.html"]


def open_rows(page):
    """Open all evidence, and wait for what the script makes of it."""
    page.run(
        "document.querySelectorAll('.rows').forEach(d => { d.open = true; });"
        "new Promise(r => setTimeout(r, 50))"
    )


@pytest.mark.parametrize("name", ["small", "hostile", "empty", "unassessed"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_it_opens_without_a_request_an_error_or_a_violation(chromium, name, language):
    page = chromium.open(page_of(name, language=language))
    page.click_everything()
    assert page.requests() == []
    assert page.complaints() == []
    assert page.violations() == []
    assert page.run(PWNED)
    page.close()


def test_the_policy_alone_stops_hostile_words_when_escaping_fails(chromium, monkeypatch):
    """Escaping is switched off on purpose: what is left is the policy."""
    environment = html.page_environment()
    monkeypatch.setattr(environment, "autoescape", False)
    environment.cache.clear()
    try:
        content = page_of("hostile")
    finally:
        environment.cache.clear()
    assert b'<img src=x onerror="window.pwned=2">' in content
    page = chromium.open(content)
    page.click_everything()
    assert page.run(PWNED)
    assert page.violations()
    assert page.requests() == []


def test_without_script_everything_can_be_read_and_no_dead_control_is_seen(chromium):
    page = chromium.open(page_of("small"), script=False)
    page.send("Emulation.setScriptExecutionDisabled", value=False)
    visible = (
        "[...document.querySelectorAll('button, input, select')]"
        ".filter(e => e.checkVisibility()).length"
    )
    assert page.run(visible) == 0
    assert page.run("document.querySelectorAll('article.item').length") == len(
        samples.small()[0].plan
    )
    assert page.run("document.querySelectorAll('.rows tbody tr').length") == 25


@pytest.mark.parametrize("width", [320, 1300])
@pytest.mark.parametrize("name", ["small", "hostile"])
def test_no_width_needs_scrolling_sideways(chromium, name, width):
    page = chromium.open(page_of(name), width=width)
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.run("document.documentElement.scrollWidth") <= width


def test_more_rows_come_until_there_are_no_more(chromium):
    page = chromium.open(page_of("small"))
    open_rows(page)
    caption = "document.querySelector('.rows caption').textContent"
    assert page.run(caption) == "The first 25 of 60 objects"
    page.run("document.querySelector('.tools button').click()")
    assert page.run("document.querySelectorAll('.rows tbody tr').length") == 60
    assert page.run(caption) == "All 60 objects"
    assert page.run("document.querySelector('.tools button').hidden")


def test_a_heavy_page_makes_its_tables_when_they_are_opened(chromium):
    content = page_of("big")
    many = "document.querySelectorAll('.rows tbody tr').length"
    page = chromium.open(content, script=False)
    page.send("Emulation.setScriptExecutionDisabled", value=False)
    assert page.run(many) == 300 * 25
    page.close()
    page = chromium.open(content)
    before = page.run(many)
    assert before < 600
    assert page.run("document.querySelectorAll('details.rows').length") < 300
    item = "[...document.querySelectorAll('article.item')].at(-1)"
    page.run(f"{item}.scrollIntoView(); new Promise(r => setTimeout(r, 300))")
    last = f"{item}.querySelector('.rows')"
    assert page.run(f"{last}.querySelector('summary').textContent") == "26 affected objects"
    page.run(f"{last}.open = true; new Promise(r => setTimeout(r, 50))")
    assert page.run(many) == before + 25
    assert page.run(f"{last}.querySelector('caption').textContent") == "The first 25 of 26 objects"
    heads = page.run(f"[...{last}.querySelectorAll('thead th')].map(e => e.textContent).join()")
    assert heads == "id,sign-in name,mail"
    page.close()


def test_a_table_whose_rows_are_not_all_here_offers_no_file_of_all(chromium):
    result, rows = samples.big(findings=3, objects=60_000, largest=59_000)
    content = HTML.render(samples.order((result, rows)))["report.html"]
    page = chromium.open(content)
    open_rows(page)
    buttons = "e => e.querySelectorAll('.tools button').length"
    assert sorted(page.run(f"[...document.querySelectorAll('.rows')].map({buttons})")) == [1, 2, 2]


def test_all_rows_are_saved_as_csv_that_computes_nothing(chromium):
    page = chromium.open(page_of("hostile"))
    open_rows(page)
    name = page.run("document.querySelector('.rows').dataset.save")
    page.run("document.querySelector('.tools button:last-child').click()")
    saved = chromium.downloads / name
    for _ in range(100):
        if saved.exists() and saved.stat().st_size:
            break
        time.sleep(0.05)
    data = saved.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + 3 * len(samples.EVIL)
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if re.match(r"\s*[=+\-@\t\uff1d]", cell)] == []


def test_search_finds_what_is_not_shown_and_counts(chromium):
    page = chromium.open(page_of("small"))
    page.run("document.getElementById('f-text').value = 'USER59@contoso.com'")
    page.run("document.getElementById('f-text').dispatchEvent(new Event('input'))")
    page.run("new Promise(r => setTimeout(r, 300))")
    shown = "document.querySelectorAll('article.item:not([hidden])').length"
    assert page.run(shown) == 1
    assert page.run("document.getElementById('f-count').textContent") == "1 of 4 shown"
    page.run("document.getElementById('f-reset').click()")
    assert page.run(shown) == 4


def test_lanes_are_chosen_one_by_one(chromium):
    page = chromium.open(page_of("small"))
    lanes = page.run("[...document.getElementById('f-lane').options].map(o => o.value)")
    assert lanes == ["", "before-kickoff", "before-enabling", "later"]
    counts = []
    for lane in lanes:
        page.run(f"document.getElementById('f-lane').value = '{lane}'")
        page.run("document.getElementById('f-lane').dispatchEvent(new Event('change'))")
        counts.append(page.run("document.querySelectorAll('article.item:not([hidden])').length"))
    assert counts[0] == sum(counts[1:]) == 4
    assert 0 not in counts


def test_a_link_to_a_hidden_item_shows_it(chromium):
    page = chromium.open(page_of("small"))
    page.run("document.getElementById('f-text').value = 'nothing like this'")
    page.run("document.getElementById('f-text').dispatchEvent(new Event('input'))")
    page.run("new Promise(r => setTimeout(r, 300))")
    target = page.run("document.querySelector('.first a').getAttribute('href')")
    page.run("document.querySelector('.first a').click()")
    page.run("new Promise(r => setTimeout(r, 300))")
    assert page.run(f"document.querySelector('{target}').checkVisibility()")


def test_a_link_to_an_item_opens_its_evidence(chromium):
    page = chromium.open(page_of("small"))
    short = page.run("document.querySelector('.rows').closest('article').id")
    assert not page.run("document.querySelector('.rows').open")
    page.run(f"location.hash = '#{short}'; new Promise(r => setTimeout(r, 50))")
    assert page.run("document.querySelector('.rows').open")


def test_commands_near_the_reader_can_be_copied(chromium):
    page = chromium.open(page_of("small"))
    page.run("document.querySelector('article.item').scrollIntoView()")
    page.run("new Promise(r => setTimeout(r, 300))")
    pressed = "document.querySelector('.command button').click()"
    page.send("Runtime.evaluate", expression=pressed, userGesture=True)
    page.run("new Promise(r => setTimeout(r, 300))")
    assert page.run("document.querySelector('.command button').textContent") == "Copied"


def test_print_leaves_controls_out_and_evidence_closed(chromium):
    page = chromium.open(page_of("small"), print_=True)
    unseen = "[...document.querySelectorAll('button, input, .contents, .rows tr')]"
    assert page.run(f"{unseen}.every(e => !e.checkVisibility())")
    pdf = page.pdf()
    pages = len(re.findall(rb"/Type\s*/Page\b", pdf))
    assert 2 <= pages <= 12


def test_a_big_report_stays_small_in_the_browser(chromium):
    content = page_of("big")
    assert len(content) <= 3_500_000
    page = chromium.open(content)
    assert page.run("document.getElementsByTagName('*').length") <= 25_000
    assert page.memory() <= 250_000_000


@pytest.mark.parametrize("name", ["small", "big"])
def test_printing_with_evidence_opens_the_first_rows(chromium, name):
    page = chromium.open(page_of(name), print_=True, fragment="with-rows")
    shown = page.run("document.querySelectorAll('.rows[open] tbody tr').length")
    assert shown == {"small": 25, "big": 300 * 25}[name]
