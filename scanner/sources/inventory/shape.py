"""Plain data held against the types of an inventory: each mistake with what would be right."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scanner.evidence.versions import version_of
from scanner.sources.inventory.places import Place

LONGEST = 1024
"""Longer texts and lists than any real one: 1024 characters, 100,000 entries."""

MOST = 100_000

Mistake = tuple[Place, str]

_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number, not negative",
    bool: "true, false or null",
}


def mistakes(value: Any, kind: Any, place: Place = ()) -> Iterator[Mistake]:
    """Every place where the value does not fit the type."""
    if get_origin(kind) in (types.UnionType, typing.Union):
        if value is not None:
            (inner,) = (one for one in get_args(kind) if one is not type(None))
            yield from mistakes(value, inner, place)
    elif is_dataclass(kind):
        yield from _of_object(value, kind, place)
    elif get_origin(kind) is tuple:
        yield from _of_list(value, get_args(kind)[0], place)
    elif get_origin(kind) is Literal:
        if value not in get_args(kind):
            yield place, unknown("value", value, [one for one in get_args(kind) if one])
    elif kind in (date, datetime):
        yield from _of_date(value, kind, place)
    else:
        yield from _of_plain(value, kind, place)


def unknown(what: str, given: object, right: Sequence[str]) -> str:
    """A sentence about a word that is none, with the nearest right one."""
    near = get_close_matches(str(given), right, n=1, cutoff=0.6)
    shown = repr(given)[:80]
    if near:
        return f"unknown {what} {shown}; did you mean {near[0]!r}?"
    return f"unknown {what} {shown}; right are: {', '.join(right)}"


def _of_object(value: Any, kind: Any, place: Place) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield place, f"expected an object in braces, got {_shown(value)}"
        return
    hints, required = _keys_of(kind)
    for key, inner in value.items():
        if key not in hints:
            yield (*place, key), unknown("key", key, list(hints))
        else:
            yield from mistakes(inner, hints[key], (*place, key))
            if key in ("version", "configuration_manager") and isinstance(inner, str):
                yield from _of_version(inner, (*place, key))
    for key in required:
        if key not in value:
            yield place, f"the key {key!r} is missing"


@cache
def _keys_of(kind: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The keys of a type with what each holds, and those that have to be there."""
    hints = get_type_hints(kind)
    bare = [
        one.name
        for one in fields(kind)
        if one.default is MISSING and one.default_factory is MISSING
    ]
    return {one.name: hints[one.name] for one in fields(kind)}, tuple(bare)


def _of_version(value: str, place: Place) -> Iterator[Mistake]:
    if value and version_of(value) is None:
        yield place, f"expected a version such as 10.0.17763.6659, got {_shown(value)}"


def _of_list(value: Any, inner: Any, place: Place) -> Iterator[Mistake]:
    if not isinstance(value, list):
        yield place, f"expected a list in brackets, got {_shown(value)}"
    elif len(value) > MOST:
        yield place, f"{len(value)} entries; at most {MOST} are read"
    else:
        for index, one in enumerate(value):
            yield from mistakes(one, inner, (*place, index))


def _of_date(value: Any, kind: type[date], place: Place) -> Iterator[Mistake]:
    try:
        if isinstance(value, str):
            kind.fromisoformat(value)
            return
    except ValueError:
        pass
    example = "2027-01-31" if kind is date else "2027-01-31T08:00:00Z"
    yield place, f'expected a date such as "{example}", got {_shown(value)}'


def _of_plain(value: Any, kind: type, place: Place) -> Iterator[Mistake]:
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not fits or (kind is int and value < 0):
        yield place, f"expected {_KINDS.get(kind, kind.__name__)}, got {_shown(value)}"
    elif isinstance(value, str) and len(value) > LONGEST:
        yield place, f"longer than {LONGEST} characters"


def _shown(value: object) -> str:
    return repr(value)[:80]
