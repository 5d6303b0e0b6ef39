"""The source of answers: one file, read once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from scanner.config.model import Config
from scanner.evidence.answers import Answers
from scanner.sources.answers.read import AnswersError, read_answers
from scanner.sources.interface import Contact, Gather, Unavailable
from scanner.words import Reason


class AnswersSource:
    """Reads the answers file that [answers] file names.

    Without one there are no answers, which is known for certain: every question is unanswered.
    """

    name = "answers"
    kinds: tuple[type, ...] = (Answers,)
    after: tuple[type, ...] = ()
    budget = 10.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """The file, where one is configured."""
        if config.answers.file and Answers in wanted:
            path = str(config.beside(config.answers.file))
            yield Contact("answers", path, "file", "read what people answered")

    def proofread(self, config: Config, questions: Collection[str]) -> None:
        """Raises AnswersError for every mistake in the file, and for questions nobody asks."""
        if config.answers.file:
            read_answers(config.beside(config.answers.file), sorted(questions))

    def collect(self, gather: Gather) -> None:
        """Put all answers. Raises Unavailable where the file cannot be used."""
        name = gather.config.answers.file
        if not name:
            gather.put(Answers())
            return
        try:
            gather.put(Answers(read_answers(gather.config.beside(name))))
        except AnswersError as error:
            raise Unavailable(Reason.UNSUPPORTED, str(error)) from error
