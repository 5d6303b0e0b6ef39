"""Writing LDIF (RFC 2849): base64 for anything but safe ASCII, long lines folded."""

from __future__ import annotations

import re
from base64 import b64encode

_SAFE = re.compile(r"(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )", re.DOTALL)
_WIDTH = 76


def attribute_line(name: str, value: str | bytes) -> str:
    """One attribute with its value, in as many lines as it takes, without the last line end."""
    if isinstance(value, str) and _SAFE.fullmatch(value):
        return folded(f"{name}: {value}")
    data = value.encode() if isinstance(value, str) else value
    return folded(f"{name}:: {b64encode(data).decode()}")


def folded(line: str) -> str:
    """A line in pieces of 76 characters, continued behind a blank."""
    pieces = [line[:_WIDTH]]
    pieces += [line[place : place + _WIDTH - 1] for place in range(_WIDTH, len(line), _WIDTH - 1)]
    return "\n ".join(pieces)


def replacement(dn: str, attribute: str, old: str, new: str) -> str:
    """A change of one value. It deletes by value, so that it fails where the object has changed."""
    return "\n".join(
        (
            attribute_line("dn", dn),
            "changetype: modify",
            f"delete: {attribute}",
            attribute_line(attribute, old),
            "-",
            f"add: {attribute}",
            attribute_line(attribute, new),
            "-",
            "",
            "",
        )
    )
