"""`emsready init` and `emsready answer`: from an empty file to answered questions."""

import io
import json
from datetime import date

import pytest

from scanner.cli.interview import Interview
from scanner.cli.main import main
from scanner.config import read_config
from scanner.evidence.answers import AnswerWord
from scanner.sources.answers.read import read_answers
from tests.scanning import parts

PLAN = "responsibilities.project-plan-agreed"


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """A folder in which `emsready init` was run."""
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--no-input"]) == 0
    assert capsys.readouterr().out.split() == ["emsready.toml", "answers.toml"]
    return tmp_path


def test_answers_are_never_written_over(folder, capsys):
    (folder / "answers.toml").write_text("# mine\n")
    assert main(["init", "--no-input"]) == 2
    assert main(["init", "--no-input", "--force"]) == 0
    assert main(["init", "--no-input", "--answers-only"]) == 0
    assert (folder / "answers.toml").read_text() == "# mine\n"
    assert "left as it is" in capsys.readouterr().err


def test_the_questions_are_asked_in_the_language_of_the_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--no-input", "--lang", "zh-CN"]) == 0
    text = (tmp_path / "answers.toml").read_text(encoding="utf-8")
    assert "是否有已商定并指定资源的项目计划" in text.replace("\n#   ", "")
    assert "Asked:" not in text
    assert (
        read_answers(tmp_path / "answers.toml", [one.id for one in parts().catalogue.questions])
        == ()
    )
    assert read_config(tmp_path / "emsready.toml").customer.language == "zh-CN"


def test_the_questions_as_json(folder, capsys):
    assert main(["answer", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in listed] == [one.id for one in parts().catalogue.questions]
    assert {one["state"] for one in listed} == {"unanswered"}
    assert all(one["asked"] and one["why"] and one["yes"] and one["known_by"] for one in listed)


def test_one_answer_from_the_command_line(folder, capsys):
    assert main(["answer", PLAN, "yes", "--by", "Ana", "--until", "2099-01-01"]) == 0
    assert main(["answer", "--json"]) == 0
    assert PLAN not in capsys.readouterr().out.partition("\n")[2]
    assert main(["answer", PLAN, "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["state"], one["answer"]["by"]) == ("answered", "Ana")


def test_an_answer_that_ran_out_is_open_again(folder, capsys):
    words = ["--by", "Ana", "--on", "2020-01-01", "--until", "2020-02-01"]
    assert main(["answer", PLAN, "no", *words]) == 0
    assert main(["answer", "--json"]) == 0
    (one,) = [
        one for one in json.loads(capsys.readouterr().out.partition("\n")[2]) if one["id"] == PLAN
    ]
    assert one["state"] == "expired"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([PLAN, "yes"], "by: say who answered"),
        ([PLAN, "perhaps", "--by", "A"], "answer: unknown answer 'perhaps'; right are: yes"),
        ([PLAN, "not-needed", "--by", "A"], "reason: say why"),
        (["project-plan-agreed", "yes", "--by", "A"], f"did you mean '{PLAN}'?"),
        (["responsibilities.project", "--json"], "did you mean responsibilities."),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(folder, capsys, words, says):
    assert main(["answer", *words]) == 2
    assert says in capsys.readouterr().err
    assert read_answers(folder / "answers.toml") == ()


def test_no_answers_file_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "emsready.toml").write_text("")
    assert main(["answer"]) == 2
    assert "emsready init --answers-only" in capsys.readouterr().err


def test_without_a_terminal_the_open_questions_are_listed(folder, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["answer"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(parts().catalogue.questions)


def interview(folder, typed, *names):
    checks = [
        one for one in parts().catalogue.checks if one.question and one.question.name in names
    ]
    tell = io.StringIO()
    path = folder / "answers.toml"
    Interview(path, io.StringIO(typed), tell, date(2026, 11, 2)).ask(checks)
    return {one.question.partition(".")[2]: one for one in read_answers(path)}, tell.getvalue()


def test_a_person_walks_through_the_questions(folder):
    typed = "maybe\ny\nAna\n2027-06-30\nplan.pdf\n\nx\n\n\nfew users\n"
    names = ("project-plan-agreed", "stakeholders-named", "support-plan-ready")
    given, told = interview(folder, typed, *names)
    assert "'maybe' is none of them" in told
    assert "1/3  Project and resources are planned and managed (G2)" in told
    assert set(given) == {"project-plan-agreed", "support-plan-ready"}
    assert given["project-plan-agreed"].until == date(2027, 6, 30)
    last = given["support-plan-ready"]
    assert (last.by, last.word, last.reason) == ("Ana", AnswerWord.NOT_NEEDED, "few users")


def test_a_wrong_date_is_told_and_asked_again(folder):
    typed = "n\nAna\nsoon\nno time\nn\n\n\nno time\n"
    given, told = interview(folder, typed, "project-plan-agreed")
    assert "until: expected a date" in told
    assert given["project-plan-agreed"].word is AnswerWord.NO


def test_leaving_early_keeps_what_was_answered(folder):
    names = ("project-plan-agreed", "stakeholders-named")
    given, told = interview(folder, "y\nAna\n\n\nq\n", *names)
    assert list(given) == ["project-plan-agreed"]
    assert "Saved in" in told


def test_nothing_is_open(folder):
    assert "No question is open" in interview(folder, "")[1]
