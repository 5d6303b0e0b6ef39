r"""Classes of characters, lengths and keys, as Microsoft's tools count and compare them.

Everything is written out: Python's own classes differ from .NET's (its \s knows U+001C to U+001F,
its IGNORECASE knows letters beyond ASCII).
"""

from __future__ import annotations

import re
import unicodedata

WHITESPACE = (
    "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"  # .NET's \\s
)
BEYOND_ASCII = "\\x80-\\U0010ffff"

SMTP_FORBIDDEN = re.compile(f'[{WHITESPACE}<>();,\\[\\]"{BEYOND_ASCII}]')
PROXY_FORBIDDEN = re.compile(f'[{WHITESPACE}<>(),\\[\\]"{BEYOND_ASCII}]')
X_FORBIDDEN = re.compile('[\\t\\n\\v\\f\\r\\[\\]"]')
TARGET_SMTP_FORBIDDEN = re.compile(f'[{WHITESPACE}\\\\<>();,\\[\\]"]')
TARGET_FORBIDDEN = re.compile(f'[{WHITESPACE}\\\\<>(),\\[\\]"]')
SAM_FORBIDDEN = re.compile(r'[\\"|,/\[\]:<>+=;?*]')
LOGIN_FORBIDDEN = re.compile(r"[^A-Za-z0-9'.\-_!#^~@$`]")
LOGIN_DOUBTFUL = re.compile("[$`]")
APOSTROPHE = re.compile("'")
LEADING_DOTS = re.compile(r"\A\.+")


def blank(value: str) -> bool:
    """Whether a value consists of white space only, in .NET's sense."""
    return not _INK.search(value)


_INK = re.compile(f"[^{WHITESPACE}]")


def units(value: str) -> int:
    """The length in UTF-16 code units: a character beyond U+FFFF counts two."""
    if value.isascii():
        return len(value)
    return len(value) + sum(char > "\uffff" for char in value)


def cut(value: str, limit: int) -> str:
    """The first `limit` UTF-16 code units; may leave half a pair."""
    if value.isascii():
        return value[:limit]
    data = value.encode("utf-16-le", "surrogatepass")[: 2 * limit]
    return data.decode("utf-16-le", "surrogatepass")


def key(value: str) -> str:
    """What two values have in common that count as equal: composed, then in upper case."""
    if value.isascii():
        return value.upper()
    return unicodedata.normalize("NFC", value).upper()


def printable(value: str) -> bool:
    """Whether a value can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def places(value: str, pattern: re.Pattern[str], most: int = 5) -> str:
    """The offending characters with their places, counted from 1, such as 'U+0020 at 4'."""
    found = [
        f"U+{ord(match[0][0]):04X} at {match.start() + 1}" for match in pattern.finditer(value)
    ]
    more = [f"and {len(found) - most} more"] if len(found) > most else []
    return ", ".join(found[:most] + more)
