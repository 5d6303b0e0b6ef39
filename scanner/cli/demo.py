"""Scan the built-in sample organisation, through real sockets on this machine, and write its report."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scanner.cli.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--healthy", action="store_true", help="the repaired variant: nothing fails"
    )
    parser.add_argument("-o", "--output", metavar="DIR", default="emsready-demo")
    parser.add_argument("--format", metavar="LIST", default="html", help="such as html,json")
    parser.add_argument("--lang", metavar="LANGUAGE", default="en", help="en or zh-CN")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def run(arguments: argparse.Namespace) -> int:
    """Start the lab, scan it like any environment, print where the report lies."""
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.cli.options import progress, words  # noqa: PLC0415
    from scanner.cli.outcome import tell  # noqa: PLC0415
    from scanner.config import read_config  # noqa: PLC0415
    from scanner.lab.lab import Lab  # noqa: PLC0415
    from scanner.lab.organisation import Organisation  # noqa: PLC0415
    from scanner.scan import Options, Parts, scan  # noqa: PLC0415
    from scanner.speech import Speech  # noqa: PLC0415

    parts = Parts.load()
    formats = chosen_formats(words(arguments.format), parts)
    options = Options(formats=formats, language=language(arguments.lang))
    out = Path(arguments.output).absolute()
    speech = Speech(options.language)
    told = (
        "This is a demonstration: a sample organisation ({variant}) on this machine. No real tenant, no"
        " network."
    )
    variant = speech.say("repaired") if arguments.healthy else speech.say("troubled")
    print(speech.say(told, variant=variant), file=sys.stderr)
    organisation = Organisation(healthy=arguments.healthy)
    with (
        tempfile.TemporaryDirectory(prefix="emsready-lab-") as folder,
        Lab(organisation, Path(folder)) as lab,
    ):
        result = scan(read_config(lab.config), parts, options, out, progress(arguments))
    code = tell(result, out, (), as_json=False, language=options.language)
    return Exit.INTERNAL if code is Exit.INTERNAL else Exit.DONE
