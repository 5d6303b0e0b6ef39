"""Write the agenda of the checkpoint meeting: what was fixed, is new, came back, waits, is overdue."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.language import add_language, speech_of
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.history.agenda import Point
    from scanner.speech import Speech

SECTIONS = (
    ("regressed", "Came back"),
    ("new", "New"),
    ("changed", "Changed"),
    ("fixed", "Fixed"),
    ("overdue", "Overdue"),
    ("blocked", "Waiting for something else"),
    ("decisions", "Decisions needed"),
    ("next", "Next, by owner"),
    ("not_rechecked", "Not looked at again"),
)


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
    add_language(parser)


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
    speech = speech_of(arguments)
    agenda = agenda_of(result if arguments.json else speech.run(result))
    if arguments.json:
        print(json.dumps(plain(agenda), indent=1))
        return Exit.DONE
    name = visible(result.customer or result.environment)
    print(f"# {speech.say('Checkpoint meeting: {name}', name=name)}\n")
    at = f"{agenda.at:%Y-%m-%d %H:%M}"
    if agenda.since:
        before = f"{agenda.since:%Y-%m-%d %H:%M}"
        print(speech.say("Scan of {at} UTC, compared with {before}.", at=at, before=before))
    else:
        print(speech.say("Scan of {at} UTC.", at=at))
    for field, title in SECTIONS:
        points = getattr(agenda, field)
        if points:
            print(f"\n## {speech.say(title)} ({len(points)})\n")
            for point in points:
                print(visible(f"- {_line(point, speech)}"))
    return Exit.DONE


def _line(point: Point, speech: Speech) -> str:
    role = speech.label("owner", point.role)
    named = point.role and point.owner != point.role
    who = speech.say("{what}: {about}", what=role, about=point.owner) if named else role
    due = speech.say("due {day}", day=str(point.due)) if point.due else ""
    severity = speech.label("severity", point.severity) if point.severity else ""
    told = speech.list(part for part in (point.about, severity, who or point.owner, due) if part)
    text = speech.again(point.text)
    line = speech.say("{what} ({details})", what=text, details=told) if told else text
    note = speech.again(point.note)
    return speech.say("{what}: {about}", what=line, about=note) if note else line
