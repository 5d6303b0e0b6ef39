"""Finding the sentence of a catalogue that finished words came from.

Only for words of the product: a detail that came as a plain string, from a plugin, a library, or a
result of before. Data of the environment is never looked up.
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.text import PLACEHOLDER, placeholders, wordless

OURS = ("detail", "evidence", "why")
"""Values that are words of the product where a result does not mark them; older ones mark none."""

_LONGEST = 2000
"""Characters of a finished sentence that is looked for among the templates."""


class Templates:
    """The sentences with values of a catalogue, to find the one that a finished sentence came from.

    Of those that fit, the one with the most words of its own. Only for words of the product: a
    finished sentence in evidence, or in a result of before.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = words
        self._known: dict[str, list[tuple[int, str, list[str]]]] | None = None

    def values_in(self, sentence: str) -> tuple[str, dict[str, str]] | None:
        """The template and the values that give this sentence, or None."""
        if not sentence or len(sentence) > _LONGEST:
            return None
        if self._known is None:
            self._known = self._sorted()
        best, found = 0, None
        for bucket in (f"^{sentence[0]}", f"${sentence[-1]}", ""):
            for weight, template, parts in self._known.get(bucket, ()):
                if weight < best:
                    break
                values = _values_in(sentence, parts)
                if values is not None:
                    best, found = weight, (template, values)
                    break
        return found

    def _sorted(self) -> dict[str, list[tuple[int, str, list[str]]]]:
        """By the first character, else by the last one, so that few have to be tried."""
        buckets: dict[str, list[tuple[int, str, list[str]]]] = {}
        for one in self._words:
            if placeholders(one) and _tells(one):
                parts = PLACEHOLDER.split(one)
                first, last = parts[0][:1], parts[-1][-1:]
                bucket = f"^{first}" if first else f"${last}" if last else ""
                weight = len("".join(parts[::2]))
                buckets.setdefault(bucket, []).append((weight, one, parts))
        for held in buckets.values():
            held.sort(key=lambda one: (-one[0], one[1]))
        return buckets


def _tells(template: str) -> bool:
    """Whether a template can be told from its words, or from the words in one of its values."""
    return not wordless(template) or bool(placeholders(template).intersection(OURS))


def _values_in(sentence: str, parts: list[str]) -> dict[str, str] | None:
    """The values between the fixed parts of a template, each as short as can be.

    `parts` are words and names in turn. Without stepping back, so that a hostile sentence costs no
    more than its length.
    """
    words, names = parts[::2], parts[1::2]
    if not sentence.startswith(words[0]):
        return None
    values: dict[str, str] = {}
    at = len(words[0])
    for name, after, last in zip(
        names, words[1:], [*[False] * (len(names) - 1), True], strict=True
    ):
        end = len(sentence) - len(after) if last else sentence.find(after, at)
        if end < at or sentence[end : end + len(after)] != after:
            return None
        if values.setdefault(name, sentence[at:end]) != sentence[at:end]:
            return None
        at = end + len(after)
    return values
