"""What the judge makes of evidence, of its absence, and of checks that break."""

import pytest

from scanner.catalogue import Fold, check_of
from scanner.evidence.envelope import Missing
from scanner.findings import failed, passed, warned
from scanner.judge import judge
from scanner.subject import RUN, domain
from scanner.testing import evidence_of, run_check
from scanner.words import Reason, Severity, Status
from tests.engine.sample import (
    Colour,
    DomainFact,
    Mark,
    Note,
    Thing,
    ThingsCrash,
    ThingsGood,
    ThingsUnmarked,
    colour_blue,
    crashes,
    declared,
    domain_good,
    domains_seen,
    reason_shown,
)

DENIED = Missing(Reason.DENIED, "no consent", "Colour.Read.All")


def brief(found):
    return [(one.status, one.reason, one.subject) for one in found]


def judged(checks, *items, **more):
    return judge([check_of(one) for one in checks], evidence_of(*items, **more))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_absence_ends_as_not_assessed(reason):
    (one,) = judged([colour_blue], missing={Colour: Missing(reason, "why")})
    assert one.finding.status is Status.NOT_ASSESSED
    assert one.missing.reason is reason
    assert "why" in str(one.finding.text)


def test_a_denied_need_names_its_permission():
    (one,) = judged([colour_blue], missing={Colour: DENIED})
    assert one.missing.permission == "Colour.Read.All"


def test_evidence_that_nobody_collected_is_unconfigured():
    (one,) = judged([colour_blue])
    assert one.missing.reason is Reason.UNCONFIGURED


def test_a_check_of_domains_is_called_once_for_each():
    found = run_check(domain_good, DomainFact("a.example"), DomainFact("b.example", good=False))
    assert [(one.status, one.subject.name) for one in found] == [
        (Status.PASS, "a.example"),
        (Status.FAIL, "b.example"),
    ]


def test_run_wide_evidence_is_joined_and_may_be_optional():
    (found,) = run_check(domain_good, DomainFact("a.example"), Colour("red"))
    assert "red" in str(found.text)
    (found,) = run_check(domain_good, DomainFact("a.example"), missing={Colour: DENIED})
    assert "no colour" in str(found.text)


def test_one_domain_without_evidence_costs_only_itself():
    gap = (DomainFact, domain("b.example"), Missing(Reason.TIMEOUT, "silent"))
    found = run_check(domain_good, DomainFact("a.example"), gaps=[gap])
    assert [(one.status, one.subject.name) for one in found] == [
        (Status.PASS, "a.example"),
        (Status.NOT_ASSESSED, "b.example"),
    ]


def test_a_whole_kind_that_is_missing_is_said_once():
    (found,) = run_check(domain_good, missing={DomainFact: DENIED})
    assert (found.status, found.subject) == (Status.NOT_ASSESSED, RUN)


def test_a_partial_list_supports_a_fail_but_never_a_pass():
    gap = (DomainFact, domain("c.example"), Missing(Reason.TIMEOUT, "silent"))
    (found,) = run_check(domains_seen, DomainFact("a.example", good=False), gaps=[gap])
    assert found.status is Status.FAIL
    (found,) = run_check(domains_seen, DomainFact("a.example"), gaps=[gap])
    assert found.status is Status.NOT_ASSESSED


def test_a_check_may_ask_for_the_reason():
    (found,) = run_check(reason_shown, missing={Colour: DENIED})
    assert "denied" in str(found.text)
    (found,) = run_check(reason_shown, Colour("blue"))
    assert "there" in str(found.text)


def test_a_crash_is_one_error_and_the_others_go_on():
    found = judged([crashes, colour_blue], Colour("blue"))
    assert [(one.check.id, one.finding.status) for one in found] == [
        ("test.colour-blue", Status.PASS),
        ("test.crashes", Status.ERROR),
    ]


