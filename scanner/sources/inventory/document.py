"""Inventory files: JSON as `emsready inventory schema` describes it, or a table as CSV.

Whatever is wrong with one entry costs that entry; what is wrong with the file costs the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from scanner.config.read import ConfigError
from scanner.evidence.codec import CodecError, convert
from scanner.evidence.inventory import BrowserGroup, ClientGroup, InventoryServer
from scanner.sources.inventory.places import Place, line_of, places
from scanner.sources.inventory.shape import Mistake, mistakes, unknown
from scanner.sources.inventory.tables import TableError, from_table

SCHEMA = "1.0"
LARGEST = 64 * 1024 * 1024
_DEEPEST = 16
_KEYS = ("schema", "collected_at", "collector", "servers", "clients", "browsers")


class InventoryError(ConfigError):
    """A file that cannot be used as an inventory at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Bad:
    """One entry that cannot be used: the server that it is about, where it is named, and why."""

    name: str
    problem: str


@dataclass(slots=True)
class Inventory:
    """What was read from one file."""

    seen: date
    servers: list[InventoryServer] = field(default_factory=list)
    clients: list[ClientGroup] = field(default_factory=list)
    browsers: list[BrowserGroup] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)


def read_inventory(path: Path) -> Inventory:
    """Read one file. Raises InventoryError where nothing of it can be used."""
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        return _Reading(path, partial(places, text)).whole(_json(path, text))
    try:
        data, lines = from_table(text)
    except TableError as error:
        raise InventoryError(f"{path}{error}") from error
    return _Reading(path, lambda: lines).whole(data)


def _text(path: Path) -> str:
    """The text of the file. Windows PowerShell writes UTF-16 where it is not told otherwise."""
    try:
        if path.stat().st_size > LARGEST:
            raise InventoryError(f"{path}: larger than 64 MiB; this is no inventory")
        data = path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path}: cannot be read: {error.strerror or error}") from error
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InventoryError(f"{path}: neither UTF-8 nor UTF-16 text; save it again") from error


def _json(path: Path, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
        deep = _depth(data) > _DEEPEST
    except json.JSONDecodeError as error:
        raise InventoryError(f"{path}:{error.lineno}: not valid JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:
        raise InventoryError(
            f"{path}: not valid JSON: nested too deeply or a number too long"
        ) from error
    if not isinstance(data, dict):
        raise InventoryError(f"{path}:1: expected an object with the key 'servers'")
    if deep:
        raise InventoryError(f"{path}: nested deeper than any inventory")
    return data


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((_depth(one) for one in inner), default=0)


class _Reading:
    """Turns the plain data of one file into an inventory."""

    def __init__(self, path: Path, find_lines: Callable[[], dict[Place, int]]) -> None:
        self._path = path
        self._lines = cache(find_lines)  # asked for only where something is wrong

    def whole(self, data: Mapping[str, Any]) -> Inventory:
        """All of it. Raises InventoryError for what makes the whole file useless."""
        self._refuse(self._of_the_file(data))
        seen = datetime.fromisoformat(data["collected_at"]).date()
        found = Inventory(seen)
        for key in data:
            if key not in _KEYS:
                found.bad.append(Bad("", self._words(((key,), unknown("key", key, _KEYS)))))
        for index, entry in enumerate(data.get("servers", [])):
            self._server(entry, ("servers", index), found)
        for index, entry in enumerate(data.get("clients", [])):
            self._group(entry, ClientGroup, ("clients", index), found)
        for index, entry in enumerate(data.get("browsers", [])):
            self._group(entry, BrowserGroup, ("browsers", index), found)
        return found

    def _of_the_file(self, data: Mapping[str, Any]) -> list[Mistake]:
        wrong: list[Mistake] = []
        schema = data.get("schema", SCHEMA)
        if str(schema).partition(".")[0] != SCHEMA.partition(".")[0]:
            wrong.append((("schema",), f"this version reads schema {SCHEMA}, not {schema!r}"))
        if "collected_at" not in data:
            wrong.append(((), "the key 'collected_at' is missing: the day the facts were taken"))
        else:
            wrong += mistakes(data["collected_at"], datetime, ("collected_at",))
        for key in ("servers", "clients", "browsers"):
            if not isinstance(data.get(key, []), list):
                wrong.append(((key,), "expected a list in brackets"))
        if not any(key in data for key in ("servers", "clients", "browsers")):
            wrong.append(((), "neither 'servers' nor 'clients' nor 'browsers' is there"))
        return wrong

    def _refuse(self, wrong: list[Mistake]) -> None:
        if wrong:
            raise InventoryError("\n".join(map(self._words, wrong)))

    def _words(self, mistake: Mistake) -> str:
        place, text = mistake
        at = ".".join(map(str, place))
        return f"{self._path}:{line_of(self._lines(), place)}: {at + ': ' if at else ''}{text}"

    def _server(self, entry: Any, place: Place, found: Inventory) -> None:
        if isinstance(entry, dict):
            entry = {"seen": found.seen.isoformat(), **entry}
        name = entry.get("name") if isinstance(entry, dict) else None
        name = name.strip() if isinstance(name, str) else ""
        wrong = list(mistakes(entry, InventoryServer, place))
        if not wrong and not name:
            wrong = [((*place, "name"), "a server needs its name")]
        if not wrong:
            found.servers.append(self._made(entry, InventoryServer))
        found.bad += [Bad(name, self._words(one)) for one in wrong]

    def _group(
        self,
        entry: Any,
        kind: type[ClientGroup | BrowserGroup],
        place: Place,
        found: Inventory,
    ) -> None:
        wrong = list(mistakes(entry, kind, place))
        found.bad += [Bad("", self._words(one)) for one in wrong]
        if wrong:
            return
        made = self._made(entry, kind)
        if isinstance(made, ClientGroup):
            found.clients.append(made)
        else:
            found.browsers.append(made)

    def _made(self, entry: Any, kind: type[Any]) -> Any:
        known = {one.name for one in fields(kind)}
        try:
            return convert({key: entry[key] for key in entry if key in known}, kind)
        except CodecError as error:
            raise InventoryError(f"{self._path}: {error}") from error
