"""The sentences of one result: English templates by message key, each kept once.

A record of the result carries a key and values; with the template behind the key it can be said in
any language (scanner.translate). Words in English stand beside it for whoever reads the file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from scanner.findings import Step
from scanner.result import Message, Phrase, StepRecord, Words
from scanner.text import Said, Text, Value

_SLUG = 40


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
        return Message(
            self.key(key, text.template), plain(text.values), str(text), self.words(text.values)
        )

    def phrase(self, key: str, text: Text) -> Phrase:
        """A sentence of an item, whose English words stand in the item's own field."""
        return Phrase(self.key(key, text.template), plain(text.values), self.words(text.values))

    def words(self, values: Mapping[str, Value]) -> Words:
        """The sentences behind those of the values that are words of the product."""
        parted = {
            name: value if isinstance(value, list) else [value] for name, value in values.items()
        }
        return {
            name: [self._said(one) if isinstance(one, Said) else None for one in parts]
            for name, parts in parted.items()
            if any(isinstance(one, Said) and one for one in parts)
        }

    def _said(self, words: Said) -> Phrase:
        if words.text is None:
            return Phrase()
        slug = re.sub(r"[^a-z0-9]+", "-", words.text.template.casefold()).strip("-")
        return self.phrase(f"words/{slug[:_SLUG]}", words.text)

    def steps(self, key: str, steps: Iterable[Step]) -> list[StepRecord]:
        """Steps with message keys below `key`."""
        return [
            StepRecord(
                self.key(f"{key}/step-{number}", step.text.template),
                plain(step.text.values),
                str(step.text),
                step.command,
                step.portal,
                step.link,
                self.words(step.text.values),
            )
            for number, step in enumerate(steps, 1)
        ]


def plain(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values with English strings in place of words that are Said."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Value) -> Value:
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value) if isinstance(value, str) else value
