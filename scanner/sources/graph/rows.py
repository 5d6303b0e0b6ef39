"""From Graph's JSON to rows, by their declaration. What is of another type becomes the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_type_hints

from scanner.evidence.graph import is_list, plain_types, property_of, row_of
from scanner.sources.graph.read import flag, moment, number, objects, text, texts

T = TypeVar("T")
Item = Mapping[str, Any]
_READERS: dict[Any, Callable[[object], Any]] = {
    str: lambda value: text(value) or None,
    bool: flag,
    int: number,
    datetime: moment,
}


def row(cls: Callable[..., T], item: Item) -> T:
    """One object as a row of that type."""
    values = {}
    for name, path, read in _plan(cls):
        value: object = item
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        found = read(value)
        if found is not None:
            values[name] = found
    return cls(**values)


@cache
def _plan(cls: Any) -> tuple[tuple[str, tuple[str, ...], Callable[[object], Any]], ...]:
    hints = get_type_hints(cls)
    named = ((one.name, property_of(one)) for one in fields(cls))
    return tuple(
        (name, tuple(path.split("/")), _reader(hints[name])) for name, path in named if path
    )


def _reader(hint: Any) -> Callable[[object], Any]:
    """How a value of that annotation is read. Raises TypeError for one that no property has."""
    inner = row_of(hint)
    if inner is not None and is_list(hint):
        return lambda value: tuple(row(inner, one) for one in objects(value))
    if inner is not None:
        return lambda value: row(inner, value) if isinstance(value, dict) else None
    if any(map(is_list, plain_types(hint))):
        return lambda value: texts(value) if isinstance(value, list) else None
    for kind in plain_types(hint):
        if kind in _READERS:
            return _READERS[kind]
    raise TypeError(f"no property of Graph is read as {hint!r}")
