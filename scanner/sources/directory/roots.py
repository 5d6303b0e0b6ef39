"""The list of top-level domains: a dated copy of IANA's, or a file of the same form instead."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_SHIPPED = "tlds.txt"


@dataclass(frozen=True, slots=True)
class RootZone:
    """All top-level domains in lower case, internationalised ones in both forms."""

    version: str
    names: frozenset[str]


@functools.cache
def shipped_roots() -> RootZone:
    """The list that came with this version."""
    text = (files("scanner.sources.directory") / _SHIPPED).read_text(encoding="utf-8")
    return _parsed(text, _SHIPPED)


def read_roots(path: Path) -> RootZone:
    """A list of one's own, such as a fresh tlds-alpha-by-domain.txt.

    Raises OSError, and ValueError for a file that holds no list.
    """
    return _parsed(path.read_text(encoding="utf-8"), path.name)


def _parsed(text: str, name: str) -> RootZone:
    version, names = name, set()
    for line in text.splitlines():
        if line.startswith("#"):
            if "ersion " in line:
                version = line.partition("ersion ")[2].split(",")[0].split(";")[0].strip()
            continue
        for word in line.lower().split():
            names.add(word)
            if word.startswith("xn--"):
                names.add(_unicode(word))
    if not names:
        raise ValueError(f"{name} holds no top-level domain")
    return RootZone(version, frozenset(names))


def _unicode(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label
