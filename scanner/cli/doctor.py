"""Examine this installation and its surroundings: packages, plugins, clock, proxies, trust."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from scanner.cli.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--json", action="store_true", help="as a JSON array")


def run(arguments: argparse.Namespace) -> int:
    """Print a line per item, each fault with its fix. Contacts nothing."""
    from scanner.doctor import examine  # noqa: PLC0415

    items = examine()
    if arguments.json:
        print(json.dumps([asdict(item) for item in items], indent=1))
    else:
        for item in items:
            print(f"{item.state:<5} {item.name}: {item.text}")
            if item.fix:
                print(f"      fix: {item.fix}")
    return Exit.INTERNAL if any(item.state == "fail" for item in items) else Exit.DONE
