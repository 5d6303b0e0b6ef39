"""Foreign text made harmless and visible before it reaches a document."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

LONGEST = 400
"""Characters of one name or value that a document shows; the result keeps all of them."""

SENTENCE = 4000
"""Characters of one sentence or command, which may hold several names."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and line feed, DEL, C1
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"  # bidirectional and zero-width
    "\u2028\u2029\ud800-\udfff\U000e0000-\U000e007f]"  # separators, half pairs, tags
)
_SCHEMES = {"https", "http", "mailto"}


def visible(text: str) -> str:
    """The text with controls that hide, reorder or end something shown as their code points."""
    if text.isprintable():  # none of them is, and most texts are
        return text
    return _HIDDEN.sub(lambda match: f"\ufffd[U+{ord(match[0]):04X}]", text)


def clip(text: object, longest: int = LONGEST) -> str:
    """A name or value short enough for a page, saying how much was left out."""
    whole = str(text)
    if len(whole) <= longest:
        return whole
    return f"{whole[:longest]}… (+{len(whole) - longest:,})"


def href(link: str) -> str:
    """The link where its scheme may stand in a document, else an empty string.

    Control characters and spaces are refused, because browsers drop some of them from a scheme
    (URL Standard, 4.4).
    """
    if _HIDDEN.search(link) or re.search(r"\s", link):
        return ""
    try:
        scheme = urlsplit(link).scheme
    except ValueError:
        return ""
    return link if scheme in _SCHEMES else ""


def link_text(link: str) -> str:
    """A link as people read it: the host and the last part of its path."""
    parts = urlsplit(link)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return f"{parts.netloc} / {last}" if last else parts.netloc or link


def data_block(value: Any) -> str:
    """JSON for a script element of type application/json.

    ASCII only, and without the characters that could end the element or open a comment in it
    (HTML Standard, 4.12.1.3).
    """
    text = json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
