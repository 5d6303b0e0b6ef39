"""Following an expression in the source of a module back to the constant strings that it can be.

Enough of the language for the ways in which checks are written: constants and their sums, choices,
local names, parameters of helpers, tables at module level and rows of them. What cannot be followed
raises UntraceableError, so that a sentence is never overlooked.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_DEEPEST = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef


class UntraceableError(ValueError):
    """An expression whose possible values cannot be told from the source."""


@dataclass(frozen=True, slots=True)
class Site:
    """A call, the function that it stands in (None at module level), and the module."""

    call: ast.Call
    inside: Function | None
    module: ModuleType

    @property
    def place(self) -> str:
        """Module and line, for people."""
        return f"{self.module.__name__}:{self.call.lineno}"


@dataclass(frozen=True, slots=True)
class _Made:
    """An object that a constructor call in the source would make."""

    kind: type
    site: Site


class Source:
    """The parsed source of several modules that may call each other."""

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self.sites: list[Site] = []
        self._functions: dict[str, list[tuple[Function, ModuleType]]] = {}
        for module in modules:
            tree = ast.parse(inspect.getsource(module))
            self._walk(tree, None, module)

    def _walk(self, node: ast.AST, inside: Function | None, module: ModuleType) -> None:
        if isinstance(node, ast.Call):
            self.sites.append(Site(node, inside, module))
        if isinstance(node, Function):
            self._functions.setdefault(node.name, []).append((node, module))
            for outer in node.decorator_list:
                self._walk(outer, inside, module)
            for below in [node.args, *node.body]:
                self._walk(below, node, module)
            return
        for below in ast.iter_child_nodes(node):
            self._walk(below, inside, module)

    def calls_of(self, *names: str) -> Iterator[Site]:
        """Every call of a function or method of that name, also by a local name for it."""
        return (site for site in self.sites if meant(site) in names)

    def strings(self, node: ast.expr, site: Site) -> set[str]:
        """The strings that an expression at that place can be. Raises UntraceableError."""
        values = list(_Values(self).of(node, site, 0))
        if not values or not all(isinstance(one, str) for one in values):
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        return set(values)

    def words(self, node: ast.expr, site: Site) -> set[str]:
        """The strings that a tuple of strings at that place can hold. Raises UntraceableError."""
        values = [one for value in _Values(self).of(node, site, 0) for one in value]
        if not all(isinstance(one, str) for one in values):
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        return set(values)

    def functions(self, name: str) -> Sequence[tuple[Function, ModuleType]]:
        """The functions and methods of that name."""
        return self._functions.get(name, ())


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    node = call.func
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def meant(site: Site) -> str:
    """The name of what is called; for a local name such as `say = failed if bad else warned`, that
    of the first function that it stands for.
    """  # noqa: D205 - one sentence
    name = called(site.call)
    if isinstance(site.call.func, ast.Name) and site.inside is not None:
        for node in ast.walk(site.inside):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
                targets = [one.id for one in node.targets if isinstance(one, ast.Name)]
                choice = node.value.body
                if name in targets and isinstance(choice, ast.Name):
                    return choice.id
    return name


class _Values:
    """What an expression can be, following names as far as it takes."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def of(self, node: ast.expr, site: Site, depth: int) -> Iterator[Any]:
        if depth > _DEEPEST:
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        follow = getattr(self, f"_{type(node).__name__.lower()}", None)
        if follow is None:
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        yield from follow(node, site, depth + 1)

    def _constant(self, node: ast.Constant, _site: Site, _depth: int) -> Iterator[Any]:
        yield node.value

    def _binop(self, node: ast.BinOp, site: Site, depth: int) -> Iterator[Any]:
        pairs = itertools.product(
            self.of(node.left, site, depth), list(self.of(node.right, site, depth))
        )
        if not isinstance(node.op, ast.Add):
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        yield from (left + right for left, right in pairs)

    def _ifexp(self, node: ast.IfExp, site: Site, depth: int) -> Iterator[Any]:
        yield from self.of(node.body, site, depth)
        yield from self.of(node.orelse, site, depth)

    def _boolop(self, node: ast.BoolOp, site: Site, depth: int) -> Iterator[Any]:
        for value in node.values:
            yield from self.of(value, site, depth)

    def _tuple(self, node: ast.Tuple, site: Site, depth: int) -> Iterator[Any]:
        yield from itertools.product(*(list(self.of(one, site, depth)) for one in node.elts))

    _list = _tuple

    def _name(self, node: ast.Name, site: Site, depth: int) -> Iterator[Any]:
        found = False
        if site.inside is not None:
            for value in self._local(node.id, site, depth):
                found = True
                yield value
        if not found:
            if not hasattr(site.module, node.id):
                raise UntraceableError(f"{site.place}: {node.id}")
            yield getattr(site.module, node.id)

    def _local(self, name: str, site: Site, depth: int) -> Iterator[Any]:
        """What a local name can be: by assignment, loop or parameter."""
        assert site.inside is not None  # noqa: S101 - told apart by the caller
        for node in ast.walk(site.inside):
            for target, value, looped in _bindings(node):
                path = _path(target, name)
                if path is None:
                    continue
                for one in self.of(value, site, depth):
                    for held in _elements(one) if looped else [one]:
                        yield _down(held, path, site)
        parameters = [one.arg for one in _parameters(site.inside)]
        if name in parameters:
            yield from self._argument(name, site, depth)

    def _argument(self, name: str, site: Site, depth: int) -> Iterator[Any]:
        """What is given for a parameter wherever the function is called, and its default."""
        function = site.inside
        assert function is not None  # noqa: S101 - told apart by the caller
        default = _default(function, name)
        if default is not None:
            yield from self.of(default, site, depth)
        for call in self._source.calls_of(function.name):
            given = _given(call.call, function, name)
            if given is not None:
                yield from self.of(given, call, depth)

    def _subscript(self, node: ast.Subscript, site: Site, depth: int) -> Iterator[Any]:
        for base in self.of(node.value, site, depth):
            if isinstance(node.slice, ast.Constant):
                yield base[node.slice.value]
            else:
                yield from _elements(base)

    def _attribute(self, node: ast.Attribute, site: Site, depth: int) -> Iterator[Any]:
        for base in self.of(node.value, site, depth):
            if isinstance(base, _Made):
                yield from self._field(base, node.attr, depth)
            else:
                yield getattr(base, node.attr)

    def _field(self, made: _Made, name: str, depth: int) -> Iterator[Any]:
        names = list(getattr(made.kind, "__annotations__", {}))
        call = made.site.call
        given = next((one.value for one in call.keywords if one.arg == name), None)
        if given is None and name in names and names.index(name) < len(call.args):
            given = call.args[names.index(name)]
        if given is not None:
            yield from self.of(given, made.site, depth)
        elif hasattr(made.kind, name):
            yield getattr(made.kind, name)

    def _call(self, node: ast.Call, site: Site, depth: int) -> Iterator[Any]:
        name = called(node)
        if name in ("get", "items", "values") and isinstance(node.func, ast.Attribute):
            for base in self.of(node.func.value, site, depth):
                yield from base.items() if name == "items" else _elements(base)
            for default in node.args[1:]:
                yield from self.of(default, site, depth)
            return
        kind = getattr(site.module, name, None)
        if isinstance(kind, type):
            yield _Made(kind, Site(node, site.inside, site.module))
            return
        functions = self._source.functions(name)
        if not functions:
            raise UntraceableError(f"{site.place}: {ast.unparse(node)}")
        for function, module in functions:
            inner = Site(node, function, module)
            for below in ast.walk(function):
                if isinstance(below, ast.Return | ast.Yield) and below.value is not None:
                    yield from self.of(below.value, inner, depth)


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, bool]]:
    """Target and value of a statement that binds names; whether the value is looped over."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value, False) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value, False
    elif isinstance(node, ast.For | ast.comprehension):
        yield node.target, node.iter, True


def _path(target: ast.expr, name: str) -> list[int] | None:
    """Where a name stands in a target: [] for itself, [1] for the second of a tuple."""
    if isinstance(target, ast.Name):
        return [] if target.id == name else None
    if isinstance(target, ast.Tuple | ast.List):
        for number, one in enumerate(target.elts):
            below = _path(one, name)
            if below is not None:
                return [number, *below]
    return None


def _elements(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return list(value)
    raise UntraceableError(f"not a table: {value!r}")


def _down(value: Any, path: list[int], site: Site) -> Any:
    for step in path:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise UntraceableError(f"{site.place}: not a row: {value!r}")
        value = value[step]
    return value


def _parameters(function: Function) -> list[ast.arg]:
    args = function.args
    return [*args.posonlyargs, *args.args, *args.kwonlyargs]


def _default(function: Function, name: str) -> ast.expr | None:
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    behind = dict(
        zip([one.arg for one in reversed(positional)], reversed(args.defaults), strict=False)
    )
    only = {one.arg: value for one, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)}
    return behind.get(name) or only.get(name)


def _given(call: ast.Call, function: Function, name: str) -> ast.expr | None:
    """The expression that a call gives for that parameter."""
    for one in call.keywords:
        if one.arg == name:
            return one.value
    names = [one.arg for one in [*function.args.posonlyargs, *function.args.args]]
    if names and names[0] in ("self", "cls") and isinstance(call.func, ast.Attribute):
        names = names[1:]
    if name in names and names.index(name) < len(call.args):
        return call.args[names.index(name)]
    return None
