"""A question that only people can answer, asked where no probe can see."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.subject import Subject
from scanner.subject import question as subject_of
from scanner.text import Text


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and all that a person needs to answer it without asking back.

    `id` is the id of the check that the answer feeds. `yes` says what counts as yes, `evidence` what
    one may attach (a link or a file name), `known_by` who usually knows.
    """

    id: str
    asked: str
    yes: str
    evidence: str
    known_by: str

    @property
    def name(self) -> str:
        """The id without its package: what findings call the question."""
        return self.id.partition(".")[2]

    @property
    def subject(self) -> Subject:
        """What findings about the question are about."""
        return subject_of(self.name)

    @property
    def sentence(self) -> Text:
        """What is asked, as a sentence that can be said in any language."""
        return Text(self.asked)

    @property
    def meaning(self) -> Text:
        """What counts as yes, likewise."""
        return Text(self.yes)
