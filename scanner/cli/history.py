"""List the runs of a folder, follow one finding through them, remove old ones."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.history.index import RunRow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(
        dest="action", metavar="list | show | prune | rebuild", required=True
    )
    listing = below.add_parser("list", help="all runs, the newest last")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    show = below.add_parser("show", help="the life of one finding, by its id or the first digits")
    show.add_argument("finding")
    show.add_argument("--json", action="store_true", help="as a JSON array")
    prune = below.add_parser("prune", help="remove older runs but some and the last of each month")
    prune.add_argument(
        "--keep", type=int, required=True, metavar="N", help="how many older runs to keep"
    )
    rebuild = below.add_parser("rebuild", help="make the index anew; it is only a shortcut")
    for one in (listing, show, prune, rebuild):
        one.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    folder = Path(arguments.output or DEFAULT_OUT)
    {"list": _list, "show": _show, "prune": _prune, "rebuild": _rebuild}[arguments.action](
        folder, arguments
    )
    return Exit.DONE


def _list(folder: Path, arguments: argparse.Namespace) -> None:
    from scanner.evidence.codec import plain  # noqa: PLC0415
    from scanner.history.index import run_rows  # noqa: PLC0415

    rows = run_rows(folder)
    if arguments.json:
        print(json.dumps([plain(row) for row in rows], indent=1))
        return
    print(f"{'run':<20} {'blocker':>7} {'high':>5} {'other':>5} {'overdue':>7}  what changed")
    for row in rows:
        print(_line(row))


def _line(row: RunRow) -> str:
    told = {str(word): count for word, count in row.open.items()}
    others = sum(count for word, count in told.items() if word not in ("blocker", "high"))
    words = ("new", "regressed", "fixed", "changed", "not-rechecked", "waived")
    news = ", ".join(f"{row.states[word]} {word}" for word in words if row.states.get(word))
    if not row.complete:
        news = f"incomplete{'; ' + news if news else ''}"
    figures = f"{told['blocker']:>7} {told['high']:>5} {others:>5} {row.overdue:>7}"
    return f"{row.at:%Y-%m-%dT%H:%M:%SZ} {figures}  {news}"


def _show(folder: Path, arguments: argparse.Namespace) -> None:
    from scanner.evidence.codec import plain  # noqa: PLC0415
    from scanner.history.index import events_of  # noqa: PLC0415
    from scanner.store import StoreError  # noqa: PLC0415

    found = events_of(folder, arguments.finding)
    if not found:
        raise StoreError(f"no finding of {folder} ever changed under the id {arguments.finding!r}")
    if arguments.json:
        print(json.dumps([plain(one) for one in found], indent=1))
        return
    for one in found:
        print(f"{one.at:%Y-%m-%dT%H:%M:%SZ}  {one.state:<14} {one.name}")


def _prune(folder: Path, arguments: argparse.Namespace) -> None:
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.store import prune  # noqa: PLC0415

    if arguments.keep < 1:
        raise ConfigError(f"--keep {arguments.keep}: give a number from 1 upwards")
    for home in prune(folder, arguments.keep):
        print(f"removed {home}")


def _rebuild(folder: Path, arguments: argparse.Namespace) -> None:
    from scanner.history.index import rebuild  # noqa: PLC0415

    del arguments
    print(f"{rebuild(folder)} runs")
