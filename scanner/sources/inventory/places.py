"""Where a value stands in a JSON text: the json module forgets line numbers, people need them."""

from __future__ import annotations

import json
import re

Place = tuple[str | int, ...]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n|[^\s{}\[\],:"]+', re.DOTALL)


def places(text: str) -> dict[Place, int]:
    """The line of every value of a valid JSON text, by its path of keys and indexes."""
    found: dict[Place, int] = {(): 1}
    stack: list[list[str | int]] = []  # of each open object its last key, of each array its index
    line, wants_key = 1, False
    for match in _TOKEN.finditer(text):
        mark = match[0]
        if mark == "\n":
            line += 1
        elif mark in "{[":
            found.setdefault(_path(stack), line)
            stack.append(["" if mark == "{" else 0])
            wants_key = mark == "{"
        elif mark in "}]":
            stack.pop()
            wants_key = False
        elif mark == ",":
            last = stack[-1][0]
            wants_key = isinstance(last, str)
            if not isinstance(last, str):
                stack[-1][0] = last + 1
        elif mark == ":":
            wants_key = False
        else:
            if wants_key:
                stack[-1][0] = json.loads(mark)
            found.setdefault(_path(stack), line)
            line += mark.count("\n")
    return found


def line_of(found: dict[Place, int], place: Place) -> int:
    """The line of that value, or of the nearest thing that holds it."""
    while place and place not in found:
        place = place[:-1]
    return found.get(place, 1)


def _path(stack: list[list[str | int]]) -> Place:
    return tuple(one[0] for one in stack)
