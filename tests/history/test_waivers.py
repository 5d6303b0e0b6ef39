"""Waivers cover what they name until their day ends, and every one of them is accounted for."""

from datetime import date, timedelta

import pytest

from scanner.history.waivers import apply_waivers
from scanner.testing import NOW
from scanner.words import Severity
from tests.history.runs import Waiver, days, finding

TODAY = NOW.date()


def waiver(**more):
    given = {
        "check": "test.one",
        "reason": "later",
        "approved_by": "A. Admin",
        "expires": TODAY + timedelta(days=30),
        **more,
    }
    return Waiver(**given)


def applied(findings, *waivers, today=TODAY, objects=("x",)):
    result = days(findings)
    return apply_waivers(
        result.findings,
        waivers,
        today,
        known={"test.one", "test.two"},
        horizon=365,
        objects=lambda _: set(objects),
    )


def test_a_waiver_covers_until_the_end_of_its_day():
    one = waiver(expires=TODAY)
    found = applied([finding()], one)
    assert [(one.state, one.why, one.waiver) for one in found.findings] == [("waived", "new", 0)]
    found = applied([finding()], one, today=TODAY + timedelta(days=1))
    assert [one.state for one in found.findings] == ["waiver-expired"]
    assert found.waivers[0].state == "expired"


def test_it_covers_only_what_it_names():
    both = [finding(), finding(subject="b.example"), finding(check="test.two")]
    states = [one.state for one in applied(both, waiver(subject="A.example")).findings]
    assert states == ["waived", "new", "new"]
    states = [one.state for one in applied(both, waiver()).findings]
    assert states == ["waived", "waived", "new"]


def test_objects_must_all_be_named():
    one = waiver(objects=("x", "y"))
    assert applied([finding()], one, objects=("x",)).findings[0].state == "waived"
    assert applied([finding()], one, objects=("x", "z")).findings[0].state == "new"


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        ([finding()], "active"),
        ([finding("pass")], "not-needed"),
        ([finding("not-assessed")], "active"),
        ([], "unused"),
    ],
)
def test_every_waiver_says_what_became_of_it(findings, expected):
    assert applied(findings, waiver()).waivers[0].state == expected


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"check": "test.gone"}, "no check is called"),
        ({"reason": " "}, "needs a reason"),
        ({"approved_by": ""}, "needs a reason and somebody"),
        ({"expires": TODAY + timedelta(days=500)}, "more than 365 days"),
        ({"expires": TODAY + timedelta(days=300), "created": date(2025, 1, 1)}, "more than 365"),
    ],
)
def test_a_waiver_that_cannot_be_honoured_covers_nothing(more, told):
    found = applied([finding()], waiver(**more))
    assert found.findings[0].state == "new"
    assert found.waivers[0].state == "invalid"
    assert told in found.waivers[0].problem


def test_a_blocker_needs_a_ticket():
    blocker = finding(severity=Severity.BLOCKER)
    assert applied([blocker], waiver()).findings[0].state == "new"
    assert applied([blocker], waiver(ticket="CHG-1")).findings[0].state == "waived"


def test_two_for_one_finding_are_both_shown():
    found = applied([finding()], waiver(line=3), waiver(line=9, reason="again"))
    assert [one.state for one in found.waivers] == ["active", "active"]
    assert "line 3" in found.waivers[1].problem


def test_what_expires_soon_says_so():
    assert applied([finding()], waiver(expires=TODAY + timedelta(days=14))).waivers[0].due_soon
    assert not applied([finding()], waiver()).waivers[0].due_soon
