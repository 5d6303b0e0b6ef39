"""The sentence that a report begins with: the whole run in one or two."""

from __future__ import annotations

from reports.view import View
from reports.words import Words
from scanner.words import Status, Verdict


def headline(view: View, words: Words) -> str:
    """The whole run in one or two sentences, never better than its worst topic."""
    if not set(view.counts) & {Status.PASS, Status.WARN, Status.FAIL}:
        return words("headline.empty")
    verdicts = [topic.verdict for topic in view.result.summary.topics]
    blocked, unknown = verdicts.count(Verdict.BLOCKED), verdicts.count(Verdict.UNKNOWN)
    if blocked == len(verdicts):
        first = words("headline.all")
    elif blocked:
        first = words.count("headline.blocked", blocked)
    elif unknown:
        first = words.count("headline.unknown", unknown)
    elif Verdict.READY_WITH_WORK in verdicts or view.work:
        first = words("headline.work")
    else:
        first = words("headline.ready")
    many = len(view.work)
    second = words.count("headline.items", many) if many else words("headline.done")
    return f"{first}{words('list.sentence')}{second}"
