"""Reading LDIF (RFC 2849) as a stream, in memory that does not grow with the file.

Folded lines are joined before anything is decoded, because a fold may split a character. Values
named by a URL are refused, never fetched. A damaged entry is told and the next one read.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator

from scanner.sources.directory.encoding import Bytes
from scanner.sources.directory.entry import (
    BINARY,
    COUNTED,
    Broken,
    Entry,
    Read,
    Skipped,
    wanted_name,
)
from scanner.text import said

BLOCK = 1 << 20
LARGEST = 1 << 26
"""Bytes of one entry. A group of 250,000 members takes about 25 MB."""

_NO_ENTRY = ("version:", "search:", "result:", "ref:", "#", "# ")
_KNOWN_AT_MOST = 20_000
_FILLED = re.compile(rb"^([^:\n]*:) +(?= )", re.MULTILINE)
"""More blanks than one before a value: filler, which the short way of reading a line does not see."""


class MalformedError(ValueError):
    """A line or a value that LDIF does not allow."""


class LdifReader:
    """Reads the entries of one file. `extra` are attributes wanted besides the usual ones.

    `names` are the wanted attributes that were met so far.
    """

    def __init__(self, file: Bytes, extra: frozenset[str] = frozenset()) -> None:
        self._file = file
        self._extra = extra
        self._met: dict[str, str] = {"dn": "dn", "changetype": "changetype"}
        self._known = dict(self._met)
        self._encoded = False
        self.names: set[str] = set()

    def __iter__(self) -> Iterator[Read]:
        for line, raw in _records(self._file):
            if raw is None:
                yield Broken(line, "", said("the entry is larger than {most} bytes", most=LARGEST))
                continue
            found = self._entry(line, raw) if raw else None
            if found is not None:
                yield found

    def _entry(self, place: int, raw: bytes) -> Read | None:
        if b"\n " in raw:
            raw = raw.replace(b"\n ", b"")
        if b":  " in raw:
            raw = _FILLED.sub(rb"\1", raw)
        damaged: set[str] = set()
        self._encoded = False
        try:
            lines = raw.decode().split("\n")
        except UnicodeDecodeError:
            lines = self._decoded(raw, damaged)
        try:
            attributes = self._attributes(lines, damaged)
        except MalformedError as error:
            change = _first(lines, "changetype:")
            if change and change != "add":
                return Skipped(f"changetype {change[:20]}")
            return Broken(place, _first(lines, "dn:"), str(error))
        changes = attributes.pop("changetype", None)
        if changes and changes[0].strip().lower() != "add":
            return Skipped(f"changetype {changes[0].strip()[:20]}")
        names = attributes.pop("dn", None)
        if names is None:
            if all(not one or one.startswith(_NO_ENTRY) for one in lines):
                return None
            return Broken(place, "", said("the entry has no dn"))
        plain = not self._encoded and raw.isascii()
        return Entry(names[0], attributes, place, damaged, plain)

    def _attributes(self, lines: list[str], damaged: set[str]) -> dict[str, list[str]]:
        """The wanted lines. `known` holds 'name' for its plain form; all others take the long way."""
        known = self._known
        attributes: dict[str, list[str]] = {}
        for line in lines:
            written, _, value = line.partition(": ")
            name = known.get(written)
            if name is None:
                name, found = self._unusual(line)
                if found is None:
                    damaged.add(name)
                    continue
                value = found
            if name in attributes:
                attributes[name].append(value)
            elif name:
                attributes[name] = [value]
        return attributes

    def _unusual(self, line: str) -> tuple[str, str | None]:
        """A line in any form: name and value, no name for what nobody wants.

        No value where it is no text. Raises MalformedError.
        """
        written, colon, value = line.partition(":")
        name = self._met.get(written)
        if name is None:
            name = self._meet(written, colon)
        if not name:
            return "", ""
        if name in BINARY or name in COUNTED:
            return name, _bytes(name, value)
        if value[:1] == "<":
            raise MalformedError(said("{name}: a value by URL is not read", name=name))
        if value[:1] == ":":
            self._encoded = True
            return name, _text(name, value[1:])
        return name, value.lstrip(" ")

    def _meet(self, written: str, colon: str) -> str:
        """The key of an attribute that is met for the first time, remembered. Raises MalformedError."""
        if not written or written[0] == "#":
            return ""
        if not colon:
            raise MalformedError(
                said("a line without a colon: {written}", written=repr(written[:60]))
            )
        lower = written.lower()
        name = lower if lower in ("dn", "changetype") else wanted_name(written, self._extra)
        if name:
            self.names.add(name)
        if len(self._met) < _KNOWN_AT_MOST:
            self._met[written] = name
            if name not in BINARY and name not in COUNTED:
                self._known[written] = name
                if not name:
                    self._known[written + ":"] = name
        return name

    def _decoded(self, raw: bytes, damaged: set[str]) -> list[str]:
        """The lines that are text; of the others, the attribute is noted."""
        lines = []
        for line in raw.split(b"\n"):
            try:
                lines.append(line.decode())
            except UnicodeDecodeError:
                name = line.partition(b":")[0].decode("ascii", "replace")
                key = wanted_name(name, self._extra)
                if key:
                    damaged.add(key)
        return lines


def _text(name: str, value: str) -> str | None:
    """A base64 value that should be text; None where it is not. Raises MalformedError."""
    try:
        return _data(name, value).decode()
    except UnicodeDecodeError:
        return None


def _bytes(name: str, value: str) -> str:
    """A binary value as hexadecimal digits, a photo as its size, certificates as nothing."""
    if name in COUNTED:
        return ""
    if value[:1] == "<":
        raise MalformedError(said("{name}: a value by URL is not read", name=name))
    data = _data(name, value[1:]) if value[:1] == ":" else value.lstrip(" ").encode()
    return data.hex() if name != "thumbnailphoto" else str(len(data))


def _data(name: str, value: str) -> bytes:
    try:
        return b64decode(value.strip(), validate=True)
    except (Base64Error, ValueError) as error:
        raise MalformedError(said("{name}: bad base64", name=name)) from error


def _first(lines: list[str], start: str) -> str:
    """The value of the first line that begins so, for messages; empty where there is none."""
    found = next((one for one in lines if one.lower().startswith(start)), "")
    return found[len(start) :].strip()


def _records(file: Bytes) -> Iterator[tuple[int, bytes | None]]:
    """The text between blank lines, with the number of its first line; None for one too large."""
    rest, line, skipping = b"", 1, False
    while block := file.read(BLOCK):
        rest += block
        if b"\r" in rest:
            rest = rest.replace(b"\r\n", b"\n")
        *whole, rest = rest.split(b"\n\n")
        for record in whole:
            if skipping:
                skipping = False
            elif record[:1] != b"\n":
                yield line, record
            else:
                yield _without_blank_lines(line, record)
            line += record.count(b"\n") + 2
        if len(rest) > LARGEST:
            if not skipping:
                yield line, None
            line += rest.count(b"\n")
            rest, skipping = rest[-1:], True
    if not skipping:
        yield _without_blank_lines(line, rest.rstrip(b"\r"))


def _without_blank_lines(line: int, record: bytes) -> tuple[int, bytes]:
    """A record that more blank lines than one precede, and the number of its first line."""
    start = record.lstrip(b"\n")
    return line + len(record) - len(start), start
