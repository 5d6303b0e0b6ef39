"""Judging directory exports alone: the same scan as ever, with this one source and its checks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scanner.config.model import Config
from scanner.evidence.envelope import kind_of
from scanner.evidence.folder import Evidence, load
from scanner.progress import Progress
from scanner.registry import load_checks
from scanner.result import RunResult
from scanner.scan import Options, Parts, scan
from scanner.sources.directory import DirectorySource
from scanner.sources.inventory import InventorySource
from scanner.store import EVIDENCE


def check_exports(config: Config, out: Path, progress: Progress) -> tuple[RunResult, Evidence]:
    """Scan the files of that configuration into `out`; the result, and the evidence behind it."""
    source = DirectorySource()
    catalogue = load_checks()
    about = [
        check
        for check in catalogue.checks
        if any(kind_of(kind).source == source.name for kind in check.types)
        and (check.stream is None or kind_of(check.stream).source == source.name)
    ]
    # the second one brings the facts about versions, which are shipped
    sources = (source, InventorySource())
    parts = Parts(replace(catalogue, checks=tuple(about)), sources, {}, ())
    result = scan(config, parts, Options(formats=()), out, progress)
    return result, load(out / EVIDENCE)
