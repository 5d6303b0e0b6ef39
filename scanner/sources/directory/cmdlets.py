"""Reading the JSON of Get-ADObject and Get-ADUser, of Windows PowerShell 5.1 and of PowerShell 7.

An array, one object, or one object after the other. Objects are cut out of the text one by one, so
that the memory does not grow with the file and a damaged one costs itself only.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from scanner.sources.directory.encoding import Bytes
from scanner.sources.directory.entry import (
    BINARY,
    COUNTED,
    Attributes,
    Broken,
    Entry,
    Read,
    wanted_name,
)
from scanner.sources.directory.text import LARGEST, is_text, pieces
from scanner.text import said

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL)
_BETWEEN = re.compile(r"[\s,\[\]]*")
_DISABLED = ["514"]
_DATE = re.compile(r"/Date\((-?\d+)\)/")
_DEEPEST = 50


class CmdletReader:
    """Reads the objects of one file. `names` are the wanted attributes that some object has."""

    def __init__(self, file: Bytes, extra: frozenset[str] = frozenset()) -> None:
        self._file = file
        self._extra = extra
        self._known: dict[str, str] = {}
        self.names: set[str] = set()

    def __iter__(self) -> Iterator[Read]:
        for line, text in _objects(self._file):
            yield self._read(line, text)

    def _read(self, place: int, text: str) -> Read:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            return Broken(place, "", f"not JSON: {error}")
        if not isinstance(found, dict):
            return Broken(place, "", said("not an object"))
        attributes: Attributes = {}
        damaged: set[str] = set()
        dn, enabled = "", None
        for written, value in found.items():
            lower = written.lower()
            if lower == "distinguishedname" and isinstance(value, str):
                dn = value
            elif lower == "enabled":
                enabled = value
            elif value is not None:
                self._keep(written, value, attributes, damaged)
        if not dn or not is_text(dn):
            return Broken(place, "", said("the object has no DistinguishedName that can be read"))
        if enabled is False and "useraccountcontrol" not in attributes:
            attributes["useraccountcontrol"] = _DISABLED
        return Entry(dn, attributes, place, damaged)

    def _keep(self, written: str, value: Any, attributes: Attributes, damaged: set[str]) -> None:
        name = self._known.get(written)
        if name is None:
            name = self._known[written] = wanted_name(written, self._extra)
        if not name:
            return
        values = _values(name, value)
        if not all(is_text(one) for one in values):
            damaged.add(name)
        elif values:
            attributes[name] = values
            self.names.add(name)


def _objects(file: Bytes) -> Iterator[tuple[int, str]]:
    """The text of each object with the number of its first line."""
    buffer, line = "", 1
    for piece in pieces(file):
        buffer += piece
        place = 0
        while (found := _next(buffer, place)) is not None:
            start, end = found
            line += buffer.count("\n", place, start)
            yield line, buffer[start:end]
            line += buffer.count("\n", start, end)
            place = end
        buffer = buffer[place:]
        if len(buffer) > LARGEST:
            yield line, buffer[:100]
            line += buffer.count("\n")
            buffer = ""
    rest = buffer.strip(" \t\r\n,[]")
    if rest:
        yield line + buffer[: buffer.find(rest[0])].count("\n"), rest


def _next(buffer: str, place: int) -> tuple[int, int] | None:
    """Where the next object begins and ends; None while its end has not been read."""
    between = _BETWEEN.match(buffer, place)
    start = between.end() if between else place
    if start >= len(buffer):
        return None
    by_line = buffer.find("\n", start)
    if by_line >= 0:
        end = by_line
        while end > start and buffer[end - 1] in " \t\r,":
            end -= 1
        # one object a line: a damaged one ends with its line, whatever its quotes say
        following = _BETWEEN.match(buffer, by_line)
        after = following.end() if following else by_line
        alone = buffer[start] == "{" and buffer[end - 1] == "}" and end - start > 1
        if alone and (after >= len(buffer) or buffer[after] == "{"):
            return start, end
        if buffer[start] != "{":
            return start, by_line
    return _by_braces(buffer, start)


def _by_braces(buffer: str, start: int) -> tuple[int, int] | None:
    depth = 0
    for token in _TOKEN.finditer(buffer, start):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth <= 0:
                return start, token.end()
    return None


def _values(name: str, value: Any, depth: int = 0) -> list[str]:
    """The values of one property, whatever PowerShell made of its type."""
    if depth > _DEEPEST or value is None:
        return []
    if isinstance(value, list):
        if name in BINARY | COUNTED and value and all(isinstance(one, int) for one in value):
            return [_bytes(name, value)]
        return [one for inner in value for one in _values(name, inner, depth + 1)]
    if isinstance(value, dict):
        inner = next((value[key] for key in ("value", "Value", "Guid") if key in value), None)
        return [""] if name in COUNTED and inner is None else _values(name, inner, depth + 1)
    if isinstance(value, bool):
        return ["TRUE" if value else "FALSE"]
    return [_scalar(name, value)]


def _bytes(name: str, value: list[int]) -> str:
    if name in COUNTED:
        return ""
    if name == "thumbnailphoto":
        return str(len(value))
    return bytes(one & 0xFF for one in value).hex()


def _scalar(name: str, value: Any) -> str:
    if name in COUNTED:
        return ""
    text = str(value)
    if name in ("objectguid", "ms-ds-consistencyguid"):
        return _guid(text)
    if name in ("lastlogontimestamp", "pwdlastset") and (date := _DATE.fullmatch(text)):
        return str((int(date[1]) // 1000 + 11_644_473_600) * 10_000_000)
    return text


def _guid(text: str) -> str:
    try:
        return uuid.UUID(text).bytes_le.hex()
    except ValueError:
        return text
