"""Judge saved evidence again, without any network: the same evidence gives the same result."""

from __future__ import annotations

import argparse
from pathlib import Path

from scanner.cli.options import add_output, add_selection, gate, selection, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("evidence", help="an evidence folder, or a run's folder that holds one")
    add_selection(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Judge, and say how it ended."""
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.cli.outcome import tell  # noqa: PLC0415
    from scanner.scan import Options, Parts, rejudge  # noqa: PLC0415
    from scanner.store import evidence_in  # noqa: PLC0415

    fail_on = gate(arguments)
    source = evidence_in(Path(arguments.evidence))
    parts = Parts.load()
    formats = chosen_formats(words(arguments.format) or ("html",), parts)
    options = Options(selection(arguments), formats, language(arguments.lang or "en"))
    out = Path(arguments.output) if arguments.output else source.parent
    result = rejudge(source, parts, options, out)
    return tell(result, out, fail_on, as_json=arguments.json)
