"""Facts that only tools on your servers see: a collector to run there, and its file checked."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.sources.inventory.document import Inventory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(
        dest="action", metavar="script | validate | schema", required=True
    )
    below.add_parser("script", help="print the collector, a read-only PowerShell script")
    below.add_parser("schema", help="print the JSON Schema of an inventory")
    validate = below.add_parser("validate", help="check files before a scan reads them")
    validate.add_argument("file", nargs="+", type=Path, help="JSON or CSV")
    validate.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print, or check files and say everything that is wrong with them."""
    if arguments.action == "script":
        print(_shipped("emsready-inventory.ps1"), end="")
        return Exit.DONE
    if arguments.action == "schema":
        print(_shipped("inventory.schema.json"), end="")
        return Exit.DONE
    return _validate(arguments)


def _shipped(name: str) -> str:
    return files("scanner").joinpath("data", name).read_text(encoding="utf-8")


def _validate(arguments: argparse.Namespace) -> int:
    from scanner.sources.inventory.document import InventoryError, read_inventory  # noqa: PLC0415

    problems: list[str] = []
    told: list[dict[str, object]] = []
    for path in arguments.file:
        try:
            found = read_inventory(path)
        except InventoryError as error:
            problems += str(error).splitlines()
            continue
        problems += [one.problem for one in found.bad]
        told.append(_plain(path, found))
    if arguments.json:
        print(json.dumps({"files": told, "problems": problems}, indent=1))
    else:
        for one in told:
            print(_line(one))
        for problem in problems:
            print(f"emsready: {problem}", file=sys.stderr)
    return Exit.USAGE if problems else Exit.DONE


def _plain(path: Path, found: Inventory) -> dict[str, object]:
    roles = Counter(role for server in found.servers for role in server.roles)
    return {
        "file": str(path),
        "collected": found.seen.isoformat(),
        "servers": len(found.servers),
        "roles": dict(sorted(roles.items())),
        "clients": sum(one.count for one in found.clients),
        "browsers": sum(one.count for one in found.browsers),
    }


def _line(one: dict[str, object]) -> str:
    roles = one["roles"]
    shown = ", ".join(f"{n} {role}" for role, n in roles.items()) if isinstance(roles, dict) else ""
    return (
        f"{one['file']}: of {one['collected']}, {one['servers']} servers"
        f"{f' ({shown})' if shown else ''}, {one['clients']} clients, {one['browsers']} browsers"
    )
