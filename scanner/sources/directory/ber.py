"""The entries of a search out of LDAP messages (RFC 4511, 4.5.2; BER as in its section 5.1).

ldap3 decodes every value twice, into text too, which nobody asked for here: an entry costs it twenty
times what it costs to cut the message at its lengths. It keeps everything else: the connection, TLS,
the bind, requests, results and controls.
"""

from __future__ import annotations

from scanner.sources.directory.session import RawEntry
from scanner.text import said

_ENTRY = 0x64  # [APPLICATION 4] SearchResultEntry
_LONG = 0x80


class MalformedError(ValueError):
    """A message whose lengths lead out of it."""


def entry_of(message: bytes) -> RawEntry | None:
    """The entry that a whole LDAP message holds; None where it holds something else.

    Raises MalformedError.
    """
    try:
        start, _ = _inside(message, 0)
        _, after = _inside(message, start)  # the number of the message
        if message[after] != _ENTRY:
            return None
        at, _ = _inside(message, after)
        start, end = _inside(message, at)
        dn = message[start:end].decode("utf-8", "replace")
        return dn, _attributes(message, *_inside(message, end))
    except IndexError as error:
        raise MalformedError(said("a message of the server ends too early")) from error


def _attributes(message: bytes, at: int, end: int) -> dict[str, list[bytes]]:
    """A sequence of pairs: a name, and a set of values."""
    found: dict[str, list[bytes]] = {}
    while at < end:
        start, at = _inside(message, at)
        start, stop = _inside(message, start)
        name = message[start:stop].decode("utf-8", "replace")
        place, last = _inside(message, stop)
        values: list[bytes] = []
        while place < last:
            start, place = _inside(message, place)
            values.append(message[start:place])
        found[name] = values
    return found


def _inside(message: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element at that place starts and ends. Raises IndexError."""
    size, start = message[at + 1], at + 2
    if size >= _LONG:
        start += size - _LONG
        size = int.from_bytes(message[at + 2 : start], "big")
    end = start + size
    if end > len(message):
        raise IndexError(end)
    return start, end
