"""Answer what only people know: walk through the open questions on a terminal, or give one answer."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_CONFIG

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.catalogue import Check
    from scanner.evidence.answers import Answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("question", nargs="?", help="id of one question; left out: all open ones")
    parser.add_argument("answer", nargs="?", help="yes, no or not-needed")
    parser.add_argument("-c", "--config", metavar="FILE", default=DEFAULT_CONFIG)
    parser.add_argument("--by", default="", help="who answers")
    parser.add_argument(
        "--on", metavar="DATE", default="", help="day of the answer; default: today"
    )
    parser.add_argument("--until", metavar="DATE", default="", help="last day on which it holds")
    parser.add_argument("--reason", default="", help="why it is not needed, or what is missing")
    parser.add_argument("--evidence", default="", help="a link or the name of a file")
    parser.add_argument("--all", action="store_true", help="also questions that are answered")
    parser.add_argument("--json", action="store_true", help="list the questions as JSON")


def run(arguments: argparse.Namespace) -> int:
    """List, walk through, or record one."""
    from scanner.cli.interview import Interview  # noqa: PLC0415
    from scanner.registry import load_checks  # noqa: PLC0415
    from scanner.sources.answers.read import read_answers  # noqa: PLC0415

    path = _answers_file(arguments)
    asking = [one for one in load_checks().checks if one.question]
    ids = [one.id for one in asking]
    given = {one.question: one for one in read_answers(path, ids)}
    if arguments.answer:
        return _record(path, arguments, ids)
    if arguments.question:
        asking = [_named(arguments.question, asking)]
    elif not arguments.all:
        asking = [one for one in asking if not _stands(given.get(one.id))]
    if arguments.json:
        print(json.dumps([_plain(one, given.get(one.id)) for one in asking], indent=1))
    elif sys.stdin.isatty():
        Interview(path, sys.stdin, sys.stderr, date.today(), arguments.by).ask(asking)  # noqa: DTZ011 - the day where the person sits
    else:
        for one in asking:
            print(f"{one.id:<48} {one.question.asked if one.question else ''}")
    return Exit.DONE


def _answers_file(arguments: argparse.Namespace) -> Path:
    """The file that the configuration names. Raises ConfigError where it names none."""
    from scanner.config import ConfigError, read_config  # noqa: PLC0415

    config = read_config(Path(arguments.config))
    if not config.answers.file:
        raise ConfigError(
            f'{arguments.config}: no answers file is named; set file = "answers.toml" below '
            "[answers], and `emsready init --answers-only` writes it"
        )
    return config.beside(config.answers.file)


def _named(question: str, asking: list[Check]) -> Check:
    from difflib import get_close_matches  # noqa: PLC0415

    from scanner.config import ConfigError  # noqa: PLC0415

    ids = {one.id: one for one in asking}
    if question in ids:
        return ids[question]
    near = get_close_matches(question, ids, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "`emsready answer --json` lists them"
    raise ConfigError(f"unknown question {question!r}; {hint}")


def _stands(given: Answer | None) -> bool:
    return given is not None and given.holds(date.today())  # noqa: DTZ011 - as above


def _plain(check: Check, given: Answer | None) -> dict[str, Any]:
    asked = check.question
    assert asked is not None  # noqa: S101 - chosen by it
    state = "unanswered" if given is None else "answered" if _stands(given) else "expired"
    return {
        "id": check.id,
        "title": check.title,
        "clauses": list(check.clause),
        "asked": asked.asked,
        "why": check.why,
        "yes": asked.yes,
        "evidence": asked.evidence,
        "known_by": asked.known_by,
        "state": state,
        "answer": _answer(given) if given else None,
    }


def _answer(given: Answer) -> dict[str, str]:
    return {
        "answer": str(given.word),
        "by": given.by,
        "on": given.on.isoformat(),
        "until": given.until.isoformat() if given.until else "",
        "reason": given.reason,
        "evidence": given.evidence,
    }


def _record(path: Path, arguments: argparse.Namespace, ids: list[str]) -> int:
    """Write the one answer that the command line gives. Raises AnswersError where it is none."""
    from scanner.sources.answers.edit import write_answer  # noqa: PLC0415
    from scanner.sources.answers.read import answer_of  # noqa: PLC0415

    values = {
        "answer": arguments.answer,
        "by": arguments.by,
        "on": arguments.on or date.today().isoformat(),  # noqa: DTZ011 - as above
        "until": arguments.until,
        "reason": arguments.reason,
        "evidence": arguments.evidence,
    }
    answer = answer_of(arguments.question, values, ids)
    write_answer(path, answer)
    print(f"{answer.question}: {answer.word}")
    return Exit.DONE
