"""The questions, one after the other, on a terminal; each answer is saved as soon as it is given."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from scanner.catalogue import Check
from scanner.evidence.answers import AnswerWord
from scanner.sources.answers.edit import write_answer
from scanner.sources.answers.read import AnswersError, answer_of

_WORDS = {
    "y": AnswerWord.YES,
    "yes": AnswerWord.YES,
    "n": AnswerWord.NO,
    "no": AnswerWord.NO,
    "x": AnswerWord.NOT_NEEDED,
    "not-needed": AnswerWord.NOT_NEEDED,
}
_PROMPT = "[y]es, [n]o, [x] not needed, [enter] later, [q]uit: "


@dataclass(slots=True)
class Interview:
    """One sitting: who answers is asked once and then offered again."""

    path: Path
    read: TextIO
    tell: TextIO
    today: date
    by: str = ""

    def ask(self, checks: Sequence[Check]) -> None:
        """Ask each question, until the last one or until the person stops."""
        if not checks:
            self._say("No question is open.")
        for number, check in enumerate(checks, 1):
            self._show(check, f"{number}/{len(checks)}")
            if not self._one(check):
                break
        self._say(f"Saved in {self.path}")

    def _show(self, check: Check, place: str) -> None:
        asked = check.question
        if asked is None:
            return
        self._say(f"\n{place}  {check.title} ({', '.join(check.clause)})")
        for label, text in {
            "Asked": asked.asked,
            "Why": check.why,
            "Yes means": asked.yes,
            "Evidence": asked.evidence,
            "Who knows": asked.known_by,
        }.items():
            self._say(
                textwrap.fill(f"{label}: {text}", 88, initial_indent="  ", subsequent_indent="  ")
            )

    def _one(self, check: Check) -> bool:
        """Ask until there is an answer or none is wanted; False where the person stops."""
        while True:
            given = self._line(_PROMPT)
            if given is None or given in ("q", "quit"):
                return False
            if not given:
                return True
            if given not in _WORDS:
                self._say(f"  {given!r} is none of them.")
                continue
            if self._save(check, _WORDS[given]):
                return True

    def _save(self, check: Check, word: AnswerWord) -> bool:
        self.by = self._line(f"Who answers [{self.by}]: ") or self.by
        asks_why = word is not AnswerWord.YES
        values = {
            "answer": str(word),
            "by": self.by,
            "on": self.today.isoformat(),
            "until": self._line("Holds until, such as 2027-06-30 [no end]: ") or "",
            "reason": (self._line("Why: ") or "") if asks_why else "",
            "evidence": (self._line("Evidence [none]: ") or "") if word is AnswerWord.YES else "",
        }
        try:
            write_answer(self.path, answer_of(check.id, values))
        except AnswersError as error:
            self._say(str(error))
            return False
        return True

    def _line(self, prompt: str) -> str | None:
        """One line without its end; None where there is no more input."""
        print(prompt, end="", file=self.tell, flush=True)
        line = self.read.readline()
        return line.strip() if line else None

    def _say(self, text: str) -> None:
        print(text, file=self.tell)
