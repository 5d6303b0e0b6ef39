"""Which checks run, and which evidence they need: --only, --exclude, --target and [policy] disabled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from scanner.catalogue import Check
from scanner.evidence.envelope import Header
from scanner.evidence.scope import Scope
from scanner.judge import Judged
from scanner.registry import Catalogue
from scanner.sources.interface import Source
from scanner.subject import RUN
from scanner.words import SubjectKind, Topic


class SelectionError(ValueError):
    """A word of --only or --exclude that names nothing; the message names the nearest right one."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What of the catalogue a run is about."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def checks(self, catalogue: Catalogue, disabled: Iterable[str] = ()) -> list[Check]:
        """The selected checks. Raises SelectionError for a word that names nothing."""
        for word in (*self.only, *self.exclude, *disabled):
            _known(word, catalogue)
        left_out = {*self.exclude, *disabled}
        return [
            check
            for check in catalogue.checks
            if (not self.only or _matches(check, self.only)) and not _matches(check, left_out)
        ]

    def named(self, catalogue: Catalogue) -> frozenset[str]:
        """The checks that were asked for one by one."""
        found = (catalogue.named(word) for word in self.only)
        return frozenset(check.id for check in found if check)

    def aims_at(self, one: Judged) -> bool:
        """Whether a finding is about a subject of --target; what is about the run always is."""
        subject = one.finding.subject
        wanted = {target.casefold() for target in self.targets}
        if not wanted or subject == RUN or subject.kind is SubjectKind.TENANT:
            return True
        name = subject.name.casefold()
        return name in wanted or name.partition(":")[0] in wanted


def _matches(check: Check, words: Iterable[str]) -> bool:
    return not {check.id, check.package, check.topic.value, *check.aliases}.isdisjoint(words)


def check_named(word: str, catalogue: Catalogue) -> Check:
    """The check with that id or alias. Raises SelectionError naming the nearest one."""
    found = catalogue.named(word)
    if found is None:
        raise _unknown("check", word, {check.id for check in catalogue.checks})
    return found


def _known(word: str, catalogue: Catalogue) -> None:
    words = {
        name for check in catalogue.checks for name in (check.id, check.package, *check.aliases)
    }
    words |= {topic.value for topic in Topic}
    if word not in words:
        raise _unknown("check, package or topic", word, words)


def _unknown(what: str, word: str, words: Iterable[str]) -> SelectionError:
    near = get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else "; `emsready checks list` shows them"
    return SelectionError(f"no {what} is called {word!r}{hint}")


def wanted_evidence(checks: Sequence[Check], sources: Sequence[Source]) -> frozenset[type]:
    """The evidence types that the checks need, and those that their sources read first."""
    wanted = {kind for check in checks for kind in check.types} - {Header, Scope}
    before: set[type] = set()
    while wanted != before:
        before = set(wanted)
        for source in sources:
            if wanted.intersection(source.kinds):
                wanted.update(source.after)
    return frozenset(wanted)