def test_two_findings_about_one_subject_are_a_fault_of_the_check():
    @declared("test.twice")
    def twice(fact: DomainFact):
        yield from domain_good_findings(fact)
        yield from domain_good_findings(fact)

    (found,) = run_check(twice, DomainFact("a.example"))
    assert found.status is Status.ERROR


def domain_good_findings(fact):
    return domain_good(fact, None)


def test_folds_share_one_reading_and_one_that_breaks_leaves():
    class Counted(list):
        readings = 0

        def __iter__(self):
            Counted.readings += 1
            return super().__iter__()

    evidence = evidence_of(streams={Thing: []})
    evidence.streams[Thing].items = Counted([Thing("1"), Thing("2", good=False)])
    checks = [check_of(ThingsGood), check_of(ThingsCrash)]
    found = {one.check.id: one.finding for one in judge(checks, evidence)}
    assert found["test.things-good"].status is Status.FAIL
    assert found["test.things-good"].affected.rows == [("2",)]
    assert found["test.things-crash"].status is Status.ERROR
    assert Counted.readings == 1


def test_a_stream_that_was_cut_short_supports_no_pass():
    cut = Missing(Reason.THROTTLED, "enough")
    (found,) = run_check(ThingsGood, streams={Thing: [Thing("1")]}, cut=cut)
    assert found.status is Status.NOT_ASSESSED
    bad = [Thing("1", good=False)]
    (found,) = run_check(ThingsGood, streams={Thing: bad}, cut=cut)
    assert found.status is Status.FAIL


def test_a_statement_about_all_of_a_stream_falls_with_it():
    @declared("test.none-there")
    class NoneThere(Fold[Thing]):
        def see(self, item: Thing) -> None:
            pass

        def findings(self):
            yield failed("none", RUN, "There is none.").of_the_whole()

    (found,) = run_check(NoneThere, streams={Thing: []})
    assert found.status is Status.FAIL
    cut = Missing(Reason.THROTTLED, "enough")
    (found,) = run_check(NoneThere, streams={Thing: [Thing("1")]}, cut=cut)
    assert found.status is Status.NOT_ASSESSED


def test_a_warning_is_one_severity_milder_and_a_finding_may_choose_its_own():
    @declared("test.mild", severity=Severity.BLOCKER)
    def mild(fact: DomainFact):
        made = warned if fact.good else failed
        found = made("word" if fact.good else "other", fact.subject, "Said.")
        yield found.at(Severity.LOW) if fact.name.startswith("low") else found

    found = judged([mild], DomainFact("a.example"), DomainFact("low.example", good=False))
    assert [one.severity for one in found] == [Severity.HIGH, Severity.LOW]


def compared(*marks, notes=(), **more):
    streams = {Thing: [Thing("a"), Thing("b")], Mark: marks, Note: notes}
    return judged([ThingsUnmarked, ThingsGood], streams=streams, **more)


def of_marks(found):
    (one,) = [each.finding for each in found if each.check.id == "test.things-unmarked"]
    return str(one.status), one.reason


def test_a_fold_sees_other_streams_before_its_own():
    assert of_marks(compared(Mark("c"))) == ("pass", "unmarked")
    assert of_marks(compared(Mark("b"))) == ("fail", "marked")
    assert of_marks(compared(notes=[Note("a")])) == ("fail", "marked")


def test_a_fold_is_told_which_earlier_stream_is_not_there_or_a_part():
    (one,) = judged([ThingsUnmarked], streams={Thing: [Thing("a")]}, missing={Mark: DENIED})
    assert one.finding.status is Status.PASS
    assert one.finding.text.values["limits"] == ["Mark denied", "Note unconfigured"]
    evidence = evidence_of(streams={Thing: [Thing("a")], Mark: [Mark("a")], Note: []})
    evidence.streams[Mark].missing = DENIED
    (one,) = judge([check_of(ThingsUnmarked)], evidence)
    assert one.finding.reason == "marked"
    assert one.finding.text.values["limits"] == ["Mark denied"]


