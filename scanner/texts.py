"""The sentences of one result: English templates by message key, each kept once.

A record of the result carries a key and values; with the template behind the key it can be said in
any language (scanner.translate). Words in English stand beside it for whoever reads the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from scanner.findings import Step
from scanner.result import Message, Phrase, StepRecord
from scanner.text import Text


class Texts:
    """Gathers the templates while records are made."""

    def __init__(self) -> None:
        self.templates: dict[str, str] = {}

    def key(self, wanted: str, template: str) -> str:
        """The message key of that template: the wanted one, or another where that is taken.

        The other is made from the template, so that it is the same in every run.
        """
        held = self.templates.setdefault(wanted, template)
        if held == template:
            return wanted
        return self.key(f"{wanted}~{hashlib.sha256(template.encode()).hexdigest()[:8]}", template)

    def message(self, key: str, text: Text) -> Message:
        """A sentence of a finding."""
        return Message(self.key(key, text.template), dict(text.values), str(text))

    def phrase(self, key: str, text: Text) -> Phrase:
        """A sentence of an item, whose English words stand in the item's own field."""
        return Phrase(self.key(key, text.template), dict(text.values))

    def steps(self, key: str, steps: Iterable[Step]) -> list[StepRecord]:
        """Steps with message keys below `key`."""
        return [
            StepRecord(
                self.key(f"{key}/step-{number}", step.text.template),
                dict(step.text.values),
                str(step.text),
                step.command,
                step.portal,
                step.link,
            )
            for number, step in enumerate(steps, 1)
        ]
