"""What holds for every plan, tried on findings, causes and requirements at random."""

import random
from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.view import View
from scanner.catalogue import cause, check_of
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Scope
from scanner.findings import (
    Affected,
    Finding,
    failed,
    manual,
    not_applicable,
    not_assessed,
    passed,
    warned,
)
from scanner.judge import Judged
from scanner.plan import build_plan, summarise
from scanner.record import finding_records
from scanner.result import RunResult
from scanner.subject import domain, host, object_set, tenant
from scanner.testing import NOW
from scanner.texts import Texts
from scanner.words import Effort, Lane, Phase, Reason, Severity, Status, Topic
from tests.engine.sample import DomainFact, declared
from tests.plan.test_plan import TODAY

MOST = 7
SUBJECTS = [domain("a.example"), domain("b.example"), host("h.example"), tenant(), object_set("x")]
OPEN = (Status.FAIL, Status.WARN)
KNOWN = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def check_named(ident, **more):
    """A check that is only talked about."""

    @declared(ident, **more)
    def never(fact: DomainFact):
        raise NotImplementedError

    return check_of(never)


@st.composite
def checks(draw):
    """Up to seven checks that may require one another, in circles too."""
    idents = [f"test.n{number}" for number in range(draw(st.integers(1, MOST)))]
    return [
        check_named(
            one,
            severity=draw(st.sampled_from(Severity)),
            effort=draw(st.sampled_from(Effort)),
            phase=draw(st.sampled_from(Phase)),
            topic=draw(st.sampled_from(Topic)),
            blocks=draw(st.sampled_from([[], ["sign-in"], ["mail", "enrolment"]])),
            requires=draw(st.lists(st.sampled_from(idents), unique=True, max_size=3)),
        )
        for one in idents
    ]


def said(status, subject, reason, objects):
    """A finding of that status; an open one may have objects behind it."""
    made: Finding
    match status:
        case Status.FAIL | Status.WARN:
            made = (failed if status is Status.FAIL else warned)(reason, subject, "Bad.")
            if objects:
                rows = [(f"{subject.name}-{number}",) for number in range(objects)]
                made = made.affecting(Affected(("id",), rows))
        case Status.PASS:
            made = passed(reason, subject, "Good.")
        case Status.MANUAL:
            made = manual(reason, subject, "Who?")
        case Status.NOT_APPLICABLE:
            made = not_applicable(reason, subject, "None.")
        case _:
            made = not_assessed(f"denied-{reason}", subject, "Not seen.")
    return made


STATUSES = [one for one in Status if one is not Status.ERROR]


@st.composite
def worlds(draw):
    """(judged findings, causes): one finding for a check and subject."""
    found = []
    known = draw(checks())
    for one in known:
        for subject in draw(st.lists(st.sampled_from(SUBJECTS), unique=True, max_size=4)):
            status = draw(st.sampled_from(STATUSES))
            reason = draw(st.sampled_from(["old", "gone"]))
            finding = said(status, subject, reason, draw(st.integers(0, 3)))
            lacks = status is Status.NOT_ASSESSED
            missing = Missing(draw(st.sampled_from(Reason)), "why") if lacks else None
            found.append(Judged(one, finding, one.severity, missing, "test-domain"))
    tied = draw(st.lists(st.sampled_from([one.id for one in known]), unique=True, max_size=3))
    made = cause(
        id="test.cause", members=tied, tie=lambda finding: finding.subject.name,
        title="Mend the cause", why="Because.", fix="Mend it.",
    )  # fmt: skip
    return found, [made] if tied else []


def planned(judged, causes):
    """(records, plan) of those findings."""
    texts = Texts()
    records = finding_records(judged, "contoso.com", Scope(), lambda *_: None, texts)
    pairs = list(zip(judged, records, strict=True))
    return records, build_plan(pairs, causes, "contoso.com", Scope(), TODAY, texts)


@KNOWN
@given(worlds(), st.randoms(use_true_random=False))
def test_order_dates_and_lanes_do_not_depend_on_the_order_of_the_input(world, dice):
    judged, causes = world
    shuffled = list(judged)
    dice.shuffle(shuffled)
    told = [
        [
            (one.id, one.needs, one.due, one.lane, one.waiting, one.effective_severity)
            for one in plan
        ]
        for _, plan in (planned(judged, causes), planned(shuffled, causes))
    ]
    assert told[0] == told[1]


