"""The page of all keys of emsready.toml and of the files beside it, with types and defaults."""

import ast
import functools
import importlib
import inspect
import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path

from scanner.config import model
from scanner.config.decisions import AssignmentsFile, WaiversFile
from scanner.fleet.model import FleetFile
from tests.docs.markdown import cell, code, page, plain, sentences_below, table

HIDDEN = ("path", "line")
FILES = {
    "emsready.toml": model.Config,
    "fleet.toml": FleetFile,
    "waivers.toml": WaiversFile,
    "assignments.toml": AssignmentsFile,
}
TREE = Path(__file__).resolve().parents[2]


def configuration_page():
    """The page."""
    return page(
        "Configuration",
        "Every section and key may be left out, unless it says *required*. `emsready init` writes a "
        "commented file, `emsready config show` prints what is in force and where it comes from. "
        "File names are resolved beside the file that names them. Secrets stand in the environment, "
        "never in a file.",
        *(block for name, kind in FILES.items() for block in _file(name, kind)),
        "## Thresholds",
        "Names for `[policy] thresholds`, as in `thresholds = { inactive_days = 60 }`.",
        table(
            ["name", "default", "used by"],
            [[code(name), value, ", ".join(map(code, by))] for name, value, by in thresholds()],
        ),
    )


def _file(name, kind):
    yield f"## {name}"
    for title, section in sections(kind):
        yield f"### {title}"
        if text := _told(section):
            yield plain(text)
        yield table(["key", "value", "default", "meaning"], list(_rows(section)))
    for title, text in free_sections(kind):
        yield f"### {title}"
        yield plain(text)


def free_sections(kind):
    """(title, meaning) of every section of a file whose keys are free."""
    hints = typing.get_type_hints(kind)
    texts = _texts(inspect.getmodule(kind))
    for one in fields(kind):
        if typing.get_origin(hints[one.name]) is dict:
            yield f"[{one.name}]", texts.get((kind.__name__, one.name), "")


def _told(section):
    """What the docstring says beyond the name of the section."""
    text = inspect.cleandoc(section.__doc__ or "")
    if text.startswith("["):
        text = text.partition("]:")[2] or text.partition("].")[2]
    text = text.strip()
    return text[:1].upper() + text[1:]


def sections(kind, path=()):
    """(title, dataclass) of every section of a file that has keys of its own."""
    hints = typing.get_type_hints(kind)
    for one in fields(kind):
        found = _section(hints[one.name])
        if found:
            here = (*path, one.name)
            title = f"[{'.'.join(here)}]"
            if _keys(found):
                yield (
                    (f"[{title}]" if typing.get_origin(hints[one.name]) is tuple else title),
                    found,
                )
            yield from sections(found, here)


def _keys(section):
    """The fields that are keys, and not sections below."""
    hints = typing.get_type_hints(section)
    return [
        one for one in fields(section) if one.name not in HIDDEN and not _section(hints[one.name])
    ]


def _section(hint):
    """The dataclass that a field holds, one or many of it; None for a plain value."""
    if typing.get_origin(hint) is tuple:
        hint = typing.get_args(hint)[0]
    return hint if is_dataclass(hint) else None


def _rows(section):
    hints = typing.get_type_hints(section)
    texts = _texts(inspect.getmodule(section))
    for one in _keys(section):
        text = texts.get((section.__name__, one.name), "")
        yield [code(one.name), _kind(hints[one.name]), _default(one), cell(text)]


@functools.cache
def _texts(module):
    return sentences_below(module)


def undocumented():
    """Keys of all files without a sentence of their own."""
    for file, kind in FILES.items():
        for title, section in sections(kind):
            texts = _texts(inspect.getmodule(section))
            for one in _keys(section):
                if (section.__name__, one.name) not in texts:
                    yield f"{file} {title} {one.name}"


def _kind(hint):
    """A type in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_kind(one) for one in inner if one is not type(None))
    if origin is typing.Literal:
        return " ".join(code(one) for one in inner if one)
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if origin is dict:
        return f"table of {_kind(inner[0])} = {_kind(inner[1])}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " ".join(code(str(one)) for one in hint)
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names.get(hint, "date" if hint.__name__ == "date" else "moment")


def _default(one):
    value = one.default
    if value is MISSING:
        if one.default_factory is MISSING:
            return "*required*"
        value = one.default_factory()
    if value in ("", None, (), {}):
        return ""
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, tuple):
        return code(json.dumps(value))
    return code(str(value))


def thresholds():
    """(name, default, modules) of every threshold that the checks ask for, by reading their code."""
    found = {}
    for path in sorted((TREE / "checks").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parts = path.relative_to(TREE).with_suffix("").parts
        module = importlib.import_module(".".join(parts))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "threshold":
                name, default = call.args
                known = isinstance(default, ast.Constant)
                value = default.value if known else getattr(module, ast.unparse(default))
                found.setdefault(ast.literal_eval(name), (value, set()))[1].add(parts[1])
    return [(name, str(value), sorted(by)) for name, (value, by) in sorted(found.items())]
