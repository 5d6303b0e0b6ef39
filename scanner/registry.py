"""Finding checks, causes, report formats and sources through entry points, each module on its own.

A plugin that breaks is one line in the report and costs nobody else: modules are imported alone.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from types import ModuleType
from typing import Any

import scanner
from scanner.catalogue import Cause, Check, check_of
from scanner.exhibit import Exhibit, exhibit_of
from scanner.question import Question
from scanner.report import ReportFormat
from scanner.sources.interface import Source
from scanner.translate import CatalogueError, read_catalogue

OURS = "emsready"


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that could not be loaded: what, from where, and why."""

    name: str
    origin: str
    error: str

    def __str__(self) -> str:
        return f"{self.name} ({self.origin}): {self.error}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All checks and causes that could be loaded, and what could not."""

    checks: tuple[Check, ...]
    causes: tuple[Cause, ...]
    broken: tuple[Broken, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything that checks ask people, in the order of the ids."""
        return tuple(one.question for one in self.checks if one.question)

    def named(self, name: str) -> Check | None:
        """The check with that id or alias."""
        return next((one for one in self.checks if name in (one.id, *one.aliases)), None)


def load_checks() -> Catalogue:
    """Load every check of every installed distribution; ours come first and keep their ids."""
    checks: dict[str, Check] = {}
    causes: dict[str, Cause] = {}
    exhibits: dict[str, Exhibit] = {}
    broken: list[Broken] = []
    for point in _points("emsready.checks"):
        origin = _origin(point)
        for module in _modules(point, origin, broken):
            for found in _declared(module):
                if isinstance(found, Cause):
                    causes.setdefault(found.id, replace(found, origin=origin))
                elif isinstance(found, Exhibit):
                    exhibits.setdefault(found.id, found)
                elif found.id in checks and checks[found.id].judge is not found.judge:
                    other = checks[found.id].origin
                    broken.append(Broken(found.id, origin, f"this id is already taken by {other}"))
                else:
                    checks[found.id] = replace(found, origin=origin)
    return Catalogue(
        tuple(checks[key] for key in sorted(checks)),
        tuple(causes[key] for key in sorted(causes)),
        tuple(broken),
        tuple(exhibits[key] for key in sorted(exhibits)),
    )


def load_sources() -> tuple[list[Source], list[Broken]]:
    """Make every installed source."""
    return _load_each("emsready.sources", lambda made: made())


def load_formats() -> tuple[dict[str, ReportFormat], list[Broken]]:
    """Load every installed report format, by its word on the command line."""
    found, broken = _load_each("emsready.reports", lambda made: made)
    formats: dict[str, ReportFormat] = {}
    for one in found:
        formats.setdefault(one.name, one)
    return formats, broken


def plugins() -> list[tuple[str, str, str]]:
    """Every entry point of ours and others: group, name, and the distribution that brings it."""
    groups = ("emsready.checks", "emsready.reports", "emsready.sources")
    return [(group, point.name, _origin(point)) for group in groups for point in _points(group)]


def load_portfolios() -> list[tuple[str, Callable[[Any], bytes]]]:
    """The formats of a fleet's portfolio: the name of the file, and the rendering."""
    found, _ = _load_each("emsready.portfolios", lambda made: made)
    return found


def modules(*groups: str) -> list[ModuleType]:
    """The modules of every check and source that can be imported, ours first."""
    found: dict[str, ModuleType] = {}
    for group in groups:
        for point in _points(group):
            for module in _modules(point, _origin(point), []):
                found.setdefault(module.__name__, module)
    return list(found.values())


@functools.cache
def report_languages() -> tuple[str, ...]:
    """The languages that installed report formats have words in: files locale/<language>.json."""
    found = {"en"}
    for point in _points("emsready.reports"):
        package = point.module.partition(".")[0]
        try:
            names = [one.name for one in files(package).joinpath("locale").iterdir()]
        except (ImportError, OSError):
            continue  # a package without words of its own speaks none
        found.update(one.removesuffix(".json") for one in names if one.endswith(".json"))
    return tuple(sorted(found))


@functools.cache
def report_words(language: str) -> dict[str, str]:
    """What the packages of installed report formats call the words of vocabularies, by key."""
    said: dict[str, str] = {}
    for package in dict.fromkeys(
        one.module.partition(".")[0] for one in _points("emsready.reports")
    ):
        try:
            held = read_catalogue(
                files(package).joinpath("locale", f"{language}.json").read_bytes()
            )
        except (ImportError, OSError, CatalogueError):
            continue
        for key, words in held.items():
            said.setdefault(key, words)
    return said


@functools.cache
def sentences(language: str) -> dict[str, str]:
    """Everything that installed catalogues say in that language, by the English sentence.

    A catalogue is the file locale/<language>.json in any package of the engine, of checks or of
    sources. The engine's own come first, and the first that has a sentence keeps it. A catalogue
    that cannot be read costs its own sentences, which stay English.
    """
    said: dict[str, str] = {}
    for package in [scanner, *modules("emsready.checks", "emsready.sources")]:
        for english, words in catalogue_in(package, language).items():
            said.setdefault(english, words)
    return said


def catalogue_in(package: ModuleType, language: str) -> dict[str, str]:
    """The catalogue of one package, empty where it has none that can be read."""
    if not hasattr(package, "__path__"):
        return {}
    file = files(package).joinpath("locale", f"{language}.json")
    try:
        return read_catalogue(file.read_bytes())
    except (OSError, CatalogueError):
        return {}


def _points(group: str) -> list[EntryPoint]:
    """Entry points in a fixed order, ours first."""
    unique = {(point.name, point.value): point for point in entry_points(group=group)}
    return sorted(
        unique.values(), key=lambda point: (_dist(point) != OURS, _dist(point), point.name)
    )


def _dist(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"


def _origin(point: EntryPoint) -> str:
    return f"{_dist(point)} {point.dist.version}" if point.dist else "unknown"


def _load_each(group: str, make: Any) -> tuple[list[Any], list[Broken]]:
    found: list[Any] = []
    broken: list[Broken] = []
    for point in _points(group):
        try:
            found.append(make(point.load()))
        except Exception as error:  # noqa: BLE001 - a broken plugin must cost nobody else
            broken.append(Broken(point.name, _origin(point), _words(error)))
    return found, broken


def _modules(point: EntryPoint, origin: str, broken: list[Broken]) -> Iterator[ModuleType]:
    """The module that an entry point names and everything below it, each imported alone."""
    waiting = [point.module]
    while waiting:
        name = waiting.pop(0)
        try:
            module = importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - a broken plugin must cost nobody else
            broken.append(Broken(name, origin, _words(error)))
            continue
        yield module
        paths: Iterable[str] = getattr(module, "__path__", ())
        waiting += sorted(f"{name}.{below.name}" for below in pkgutil.iter_modules(paths))


def _declared(module: ModuleType) -> Iterator[Check | Cause | Exhibit]:
    """Checks, causes and exhibits that a module holds, in tuples and lists too."""
    for thing in vars(module).values():
        for one in thing if isinstance(thing, list | tuple) else (thing,):
            if isinstance(one, Cause):
                yield one
            elif (exhibit := exhibit_of(one)) and one.__module__ == module.__name__:
                yield exhibit
            elif (check := check_of(one)) and one.__module__ == module.__name__:
                yield check


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
