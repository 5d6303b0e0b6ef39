"""Macros of SPF (RFC 7208, 7): their grammar, and what they expand to for one message."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from scanner.text import said

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST_NAME = 253
_PIECE = re.compile(r"%\{([a-z])(\d*)(r?)([.\-+,/_=]*)\}|%([%_\-])|([!-$&-~]+)", re.IGNORECASE)
_EVERYWHERE = "slodipvh"
_IN_EXPLANATIONS = "crt"
_PLAIN = {"%": "%", "_": " ", "-": "%20"}


@dataclass(frozen=True, slots=True)
class Message:
    """The message whose sender is checked. `receiver` is the host that checks."""

    ip: IPAddress
    sender: str
    helo: str
    receiver: str = "unknown"

    @property
    def local(self) -> str:
        """The part before the at sign; postmaster where there is none (4.3)."""
        return self.sender.rpartition("@")[0] or "postmaster"

    @property
    def origin(self) -> str:
        """The part behind the at sign."""
        return self.sender.rpartition("@")[2]


class MacroError(ValueError):
    """A text that breaks the grammar of macros."""


def pieces(text: str, *, explanation: bool = False) -> list[re.Match[str]]:
    """The macros and literals of a text, in order. Raises MacroError."""
    found, place = [], 0
    while place < len(text):
        match = _PIECE.match(text, place)
        if match is None and explanation and text[place] == " ":
            match = re.compile("( )").match(text, place)
        if match is None:
            raise MacroError(said("not a macro string"))
        letter = (match[1] or "").lower() if match.re is _PIECE else ""
        allowed = _EVERYWHERE + (_IN_EXPLANATIONS if explanation else "")
        if letter and (letter not in allowed or (match[2] and int(match[2]) == 0)):
            raise MacroError(said("no such macro"))
        found.append(match)
        place = match.end()
    return found


def ends_in_macro(text: str) -> bool:
    """Whether the last piece is a macro, which may stand in place of a top label."""
    last = pieces(text)[-1]
    return last[6] is None


async def expand(
    text: str,
    message: Message,
    domain: str,
    validated: Callable[[], Awaitable[str]],
    *,
    explanation: bool = False,
) -> str:
    """The text for that message. `validated` finds the name for the letter p. Raises MacroError."""
    parts = []
    for match in pieces(text, explanation=explanation):
        if match.re is not _PIECE:
            parts.append(" ")
        elif match[6] is not None:
            parts.append(match[6])
        elif match[5] is not None:
            parts.append(_PLAIN[match[5]])
        else:
            value = await validated() if match[1] in "pP" else _value(match[1], message, domain)
            value = _transformed(value, match[2], match[3], match[4])
            parts.append(quote(value, safe="-._~") if match[1].isupper() else value)
    return "".join(parts)


def _value(letter: str, message: Message, domain: str) -> str:
    ip = message.ip
    values = {
        "s": f"{message.local}@{message.origin}",
        "l": message.local,
        "o": message.origin,
        "d": domain,
        "i": str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", "").upper()),  # noqa: PLR2004 - IPv4
        "v": "in-addr" if ip.version == 4 else "ip6",  # noqa: PLR2004 - IPv4
        "h": message.helo,
        "c": str(ip),
        "r": message.receiver,
    }
    return str(int(time.time())) if letter in "tT" else values[letter.lower()]


def _transformed(value: str, digits: str, reverse: str, delimiters: str) -> str:
    labels = re.split(f"[{re.escape(delimiters or '.')}]", value)
    if reverse:
        labels.reverse()
    if digits:
        labels = labels[-int(digits) :]
    return ".".join(labels) if (digits or reverse or delimiters) else value


def shortened(name: str) -> str:
    """A name without its left labels above 253 characters (7.3)."""
    while len(name) > _LONGEST_NAME and "." in name:
        name = name.partition(".")[2]
    return name
