"""What every format says about an item: by whom, by when, what it waits for, and what it does not."""

import dataclasses
import io
import re
import zipfile
from datetime import timedelta

import pytest

from reports import item_words
from reports.view import View
from reports.words import Words
from scanner.result import PrerequisiteRecord
from scanner.words import Effort, Lane, Owner, Phase, Severity
from tests.reports import samples
from tests.scanning import parts

TODAY = samples.AT.date()
EN, ZH = Words("en"), Words("zh-CN")
DOCUMENTS = ["html", "markdown", "docx", "csv", "xlsx", "planner", "jira", "ado"]


def about(result, check):
    """The item of the small run that mends what this check found."""
    return next(item for item in result.plan if item.checks == [f"sample.check-{check}"])


def item_with(**changes):
    """The item that another one waits for, changed."""
    return dataclasses.replace(about(samples.small()[0], 0), **changes)


def because(**changes):
    """Why that item comes first, once it is changed so."""
    result, _ = samples.small()
    item = item_with(**changes)
    plan = [item if one.id == item.id else one for one in result.plan]
    return item_words.because(View(dataclasses.replace(result, plan=plan)), EN, item)


def rendered(name, language="en"):
    """The words of that format about an item with everything that can be said of one."""
    result, rows = samples.small()
    first, second, probe = (about(result, check) for check in (0, 1, 5))
    changed = dataclasses.replace(
        first,
        assignee="Ana Silva",
        due=TODAY - timedelta(days=3),
        flags=["overdue"],
        lane=Lane.ENABLING,
        before=["hybrid join"],
        waiting=2,
        needs=[],
        verify=dataclasses.replace(first.verify, renew=["inventory"]),
        prerequisites=[
            PrerequisiteRecord("sample.check-5", "unknown", probe.id),
            PrerequisiteRecord("sample.check-2", "accepted"),
            PrerequisiteRecord("sample.check-1", "circle", second.id),
        ],
    )
    plan = [changed if one.id == first.id else one for one in result.plan]
    owners = {str(Owner.NETWORK_ADMIN): "Net Team"}
    run = dataclasses.replace(result, plan=plan, owners=owners)
    files = parts().formats[name].render(samples.order((run, rows), language=language))
    data = files[parts().formats[name].filename]
    if name in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            inner = [one for one in file.namelist() if one.endswith(".xml")]
            text = " ".join(file.read(one).decode() for one in inner)
    else:
        text = data.decode("utf-8-sig")
    text = re.sub(r"\\(.)|<[^>]+>", r"\1", text)
    return " ".join(text.replace("&lt;", "<").split())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_format_says_who_when_and_what_holds_nothing_up(name):
    text = rendered(name)
    assert "Ana Silva" in text
    assert "Tenant admin" in text or "tenant admin" in text
    assert "before-enabling" in text or "Before enabling hybrid join" in text
    assert "Prerequisite unknown: Thing 5 is in order" in text
    assert "Prerequisite accepted, not blocking: Thing 2 is in order" in text
    assert "Not waited for: Put thing 1 in order" in text
    assert "Collect the inventory of the servers again first. Allow 1 h" in text


@pytest.mark.parametrize("name", ["html", "markdown", "docx", "csv", "xlsx"])
def test_what_is_overdue_is_said_in_words(name):
    assert "Overdue by 3 days" in rendered(name)
    assert "已逾期 3 天" in rendered(name, "zh-CN")


@pytest.mark.parametrize("name", ["html", "markdown", "docx"])
def test_the_first_of_a_chain_and_the_people_behind_roles_are_named(name):
    assert "2 later items wait for this." in rendered(name)
    assert "后面有 2 个事项在等待它。" in rendered(name, "zh-CN")
    assert "Network admin: Net Team" in rendered(name)


def test_one_item_and_many_are_said_differently_and_only_at_the_start_of_a_chain():
    first = item_with(waiting=1)
    assert item_words.chain(EN, first) == "One later item waits for this."
    assert item_words.chain(ZH, first) == "后面有一个事项在等待它。"
    assert item_words.chain(EN, item_with(waiting=3, needs=["x"])) == ""
    assert item_words.chain(EN, item_with(waiting=0)) == ""


def test_a_lane_names_the_services_where_they_are_known():
    def said(words, lane, before=()):
        return item_words.lane(words, item_with(lane=lane, before=list(before)))

    assert said(EN, Lane.KICKOFF) == "Before kickoff"
    assert said(EN, Lane.ENABLING, ["mail", "VPN"]) == "Before enabling mail, VPN"
    assert said(EN, Lane.ENABLING) == "Before a service is enabled"
    assert said(ZH, Lane.LATER) == "以后"


def test_flags_are_words():
    flags = ["overdue", "earlier-than-prerequisite", "claimed-done"]
    told = item_words.flags(EN, item_with(flags=flags, due=TODAY - timedelta(days=1)), TODAY)
    assert told == [
        "Overdue since yesterday",
        "Due before what it waits for",
        "Said to be done, but the scan still sees it",
    ]


def test_when_to_look_is_always_said():
    verify = dataclasses.replace(item_with().verify, settle_after="", renew=[])
    assert item_words.when_to_look(EN, item_with(verify=verify, settle_after="")) == [
        "It shows at once."
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"blocks": ["a", "b"], "waiting": 2, "effort": Effort.HOURS},
            "Holds up a, b; 2 later items wait for it",
        ),
        (
            {"blocks": ["sign-in", "sign-in names", "c", "d", "e", "f"], "effort": Effort.DAYS},
            "Holds up sign-in names, c, d and 2 more",
        ),
        (
            {"blocks": [], "phase": Phase.ASSESS, "effort": Effort.MINUTES},
            "Belongs to the assessment, so it comes before the rest; done in minutes",
        ),
        (
            {"blocks": [], "severity": Severity.LOW, "waiting": 1, "effort": Effort.HOURS},
            "One later item waits for it; treated as Blocker, because later work waits for it",
        ),
        (
            {"blocks": [], "effort": Effort.HOURS},
            "Onboarding activity cannot start before this is closed",
        ),
    ],
)
def test_what_comes_first_says_why(changes, told):
    plain = {"waiting": 0, "phase": Phase.REMEDIATE}
    assert because(**{**plain, **changes}) == told


def test_what_comes_first_says_what_it_follows():
    result, _ = samples.small()
    told = item_words.because(View(result), EN, about(result, 1))
    assert told == "Holds up enrolment; comes after number 2; 60 objects are affected"


def test_the_document_holds_the_agenda():
    text = rendered("docx")
    for heading, line in (
        ("Overdue", "Put thing 0 in order"),
        ("Serious work that waits for other work", "Put thing 1 in order"),
        ("To be decided", "One question waits for an answer"),
        ("Next for each owner: Tenant admin", "Put thing 0 in order"),
    ):
        assert f"{heading}{line}" in text.split("Checkpoint meeting")[1]


def test_the_agenda_begins_with_what_is_due_next():
    result, _ = samples.small()
    later = about(result, 2)
    first = dataclasses.replace(
        later, id="efp1:" + "0" * 32, due=TODAY, needs=[], phase=Phase.REMEDIATE
    )
    done = dataclasses.replace(first, id="efp1:" + "1" * 32, work="accepted")
    later = dataclasses.replace(later, due=TODAY + timedelta(days=9), phase=Phase.REMEDIATE)
    view = View(dataclasses.replace(result, plan=[later, done, first]))
    ((_, items),) = view.next_by_owner
    assert [one.id for one in items] == [first.id, later.id]
