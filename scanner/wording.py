"""Every sentence that a run can say, found in the declarations and the source of checks and engine.

Translators work from this list, and a test holds the catalogues against it.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType

import scanner.answered
import scanner.assess
import scanner.collect
import scanner.evidence.folder
import scanner.evidence.plans
import scanner.history.agenda
import scanner.history.waivers
import scanner.judge
import scanner.notify.card
import scanner.notify.deliver
import scanner.notify.news
import scanner.notify.words
import scanner.plan.assess
import scanner.sources.interface
import scanner.subject
from scanner.catalogue import Cause, Check
from scanner.evidence.envelope import kinds
from scanner.registry import Catalogue, catalogue_in, modules
from scanner.sources.answers.template import sentences as asking_sentences
from scanner.text import Vocabulary, wordless
from scanner.trace import Site, Source, UntraceableError, meant
from scanner.translate import label

ENGINE = "scanner"
"""The package that the engine's own sentences are listed under."""

_TEMPLATE_AT = {
    **dict.fromkeys(("passed", "warned", "failed", "not_applicable", "not_assessed", "manual"), 2),
    "step": 0,
    "Text": 0,
    "said": 0,
}
"""The builders of scanner.api that take a template, and where it stands among their arguments."""

_DETAIL_AT = {"Missing": 1, "Unavailable": 1}
"""What takes a detail: a constant sentence, words that are said, or what somebody else's error says."""


_ENGINE_MODULES = [
    scanner.answered,
    scanner.assess,
    scanner.collect,
    scanner.evidence.folder,
    scanner.evidence.plans,
    scanner.history.agenda,
    scanner.history.waivers,
    scanner.judge,
    scanner.notify.news,
    scanner.plan.assess,
    scanner.sources.interface,
    scanner.subject,
]
"""The modules of the engine that say something themselves."""

_NOTIFYING = [scanner.notify.card, scanner.notify.deliver, scanner.notify.words]
"""Those that speak to people as commands do."""


@dataclass(slots=True)
class Wording:
    """The sentences of one package, and the places whose sentences cannot be told.

    `labels` are the names of facts and columns as far as the source tells them.
    """

    package: str
    sentences: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    untraceable: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is wrong with one catalogue: sentences without a translation, and entries for nothing."""

    missing: list[str]
    extra: list[str]


def wording(catalogue: Catalogue) -> dict[str, Wording]:
    """All sentences by package of checks; those of the engine under 'scanner'."""
    found = {ENGINE: Wording(ENGINE)}
    for check in catalogue.checks:
        _of(check.package, found).sentences.update(declared(check))
    for exhibit in catalogue.exhibits:
        own = (exhibit.title, exhibit.note, exhibit.corner, *exhibit.columns)
        _of(exhibit.package, found).sentences.update(one for one in own if one)
    for cause in catalogue.causes:
        _of(cause.id.partition(".")[0], found).sentences.update(_of_cause(cause))
    for package, members in _by_package(modules("emsready.checks")).items():
        _said_in(members, _of(package, found))
    for package, members in _by_package(modules("emsready.sources")).items():
        ours = members[0].__name__.startswith(f"{ENGINE}.")
        _said_in(members, _of(ENGINE if ours else package, found))
    _said_in(_ENGINE_MODULES, found[ENGINE])
    speaking = [*_commands(), *_NOTIFYING]
    _said_in(speaking, found[ENGINE], {"say": 0})
    found[ENGINE].sentences.update(asking_sentences(), _kinds())
    return {name: one for name, one in found.items() if one.sentences or one.untraceable}


def declared(check: Check) -> Iterator[str]:
    """The sentences of a check's declaration."""
    yield from (check.title, check.action, check.why, check.verify, *check.blocks)
    yield from (one.text.template for one in check.fix)
    if check.settle_after:
        yield check.settle_after
    if asked := check.question:
        yield from (asked.asked, asked.yes, asked.evidence, asked.known_by)


