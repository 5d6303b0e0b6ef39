"""What every message says alike: figures, verdicts and lines, in the language of its reader."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.notify.news import Line, News
from scanner.speech import Speech

ENGLISH = Speech()


def figures(news: News, speech: Speech) -> Iterator[tuple[str, str]]:
    """What happened, counted: the name of a state and how many findings have it."""
    for name, count in news.counts.items():
        if count:
            yield speech.label("state", name), str(count)
    if news.overdue:
        yield speech.say("overdue"), str(news.overdue)


def verdicts(news: News, speech: Speech) -> Iterator[tuple[str, str, str]]:
    """Topic and verdict as people call them, and the word of the verdict."""
    for topic, verdict in news.verdicts.items():
        yield speech.label("topic", topic), speech.label("verdict", verdict), verdict


def told(line: Line, speech: Speech) -> str:
    """One item in one line."""
    details = [speech.label("severity", line.severity), speech.label("owner", line.owner)]
    if line.due:
        details.append(speech.say("due {day}", day=str(line.due)))
    return speech.say("{what} ({details})", what=line.title, details=details)
