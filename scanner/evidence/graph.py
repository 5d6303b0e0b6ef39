"""Declaring what a Graph object holds: a field names the property that it is read from.

A frozen dataclass whose fields are made by `prop` is a row. The source reads a kind of evidence by
its shape:

    all fields are props            one object; with `stream` each object of a list
    one field `rows: tuple[Row, …]` a list
    one field `count: int`          the number that a /$count address answers

`graph_read` declares the call beside it, so that a new read costs one declaration.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING, field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from scanner.evidence.envelope import GraphCall, evidence

T = TypeVar("T", bound=type)
Shape = Literal["object", "list", "count", "other"]
_KEY = "graph"


def prop(path: str, default: Any = None) -> Any:
    """A field that is read from that property; 'a/b' reaches into an object."""
    return field(default=default, metadata={_KEY: path})


def property_of(one: Any) -> str:
    """The property that a dataclass field is read from; empty for a field that is none."""
    return str(one.metadata.get(_KEY, ""))


@cache
def shape_of(cls: type) -> Shape:
    """How a kind of evidence is read; 'other' for one that the source reads by hand."""
    named = {one.name: one for one in fields(cls)} if is_dataclass(cls) else {}
    if set(named) == {"rows"} and row_of(get_type_hints(cls)["rows"]):
        return "list"
    if set(named) == {"count"}:
        return "count"
    if named and any(map(property_of, named.values())):
        complete = all(property_of(one) or one.default is not MISSING for one in named.values())
        return "object" if complete else "other"
    return "other"


def row_of(hint: Any) -> type | None:
    """The row type inside `Row`, `Row | None` or `tuple[Row, ...]`; None where there is none."""
    for one in (hint, *get_args(hint)):
        if is_dataclass(one) and isinstance(one, type) and any(map(property_of, fields(one))):
            return one
    return None


def is_list(hint: Any) -> bool:
    """Whether a field holds several values."""
    return get_origin(hint) is tuple


def plain_types(hint: Any) -> set[Any]:
    """The types of an annotation, without None."""
    union = get_origin(hint) in (types.UnionType, typing.Union)
    return {one for one in (get_args(hint) if union else (hint,)) if one is not type(None)}


def properties(cls: type) -> tuple[str, ...]:
    """All properties that reading this row looks at, nested ones as 'a/b'."""
    return tuple(dict.fromkeys(_properties(cls)))


def _properties(cls: type) -> Iterator[str]:
    hints = get_type_hints(cls)
    for one in fields(cls):
        path = property_of(one)
        if not path:
            continue
        inner = row_of(hints[one.name])
        if inner is None:
            yield path
        else:
            yield from (f"{path}/{below}" for below in properties(inner))


def select_of(cls: type) -> tuple[str, ...]:
    """The names that $select has to hold so that this row can be read."""
    tops = (path.partition("/")[0] for path in properties(cls))
    return tuple(dict.fromkeys(one for one in tops if not one.startswith("@")))


POLICY = "Policy.Read.All"
CONFIGURATION = "DeviceManagementConfiguration.Read.All"
SERVICE_CONFIGURATION = "DeviceManagementServiceConfig.Read.All"
MANAGED_DEVICES = "DeviceManagementManagedDevices.Read.All"
APPS = "DeviceManagementApps.Read.All"
LARGEST_PAGE = ("$top", "999")
ASSIGNMENTS = ("$expand", "assignments")

# https://learn.microsoft.com/graph/throttling-limits
_CLASSES = {
    "/identity/conditionalAccess": "conditional-access",
    "/reports": "reports",
    "/auditLogs": "reports",
    "/deviceManagement": "intune",
    "/deviceAppManagement": "intune",
    "/admin/serviceAnnouncement": "service-communications",
    "/security": "security",
}


def throttle_class_of(path: str) -> str:
    """Which limit of the service a path counts against."""
    return next((name for start, name in _CLASSES.items() if path.startswith(start)), "identity")


def graph_call(
    path: str,
    row: type | None,
    *permissions: str,
    select: bool = False,
    query: tuple[tuple[str, str], ...] = (),
    delegated: tuple[str, ...] = (),
    beta: bool = False,
    absence: tuple[int, ...] = (),
    local: bool = False,
    sample: bool = False,
) -> GraphCall:
    """A read whose properties follow from the row that it feeds.

    With `select` they are named to the service: directory objects come smaller. Intune drops nested
    objects and derived properties then, and policies are small anyway.
    """
    return GraphCall(
        path,
        select_of(row) if row and select else (),
        query,
        permissions,
        delegated,
        version="beta" if beta else "v1.0",
        throttle_class=throttle_class_of(path),
        properties=properties(row) if row else (),
        absence=absence,
        local=local,
        eventual=path.endswith("/$count") or ("$count", "true") in query,
        sample=sample,
    )


def graph_read(
    name: str,
    path: str,
    *permissions: str,
    select: bool = False,
    stream: bool = False,
    query: tuple[tuple[str, str], ...] = (),
    delegated: tuple[str, ...] = (),
    beta: bool = False,
    absence: tuple[int, ...] = (),
    local: bool = False,
    sample: bool = False,
) -> Callable[[T], T]:
    """Declare a kind of evidence together with the one call that it is read by.

    Raises TypeError for a class that has none of the shapes that can be read without further code.
    """

    def declare(cls: T) -> T:
        shape = shape_of(cls)
        if shape == "other":
            raise TypeError(f"{cls.__name__} has no shape that a Graph read can fill")
        row = row_of(get_type_hints(cls)["rows"]) if shape == "list" else cls
        call = graph_call(
            path,
            None if shape == "count" else row,
            *permissions,
            select=select,
            query=query,
            delegated=delegated,
            beta=beta,
            absence=absence,
            local=local,
            sample=sample,
        )
        return evidence(name, source="graph", stream=stream, calls=(call,))(cls)

    return declare
