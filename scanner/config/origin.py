"""Where each value in force comes from: a line of the file, the command line, or nobody (default)."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

from scanner.config.lines import Lines
from scanner.config.model import Config

DEFAULT = "default"
COMMAND_LINE = "command line"
_USERINFO = re.compile(r"(?<=://)[^/@\s]+@")
_NOT_SHOWN = ("path",)


@dataclass(frozen=True, slots=True)
class Setting:
    """One key: its section as in the file, its value without anything secret, and its origin.

    `variable` says of a key that names an environment variable whether that is set.
    """

    section: str
    key: str
    value: Any
    origin: str
    variable: str = ""


class Stated:
    """What the file itself says, and where."""

    def __init__(self, path: Path | None) -> None:
        source = path.read_text(encoding="utf-8") if path else ""
        self._name = path.name if path else ""
        self._data = tomllib.loads(source)
        self._lines = Lines(source)

    def origin(self, path: tuple[str | int, ...]) -> str:
        """The file and line of that key; 'default' where it does not stand there."""
        data: Any = self._data
        for part in path:
            there = isinstance(data, Mapping) and part in data
            if not there and not (isinstance(data, list) and isinstance(part, int)):
                return DEFAULT
            data = data[part]
        return f"{self._name}:{self._lines.of(path)}"


def settings(config: Config, read: Config) -> Iterator[Setting]:
    """Every key in force, in the order of the model. `read` is the file alone, or an empty Config.

    Raises OSError when the file has gone.
    """
    yield from _section(config, read, Stated(read.path), ())


def _section(now: Any, read: Any, stated: Stated, path: tuple[str | int, ...]) -> Iterator[Setting]:
    """The keys of a section, then the sections below it."""
    below = []
    for field in fields(now):
        value, before = getattr(now, field.name), getattr(read, field.name, None)
        here = (*path, field.name)
        if field.name in _NOT_SHOWN:
            continue
        if is_dataclass(value) or _sections(value) or (isinstance(value, dict) and not path):
            below.append((here, value, before))
            continue
        yield Setting(
            _title(path),
            field.name,
            masked(value),
            stated.origin(here) if value == before else COMMAND_LINE,
            _variable(field.name, value),
        )
    for here, value, before in below:
        if is_dataclass(value):
            yield from _section(value, before, stated, here)
        elif isinstance(value, dict):  # a section whose keys are free, such as [owners]
            for key, one in value.items():
                yield Setting(_title(here), key, masked(one), stated.origin((*here, key)))
        else:
            for place, one in enumerate(value):
                yield from _section(one, one, stated, (*here, place))


def _sections(value: object) -> bool:
    return isinstance(value, tuple) and any(map(is_dataclass, value))


def _title(path: tuple[str | int, ...]) -> str:
    name = ".".join(part for part in path if isinstance(part, str))
    return f"[[{name}]]" if path and isinstance(path[-1], int) else f"[{name}]"


def _variable(key: str, value: object) -> str:
    if not key.endswith("_env") or not isinstance(value, str):
        return ""
    return "set" if os.environ.get(value) else "not set"


def masked(value: Any) -> Any:
    """The value without the credentials that somebody may have written into an address."""
    if isinstance(value, str):
        return _USERINFO.sub("***@", value)
    if isinstance(value, tuple):
        return tuple(map(masked, value))
    if isinstance(value, dict):
        return {key: masked(one) for key, one in value.items()}
    return value
