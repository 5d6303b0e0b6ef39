"""The plan: one item per root cause, in an order that survives a sceptical reader."""

import random
from datetime import date, timedelta

import pytest

from scanner.catalogue import cause, check_of
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Plans, Scope
from scanner.findings import Affected, failed, not_assessed, warned
from scanner.judge import Judged, judge
from scanner.plan import build_plan, summarise
from scanner.plan.due import working_days
from scanner.record import finding_records
from scanner.subject import tenant
from scanner.testing import NOW, evidence_of
from scanner.texts import Texts
from scanner.words import Effort, Phase, Reason, Severity, Status, Verdict
from tests.engine.sample import DomainFact, declared

TODAY = NOW.date()


def checked(ident, **more):
    """A check that fails for every bad domain."""

    @declared(ident, **more)
    def fails(fact: DomainFact):
        if not fact.good:
            yield failed("bad", fact.subject, "{name} is bad.", name=fact.name)

    return check_of(fails)


def planned(checks, *facts, causes=(), scope=None, judged=None, dates=None):
    """The plan of those checks over those domains."""
    found = judged or judge(list(checks), evidence_of(*facts))
    texts = Texts()
    records = finding_records(found, "contoso.com", Scope(), lambda *_: None, texts)
    pairs = list(zip(found, records, strict=True))
    return build_plan(pairs, causes, "contoso.com", scope or Scope(), TODAY, texts, dates)


A, B = DomainFact("a.example", good=False), DomainFact("b.example", good=False)


def test_all_subjects_of_one_reason_are_one_item():
    (item,) = planned([checked("test.one")], A, B)
    assert len(item.findings) == 2
    assert item.title == "Make things good"
    assert item.verify.commands == [
        "emsready scan -c emsready.toml --only test.one --target a.example,b.example"
    ]


def test_another_reason_is_another_item():
    @declared("test.two-reasons")
    def two(fact: DomainFact):
        yield failed(fact.name[0], fact.subject, "Bad.")

    assert len(planned([check_of(two)], A, B)) == 2


def test_what_passes_makes_no_item():
    assert planned([checked("test.one")], DomainFact("a.example")) == []


def test_a_cause_ties_symptoms_of_several_checks_by_subject():
    made = cause(
        id="test.zone",
        members=["test.one", "test.two#bad"],
        tie=lambda finding: finding.subject.name,
        title="Repair the zone",
        why="Because of the zone.",
        fix="Repair it.",
    )
    plan = planned([checked("test.one"), checked("test.two")], A, B, causes=[made])
    assert [item.title for item in plan] == ["Repair the zone"] * 2
    assert all(sorted(item.checks) == ["test.one", "test.two"] for item in plan)


def test_no_severity_is_lowered_by_merging():
    made = cause(
        id="test.zone",
        members=["test.one", "test.two"],
        tie=lambda _: "",
        title="Repair",
        why="x",
        fix="x.",
    )
    checks = [
        checked("test.one", severity=Severity.LOW),
        checked("test.two", severity=Severity.BLOCKER),
    ]
    (item,) = planned(checks, A, causes=[made])
    assert item.severity is Severity.BLOCKER


def test_a_prerequisite_comes_first_and_takes_the_severity_of_what_waits():
    late = checked("test.late", severity=Severity.BLOCKER, requires=["test.early"])
    early = checked("test.early", severity=Severity.LOW, effort=Effort.MINUTES)
    first, second = planned([late, early], A)
    assert (first.checks, second.checks) == (["test.early"], ["test.late"])
    assert first.severity is Severity.LOW
    assert first.effective_severity is Severity.BLOCKER
    assert (first.unblocks, second.needs) == ([second.id], [first.id])
    assert second.due >= first.due


