"""A result in another language: every sentence from template and values, nothing else touched."""

import json

import pytest

from scanner.api import (
    Affected,
    Effort,
    Owner,
    Scope,
    Severity,
    Topic,
    check,
    domain,
    failed,
    step,
)
from scanner.assess import Options, Parts, assess
from scanner.catalogue import check_of
from scanner.evidence import codec
from scanner.registry import Catalogue
from scanner.result import Phrase
from scanner.testing import evidence_of
from scanner.text import Text
from scanner.texts import Texts
from scanner.translate import CatalogueError, read_catalogue, translate


@check(
    id="sample.doors-closed",
    title="Doors are closed",
    action="Close the doors",
    why="Rain comes in.",
    fix=["Find the door.", step("Close {count} doors.", count=2, command="close --all")],
    verify="No draught is felt.",
    topic=Topic.NETWORK,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["E2"],
    documents=["https://example.com/doors"],
    blocks=["moving in"],
    settle_after="1 h",
)
def doors_closed(scope: Scope):
    yield failed(
        "open", domain("contoso.com"), "{count} of {all} doors of {name} are open.", count=2, all=3,
        name="{count} of {all}",
    ).showing(front_door="open").fixed_by(step("Start with {name}.", name="the front door")).affecting(
        Affected(("door",), [("front",)])
    )  # fmt: skip


ZH = {
    "Close the doors": "关门",
    "Doors are closed": "门已关闭",
    "Rain comes in.": "会进雨。",
    "Find the door.": "找到门。",
    "Close {count} doors.": "关闭 {count} 扇门。",
    "No draught is felt.": "没有穿堂风。",
    "moving in": "入住",
    "1 h": "1 小时",
    "{count} of {all} doors of {name} are open.": "{name} 的 {all} 扇门中有 {count} 扇开着。",
    "Start with {name}.": "从 {name} 开始。",
    "door": "门",
    "front door": "前门",
}


def assessed(tmp_path):
    found = Catalogue((check_of(doors_closed),), ())
    made = Parts(found, (), {}, ())
    return assess(evidence_of(), made, Options(), lambda *_: None, tmp_path)


@pytest.fixture
def run(tmp_path):
    return assessed(tmp_path)


def test_the_result_holds_the_template_of_every_sentence(run):
    keys = {one.message.key for one in run.findings}
    keys |= {step.key for one in (*run.findings, *run.plan) for step in one.steps}
    keys |= {phrase.key for item in run.plan for said in item.phrases.values() for phrase in said}
    assert keys <= run.texts.keys()
    assert run.language == "en"
    for item in run.plan:
        for name, english in (
            ("title", item.title),
            ("why", item.why),
            ("verify", item.verify.text),
        ):
            said = [str(Text(run.texts[one.key], one.params)) for one in item.phrases[name]]
            assert " ".join(said) == english


def test_every_sentence_is_said_in_the_other_language(run):
    said = translate(run, "zh-CN", ZH)
    (item,) = said.plan
    (finding,) = said.findings
    assert (item.title, item.why, item.blocks) == ("关门", "会进雨。", ["入住"])
    assert (item.verify.text, item.settle_after) == ("没有穿堂风。", "1 小时")
    assert [one.text for one in item.steps] == [
        "找到门。",
        "关闭 2 扇门。",
        "从 the front door 开始。",
    ]
    assert [one.command for one in item.steps] == ["", "close --all", ""]
    assert finding.message.text == "{count} of {all} 的 3 扇门中有 2 扇开着。"
    assert finding.facts == {"前门": "open"}
    assert finding.affected.columns == ["门"]
    assert said.checks[0].title == "门已关闭"
    assert (said.language, said.untranslated) == ("zh-CN", [])


def test_what_no_catalogue_has_stays_english_and_is_listed(run):
    words = {one: said for one, said in ZH.items() if one not in ("Rain comes in.", "moving in")}
    said = translate(run, "zh-CN", words)
    assert said.plan[0].why == "Rain comes in."
    assert said.untranslated == ["Rain comes in.", "moving in"]


def test_the_result_itself_is_left_alone(run):
    before = codec.encode(run)
    translate(run, "zh-CN", ZH)
    assert codec.encode(run) == before
    assert translate(run, "en", ZH) is run


def test_a_key_with_two_templates_becomes_two_keys_that_are_the_same_in_every_run():
    first, second = Texts(), Texts()
    keys = [first.key("a/b/step-1", one) for one in ("One.", "Two.", "One.", "Two.")]
    assert keys[0] == keys[2] == "a/b/step-1"
    assert keys[1] == keys[3] != keys[0]
    assert [second.key("a/b/step-1", one) for one in ("One.", "Two.")] == keys[:2]
    assert first.phrase("p", Text("{n} more", {"n": 1})) == Phrase("p", {"n": 1})


@pytest.mark.parametrize("bad", [b"[1]", b"{", b"\xff", b'"a"'])
def test_a_catalogue_that_is_none_is_refused(bad):
    with pytest.raises(CatalogueError):
        read_catalogue(bad)


def test_entries_that_would_say_something_else_are_left_out():
    entries = {"{n} doors": "{m} 扇门", "doors": "", "a": 1, "{n} locks": "{n} 把锁"}
    assert read_catalogue(json.dumps(entries).encode()) == {"{n} locks": "{n} 把锁"}
