"""The answers file that `emsready init` writes: every question with all that its answer needs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator

from scanner.catalogue import Check
from scanner.clauses import clause_named

Say = Callable[[str], str]
"""Puts a sentence of the catalogue into the reader's language."""

_WIDTH = 96


def answers_template(checks: Iterable[Check], say: Say = str) -> str:
    """The text of a new answers file. It reads back as it is, with no question answered."""
    lines = [_comment(say(one)) if one else "#" for one in _HEAD]
    lines += ["", 'by = ""', 'on = ""', ""]
    for check in checks:
        lines += _question(check, say)
    return "\n".join(lines)


def _question(check: Check, say: Say) -> Iterator[str]:
    asked = check.question
    if asked is None:
        return
    clauses = (f"{one}: {clause.text}" for one in check.clause if (clause := clause_named(one)))
    yield _comment(say(check.title) + f" ({'; '.join(clauses)})")
    yield _comment(say("Asked:") + " " + say(asked.asked))
    yield _comment(say("Why:") + " " + say(check.why))
    yield _comment(say("Yes means:") + " " + say(asked.yes))
    yield _comment(say("Evidence:") + " " + say(asked.evidence))
    yield _comment(say("Who knows:") + " " + say(asked.known_by))
    yield f"[{asked.id}]"
    yield 'answer = ""'
    yield 'by = ""'
    yield 'on = ""'
    yield 'until = ""'
    yield 'reason = ""'
    yield 'evidence = ""'
    yield ""


def _comment(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


_HEAD = (
    "What only people know. Fill in with any editor, or with: emsready answer",
    "",
    "answer    yes, no or not-needed, in quotes. Empty: not answered yet; the report lists it.",
    "by        who answered. Here at the top it holds for every answer that names nobody.",
    "on        the day of the answer, such as 2027-01-31; at the top it holds like by.",
    "until     the last day on which the answer holds; after it the question is asked again.",
    "reason    why something is not needed, or what is still missing.",
    "evidence  a link or the name of a file that shows it.",
)
