"""How a language writes a sentence with values in it: commas of lists, blanks beside values."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.text import PLACEHOLDER, Value, fill


def comma(language: str) -> str:
    """What stands between the parts of a list."""
    return "、" if language.startswith("zh") else ", "


def said_in(language: str, template: str, values: Mapping[str, Value]) -> str:
    """The template with its values, as that language is written.

    In Chinese the parts of a list stand between enumeration commas, and the blank that sets Latin
    words off goes where the value turns out to be Chinese too.
    """
    if not language.startswith("zh"):
        return fill(template, values)
    text = ""
    for place, part in enumerate(PLACEHOLDER.split(template)):
        said = fill(f"{{{part}}}", values, comma(language)) if place % 2 else part
        blank = text[-1:] if place % 2 else said[:1] if place else ""
        if blank == " ":
            before, after = text.removesuffix(" "), said if place % 2 else said[1:]
            if _wide(before[-1:]) and _wide(after[:1]):
                text, said = before, after
        text += said
    return text


def _wide(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"