def test_a_prerequisite_about_something_else_is_none():
    late = checked("test.late", requires=["test.early"])

    @declared("test.early")
    def early(fact: DomainFact):
        if fact.name == "b.example":
            yield failed("bad", fact.subject, "Bad.")

    @declared("test.late-only-a", requires=["test.early"])
    def only_a(fact: DomainFact):
        if fact.name == "a.example":
            yield failed("bad", fact.subject, "Bad.")

    assert late
    plan = planned([check_of(early), check_of(only_a)], A, B)
    assert all(item.needs == [] for item in plan)


def test_a_cycle_is_broken_and_everything_is_still_there():
    one = checked("test.one", requires=["test.two"], severity=Severity.HIGH)
    two = checked("test.two", requires=["test.one"], severity=Severity.LOW)
    plan = planned([one, two], A)
    assert len(plan) == 2
    assert sum(len(item.needs) for item in plan) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_order_does_not_depend_on_the_order_of_the_input(seed):
    severities = list(Severity)[:4]
    checks = [
        checked(
            f"test.n{number}",
            severity=severities[number % 4],
            effort=list(Effort)[number % 3],
            requires=[f"test.n{number + 3}"] if number % 5 == 0 else [],
        )
        for number in range(20)
    ]
    shuffled = list(checks)
    random.Random(seed).shuffle(shuffled)
    order = [item.id for item in planned(checks, A, B)]
    assert [item.id for item in planned(shuffled, B, A)] == order


def test_an_unrelated_finding_changes_no_other_id():
    before = {item.id for item in planned([checked("test.one")], A)}
    after = {item.id for item in planned([checked("test.one"), checked("test.two")], A)}
    assert before < after


def test_phases_come_in_their_order():
    checks = [
        checked("test.improve", phase=Phase.IMPROVE, severity=Severity.BLOCKER),
        checked("test.enable", phase=Phase.ENABLE),
        checked("test.remediate", phase=Phase.REMEDIATE, severity=Severity.LOW),
    ]
    assert [str(item.phase) for item in planned(checks, A)] == ["remediate", "enable", "improve"]


def test_what_is_quick_and_reaches_everybody_comes_before_what_is_not():
    @declared("test.wide", effort=Effort.MINUTES)
    def wide(fact: DomainFact):
        yield failed("bad", tenant(), "Bad.")

    plan = planned([checked("test.slow", effort=Effort.WEEKS), check_of(wide)], A)
    assert plan[0].checks == ["test.wide"]


def test_dates_are_working_days_before_the_kickoff():
    assert working_days(date(2026, 11, 27), 1) == date(2026, 11, 30)  # a Friday
    kickoff = TODAY + timedelta(days=9)
    scope = Scope(Plans(kickoff=kickoff))
    (item,) = planned([checked("test.one", severity=Severity.LOW)], A, scope=scope)
    assert item.due <= kickoff - timedelta(days=2)
    (item,) = planned([checked("test.one")], A, scope=Scope(due_days={"high": 1}))
    assert item.due == working_days(TODAY, 1)
    (item,) = planned([checked("test.one", severity=Severity.INFO)], A)
    assert item.due is None


def test_finishing_the_assessment_is_due_with_the_worst_that_it_comes_before():
    probe = checked("test.probe", phase=Phase.ASSESS, severity=Severity.HIGH)
    mild = checked("test.mild", phase=Phase.ASSESS, severity=Severity.LOW)
    worst = checked("test.worst", severity=Severity.BLOCKER)
    due = {item.checks[0]: item.due for item in planned([probe, mild, worst], A)}
    assert due["test.probe"] == due["test.worst"] == working_days(TODAY, 5)
    assert due["test.mild"] == working_days(TODAY, 40)
    (alone,) = planned([probe], A)
    assert alone.due == working_days(TODAY, 10)


def test_reach_counts_objects():
    @declared("test.many")
    def many(fact: DomainFact):
        affected = Affected(("id",))
        for number in range(7):
            affected.add(str(number))
        yield warned("bad", fact.subject, "Bad.").affecting(affected)

    (item,) = planned([check_of(many)], A, B)
    assert (item.reach, item.status) == (14, Status.WARN)


