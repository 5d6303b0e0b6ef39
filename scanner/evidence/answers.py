"""What people said: the answers to the questions that no probe can settle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanner.evidence.envelope import evidence


class AnswerWord(StrEnum):
    """What an answer may be."""

    YES = "yes"
    NO = "no"
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: by whom, on which date, and the last day on which it holds (None: no end).

    `question` is the id of the check that asks. `reason` is there for every 'not-needed'.
    """

    question: str
    word: AnswerWord
    by: str
    on: date
    until: date | None = None
    reason: str = ""
    evidence: str = ""

    def holds(self, today: date) -> bool:
        """Whether the answer still stands on that day."""
        return self.until is None or today <= self.until


@evidence("answers", source="answers")
@dataclass(frozen=True, slots=True)
class Answers:
    """All answers of the organisation; a question without one is unanswered, never 'no'."""

    given: tuple[Answer, ...] = ()

    def of(self, question: str) -> Answer | None:
        """The answer to that question, or None."""
        return next((one for one in self.given if one.question == question), None)
