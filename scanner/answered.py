"""From an answer to a finding; the same for every check that asks a person."""

from __future__ import annotations

from scanner.evidence.answers import Answer, Answers, AnswerWord
from scanner.evidence.envelope import Header
from scanner.findings import (
    Finding,
    Step,
    failed,
    manual,
    not_applicable,
    passed,
    step,
)
from scanner.question import Question
from scanner.text import Vocabulary
from scanner.words import Status

_WORDS = Vocabulary(map(str, AnswerWord))


def answered(question: Question, answers: Answers, header: Header) -> Finding:
    """What the answer to a question means on the day of the run.

    Unanswered is manual, and so is an answer that ran out, with the old one shown.
    """
    subject = question.subject
    given = answers.of(question.id)
    if given is None:
        open_question = Finding(Status.MANUAL, "unanswered", subject, question.sentence)
        return open_question.fixed_by(*_how(question))
    if not given.holds(header.collected_at.date()):
        told = manual(
            "expired",
            subject,
            "The answer '{answer}' of {on} by {by} held until {until}. It has to be given again.",
            answer=_WORDS.say(given.word),
            on=given.on.isoformat(),
            by=given.by,
            until=given.until.isoformat() if given.until else "",
        )
        return _showing(told, given).fixed_by(Step(question.sentence), *_how(question))
    return _showing(_judged(question, given), given)


def _judged(question: Question, given: Answer) -> Finding:
    subject = question.subject
    values = {"on": given.on.isoformat(), "by": given.by}
    if given.word is AnswerWord.YES:
        return passed("answered-yes", subject, "Answered yes by {by} on {on}.", **values)
    if given.word is AnswerWord.NO:
        return failed("answered-no", subject, "Answered no by {by} on {on}.", **values)
    return not_applicable(
        "not-needed",
        subject,
        "Not needed, says {by} on {on}: {reason}",
        reason=given.reason,
        **values,
    )


def _showing(finding: Finding, given: Answer) -> Finding:
    facts = {
        "until": given.until.isoformat() if given.until else "",
        "reason": given.reason,
        "evidence": given.evidence,
    }
    return finding.showing(**{name: value for name, value in facts.items() if value})


def _how(question: Question) -> tuple[Step, ...]:
    """How to get from no answer to one: what counts, and where to put it."""
    return (
        Step(question.meaning),
        step("Write the answer into the answers file, or give it on a terminal.", command=_COMMAND),
    )


_COMMAND = "emsready answer"
