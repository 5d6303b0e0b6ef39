"""Judge saved evidence again, without any network: the same evidence gives the same result."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.options import (
    DEFAULT_OUT,
    add_output,
    add_selection,
    baseline,
    gate,
    selection,
    words,
)

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.evidence.decisions import Decisions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "evidence",
        nargs="+",
        help="an evidence folder, a run's folder, or an archive of `emsready collect --vantage`; "
        "several are made one",
    )
    add_selection(parser)
    add_output(parser)
    parser.add_argument(
        "--baseline", metavar="RUN", help="compare with this run (a folder or result.json)"
    )
    parser.add_argument(
        "--waivers", metavar="FILE", help="in place of those kept with the evidence"
    )
    parser.add_argument(
        "--assignments", metavar="FILE", help="in place of those kept with the evidence"
    )


def run(arguments: argparse.Namespace) -> int:
    """Judge, and say how it ended."""
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.cli.outcome import tell  # noqa: PLC0415
    from scanner.scan import Options, Parts, rejudge  # noqa: PLC0415
    from scanner.store import evidence_in  # noqa: PLC0415

    fail_on = gate(arguments)
    sources = [
        Path(one) if Path(one).is_file() else evidence_in(Path(one)) for one in arguments.evidence
    ]
    parts = Parts.load()
    formats = chosen_formats(words(arguments.format) or ("html",), parts)
    options = Options(
        selection(arguments),
        formats,
        language(arguments.lang or "en"),
        baseline=baseline(arguments),
        decisions=_decisions(arguments, sources[0]),
    )
    out = _out(arguments, sources)
    result = rejudge(sources, parts, options, out)
    return tell(result, out, fail_on, as_json=arguments.json, language=options.language)


def _out(arguments: argparse.Namespace, sources: list[Path]) -> Path:
    """Beside the evidence where that is one folder of a run, else the usual place."""
    if arguments.output:
        return Path(arguments.output)
    alone = len(sources) == 1 and sources[0].is_dir()
    return sources[0].parent if alone else Path(DEFAULT_OUT)


def _decisions(arguments: argparse.Namespace, source: Path) -> Decisions | None:
    """The decisions kept with the evidence, with the files of the arguments in their place."""
    from dataclasses import replace  # noqa: PLC0415

    from scanner.config.decisions import read_assignments, read_waivers  # noqa: PLC0415
    from scanner.evidence.decisions import Decisions  # noqa: PLC0415
    from scanner.evidence.folder import load  # noqa: PLC0415

    if not arguments.waivers and not arguments.assignments:
        return None
    held = load(source).one(Decisions) if source.is_dir() else None
    found = held if isinstance(held, Decisions) else Decisions()
    if arguments.waivers:
        found = replace(found, waivers=read_waivers(Path(arguments.waivers)))
    if arguments.assignments:
        found = replace(found, assignments=read_assignments(Path(arguments.assignments)))
    return found