def missing(reason, ident="test.one", permission="", detail="why"):
    """A finding that could not be assessed for that reason."""
    check = checked(ident)
    finding = not_assessed(f"{reason}-x", tenant(), "Not seen.")
    return Judged(
        check, finding, check.severity, Missing(reason, detail, permission), "test-colour"
    )


@pytest.mark.parametrize(
    ("judged", "titles"),
    [
        (
            [missing(Reason.DENIED, f"test.n{n}", "User.Read.All") for n in range(3)],
            ["Grant the scan the permission User.Read.All"],
        ),
        (
            [missing(Reason.UNSUPPORTED, f"test.n{n}", f"P{n}.Read", f"GET {n}") for n in range(3)],
            ["Scan once with a person signed in"],
        ),
        (
            [missing(Reason.UNSUPPORTED, f"test.n{n}", "", f"GET {n}") for n in range(3)],
            ["Look by hand at what this scan cannot show"],
        ),
        (
            [missing(Reason.UNCONFIGURED, "test.a"), missing(Reason.UNCONFIGURED, "test.b")],
            ["Tell the scan what it was not told"],
        ),
        (
            [missing(Reason.TIMEOUT, "test.a"), missing(Reason.UNREACHABLE, "test.b")],
            ["Let the scan reach what it looks at"],
        ),
    ],
)
def test_one_item_for_one_obstacle_however_many_checks_meet_it(judged, titles):
    plan = planned([], judged=judged)
    assert [item.title for item in plan] == titles
    assert all(item.phase is Phase.ASSESS for item in plan)
    assert sum(len(item.findings) for item in plan) == len(judged)


def summed(judged, named=frozenset()):
    texts = Texts()
    records = finding_records(judged, "contoso.com", Scope(), lambda *_: None, texts)
    pairs = list(zip(judged, records, strict=True))
    plan = build_plan(pairs, (), "contoso.com", Scope(), TODAY, texts)
    return summarise(records, plan, named, None), plan


@pytest.mark.parametrize(
    ("judged", "verdict"),
    [
        ([], Verdict.UNKNOWN),
        (judge([checked("test.one", severity=Severity.BLOCKER)], evidence_of(A)), Verdict.BLOCKED),
        (judge([checked("test.one")], evidence_of(A)), Verdict.READY_WITH_WORK),
        ([missing(Reason.TIMEOUT)], Verdict.UNKNOWN),
        (
            [missing(Reason.TIMEOUT), *judge([checked("test.two")], evidence_of(A))],
            Verdict.UNKNOWN,
        ),
        (
            [missing(Reason.UNSUPPORTED), *judge([checked("test.two")], evidence_of(A))],
            Verdict.READY_WITH_WORK,
        ),
    ],
)
def test_a_verdict_is_never_rounded_up(judged, verdict):
    summary, _ = summed(judged)
    (network,) = [one for one in summary.topics if one.topic == "network"]
    assert network.verdict is verdict


def test_what_comes_first_is_at_most_ten_and_waits_for_nothing_outside():
    checks = [
        checked(f"test.n{n:02}", requires=[f"test.n{n + 1:02}"] if n < 20 else [])
        for n in range(21)
    ]
    summary, plan = summed(judge(checks, evidence_of(A)))
    items = {item.id: item for item in plan}
    assert len(summary.do_first) == 10
    for place, ident in enumerate(summary.do_first):
        assert set(items[ident].needs) <= set(summary.do_first[:place])


def test_what_nobody_asked_for_is_not_incomplete_unless_it_was_named():
    unasked = [missing(Reason.UNCONFIGURED), missing(Reason.UNSUPPORTED, "test.two")]
    assert summed(unasked)[0].incomplete == []
    assert summed(unasked, frozenset({"test.one"}))[0].incomplete == ["test.one"]
    assert summed([missing(Reason.DENIED)])[0].incomplete == ["test.one"]
