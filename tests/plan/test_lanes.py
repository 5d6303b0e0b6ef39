"""By when an item has to be closed: lanes from phase and dependency, never from severity alone."""

from collections import Counter

import pytest

from scanner.config import read_config
from scanner.lab.lab import Lab
from scanner.lab.organisation import Organisation
from scanner.scan import Options, scan
from scanner.words import Lane, Phase, Severity
from tests.plan.test_plan import A, checked, planned
from tests.scanning import parts


def lanes(*checks):
    """{check: (lane, what has to wait)} of the plan of those checks."""
    return {item.checks[0]: (item.lane, item.before) for item in planned(checks, A)}


@pytest.mark.parametrize(
    ("phase", "lane", "before"),
    [
        (Phase.ASSESS, Lane.KICKOFF, []),
        (Phase.REMEDIATE, Lane.KICKOFF, []),
        (Phase.ENABLE, Lane.ENABLING, ["hybrid join"]),
        (Phase.IMPROVE, Lane.LATER, []),
    ],
)
@pytest.mark.parametrize("severity", [Severity.BLOCKER, Severity.HIGH, Severity.MEDIUM])
def test_the_lane_is_that_of_the_phase_whatever_the_severity(phase, lane, before, severity):
    one = checked("test.one", phase=phase, severity=severity, blocks=["hybrid join"])
    assert lanes(one) == {"test.one": (lane, before)}


def test_what_is_mild_and_holds_nothing_up_is_for_later():
    idle = checked("test.idle", severity=Severity.LOW)
    named = checked("test.named", severity=Severity.LOW, blocks=["sign-in"])
    assert lanes(idle, named) == {
        "test.idle": (Lane.LATER, []),
        "test.named": (Lane.KICKOFF, []),
    }


def test_a_prerequisite_is_in_the_lane_of_the_first_that_waits_for_it():
    deep = checked("test.deep", phase=Phase.IMPROVE, severity=Severity.LOW)
    between = checked("test.between", phase=Phase.IMPROVE, requires=["test.deep"])
    enable = checked(
        "test.enable", phase=Phase.ENABLE, requires=["test.between"], blocks=["sign-in", "mail"]
    )
    assert lanes(deep, between, enable) == {
        "test.deep": (Lane.ENABLING, ["sign-in", "mail"]),
        "test.between": (Lane.ENABLING, ["sign-in", "mail"]),
        "test.enable": (Lane.ENABLING, ["sign-in", "mail"]),
    }
    last = checked("test.last", requires=["test.enable"])
    assert {lane for lane, _ in lanes(deep, between, enable, last).values()} == {Lane.KICKOFF}


def test_no_lane_of_a_large_plan_holds_most_of_it(tmp_path):
    with Lab(Organisation(healthy=False), tmp_path) as lab:
        result = scan(read_config(lab.config), parts(), Options(formats=()), tmp_path / "run")
    assert len(result.plan) > 100
    counts = Counter(item.lane for item in result.plan)
    assert set(counts) == set(Lane)
    assert max(counts.values()) <= 0.6 * len(result.plan)
    named = [item for item in result.plan if item.lane is Lane.ENABLING]
    assert [item.title for item in named if not item.before] == []