def test_a_fold_that_wants_no_more_is_asked_without_being_shown_its_stream():
    (one,) = judged([ThingsUnmarked], streams={Thing: [Thing("a")], Mark: [], Note: []})
    assert one.finding.reason == "unmarked"


def test_a_fold_that_crashes_over_an_earlier_stream_leaves_alone():
    found = compared(Mark("break"), notes=[Note("break")])
    assert [(one.check.id, one.finding.status) for one in found] == [
        ("test.things-good", Status.PASS),
        ("test.things-unmarked", Status.ERROR),
    ]


def test_an_earlier_stream_is_evidence_that_the_check_needs():
    assert set(check_of(ThingsUnmarked).types) == {Mark, Note, Thing}


@declared("test.things-looked-up")
class ThingsLookedUp(Fold[Thing]):
    """Keeps what is odd, and looks that up among the marks and notes."""

    def __init__(self):
        self._odd, self._read, self._lacks = {}, 0, []

    @property
    def wants_then(self):
        return bool(self._odd)

    def see(self, item: Thing) -> None:
        if item.id.startswith("odd"):
            self._odd[item.id] = ""

    def then_mark(self, item: Mark) -> None:
        self._read += 1
        if item.id == "break":
            raise ValueError
        if item.id in self._odd:
            self._odd[item.id] = "marked"

    def then_note(self, item: Note) -> None:
        self.then_mark(Mark(item.id))

    def lacks(self, kind, missing):
        self._lacks.append(f"{kind.__name__} {missing.reason}")

    def findings(self):
        told = [f"{name} {word}".strip() for name, word in self._odd.items()]
        yield passed(
            "told", RUN, "{told} {lacks} {read}", told=told, lacks=self._lacks, read=self._read
        )


def looked_up(things, marks=(), notes=(), *others, missing=None):
    streams = {Thing: things, Mark: marks, Note: notes}
    for kind in missing or ():
        del streams[kind]
    found = judged([ThingsLookedUp, *others], streams=streams, missing=missing or {})
    (one,) = [each.finding for each in found if each.check.id == "test.things-looked-up"]
    return one


ODD = [Thing("a"), Thing("odd1"), Thing("odd2")]


def test_a_fold_looks_few_objects_up_in_streams_that_come_last():
    values = looked_up(ODD, [Mark("a"), Mark("odd2")], [Note("x")]).text.values
    assert (values["told"], values["lacks"], values["read"]) == (["odd1", "odd2 marked"], [], 3)
    # nothing to look up: nothing is read
    assert looked_up([Thing("a")], [Mark("a")]).text.values["read"] == 0


def test_a_stream_to_look_up_in_may_be_absent():
    values = looked_up(ODD, missing={Mark: DENIED}).text.values
    assert (values["told"], values["lacks"]) == (["odd1", "odd2"], ["Mark denied"])


def test_a_stream_that_others_read_too_is_read_once():
    @declared("test.marks-good")
    class MarksGood(Fold[Mark]):
        def __init__(self):
            self._count = 0

        def see(self, item: Mark) -> None:
            self._count += 1

        def findings(self):
            yield passed("counted", RUN, "{count}", count=self._count)

    class Once(list):
        reads = 0

        def __iter__(self):
            type(self).reads += 1
            return super().__iter__()

    evidence = evidence_of(streams={Thing: ODD, Mark: [], Note: []})
    evidence.streams[Mark].items = Once([Mark("odd1")])
    found = judge([check_of(MarksGood), check_of(ThingsLookedUp)], evidence)
    assert str(found[0].finding.text) == "1"
    assert found[1].finding.text.values["told"] == ["odd1 marked", "odd2"]
    assert Once.reads == 1


def test_a_fold_that_crashes_over_a_later_stream_leaves_alone():
    found = looked_up(ODD, [Mark("break")], [], ThingsGood)
    assert found.status is Status.ERROR


def test_a_later_stream_is_evidence_that_the_check_needs():
    assert set(check_of(ThingsLookedUp).types) == {Mark, Note, Thing}
