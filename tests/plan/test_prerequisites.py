"""Required checks that hold nothing up, chains, and circles: the item says what is the matter."""

from dataclasses import replace
from datetime import date

import pytest

from scanner.catalogue import check_of
from scanner.evidence.scope import Scope
from scanner.findings import failed, manual, not_assessed, passed
from scanner.history.assignments import short_id
from scanner.history.states import State
from scanner.judge import judge
from scanner.plan import build_plan
from scanner.record import finding_records
from scanner.result import PrerequisiteRecord
from scanner.testing import evidence_of
from scanner.texts import Texts
from scanner.words import Effort, Severity
from tests.engine.sample import DomainFact, declared
from tests.plan.test_plan import TODAY, A, B, checked, planned


def saying(ident, say, **more):
    """A check that says that about every domain for which it has a word."""

    @declared(ident, **more)
    def says(fact: DomainFact):
        if found := say(fact):
            yield found

    return check_of(says)


def unseen(fact):
    return not_assessed("denied-x", fact.subject, "It may not be read.")


LATE = checked("test.late", requires=["test.early"])


def item_of(plan, check):
    (found,) = [item for item in plan if check in item.checks and item.phase != "assess"]
    return found


def test_a_prerequisite_that_was_not_assessed_is_unknown_and_holds_nothing_up():
    plan = planned([LATE, saying("test.early", unseen)], A)
    late, probe = item_of(plan, "test.late"), plan[0]
    assert late.needs == []
    assert late.prerequisites == [PrerequisiteRecord("test.early", "unknown", probe.id)]
    assert probe.phase == "assess"
    assert probe.unblocks == []


def test_a_question_that_nobody_answered_is_unknown_too():
    asked = saying("test.early", lambda fact: manual("open", fact.subject, "Who?"))
    late = item_of(planned([LATE, asked], A), "test.late")
    assert late.prerequisites == [PrerequisiteRecord("test.early", "unknown")]


def good(fact):
    return passed("good", fact.subject, "Good.")


def unseen_elsewhere(fact):
    return unseen(fact) if fact.name == "b.example" else None


def bad_here(fact):
    return failed("bad", fact.subject, "Bad.") if fact.name == "a.example" else None


@pytest.mark.parametrize("say", [good, unseen_elsewhere])
def test_nothing_is_said_of_one_that_passed_or_is_about_something_else(say):
    late = saying("test.late", bad_here, requires=["test.early"])
    plan = planned([late, saying("test.early", say)], A, B)
    assert item_of(plan, "test.late").prerequisites == []


def test_one_that_is_accepted_is_shown_and_holds_nothing_up():
    found = judge([LATE, checked("test.early")], evidence_of(A))
    texts = Texts()
    records = [
        replace(one, state=State.WAIVED, waiver=0) if one.check == "test.early" else one
        for one in finding_records(found, "contoso.com", Scope(), lambda *_: None, texts)
    ]
    (late,) = build_plan(
        list(zip(found, records, strict=True)), (), "contoso.com", Scope(), TODAY, texts
    )
    assert (late.needs, late.prerequisites) == (
        [],
        [PrerequisiteRecord("test.early", "accepted")],
    )


def test_a_circle_says_which_wait_was_left_out():
    one = checked("test.one", requires=["test.two"], severity=Severity.HIGH)
    two = checked("test.two", requires=["test.one"], severity=Severity.LOW)
    plan = planned([one, two], A)
    kept, dropped = item_of(plan, "test.two"), item_of(plan, "test.one")
    assert kept.needs == [dropped.id]
    assert dropped.prerequisites == [PrerequisiteRecord("test.two", "circle", kept.id)]


def test_the_first_of_a_chain_counts_all_that_waits_for_it():
    chain = [
        checked("test.n0"),
        *(checked(f"test.n{n}", requires=[f"test.n{n - 1}"]) for n in range(1, 5)),
    ]
    assert [item.waiting for item in planned(chain, A)] == [4, 3, 2, 1, 0]


def test_work_that_much_waits_for_comes_before_its_like():
    checks = [
        checked("test.alone"),
        checked("test.first"),
        checked("test.then", requires=["test.first"], effort=Effort.WEEKS),
    ]
    assert planned(checks, A)[0].checks == ["test.first"]


def test_a_date_that_a_person_set_moves_what_waits_and_stays_itself():
    checks = [checked("test.early"), checked("test.late", requires=["test.early"])]
    first, second = planned(checks, A)
    far, near = date(2027, 3, 1), date(2026, 1, 5)
    moved = planned(checks, A, dates={short_id(first.id): far})
    assert moved[0].due == far
    assert moved[1].due > far
    kept = planned(checks, A, dates={short_id(second.id): near})
    assert (kept[0].due, kept[1].due) == (first.due, near)
