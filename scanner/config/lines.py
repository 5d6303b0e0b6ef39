"""Where a key stands in a TOML file: tomllib forgets line numbers, people need them."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")

KeyPath = tuple[str | int, ...]


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(double or single or bare for double, single, bare in _PART.findall(dotted))


class Lines:
    """The line of each key of a TOML text; an inline table counts as the key that holds it."""

    def __init__(self, source: str) -> None:
        self._lines: dict[KeyPath, int] = {}
        counts: dict[tuple[str, ...], int] = {}
        prefix: KeyPath = ()
        for number, line in enumerate(source.splitlines(), 1):
            if header := _HEADER.match(line):
                name = _parts(header[2])
                prefix = name
                if header[1] == "[[":
                    index = counts.get(name, -1) + 1
                    counts[name] = index
                    prefix = (*name, index)
                self._lines.setdefault(prefix, number)
                self._lines.setdefault(name, number)
            elif key := _KEY.match(line):
                self._lines.setdefault((*prefix, *_parts(key[1])), number)

    def of(self, path: KeyPath) -> int:
        """The line of that key, or of the nearest thing that holds it; 0 when nothing does."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 0
