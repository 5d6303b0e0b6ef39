"""Declaring checks: what the decorator reads, and what it refuses."""

import pytest

from scanner.catalogue import Fold, Need, check_of
from scanner.text import Text, fill
from tests.engine.sample import (
    Colour,
    DomainFact,
    Thing,
    ThingsGood,
    declared,
    domain_good,
    domains_seen,
    reason_shown,
)


def test_needs_follow_from_the_annotations():
    assert check_of(domain_good).needs == (
        Need("fact", DomainFact),
        Need("colour", Colour, optional=True),
    )
    assert check_of(domains_seen).needs == (Need("facts", DomainFact, every=True),)
    assert check_of(reason_shown).needs == (Need("colour", Colour, aware=True),)
    assert check_of(ThingsGood).stream is Thing


def test_a_parameter_that_names_no_evidence_is_refused():
    with pytest.raises(TypeError, match=r"'number'.*no evidence type"):

        @declared("test.wrong")
        def wrong(number: int):
            yield number


def test_a_fold_over_something_else_is_refused():
    with pytest.raises(TypeError, match="not an evidence type"):

        @declared("test.wrong")
        class Wrong:
            def see(self, item: int) -> None:
                pass


def test_a_sentence_without_its_value_is_refused():
    with pytest.raises(ValueError, match="name"):
        Text("{name} is bad")


def test_values_are_never_expanded_again():
    hostile = "{password} {0.__class__} %s"
    assert fill("It is {value}.", {"value": hostile, "password": "x"}) == f"It is {hostile}."
    assert fill("{list}", {"list": ["a", "b"]}) == "a, b"


def test_what_a_fold_sees_first_has_to_be_a_stream():
    with pytest.raises(TypeError, match="not a stream"):

        @declared("test.wrong")
        class Wrong(Fold[Thing]):
            def see(self, item: Thing) -> None:
                pass

            def see_colour(self, item: Colour) -> None:
                pass
