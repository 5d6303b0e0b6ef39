"""The little of OData that the lab's Graph understands: $filter, $select, $top and page tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Item = dict[str, Any]
Test = Callable[[Item], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<open>\()|(?P<close>\))|(?P<word>and|or)\b|(?P<any>\w+/any\(\w+:\w+ eq '[^']*'\))"
    r"|(?P<term>[\w/]+ (?:eq|ne|ge|le|gt|lt|in) (?:'(?:[^']|'')*'|\([^)]*\)|[\w:.+-]+)))"
)


class QueryError(ValueError):
    """A query that the lab does not understand."""


def matching(text: str) -> Test:
    """A $filter as a test of one item. Raises QueryError."""
    tokens = list(_tokens(text))
    test = _either(tokens)
    if tokens:
        raise QueryError(text)
    return test


def selected(item: Item, query: Mapping[str, str]) -> Item:
    """The item with the properties that $select names; its type always comes along."""
    names = query.get("$select", "").split(",") if query.get("$select") else list(item)
    kept = {name: item.get(name) for name in names}
    if "@odata.type" in item:
        kept["@odata.type"] = item["@odata.type"]
    return kept


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise QueryError(text)
        yield match.lastgroup or "", match[0].strip()
        place = match.end()


def _either(tokens: list[tuple[str, str]]) -> Test:
    tests = [_both(tokens)]
    while tokens and tokens[0] == ("word", "or"):
        tokens.pop(0)
        tests.append(_both(tokens))
    return lambda item: any(test(item) for test in tests)


def _both(tokens: list[tuple[str, str]]) -> Test:
    tests = [_one(tokens)]
    while tokens and tokens[0] == ("word", "and"):
        tokens.pop(0)
        tests.append(_one(tokens))
    return lambda item: all(test(item) for test in tests)


def _one(tokens: list[tuple[str, str]]) -> Test:
    kind, text = tokens.pop(0) if tokens else ("", "")
    if kind == "open":
        test = _either(tokens)
        if not tokens or tokens.pop(0)[0] != "close":
            raise QueryError(text)
        return test
    if kind == "any":
        name, wanted = text.partition("/")[0], text.split("'")[1]
        return lambda item: wanted in (item.get(name) or [])
    if kind == "term":
        name, operator, value = text.split(" ", 2)
        return lambda item: _compare(_reach(item, name), operator, value)
    raise QueryError(text)


def _reach(item: Item, path: str) -> object:
    value: object = item
    for part in path.split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _compare(value: object, operator: str, text: str) -> bool:
    if operator == "in":
        return value in re.findall(r"'([^']*)'", text)
    wanted = _literal(text)
    if operator == "eq":
        return value == wanted
    if operator == "ne":
        return value != wanted
    if value is None or wanted is None:
        return False
    left, right = str(value), str(wanted)
    return {"ge": left >= right, "le": left <= right, "gt": left > right, "lt": left < right}[
        operator
    ]


def _literal(text: str) -> object:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"true": True, "false": False, "null": None}.get(text, text)
