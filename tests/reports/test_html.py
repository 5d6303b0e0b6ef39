"""The HTML report as a file: complete, valid where it can be told without a browser, and inert."""

import base64
import csv
import dataclasses
import gzip
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from reports.escape import data_block
from reports.html import HTML
from reports.rows import LARGEST
from scanner.report import Brand
from tests.reports import samples

NAMES = ["small", "hostile", "empty", "unassessed"]
LANGUAGES = ["en", "zh-CN"]


def page_of(name, **more):
    return HTML.render(samples.order(getattr(samples, name)(), **more))["report.html"].decode()


class Elements(HTMLParser):
    """Every start tag with its attributes, and the text of style and script elements."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.tags = []
        self.inside = []
        self.texts = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.inside = [(tag, dict(attrs).get("type", ""))]

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.inside = []

    def handle_data(self, data):
        for one in self.inside:
            self.texts[one] = self.texts.get(one, "") + data

    def every(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module", params=[(n, one) for n in NAMES for one in LANGUAGES], ids=str)
def elements(request):
    name, language = request.param
    return Elements(page_of(name, language=language)), language


def test_it_is_one_document_that_says_its_language(elements):
    found, language = elements
    assert found.every("html") == [{"lang": language, "dir": "ltr"}]
    assert found.every("meta")[0] == {"charset": "utf-8"}
    assert len(found.every("h1")) == len(found.every("main")) == 1


def test_it_loads_nothing(elements):
    found, _ = elements
    for tag, attrs in found.tags:
        assert "src" not in attrs or attrs["src"].startswith("data:image/"), (tag, attrs)
        if tag == "link":
            assert attrs["href"].startswith("data:")
    assert not {"iframe", "object", "embed", "base", "form"} & {tag for tag, _ in found.tags}


def test_links_lead_into_the_page_or_to_a_scheme_that_may_stand_there(elements):
    found, _ = elements
    targets = {attrs["id"] for _, attrs in found.tags if "id" in attrs}
    for link in found.every("a"):
        if link["href"].startswith("#"):
            assert link["href"][1:] in targets
        else:
            assert re.match(r"(https?://|mailto:)", link["href"])
            assert link["rel"] == "noreferrer noopener"


def test_ids_are_unique_and_never_made_from_the_environment(elements):
    found, _ = elements
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert [one for one in ids if not re.fullmatch(r"[a-z0-9-]+", one)] == []


def test_no_element_carries_style_or_a_handler(elements):
    found, _ = elements
    bad = [
        (tag, name) for tag, attrs in found.tags for name in attrs if re.match(r"on|style$", name)
    ]
    assert bad == []


def test_the_policy_admits_exactly_our_style_and_script(elements):
    found, _ = elements
    policy = next(
        one["content"]
        for one in found.every("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    for tag in ("style", "script"):
        digest = hashlib.sha256(found.texts[tag, ""].encode()).digest()
        assert rules[f"{tag}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert len(found.every("style")) == 1
    assert [one.get("type") for one in found.every("script")] in (
        [None],
        ["application/json", None],
    )


def test_the_data_block_cannot_end_its_element(elements):
    found, _ = elements
    block = found.texts.get(("script", "application/json"), "")
    assert not set(block) & set("<>&\u2028\u2029")
    assert not block or json.loads(block)


def test_controls_that_hide_or_reorder_are_shown(elements):
    page = page_of("hostile")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u2028\x00\x1b]", page)
    assert "\ufffd[U+202E]gnp.exe" in page
    assert "{{7*7}}" in page


def test_headings_are_actions_and_items_stand_under_one_short_id():
    page = page_of("small")
    result, _ = samples.small()
    for item in result.plan:
        short = item.id.removeprefix("efp1:")[:8]
        about = f': <bdi class="about">{item.about[0]}</bdi>' if len(item.about) == 1 else ""
        assert f'<h5 id="t-{short}">{item.title}{about}</h5>' in page
    assert "Put thing 0 in order" in page


def test_the_same_order_gives_the_same_bytes():
    assert page_of("small") == page_of("small")


def test_no_template_marks_anything_safe():
    for one in files("templates").joinpath("html").iterdir():
        if one.name.endswith(".j2"):
            text = one.read_text(encoding="utf-8")
            assert not re.search(r"\|\s*safe|autoescape|Markup|<!--", text), one.name


def test_templates_quote_every_value_of_an_attribute():
    """An unquoted value would end at a space, and what follows would be attributes of its own."""
    for one in files("templates").joinpath("html").iterdir():
        if one.name.endswith(".j2"):
            text = one.read_text(encoding="utf-8")
            bare = re.sub(r"{%.*?%}|{#.*?#}", "", text, flags=re.DOTALL)
            assert not re.search(r"[\w-]=\{\{", bare), one.name


def test_the_script_never_reads_text_as_markup_or_program():
    script = files("templates").joinpath("html", "script.js").read_text(encoding="utf-8")
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|srcdoc"
    assert not re.search(rf"{ways}|createContextualFragment|\beval\b|\bFunction\b", script)
    assert not re.search(r"set(Timeout|Interval)\(\s*[\"'`]", script)


def test_links_that_leave_the_page_tell_nobody_where_from(elements):
    found, _ = elements
    leaving = [one for one in found.every("a") if one["href"].startswith("http")]
    assert {one["rel"] for one in leaving} <= {"noreferrer noopener"}


def test_a_page_says_what_it_is_about_and_what_part_it_looked_at():
    page = page_of("small")
    assert ">Domains</dt><dd>" in page
    assert "Part of an assessment" not in page
    result, rows = samples.small()
    known = {**result.catalogue, "sample.more": 1}
    part = dataclasses.replace(result, catalogue=known, narrowed=True)
    page = HTML.render(samples.order((part, rows)))["report.html"].decode()
    said = f"{len(result.checks)} of {len(result.checks) + 1} known checks took part."
    assert f"{said} It looked at chosen subjects only." in page


def test_what_does_not_fit_into_the_page_lies_beside_it_whole():
    result, rows = samples.big(findings=3, objects=60_000, largest=59_000)
    made = HTML.render(samples.order((result, rows)))
    (name,) = [one for one in made if one != "report.html"]
    assert re.fullmatch(r"affected/[0-9a-f]{12}\.csv\.gz", name)
    text = gzip.decompress(made[name]).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 59_001
    assert name in made["report.html"].decode()
    assert len(made["report.html"]) < LARGEST


def test_the_brand_stands_in_head_foot_and_colours():
    brand = Brand(
        "Fabrikam",
        "data:image/png;base64,AA==",
        "#123456",
        "#abcdef",
        "Main Street",
        "Secret",
        "a@b",
    )
    page = page_of("small", brand=brand)
    for words in (
        'alt="Fabrikam"',
        "--accent: #123456",
        "--accent: #abcdef",
        "Main Street",
        "Secret",
    ):
        assert words in page
    assert "emsready test" in page


def test_data_is_ascii_json():
    assert data_block({"a": ["</script>", "\u2028&"]}) == (
        '{"a":["\\u003c/script\\u003e","\\u2028\\u0026"]}'
    )
