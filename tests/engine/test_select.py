"""--only, --exclude and --target."""

import pytest

from scanner.catalogue import check_of
from scanner.judge import judge
from scanner.registry import Catalogue
from scanner.select import Selection, SelectionError, check_named
from scanner.testing import evidence_of
from tests.engine.sample import (
    Colour,
    DomainFact,
    colour_blue,
    crashes,
    declared,
    domain_good,
)


@declared("other.thing", aliases=["other.old-name"])
def other_thing(colour: Colour):
    yield colour


CHECKS = tuple(check_of(one) for one in (other_thing, colour_blue, crashes, domain_good))
CATALOGUE = Catalogue(CHECKS, ())


def ids(**options):
    return [one.id for one in Selection(**options).checks(CATALOGUE)]


def test_without_words_everything_runs():
    assert len(ids()) == 4


def test_words_are_ids_packages_topics_and_aliases():
    assert ids(only=("test.crashes",)) == ["test.crashes"]
    assert ids(only=("other",)) == ["other.thing"]
    assert len(ids(only=("network",))) == 4
    assert ids(only=("other.old-name",)) == ["other.thing"]


def test_exclude_takes_away():
    assert ids(only=("test",), exclude=("test.crashes",)) == [
        "test.colour-blue",
        "test.domain-good",
    ]


def test_a_word_that_names_nothing_is_refused_with_the_nearest_one():
    with pytest.raises(SelectionError, match=r"did you mean 'test\.crashes'"):
        ids(only=("test.crash",))
    with pytest.raises(SelectionError, match="emsready checks list"):
        ids(exclude=("zzzzzz",))
    with pytest.raises(SelectionError, match=r"did you mean 'other\.thing'"):
        check_named("other.thin", CATALOGUE)


def test_a_target_keeps_what_is_about_it_or_about_everything():
    facts = [DomainFact("a.example"), DomainFact("b.example"), Colour("blue")]
    judged = judge([check_of(domain_good), check_of(colour_blue)], evidence_of(*facts))
    kept = [
        one.finding.subject.name for one in judged if Selection(targets=("A.example",)).aims_at(one)
    ]
    assert kept == ["tenant", "a.example"]
