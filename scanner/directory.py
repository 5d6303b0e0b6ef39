"""Judging directory exports alone: the same scan as ever, with this one source and its checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scanner.catalogue import Check
from scanner.config.model import Config
from scanner.evidence.envelope import Header, kind_of
from scanner.evidence.folder import Evidence, load
from scanner.evidence.scope import Scope
from scanner.evidence.versions import VersionFacts
from scanner.progress import Progress
from scanner.registry import load_checks
from scanner.result import RunResult
from scanner.scan import Options, Parts, scan
from scanner.sources.directory.source import DirectorySource
from scanner.sources.interface import Gather, Source
from scanner.sources.inventory.source import version_facts
from scanner.store import EVIDENCE


class _Exports(DirectorySource):
    """The directory, and the facts about versions that are shipped: nothing else is read."""

    kinds = (*DirectorySource.kinds, VersionFacts)

    def collect(self, gather: Gather) -> None:
        """Put the facts, then read the files. Raises Unavailable where none can be read."""
        gather.put(version_facts(gather.config))
        super().collect(gather)


def check_exports(config: Config, out: Path, progress: Progress) -> tuple[RunResult, Evidence]:
    """Scan the files of that configuration into `out`; the result, and the evidence behind it."""
    source = _Exports()
    catalogue = load_checks()
    about = [check for check in catalogue.checks if _is_about_exports(check, source)]
    parts = Parts(replace(catalogue, checks=tuple(about)), (source,), {}, ())
    result = scan(config, parts, Options(formats=()), out, progress)
    return result, load(out / EVIDENCE)


def _is_about_exports(check: Check, source: Source) -> bool:
    """Whether a check reads the directory, and needs nothing that only another source could give."""
    given = {*source.kinds, Header, Scope}
    needed = {one.type for one in check.needs if not (one.optional or one.aware)}
    needed |= {check.stream} if check.stream else set()
    return any(kind_of(kind).source == source.name for kind in check.types) and needed <= given
