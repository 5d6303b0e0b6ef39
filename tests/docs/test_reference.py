"""The pages that are made from the code are made from this code, and say something of everything."""

import os

import pytest

from scanner.evidence.envelope import kinds
from scanner.registry import load_sources
from tests.docs.configuration_page import undocumented
from tests.docs.generate import pages, stale, write
from tests.docs.markdown import anchor, cell, fence, plain

ASKED = os.environ.get("CI") or os.environ.get("EMSREADY_DOCS_CURRENT")


@pytest.mark.skipif(not ASKED, reason="asked for by CI or EMSREADY_DOCS_CURRENT=1")
def test_the_pages_are_current():
    assert stale() == [], "run: python -m tests.docs.generate"


def test_writing_them_makes_them_current_and_removes_what_is_left_over(tmp_path):
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "gone.md").write_text("old")
    assert "reference/gone.md" in stale(tmp_path)
    write(tmp_path)
    assert stale(tmp_path) == []


def test_every_key_of_every_file_has_its_sentence():
    assert list(undocumented()) == [], "write a sentence below the field"


def test_every_kind_of_evidence_says_what_it_is():
    load_sources()
    made_up = [one.name for one in kinds() if one.type.__doc__.startswith(f"{one.type.__name__}(")]
    assert made_up == [], "write a docstring"  # that of a dataclass repeats its signature


def test_no_page_is_empty():
    assert [name for name, text in pages().items() if len(text) < 200] == []


def test_what_markdown_would_obey_is_shown():
    assert plain("a <b> *c* `<d> *e*`") == "a &lt;b> \\*c\\* `<d> *e*`"
    assert cell("a|b\nc") == "a\\|b c"
    assert fence("x\n```\n").startswith("````\n")
    assert anchor("dns.enterprise-enrollment") == "dnsenterprise-enrollment"
