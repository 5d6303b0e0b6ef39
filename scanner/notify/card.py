"""The Adaptive Card for a Teams workflow.

Teams counts 28 KB after expansion and refuses larger ones, so a card stays below 18 KB: lines are
left out from the end until it does.
https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
"""

from __future__ import annotations

import json
import re
from typing import Any

from scanner.notify.news import Line, News
from scanner.notify.words import ENGLISH, figures, told, verdicts
from scanner.speech import Speech

LARGEST = 18_000
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_COLOURS = {"ready": "Good", "ready-with-work": "Warning", "blocked": "Attention"}


def card_of(news: News, speech: Speech = ENGLISH) -> dict[str, Any]:
    """The message that a workflow with the trigger for webhook requests posts."""
    top, soon = list(news.top), list(news.due_this_week)
    while len(json.dumps(made := _message(news, speech, top, soon)).encode()) > LARGEST and (
        top or soon
    ):
        (soon or top).pop()
    return made


def _message(news: News, speech: Speech, top: list[Line], soon: list[Line]) -> dict[str, Any]:
    facts = [{"title": name, "value": count} for name, count in figures(news, speech)]
    body: list[dict[str, Any]] = [
        _text(speech.again(news.headline), size="Large", weight="Bolder"),
        _text(f"{news.customer}, {news.at}", isSubtle=True, spacing="None"),
        {"type": "FactSet", "facts": facts},
        *(
            _text(
                speech.say("{what}: {about}", what=topic, about=verdict),
                color=_COLOURS.get(word, "Default"),
                spacing="Small",
            )
            for topic, verdict, word in verdicts(news, speech)
        ),
        *_lines(speech.say("Do these first"), top, speech),
        *_lines(speech.say("Due this week"), soon, speech),
    ]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [one for one in body if one.get("facts", True)],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _lines(title: str, lines: list[Line], speech: Speech) -> list[dict[str, Any]]:
    if not lines:
        return []
    heading = _text(title, weight="Bolder", separator=True)
    return [heading, *(_text(told(one, speech)) for one in lines)]


def _text(text: str, **more: Any) -> dict[str, Any]:
    """A block of plain words: what looks like Markdown, such as a link, is shown as it is written."""
    plain = _MARKDOWN.sub(r"\\\1", text[:500].replace("\n", " "))
    return {"type": "TextBlock", "text": plain, "wrap": True, **more}
