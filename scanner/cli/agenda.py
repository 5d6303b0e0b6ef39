"""Write the agenda of the checkpoint meeting: what was fixed, is new, came back, waits, is overdue."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.history.agenda import Point

SECTIONS = {
    "regressed": "Came back",
    "new": "New",
    "changed": "Changed",
    "fixed": "Fixed",
    "overdue": "Overdue",
    "blocked": "Waiting for something else",
    "decisions": "Decisions needed",
    "next": "Next, by owner",
    "not_rechecked": "Not looked at again",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument(
        "--since",
        metavar="RUN",
        default="",
        help="compare with the run of the last meeting: a date, or as in `emsready diff`; "
        "default: the run before",
    )
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the agenda as Markdown."""
    from scanner.cli.outcome import visible  # noqa: PLC0415
    from scanner.evidence.codec import plain  # noqa: PLC0415
    from scanner.history.agenda import agenda_of  # noqa: PLC0415
    from scanner.history.recall import between, recall  # noqa: PLC0415

    folder = Path(arguments.output or DEFAULT_OUT)
    result = recall(folder, "latest")
    if arguments.since:
        result = between(recall(folder, arguments.since), result)
    agenda = agenda_of(result)
    if arguments.json:
        print(json.dumps(plain(agenda), indent=1))
        return Exit.DONE
    since = f", compared with {agenda.since:%Y-%m-%d %H:%M}" if agenda.since else ""
    print(f"# Checkpoint meeting: {visible(result.customer or result.environment)}\n")
    print(f"Scan of {agenda.at:%Y-%m-%d %H:%M} UTC{since}.")
    for name, title in SECTIONS.items():
        points = getattr(agenda, name)
        if points:
            print(f"\n## {title} ({len(points)})\n")
            for point in points:
                print(visible(f"- {_line(point)}"))
    return Exit.DONE


def _line(point: Point) -> str:
    named = point.role and point.owner != point.role
    who = f"{point.role}: {point.owner}" if named else point.owner
    parts = [point.about, point.severity, who, f"due {point.due}" if point.due else ""]
    told = ", ".join(part for part in parts if part)
    return f"{point.text}{f' ({told})' if told else ''}{f': {point.note}' if point.note else ''}"
