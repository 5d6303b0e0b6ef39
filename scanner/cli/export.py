"""Write the remediation list as files that a task board imports. Creates nothing on any board."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.result import RunResult

BOARDS = ("planner", "jira", "ado")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("board", choices=BOARDS, help="whose columns the file gets")
    parser.add_argument(
        "run_folder", nargs="?", default=DEFAULT_OUT, help=f"default: {DEFAULT_OUT}"
    )
    parser.add_argument(
        "--only",
        choices=("all", "new"),
        default="all",
        help="new: what the run before did not have",
    )
    parser.add_argument("--lang", metavar="LANGUAGE", default="en", help="en or zh-CN")
    parser.add_argument("-o", "--output", metavar="DIR", help="default: the run's own folder")


def run(arguments: argparse.Namespace) -> int:
    """Write the files and print their paths."""
    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.evidence.folder import write_atomically  # noqa: PLC0415
    from scanner.scan import Parts, render  # noqa: PLC0415
    from scanner.store import StoreError, read_result  # noqa: PLC0415

    folder = Path(arguments.run_folder)
    result = read_result(folder)
    if result is None:
        raise StoreError(f"{folder} holds no run (no result.json); `emsready scan` makes one")
    if arguments.only == "new":
        result = _only_new(result)
    parts = Parts.load()
    names = chosen_formats((arguments.board,), parts)
    out = Path(arguments.output or folder)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = render(result, parts.formats, names, language(arguments.lang), folder=folder)
    for name, content in files.items():
        write_atomically(out / name, content)
        print(out / name)
    print(f"emsready: {len(result.plan)} items", file=sys.stderr)
    return Exit.DONE


def _only_new(result: RunResult) -> RunResult:
    """The same run with those items alone that the run before did not have, or that came back."""
    if result.summary.changes is None:
        return result
    fresh = {one.id for one in result.findings if one.state in ("new", "regressed")}
    return replace(result, plan=[item for item in result.plan if fresh.intersection(item.findings)])
