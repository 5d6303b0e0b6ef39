"""The answers file that `emsready init` writes: every question with all that its answer needs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from scanner.catalogue import Check
from scanner.clauses import CLAUSES, clause_named
from scanner.text import fill

Say = Callable[[str], str]
"""Puts a sentence of the catalogue into the reader's language."""

_WIDTH = 96


_LABELS = {
    "asked": "Asked: {text}",
    "why": "Why: {text}",
    "yes": "Yes means: {text}",
    "evidence": "Evidence: {text}",
    "known_by": "Who knows: {text}",
}


def answers_template(checks: Iterable[Check], say: Say = str) -> str:
    """The text of a new answers file. It reads back as it is, with no question answered."""
    lines = [_comment(say(one)) if one else "#" for one in HEAD]
    lines += ["", 'by = ""', 'on = ""', ""]
    for check in checks:
        lines += _question(check, say)
    return "\n".join(lines)


def sentences() -> frozenset[str]:
    """Every sentence of the file that is not a check's own."""
    clauses = (clause.text for clause in CLAUSES)
    return frozenset((*_LABELS.values(), *filter(None, HEAD), *clauses))


def _question(check: Check, say: Say) -> Iterator[str]:
    asked = check.question
    if asked is None:
        return
    clauses = (
        f"{one}: {say(clause.text)}" for one in check.clause if (clause := clause_named(one))
    )
    yield _comment(f"{say(check.title)} ({'; '.join(clauses)})")
    texts = {
        "asked": asked.asked,
        "why": check.why,
        "yes": asked.yes,
        "evidence": asked.evidence,
        "known_by": asked.known_by,
    }
    for label, text in texts.items():
        yield _comment(fill(say(_LABELS[label]), {"text": say(text)}))
    yield f"[{asked.id}]"
    yield from ('answer = ""', 'by = ""', 'on = ""', 'until = ""', 'reason = ""', 'evidence = ""')
    yield ""


def _comment(text: str) -> str:
    """Comment lines of that text; text without spaces, as in Chinese, is broken anywhere."""
    wide = any(char > "\u2e80" for char in text)
    return textwrap.fill(
        text,
        _WIDTH // 2 if wide else _WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=wide,
        break_on_hyphens=False,
    )


HEAD = (
    "What only people know. Fill in with any editor, or with: emsready answer",
    "",
    "answer: yes, no or not-needed, in quotes. Empty: not answered yet; the report lists it.",
    "by: who answered. Here at the top it holds for every answer that names nobody.",
    "on: the day of the answer, such as 2027-01-31; at the top it holds like by.",
    "until: the last day on which the answer holds; after it the question is asked again.",
    "reason: why something is not needed, or what is still missing.",
    "evidence: a link or the name of a file that shows it.",
)
