"""Words of the product within sentences: marked, kept through evidence and result, translated."""

import copy
import json
import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.api import (
    Affected,
    Effort,
    Missing,
    Owner,
    Reason,
    Severity,
    Topic,
    Vocabulary,
    check,
    failed,
    object_set,
    said,
)
from scanner.assess import Options, Parts, assess
from scanner.catalogue import check_of
from scanner.cells import spoken_rows
from scanner.evidence.codec import decode, encode, encode_line
from scanner.evidence.scope import Scope
from scanner.evidence.tenant import Organization
from scanner.recognise import Templates
from scanner.redact import Redaction
from scanner.registry import Catalogue
from scanner.result import RunResult
from scanner.testing import evidence_of
from scanner.text import DEEPEST, Said, Saved, wordless
from scanner.translate import translate
from scanner.typography import said_in

STATES = Vocabulary(("open", "shut"))

ZH = {
    "doors of the house": "房屋的门",
    "{name} is {state}": "{name}处于{state}状态",
    "open": "打开",
    "shut": "关闭",
    "{count} doors: {states}.": "{count} 扇门处于{states}。",
    "no key for {name}": "没有 {name} 的钥匙",
    "{place}: {detail}": "{place} · {detail}",
    "the lock is stuck": "锁卡住了",
    "Not assessed: the {evidence} could not be reached. {detail}": "无法访问“{evidence}”。{detail}",
    "tenant organization": "组织信息",
}


def declared(name):
    return check(
        id=f"sample.{name}",
        title="Doors are closed",
        action="Close the doors",
        why="Rain comes in.",
        fix=["Find the door."],
        verify="No draught is felt.",
        topic=Topic.NETWORK,
        severity=Severity.HIGH,
        owner=Owner.NETWORK_ADMIN,
        effort=Effort.HOURS,
        clause=["E2"],
        documents=["https://example.com/doors"],
        blocks=["moving in"],
    )


@declared("doors")
def doors(scope: Scope):
    states = [said("{name} is {state}", name="open", state=STATES.say("open")), "shut"]
    cells = [("open", "open", "open"), ("2", "shut, open", "shut"), ("3", "ajar (open)", "x")]
    yield (
        failed(
            "open",
            object_set(said("doors of the house")),
            "{count} doors: {states}.",
            count=2,
            states=states,
        )
        .showing(state=STATES.say("shut"), name="shut")
        .affecting(Affected(("id", "state", "name"), cells, spoken=("state",)))
    )


@declared("organization")
def organization(found: Organization):
    yield failed("never", object_set("x"), "never")


def run_of(tmp_path, why):
    found = Catalogue((check_of(doors), check_of(organization)), ())
    made = Parts(found, (), {}, ())
    run = assess(
        evidence_of(missing={Organization: why}), made, Options(), lambda *_: None, tmp_path
    )
    return decode(encode(run), RunResult)


UNREACHABLE = Missing(
    Reason.UNREACHABLE,
    said("{place}: {detail}", place="shut", detail=said("no key for {name}", name="open")),
)


@pytest.fixture
def run(tmp_path):
    return run_of(tmp_path, UNREACHABLE)


def finding(run, name):
    return next(one for one in run.findings if one.check == f"sample.{name}")


def test_words_are_translated_and_data_that_looks_like_them_is_not(run):
    one = finding(translate(run, "zh-CN", ZH), "doors")
    assert one.subject.name == "房屋的门"
    assert one.message.text == "2 扇门处于open处于打开状态、shut。"
    assert one.facts == {"state": "关闭", "name": "shut"}
    assert one.affected.sample == [
        ["open", "打开", "open"], ["2", "关闭、打开", "shut"], ["3", "ajar (打开)", "x"],
    ]  # fmt: skip


def test_in_english_nothing_shows(run):
    one = finding(run, "doors")
    assert one.message.text == "2 doors: open is open, shut."
    assert one.subject.name == "doors of the house"
    assert translate(run, "en", ZH) is run


def test_a_detail_is_translated_wherever_it_is_told(run):
    made = translate(run, "zh-CN", ZH)
    told = "shut · 没有 open 的钥匙"
    one = finding(made, "organization")
    assert one.missing.detail == told
    assert one.message.text == f"无法访问“组织信息”。{told}"
    (item,) = [item for item in made.plan if item.phase == "assess"]
    assert item.steps[0].text == told


def test_a_detail_of_before_is_known_by_its_template(run):
    """A result without marks, as runs of earlier versions have them."""
    findings = [
        replace(
            one,
            message=replace(one.message, words={}),
            missing=one.missing and replace(one.missing, words={}),
        )
        for one in run.findings
    ]
    one = finding(translate(replace(run, findings=findings), "zh-CN", ZH), "organization")
    assert one.missing.detail == "shut · 没有 open 的钥匙"
    assert one.message.text == "无法访问“组织信息”。shut · 没有 open 的钥匙"


