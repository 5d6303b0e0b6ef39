"""Only collect evidence: a folder that `emsready judge` judges elsewhere, later and again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scanner.cli.exits import Exit
from scanner.cli.options import (
    DEFAULT_OUT,
    add_config,
    add_selection,
    config_of,
    progress,
    selection,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_config(parser)
    add_selection(parser)
    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument(
        "--archive",
        metavar="FILE",
        help="also write one file that travels; with --vantage that is done anyway",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def run(arguments: argparse.Namespace) -> int:
    """Collect, and print where the evidence lies."""
    from scanner.evidence.archive import pack  # noqa: PLC0415
    from scanner.scan import Options, Parts, collect, moment_for, refuse_mistakes  # noqa: PLC0415
    from scanner.store import RunFolder  # noqa: PLC0415

    config = config_of(arguments)
    parts = Parts.load()
    options = Options(selection(arguments))
    refuse_mistakes(config, parts, options)
    out = Path(arguments.output or DEFAULT_OUT)
    with RunFolder.prepare(out, moment_for(out)) as run_folder:
        collect(config, parts, options, run_folder, run_folder.at, progress(arguments))
        evidence = run_folder.publish_evidence()
    print(evidence)
    if arguments.archive or arguments.vantage:
        target = Path(arguments.archive or out / _file_name(arguments.vantage))
        digest = pack(evidence, target)
        print(target)
        print(f"sha256 of its manifest, to be told by another way: {digest}", file=sys.stderr)
    return Exit.DONE


def _file_name(vantage: str) -> str:
    """A file name out of a place name, whatever it holds."""
    plain = "".join(char if char.isalnum() else "-" for char in vantage.casefold())
    return f"{plain.strip('-')[:60] or 'evidence'}.zip"
