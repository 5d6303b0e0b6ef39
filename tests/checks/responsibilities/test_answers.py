"""Every check that asks a person: what each answer means."""

from datetime import date

import pytest

from scanner.api import Missing, Reason
from scanner.evidence.answers import Answer, Answers, AnswerWord
from scanner.testing import NOW, run_check
from tests.scanning import parts

ASKING = [one for one in parts().catalogue.checks if one.package == "responsibilities"]
each = pytest.mark.parametrize("check", ASKING, ids=lambda one: one.id)


def answered(check, word, **more):
    given = Answer(check.id, word, "Ana Silva", date(2026, 10, 1), **more)
    (found,) = run_check(check.judge, Answers((given,)))
    return found


def test_all_sixteen_are_there():
    assert len(ASKING) == 16


@each
def test_unanswered_is_for_the_kickoff_meeting(check):
    (found,) = run_check(check.judge, Answers())
    assert (found.status, found.reason) == ("manual", "unanswered")
    assert str(found.text) == check.question.asked
    assert check.question.yes in [str(one.text) for one in found.steps]


@each
def test_yes_passes_and_says_who(check):
    found = answered(check, AnswerWord.YES, evidence="plan.pdf")
    assert (found.status, found.reason) == ("pass", "answered-yes")
    assert str(found.text) == "Answered yes by Ana Silva on 2026-10-01."
    assert found.facts["evidence"] == "plan.pdf"


@each
def test_no_fails(check):
    found = answered(check, AnswerWord.NO, reason="nobody had time")
    assert (found.status, found.reason) == ("fail", "answered-no")
    assert found.facts["reason"] == "nobody had time"


@each
def test_not_needed_is_not_applicable_with_its_reason(check):
    found = answered(check, AnswerWord.NOT_NEEDED, reason="cloud only")
    assert (found.status, found.reason) == ("not-applicable", "not-needed")
    assert str(found.text).endswith("cloud only")


@each
def test_an_answer_that_ran_out_is_asked_again_with_the_old_one_shown(check):
    found = answered(check, AnswerWord.YES, until=date(2026, 11, 1))
    assert (found.status, found.reason) == ("manual", "expired")
    assert "'yes' of 2026-10-01 by Ana Silva held until 2026-11-01" in str(found.text)
    assert check.question.asked in [str(one.text) for one in found.steps]


@each
def test_an_answer_holds_on_its_last_day(check):
    assert answered(check, AnswerWord.YES, until=NOW.date()).status == "pass"


@each
def test_a_file_that_cannot_be_used_is_no_answer_at_all(check):
    gone = {Answers: Missing(Reason.UNSUPPORTED, "answers.toml:3: not valid TOML")}
    (found,) = run_check(check.judge, missing=gone)
    assert found.status == "not-assessed"


@each
def test_the_question_is_complete_and_its_own(check):
    asked = check.question
    assert asked.id == check.id
    assert asked.asked.endswith("?")
    assert all((asked.yes, asked.evidence, asked.known_by))
    assert check.action != check.title
