"""Everything that a person needs to know of a check, held to account for all of ours at once."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scanner.clauses import CLAUSES
from scanner.registry import load_checks

CATALOGUE = load_checks()
CONTRACT = json.loads(Path(__file__).with_name("contract.json").read_text(encoding="utf-8"))
OURS = [one for one in CATALOGUE.checks if one.origin.startswith("emsready ")]
IDS = {one.id for one in OURS}
CLAUSE_IDS = {one.id for one in CLAUSES}
HOSTS = {
    "blogs.windows.com",
    "cabforum.org",
    "datatracker.ietf.org",
    "developer.apple.com",
    "docs.oasis-open.org",
    "firebase.google.com",
    "github.com",
    "learn.microsoft.com",
    "pages.nist.gov",
    "support.apple.com",
    "support.google.com",
    "techcommunity.microsoft.com",
    "www.icann.org",
    "www.iana.org",
    "www.microsoft.com",
    "www.rfc-editor.org",
}


def each(name):
    return pytest.mark.parametrize(name, OURS, ids=lambda one: one.id)


def test_everything_of_ours_could_be_loaded():
    assert [str(one) for one in CATALOGUE.broken] == []


@each("one")
def test_id_topic_and_severity_are_the_contract(one):
    assert re.fullmatch(r"[a-z_]+\.[a-z0-9]+(-[a-z0-9]+)*", one.id)
    assert one.id in CONTRACT, "the contract does not know this id"
    wanted = CONTRACT[one.id]
    assert (one.topic, one.severity) == (wanted["topic"], wanted["severity"])
    assert one.judge.__module__.startswith(f"checks.{one.package}.")


@each("one")
def test_its_sentences_are_sentences(one):
    assert len(one.title) <= 80
    assert not one.title.endswith(".")
    assert one.action != one.title, "say in the imperative what to do"
    assert len(one.action) <= 100
    assert not one.action.endswith(".")
    for text in (one.why, one.verify):
        assert len(text) > 30
        assert text.endswith(".")
    assert one.fix
    for step in one.fix:
        assert str(step.text).endswith((".", ":", "?")), str(step.text)
        assert not step.link or step.link.startswith("https://")


@each("one")
def test_it_says_whom_it_serves_and_where_that_is_written(one):
    assert one.clause
    assert set(one.clause) <= CLAUSE_IDS
    assert one.documents or one.package == "responsibilities"
    for link in one.documents:
        parts = urlsplit(link)
        assert parts.scheme == "https"
        assert parts.hostname in HOSTS, f"{parts.hostname} is no host that we refer to"


@each("one")
def test_what_it_requires_exists_and_does_not_come_back(one):
    waiting, seen = [one.id], set()
    while waiting:
        for need in CATALOGUE.named(waiting.pop()).requires:
            assert need in CONTRACT, f"the contract does not know {need}"
            assert need != one.id, "a cycle of prerequisites"
            if need in IDS and need not in seen:
                seen.add(need)
                waiting.append(need)


def test_every_cause_names_checks_that_exist():
    for cause in CATALOGUE.causes:
        for member in cause.members:
            assert member.partition("#")[0] in CONTRACT, f"{cause.id}: {member}"
