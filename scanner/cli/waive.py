"""Accept a finding until a date, with a reason and somebody who approved it; list and check what is."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.evidence.decisions import Waiver

FILE = "waivers.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="add | list | check", required=True)
    add = below.add_parser("add", help="add a waiver to the file")
    add.add_argument("check", help="the id of a check")
    add.add_argument(
        "--subject", default="", help="only this domain, host, …; left out: all of them"
    )
    add.add_argument("--object", action="append", default=[], help="only these objects; repeatable")
    add.add_argument("--reason", required=True)
    add.add_argument("--approved-by", required=True)
    add.add_argument("--ticket", default="", help="needed for a blocker")
    add.add_argument("--expires", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")
    listing = below.add_parser("list", help="the waivers of the newest run and what became of them")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    listing.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    check = below.add_parser("check", help="for pipelines: code 1 where one is expired or invalid")
    for one in (add, check):
        one.add_argument("--file", default=FILE, help=f"default: ./{FILE}")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    if arguments.action == "add":
        return _add(arguments)
    return _list(arguments) if arguments.action == "list" else _check(Path(arguments.file))


def _today() -> date:
    return datetime.now(UTC).date()


def _problem(waiver: Waiver) -> str:
    from scanner.history.waivers import problem_of  # noqa: PLC0415
    from scanner.registry import load_checks  # noqa: PLC0415

    known = {one.id for one in load_checks().checks}
    return problem_of(waiver, _today(), known=known, horizon=365)


def _add(arguments: argparse.Namespace) -> int:
    from scanner.config.decisions import add_waiver  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.evidence.decisions import Waiver  # noqa: PLC0415
    from scanner.registry import load_checks  # noqa: PLC0415
    from scanner.select import check_named  # noqa: PLC0415

    waiver = Waiver(
        check=check_named(arguments.check, load_checks()).id,
        reason=arguments.reason,
        approved_by=arguments.approved_by,
        expires=arguments.expires,
        subject=arguments.subject,
        objects=tuple(arguments.object),
        ticket=arguments.ticket,
        created=_today(),
    )
    if waiver.expires < _today():
        raise ConfigError(f"--expires {waiver.expires}: this day has passed")
    if problem := _problem(waiver):
        raise ConfigError(problem)
    path = Path(arguments.file)
    add_waiver(path, waiver)
    print(f"{path}: {waiver.check} {waiver.subject} until {waiver.expires}")
    return Exit.DONE


def _list(arguments: argparse.Namespace) -> int:
    from scanner.cli.outcome import visible  # noqa: PLC0415
    from scanner.evidence.codec import plain  # noqa: PLC0415
    from scanner.history.recall import recall  # noqa: PLC0415

    result = recall(Path(arguments.output or DEFAULT_OUT), "latest")
    if arguments.json:
        print(json.dumps([plain(one) for one in result.waivers], indent=1))
        return Exit.DONE
    for one in result.waivers:
        told = f"{one.state:<10} until {one.expires}  {one.check} {one.subject}"
        print(visible(f"{told}  {one.reason} ({one.approved_by}) {one.problem}".rstrip()))
    return Exit.DONE


def _check(path: Path) -> int:
    from scanner.config.decisions import read_waivers  # noqa: PLC0415

    bad = 0
    for waiver in read_waivers(path):
        problem = _problem(waiver)
        if not problem and waiver.expires < _today():
            problem = f"it ended on {waiver.expires}"
        if problem:
            bad += 1
            print(
                f"{path}:{waiver.line}: {waiver.check} {waiver.subject}: {problem}", file=sys.stderr
            )
    return Exit.GATE_FAILED if bad else Exit.DONE