def test_a_plain_detail_of_a_plugin_stays_english_and_is_listed(tmp_path):
    run = run_of(tmp_path, Missing(Reason.UNREACHABLE, "the {cat} ate it"))
    made = translate(run, "zh-CN", ZH)
    assert finding(made, "organization").missing.detail == "the {cat} ate it"
    assert "the {cat} ate it" in made.untranslated


def test_rows_from_the_file_are_said_as_those_of_the_sample(run):
    affected = finding(run, "doors").affected
    read = spoken_rows(lambda one: one.sample, "zh-CN", ZH)
    assert list(read(affected)) == finding(translate(run, "zh-CN", ZH), "doors").affected.sample


def test_evidence_keeps_the_sentence_and_reads_what_has_none():
    kept = decode(encode(UNREACHABLE), Missing)
    assert kept == UNREACHABLE
    assert kept.said.text == UNREACHABLE.said.text
    old = decode(b'{"reason": "denied", "detail": "no {a}"}', Missing)
    assert (old.said, old.said.text) == ("no {a}", None)


def test_a_foreign_sentence_that_says_something_else_is_not_believed():
    forged = Missing(Reason.DENIED, "the lock is stuck", words=Saved("all is well"))
    assert (forged.said, forged.said.text) == ("the lock is stuck", None)
    short = Missing(Reason.DENIED, "no key for x", words=Saved("no key for {name}"))
    assert short.said.text is None
    deep = Saved("end")
    for _ in range(DEEPEST + 1):
        deep = Saved("{a}", {"a": deep})
    assert Missing(Reason.DENIED, "end", words=deep).said.text is None


def test_said_is_a_string_for_everything_else():
    one = said("{n} of {name}", n=2, name=said("doors of the house"))
    assert one == "2 of doors of the house"
    assert json.loads(encode_line([one, {"a": one}])) == [str(one), {"a": str(one)}]
    for again in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert (again, again.text) == (one, one.text)
    plain = pickle.loads(pickle.dumps(Said.of("a {b}")))
    assert (plain, plain.text) == ("a {b}", None)
    with pytest.raises(ValueError, match="no value"):
        said("{n} doors")


def test_a_word_outside_the_vocabulary_is_data():
    assert isinstance(STATES.say("open"), Said)
    assert not isinstance(STATES.say("ajar"), Said)
    assert [type(one) for one in STATES.say_all(["shut", "ajar"])] == [Said, str]


@pytest.mark.parametrize("template", ["{a}", "{a}: {b} ({c})", "", "{n} %"])
def test_a_template_without_words_needs_no_translation(template):
    assert wordless(template)
    assert not wordless(template + "x")


TEMPLATES = Templates(["{a}: {b}", "{a} is {b}", "{a} is {a}", "{place}: the {what} is shut", "x"])


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("k: the door is shut", ("{place}: the {what} is shut", {"place": "k", "what": "door"})),
        ("one is one", ("{a} is {a}", {"a": "one"})),
        ("one is two", ("{a} is {b}", {"a": "one", "b": "two"})),
        ("a: b", None),
        ("is", None),
        ("", None),
    ],
)
def test_a_finished_sentence_is_known_by_the_template_with_most_words(sentence, found):
    assert TEMPLATES.values_in(sentence) == found


@given(st.text(), st.text())
def test_a_known_sentence_gives_its_own_words_back(a, b):
    found = TEMPLATES.values_in(f"{a} is {b}")
    if found:
        template, values = found
        assert str(Said(template, values)) == f"{a} is {b}"


@pytest.mark.parametrize(
    ("template", "value", "told"),
    [
        ("从 {a} 访问", "客户端", "从客户端访问"),
        ("从 {a} 访问", "client", "从 client 访问"),
        ("从 {a} 访问 b", "客户端", "从客户端访问 b"),
        ("{a} 访问", ["客户端", "x"], "客户端、x 访问"),
        ("b {a}", "客户端", "b 客户端"),
        ("{a}{b}", "张 三", "张 三张 三"),
    ],
)
def test_no_blank_stands_between_chinese_words(template, value, told):
    assert said_in("zh-CN", template, {"a": value, "b": value}) == told


def test_lists_of_other_languages_have_their_comma():
    assert said_in("de", "a {a}", {"a": ["b", "c"]}) == "a b, c"


def test_names_within_words_are_redacted_and_the_words_still_said(tmp_path):
    """Under whatever name a check shows them: those of result fields, too."""
    why = said("no key for {name}", name="adele.vance@contoso.com")
    shown = said("{place}: {detail}", place="adele.vance@contoso.com", detail=why)

    @declared("fields")
    def fields(scope: Scope):
        yield failed("it", object_set("x"), "{texts} {sample}", texts=shown, sample=[shown])

    made = Parts(Catalogue((check_of(fields),), ()), (), {}, ())
    run = assess(evidence_of(), made, Options(), lambda *_: None, tmp_path)
    redacted = Redaction(b"0" * 32).result(run)
    assert b"adele" not in encode(redacted)
    told = translate(redacted, "zh-CN", ZH).findings[0].message.text
    assert told.count("没有 user-") == 2
