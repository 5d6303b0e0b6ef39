"""Every cell of the table of states, and that nothing is called fixed which nobody looked at."""

from datetime import timedelta

import pytest

from scanner.testing import NOW
from scanner.words import Severity
from tests.history.runs import days, finding, state

F, P, U = finding(), finding("pass", reason="good"), finding("not-assessed", reason="missing-x")
OTHER = finding("pass", subject="b.example")
GONE = []


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([[F]], "new"),
        ([[P]], ""),
        ([[U]], ""),
        ([[F], [F]], "open"),
        ([[F], [P]], "fixed"),
        ([[F], [finding("not-applicable")]], "fixed"),
        ([[F], [U]], "not-rechecked"),
        ([[F], [finding("error")]], "not-rechecked"),
        ([[F], [finding("manual")]], "not-rechecked"),
        ([[F], [U], [F]], "open"),
        ([[F], [U], [U]], "not-rechecked"),
        ([[F], [U], [P]], "fixed"),
        ([[F], [P], [F]], "regressed"),
        ([[F], [P], [P]], ""),
        ([[F], [P], [U]], ""),
        ([[F], [P], [U], [F]], "regressed"),
        ([[F], [P], [F], [F]], "open"),
        ([[P], [F]], "new"),
        ([[U], [F]], "new"),
        ([[finding("warn")], [F]], "changed"),
        ([[F], [finding(reason="worse")]], "changed"),
        ([[F], [finding(severity=Severity.BLOCKER)]], "changed"),
        ([[finding(objects="12")], [finding(objects="34")]], "changed"),
        ([[finding(objects="12")], [finding(objects="12")]], "open"),
        ([[F], [U], [finding(reason="worse")]], "changed"),
    ],
)
def test_each_step_of_a_story(story, expected):
    assert state(days(*story))[0] == expected


def test_a_subject_that_went_away_is_fixed_and_its_return_a_regression():
    assert state(days([F, OTHER], [OTHER])) == ("fixed", "subject-removed")
    assert state(days([F, OTHER], [OTHER], [OTHER])) == ("", "")
    assert state(days([F, OTHER], [OTHER], [F, OTHER])) == ("regressed", "")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"complete": False}, "run-incomplete"),
        ({"selected": {"test.two"}}, "not-selected"),
        ({"narrowed": True}, "not-selected"),
    ],
)
def test_what_this_run_could_not_see_is_not_fixed(options, why):
    assert state(days([F], ([], options))) == ("not-rechecked", why)
    assert state(days([F], ([], options), [P])) == ("fixed", "")
    assert state(days([F], ([], options), ([], options), [F])) == ("open", "")


def test_a_partial_answer_of_the_same_check_is_no_proof_of_absence():
    cut = finding("not-assessed", subject="c.example")
    assert state(days([F, OTHER], [OTHER, cut])) == ("not-rechecked", "not-assessed")


def test_a_retired_check_is_said_once_and_then_forgotten():
    later = {"catalogue": {"test.two": 1}}
    assert state(days([F], ([], later))) == ("not-rechecked", "check-retired")
    assert state(days([F], ([], later), ([], later))) is None


def test_a_verdict_that_flipped_with_the_version_is_ours_and_not_theirs():
    newer = {"catalogue": {"test.one": 2, "test.two": 1}}
    assert state(days([P], ([F], newer)))[0] == "check-changed"
    assert state(days([F], ([P], newer)))[0] == "check-changed"
    assert state(days([F], ([F], newer)))[0] == "open"
    assert state(days([F], [P], ([F], newer)))[0] == "check-changed"
    assert state(days([F], ([F], newer), ([P], newer)))[0] == "fixed"


def test_the_first_failures_of_a_new_check_are_not_news_about_the_environment():
    before = {"catalogue": {"test.two": 1}}
    assert state(days(([], before), [F]))[0] == "check-changed"
    assert state(days(([], {"selected": {"test.two"}}), [F]))[0] == "new"


def test_a_new_subject_says_that_the_scope_grew():
    assert state(days([F], [F, finding(subject="n.example")]), "n.example") == (
        "new",
        "scope-added",
    )
    two = finding(check="test.two")
    assert state(days([F], [F, two]), check="test.two") == ("new", "")


def test_dates_follow_the_finding():
    result = days([F], [U], [F], [P], [F])
    (one,) = result.findings
    assert one.first_seen == NOW
    assert one.since == NOW + timedelta(days=4)
    assert one.fixed_on == NOW + timedelta(days=3)
    result = days([F], ([], {"narrowed": True}))
    (kept,) = result.earlier
    assert (kept.first_seen, kept.last.seen) == (NOW, NOW)
    assert kept.last.severity is Severity.HIGH


def test_the_sum_names_every_state_and_the_time_between():
    one, two = finding(subject="1.example"), finding(subject="2.example")
    result = days([one, F], [two, finding("pass"), finding("not-assessed", subject="1.example")])
    changes = result.summary.changes
    assert (len(changes.new), len(changes.fixed), len(changes.not_rechecked)) == (1, 1, 1)
    assert changes.seconds == 86_400


def test_so_many_going_away_together_is_worth_a_warning():
    many = [finding(subject=f"{number}.example") for number in range(12)]
    still = [finding("pass", subject=f"{number}.example") for number in range(8)] + many[8:]
    assert days(many, still).summary.changes.warning == "many-gone"
    assert days(many, many).summary.changes.warning == ""
