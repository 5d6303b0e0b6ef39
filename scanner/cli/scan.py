"""Collect, judge, plan and report. Without a file: emsready scan contoso.com."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.options import (
    DEFAULT_OUT,
    add_config,
    add_output,
    add_selection,
    add_unattended,
    baseline,
    config_of,
    gate,
    progress,
    selection,
    words,
)

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.config.model import Config


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_config(parser)
    add_selection(parser)
    add_output(parser)
    add_unattended(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scan, and say how it ended."""
    from scanner.brand import brand_of  # noqa: PLC0415
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.cli.outcome import tell, tell_in_one_line  # noqa: PLC0415
    from scanner.scan import Options, Parts, scan  # noqa: PLC0415

    if arguments.unattended:
        os.environ["EMSREADY_UNATTENDED"] = "1"  # whatever might ask looks there
    fail_on = gate(arguments)
    config = config_of(arguments)
    parts = Parts.load()
    formats = chosen_formats(words(arguments.format) or config.report.formats, parts)
    first, *further = _languages(arguments, config)
    options = Options(
        selection(arguments),
        formats,
        language(first),
        brand_of(config.report.brand, config.beside("")),
        baseline(arguments),
        languages=tuple(map(language, further)),
    )
    out = Path(arguments.output or DEFAULT_OUT)
    result = scan(config, parts, options, out, progress(arguments))
    if arguments.unattended:
        return tell_in_one_line(result, out, fail_on)
    return tell(result, out, fail_on, as_json=arguments.json, language=options.language)


def _languages(arguments: argparse.Namespace, config: Config) -> tuple[str, ...]:
    """What --lang names, else [report] languages, else the language of the customer."""
    if arguments.lang:
        return (arguments.lang,)
    return config.report.languages or (config.customer.language,)
