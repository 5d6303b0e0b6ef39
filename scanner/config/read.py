"""Reading emsready.toml. A mistake is named with file, line, key, and the nearest right one."""

from __future__ import annotations

import tomllib
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from scanner.config.lines import Lines
from scanner.config.model import Config
from scanner.config.sense import Problem, nonsense
from scanner.evidence.codec import CodecError, convert

T = TypeVar("T")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names file, line, key and what is right."""


def read_config(path: Path) -> Config:
    """Read and check a configuration file. Raises ConfigError with every mistake that it holds."""
    hint = "`emsready init` writes one, or name another with -c FILE"
    read, lines = read_toml(path, Config, hint)
    config = replace(read, path=path)
    problems = list(nonsense(config))
    if problems:
        raise located(problems, lines, path)
    return config


def read_toml(path: Path, kind: type[T], hint: str) -> tuple[T, Lines]:
    """A TOML file as that dataclass, and where its keys stand.

    Raises ConfigError with every key that is unknown, missing or of the wrong type; `hint` says what
    to do where there is no such file.
    """
    try:
        source = path.read_text(encoding="utf-8")
        data = tomllib.loads(source)
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; {hint}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    lines = Lines(source)
    problems = list(_problems(data, kind, ()))
    if problems:
        raise located(problems, lines, path)
    try:
        return convert(data, kind), lines
    except CodecError as error:  # something the walk below does not know: still no traceback
        raise ConfigError(f"{path}: {error}") from error


def located(problems: Sequence[Problem], lines: Lines, name: Path) -> ConfigError:
    """The error that names each problem by file, line and key, in the order of the file."""
    located = sorted((lines.of(path), path, text) for path, text in problems)
    return ConfigError(
        "\n".join(
            f"{name}:{line}: {'.'.join(map(str, path))}: {text}" if line else f"{name}: {text}"
            for line, path, text in located
        )
    )


Path_ = tuple[str | int, ...]

_PLAIN = {
    str: 'text in quotes, such as "contoso.com"',
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _problems(value: Any, kind: Any, path: Path_) -> Iterator[Problem]:
    """Walk data and type side by side."""
    if is_dataclass(kind):
        yield from _section_problems(value, kind, path)
    elif get_origin(kind) in (types.UnionType, typing.Union):
        options = [one for one in get_args(kind) if one is not type(None)]
        lists = [one for one in options if get_origin(one) is tuple]
        fitting = lists if lists and isinstance(value, list) else options
        yield from _problems(value, fitting[0], path)
    elif get_origin(kind) is tuple:
        yield from _list_problems(value, get_args(kind)[0], path)
    elif get_origin(kind) is dict:
        yield from _table_problems(value, get_args(kind)[0], get_args(kind)[1], path)
    else:
        yield from _scalar_problems(value, kind, path)


def _section_problems(value: Any, kind: Any, path: Path_) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"expected a table, as in [{'.'.join(map(str, path))}]"
        return
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.type != "Path | None"]
    for key, inner in value.items():
        if key not in names:
            yield (*path, key), _unknown("key", key, names)
        else:
            yield from _problems(inner, hints[key], (*path, key))
    for field in fields(kind):
        if (
            field.default is MISSING
            and field.default_factory is MISSING
            and field.name not in value
        ):
            yield path, _lacking(kind.__name__.casefold(), field.name)


def _list_problems(value: Any, inner: Any, path: Path_) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield path, 'expected a list, such as ["one", "two"]'
        return
    for index, one in enumerate(value):
        yield from _problems(one, inner, (*path, index))


def _table_problems(value: Any, key_kind: Any, inner: Any, path: Path_) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, 'expected a table, such as { "contoso.com" = "…" }'
        return
    for key, one in value.items():
        if get_origin(key_kind) is Literal and key not in get_args(key_kind):
            yield (*path, key), _unknown("key", key, get_args(key_kind))
        yield from _problems(one, inner, (*path, key))


def _scalar_problems(value: Any, kind: Any, path: Path_) -> Iterator[Problem]:
    words = get_args(kind) if get_origin(kind) is Literal else ()
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        words = tuple(str(word) for word in kind)
    if words:
        if value not in words:
            yield path, _unknown("value", value, words)
    elif kind in _PLAIN:
        allowed = (int, float) if kind is float else (kind,)
        if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
            yield path, f"expected {_PLAIN[kind]}, got {value!r}"
    elif not isinstance(value, kind):
        yield path, f"expected a date, such as 2027-01-31 without quotes, got {value!r}"


_EXAMPLES = {"name": '"sts.contoso.com"', "expires": "2027-01-31", "reason": '"why"'}


def _lacking(what: str, key: str) -> str:
    example = f", such as {key} = {_EXAMPLES[key]}" if key in _EXAMPLES else ""
    article = "an" if what[0] in "aeiou" else "a"
    return f"{article} {what} needs {'a ' if key == 'name' else ''}{key}{example}"


def _unknown(what: str, given: object, right: Sequence[str]) -> str:
    near = get_close_matches(str(given), right, n=1, cutoff=0.6)
    if near:
        return f"unknown {what} {given!r}; did you mean {near[0]!r}?"
    return f"unknown {what} {given!r}; right are: {', '.join(right)}"