@KNOWN
@given(worlds())
def test_nothing_comes_before_what_it_waits_for(world):
    _, plan = planned(*world)
    place = {item.id: number for number, item in enumerate(plan)}
    named = {item.id: item for item in plan}
    for item in plan:
        for need in (named[one] for one in item.needs):
            assert place[need.id] < place[item.id]
            assert item.id in need.unblocks
            assert need.effective_severity.rank <= item.effective_severity.rank
            assert list(Lane).index(need.lane) <= list(Lane).index(item.lane)
            assert need.waiting > item.waiting
            assert item.due is None or need.due <= item.due


@KNOWN
@given(worlds())
def test_every_open_finding_is_in_exactly_one_item_and_no_object_is_lost(world):
    records, plan = planned(*world)
    open_ = [one for one in records if one.status in OPEN]
    work = [item for item in plan if item.status in OPEN]
    assert Counter(one for item in work for one in item.findings) == Counter(
        one.id for one in open_
    )
    behind = {one.id: one for one in records}
    objects = sum(one.affected.count if one.affected else 1 for one in open_)
    assert sum(item.reach for item in work) == objects
    for item in work:
        assert item.severity is min(
            (behind[one].severity for one in item.findings), key=lambda word: word.rank
        )


@KNOWN
@given(worlds())
def test_questions_are_in_the_checklist_and_what_was_not_seen_has_its_place(world):
    records, plan = planned(*world)
    view = View(result_of(records, plan))
    by_status = {
        status: {one.id for one in records if one.status is status}
        for status in (Status.MANUAL, Status.NOT_ASSESSED)
    }
    assert {one.finding.id for one in view.questions} == by_status[Status.MANUAL]
    assert {one.id for gap in view.gaps for one in gap.findings} == by_status[Status.NOT_ASSESSED]
    probes = [item for item in plan if item.status is Status.NOT_ASSESSED]
    assert {one for item in probes for one in item.findings} == by_status[Status.NOT_ASSESSED]
    assert not any(item.unblocks for item in probes)


@KNOWN
@given(worlds())
def test_an_unrelated_finding_changes_the_id_of_no_other_item(world):
    judged, causes = world
    stranger = check_named("zebra.unrelated")
    more = [*judged, Judged(stranger, failed("bad", tenant(), "Bad."), Severity.BLOCKER)]
    before = {item.id for item in planned(judged, causes)[1]}
    after = {item.id for item in planned(more, causes)[1]}
    assert before < after
    assert len(after) == len(before) + 1


@KNOWN
@given(worlds())
def test_what_comes_first_is_short_and_waits_for_nothing_outside(world):
    records, plan = planned(*world)
    first = summarise(records, plan, frozenset(), None).do_first
    named = {item.id: item for item in plan}
    assert len(first) <= 10
    assert [one for one in (item.id for item in plan) if one in set(first)] == first
    for place, one in enumerate(first):
        assert set(named[one].needs) <= set(first[:place])


@KNOWN
@given(worlds())
def test_every_requirement_is_met_waited_for_or_noted(world):
    """Nothing that a check requires and that is open or unknown goes without a word."""
    judged, causes = world
    records, plan = planned(judged, causes)
    named = {item.id: item for item in plan}
    required = {one.check.id: one.check.requires for one in judged}
    for item in (one for one in plan if one.status in OPEN):
        noted = {one.check for one in item.prerequisites}
        left_out = [one.item for one in item.prerequisites if one.state == "circle"]
        noted |= {check for one in left_out for check in named[one].checks}
        waited = {check for one in item.needs for check in named[one].checks}
        here = {one.subject.name for one in records if one.id in item.findings}
        for check in {name for own in item.checks for name in required[own]} - set(item.checks):
            bad = [
                one for one in records
                if one.check == check and one.subject.name in here
                and one.status not in (Status.PASS, Status.NOT_APPLICABLE)
            ]  # fmt: skip
            assert not bad or check in noted | waited


def test_a_thousand_items_in_chains_are_put_in_order():
    dice = random.Random(7)
    idents = [f"test.n{number}" for number in range(1_000)]
    judged = []
    for number, ident in enumerate(idents):
        near = idents[max(0, number - 20) : number] or ["test.none"]
        one = check_named(ident, requires=dice.sample(near, min(2, len(near))))
        judged.append(Judged(one, failed("bad", domain("a.example"), "Bad."), one.severity))
    _, plan = planned(judged, ())
    assert len(plan) == 1_000
    done = set()
    for item in plan:
        assert done.issuperset(item.needs)
        done.add(item.id)


def result_of(records, plan):
    """A run with nothing in it but findings and plan."""
    return RunResult(
        "1.0", "test", NOW, True, "", "", "contoso.com", "worldwide", "", [],
        [replace(one) for one in records], plan, [], summarise(records, plan, frozenset(), None),
    )  # fmt: skip
