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

LARGEST = 18_000
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_COLOURS = {"ready": "Good", "ready-with-work": "Warning", "blocked": "Attention"}


def card_of(news: News) -> dict[str, Any]:
    """The message that a workflow with the trigger for webhook requests posts."""
    top, soon = list(news.top), list(news.due_this_week)
    while len(json.dumps(made := _message(news, top, soon)).encode()) > LARGEST and (top or soon):
        (soon or top).pop()
    return made


def _message(news: News, top: list[Line], soon: list[Line]) -> dict[str, Any]:
    facts = [{"title": name, "value": str(count)} for name, count in news.counts.items() if count]
    if news.overdue:
        facts.append({"title": "overdue", "value": str(news.overdue)})
    body: list[dict[str, Any]] = [
        _text(news.headline, size="Large", weight="Bolder"),
        _text(f"{news.customer}, {news.at}", isSubtle=True, spacing="None"),
        {"type": "FactSet", "facts": facts},
        *(
            _text(f"{topic}: {verdict}", color=_COLOURS.get(verdict, "Default"), spacing="Small")
            for topic, verdict in news.verdicts.items()
        ),
        *_lines("Do these first", top),
        *_lines("Due this week", soon),
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


def _lines(title: str, lines: list[Line]) -> list[dict[str, Any]]:
    if not lines:
        return []
    return [_text(title, weight="Bolder", separator=True)] + [
        _text(f"{one.title} ({one.severity}, {one.owner}{f', due {one.due}' if one.due else ''})")
        for one in lines
    ]


def _text(text: str, **more: Any) -> dict[str, Any]:
    """A block of plain words: what looks like Markdown, such as a link, is shown as it is written."""
    plain = _MARKDOWN.sub(r"\\\1", text[:500].replace("\n", " "))
    return {"type": "TextBlock", "text": plain, "wrap": True, **more}
