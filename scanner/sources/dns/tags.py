"""The tag=value lists that DKIM, DMARC, MTA-STS and TLS reports share (RFC 6376, 3.2)."""

from __future__ import annotations

import re

from scanner.text import said

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")


class TagError(ValueError):
    """A text that is no list of tags."""


def tag_list(text: str) -> dict[str, str]:
    """The tags of a text in order, names in lower case. Raises TagError for what is no tag."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or not _NAME.match(name):
            raise TagError(said("not a tag: {part}", part=repr(part.strip()[:60])))
        if name in found:
            raise TagError(said("the tag {name} stands twice", name=name))
        found[name] = value.strip()
    return found


def loose_tags(text: str) -> dict[str, str]:
    """The tags of a text where others are to be ignored: the first of each name counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if equals and _NAME.match(name):
            found.setdefault(name, value.strip())
    return found