def gaps(wording: Wording, language: str, packages: Iterable[ModuleType]) -> Gaps:
    """The package's sentences held against the catalogues of those packages and of the engine."""
    own: dict[str, str] = {}
    for package in packages:
        own |= catalogue_in(package, language)
    shared = catalogue_in(scanner, language)
    return Gaps(
        missing=sorted((wording.sentences | wording.labels) - own.keys() - shared.keys()),
        extra=sorted(own.keys() - wording.sentences - wording.labels),
    )


def packages_of(package: str) -> list[ModuleType]:
    """The importable packages whose catalogues serve the checks of that package."""
    if package == ENGINE:
        return [scanner]
    return [
        module
        for module in modules("emsready.checks")
        if hasattr(module, "__path__") and _package_of(module) == package
    ]


def _kinds() -> Iterator[str]:
    """What the kinds of evidence of the engine are called."""
    return (one.label for one in kinds() if one.type.__module__.startswith(f"{ENGINE}."))


def _of(package: str, found: dict[str, Wording]) -> Wording:
    return found.setdefault(package, Wording(package))


def _of_cause(cause: Cause) -> Iterator[str]:
    yield from (cause.title, cause.why)
    yield from (one.text.template for one in cause.fix)


def _package_of(module: ModuleType) -> str:
    """checks.dns.spf belongs to dns; a distribution of one module is its own package."""
    parts = module.__name__.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def _by_package(found: Iterable[ModuleType]) -> dict[str, list[ModuleType]]:
    groups: dict[str, list[ModuleType]] = {}
    for module in found:
        groups.setdefault(_package_of(module), []).append(module)
    return groups


def _commands() -> list[ModuleType]:
    """The modules of the command line, which stand above everything else in the engine."""
    package = importlib.import_module(f"{ENGINE}.cli")
    names = (one.name for one in pkgutil.iter_modules(package.__path__))
    return [importlib.import_module(f"{package.__name__}.{one}") for one in sorted(names)]


def _said_in(
    members: list[ModuleType], into: Wording, more: Mapping[str, int] | None = None
) -> None:
    """The templates that the source of those modules gives to the builders of scanner.api.

    `more` are further functions that take one. They also say again what was declared elsewhere: an
    attribute is no template of theirs.
    """
    source, more = Source(members), more or {}
    places = {**_TEMPLATE_AT, **more}
    for site in source.calls_of(*places):
        name = meant(site)
        if name in more and not isinstance(site.call.args[0], ast.Constant | ast.Name | ast.IfExp):
            continue
        try:
            into.sentences.update(_templates(source, site, places))
        except UntraceableError as error:
            into.untraceable.append(str(error))
    for site in source.calls_of(*_DETAIL_AT):
        with suppress(UntraceableError):
            into.sentences.update(_templates(source, site, _DETAIL_AT))
    words = (one for module in members for one in _vocabulary(module))
    into.sentences.update(one for one in words if not wordless(one))
    into.sentences = {one for one in into.sentences if not wordless(one)}
    into.labels.update(_labels_in(source))


def _vocabulary(module: ModuleType) -> Iterator[str]:
    """The words that a module declares for values and cells."""
    for thing in vars(module).values():
        if isinstance(thing, Vocabulary):
            yield from map(str, thing)


def _labels_in(source: Source) -> Iterator[str]:
    """The names of facts and of the columns of affected objects; what is computed is left out."""
    for site in source.calls_of("showing"):
        yield from (label(one.arg) for one in site.call.keywords if one.arg)
    for site in source.calls_of("Affected"):
        with suppress(UntraceableError):
            yield from map(label, source.words(site.call.args[0], site) if site.call.args else ())


def _templates(source: Source, site: Site, places: Mapping[str, int]) -> set[str]:
    at = places[meant(site)]
    if at >= len(site.call.args):
        raise UntraceableError(f"{site.place}: no template")
    return source.strings(site.call.args[at], site)
