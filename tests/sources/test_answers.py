"""The answers file: read, written as a template, and edited in place."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.config import ConfigError
from scanner.config.model import Answers as Section
from scanner.config.model import Config
from scanner.evidence.answers import Answer, Answers, AnswerWord
from scanner.sources.answers.edit import write_answer
from scanner.sources.answers.read import AnswersError, read_answers
from scanner.sources.answers.source import AnswersSource
from scanner.sources.answers.template import answers_template
from scanner.sources.interface import Unavailable
from tests.scanning import parts, scan_text, verdicts
from tests.sources.gathering import Gathering

PLAN = "responsibilities.project-plan-agreed"
KNOWN = [one.id for one in parts().catalogue.questions]
GOOD = f"""\
by = "Ana Silva"
[{PLAN}]
answer = "yes"
on = 2026-10-01
until = 2027-03-31
evidence = "plan.pdf"
[responsibilities.stakeholders-named]
answer = "Not needed"
by = "Ben Roth"
on = "2026-10-02"
reason = "one person does it all"
[responsibilities.kickoff-attended]
answer = ""
by = ""
"""


def read(folder, text):
    path = folder / "answers.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_answers(path, KNOWN)


def test_answers_are_read_with_what_stands_once_at_the_top(tmp_path):
    assert read(tmp_path, GOOD) == (
        Answer(
            PLAN,
            AnswerWord.YES,
            "Ana Silva",
            date(2026, 10, 1),
            date(2027, 3, 31),
            evidence="plan.pdf",
        ),
        Answer(
            "responsibilities.stakeholders-named",
            AnswerWord.NOT_NEEDED,
            "Ben Roth",
            date(2026, 10, 2),
            reason="one person does it all",
        ),
    )


def test_a_question_may_be_named_in_one_piece(tmp_path):
    text = f'["{PLAN}"]\nanswer = "no"\nby = "A"\non = 2026-10-01\n'
    assert read(tmp_path, text)[0].question == PLAN


def test_a_byte_order_mark_of_an_editor_is_no_mistake(tmp_path):
    assert len(read(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"[{PLAN}]\nanswer = yes\n", r":2: not valid TOML: .*text stands in quotes"),
        (f"[{PLAN}]\n[{PLAN}]\n", r":2: not valid TOML"),
        (f'[{PLAN}]\nanswer = "yess"\n', rf":2: {PLAN}.answer: .*did you mean 'yes'\?"),
        (f"[{PLAN}]\nanswer = true\n", r":2: .*right are: yes, no, not-needed"),
        (f'[{PLAN}]\nanwser = "yes"\n', r":2: .*unknown key 'anwser'; did you mean 'answer'\?"),
        (f'[{PLAN}]\nanswer = "yes"\n', r":1: .*by: say who answered"),
        (f'[{PLAN}]\nanswer = "yes"\nby = "A"\n', r":1: .*on: say when"),
        (f'[{PLAN}]\nanswer = "yes"\nby = "A"\non = "soon"\n', r":4: .*a date, such as .*'soon'"),
        (f'[{PLAN}]\nanswer = "yes"\nby = 7\non = 2026-10-01\n', r":3: .*text in quotes, got 7"),
        (
            f'[{PLAN}]\nanswer = "yes"\nby = "A"\non = 2026-10-02\nuntil = 2026-10-01\n',
            r":5: .*until: 2026-10-01 lies before",
        ),
        (
            f'[{PLAN}]\nanswer = "not-needed"\nby = "A"\non = 2026-10-02\n',
            r":1: .*reason: say why",
        ),
        ("[responsibilities.project-plan]\n", rf":1: .*unknown question .*mean '{PLAN}'\?"),
        ("[responsibilities]\nproject-plan-agreed = 1\n", r":2: .*expected a question"),
        ("bye = 1\n", r":1: bye: unknown key 'bye'; did you mean 'by'\?"),
        ("[x.y]\n", r":1: x.y: unknown question 'x.y'; `emsready answer --json`"),
        (b"\xff\xfe[\x00", r"not UTF-8"),
        (b"#" * (1024 * 1024 + 1), r"larger than 1 MiB"),
    ],
)
def test_a_mistake_is_named_with_line_key_and_what_is_right(tmp_path, text, says):
    with pytest.raises(AnswersError) as caught:
        read(tmp_path, text)
    assert re.search(says, str(caught.value)), str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "answers.toml"))


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(AnswersError) as caught:
        read(tmp_path, f'[{PLAN}]\nanswer = "ja"\nwhen = 1\n[responsibilities.nothing]\n')
    assert [line.split(":")[1] for line in str(caught.value).splitlines()] == ["2", "3", "4"]


def test_there_is_no_file(tmp_path):
    with pytest.raises(AnswersError, match="emsready init"):
        read_answers(tmp_path / "none.toml")


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_reader(tmp_path_factory, text):
    try:
        read(tmp_path_factory.mktemp("answers"), text.encode("utf-8", "surrogatepass"))
    except AnswersError as error:
        assert str(error)  # noqa: PT017 - any text may be a mistake, and is told as one


def test_the_template_reads_back_with_every_question_and_no_answer(tmp_path):
    text = answers_template(parts().catalogue.checks)
    assert read(tmp_path, text) == ()
    assert [line.strip("[]") for line in text.splitlines() if line.startswith("[")] == KNOWN


def test_one_answer_is_written_in_place_and_nothing_else_changes(tmp_path):
    text = answers_template(parts().catalogue.checks)
    path = tmp_path / "answers.toml"
    path.write_text(text, encoding="utf-8")
    answer = Answer(PLAN, AnswerWord.YES, "Ana Silva", date(2026, 10, 1), evidence='a "plan"')
    write_answer(path, answer)
    assert read_answers(path, KNOWN) == (answer,)
    before, after = text.splitlines(), path.read_text(encoding="utf-8").splitlines()
    changed = [now for was, now in zip(before, after, strict=True) if was != now]
    assert changed == [
        'answer = "yes"',
        'by = "Ana Silva"',
        "on = 2026-10-01",
        'evidence = "a \\"plan\\""',
    ]


def test_an_answer_to_a_question_that_the_file_lacks_is_added(tmp_path):
    path = tmp_path / "answers.toml"
    path.write_text('# mine\nby = "A"\n', encoding="utf-8")
    first = Answer(PLAN, AnswerWord.NO, "B", date(2026, 10, 1), date(2027, 1, 1), "later")
    second = Answer(
        "directory_sync.single-active-sync-server", AnswerWord.YES, "C", date(2026, 1, 1)
    )
    for one in (first, second):
        write_answer(path, one)
    assert set(read_answers(path)) == {first, second}
    assert path.read_text(encoding="utf-8").startswith("# mine\n")


def test_a_broken_file_is_not_written_over(tmp_path):
    path = tmp_path / "answers.toml"
    path.write_text("answer = yes", encoding="utf-8")
    with pytest.raises(AnswersError):
        write_answer(path, Answer(PLAN, AnswerWord.NO, "B", date(2026, 10, 1)))
    assert path.read_text(encoding="utf-8") == "answer = yes"


def test_without_a_file_every_question_is_unanswered():
    gathering = Gathering(wanted=frozenset({Answers}))
    AnswersSource().collect(gathering)
    assert gathering.one(Answers) == Answers()


def test_the_source_says_which_file_it_reads(tmp_path):
    config = Config(answers=Section("mine.toml"), path=tmp_path / "emsready.toml")
    (contact,) = AnswersSource().touches(config, frozenset({Answers}))
    assert contact.target == str(tmp_path / "mine.toml")


def test_a_file_that_went_bad_meanwhile_is_missing_evidence(tmp_path):
    (tmp_path / "mine.toml").write_text("answer = yes", encoding="utf-8")
    config = Config(answers=Section("mine.toml"), path=tmp_path / "emsready.toml")
    with pytest.raises(Unavailable, match=r"mine.toml:1"):
        AnswersSource().collect(Gathering(config, frozenset({Answers})))


def test_a_scan_judges_by_the_answers(tmp_path):
    (tmp_path / "answers.toml").write_text(GOOD, encoding="utf-8")
    result = scan_text('[answers]\nfile = "answers.toml"\n', tmp_path, only=["responsibilities"])
    assert verdicts(result, PLAN) == {"project-plan-agreed": ("pass", "answered-yes")}
    assert verdicts(result, "responsibilities.stakeholders-named") == {
        "stakeholders-named": ("not-applicable", "not-needed")
    }
    assert verdicts(result, "responsibilities.kickoff-attended") == {
        "kickoff-attended": ("manual", "unanswered")
    }


def test_a_scan_refuses_a_mistake_before_it_begins(tmp_path):
    (tmp_path / "answers.toml").write_text("[responsibilities.nothing]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"answers.toml:1: .*unknown question"):
        scan_text('[answers]\nfile = "answers.toml"\n', tmp_path)
    assert not (tmp_path / "run").exists()
