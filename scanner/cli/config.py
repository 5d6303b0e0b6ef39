"""Print the configuration that is in force, and where each value of it comes from. Scans nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import add_config, config_of

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.config.origin import Setting


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="show", required=True)
    show = below.add_parser("show", help="the configuration in force, as TOML")
    add_config(show)
    show.add_argument(
        "--origin",
        action="store_true",
        help="every key, also those that nobody set, with the line that it comes from",
    )
    show.add_argument("--json", action="store_true", help="as a JSON array")


def run(arguments: argparse.Namespace) -> int:
    """Print it. Secrets are never part of it: of their variables is said whether they are set."""
    from scanner.config.model import Config  # noqa: PLC0415
    from scanner.config.origin import settings  # noqa: PLC0415
    from scanner.config.read import read_config  # noqa: PLC0415

    config = config_of(arguments)
    read = read_config(config.path) if config.path else Config()
    found = list(settings(config, read))
    if arguments.json:
        print(json.dumps([_plain(one) for one in found], indent=1))
    else:
        print("\n".join(_lines(found, origin=arguments.origin)))
    return Exit.DONE


def _plain(one: Setting) -> dict[str, object]:
    from scanner.evidence.codec import plain  # noqa: PLC0415

    return {
        "section": one.section,
        "key": one.key,
        "value": plain(one.value),
        "origin": one.origin,
        "variable": one.variable,
    }


def _lines(found: list[Setting], *, origin: bool) -> Iterator[str]:
    """As TOML; without `origin` only what somebody set."""
    from scanner.config.origin import DEFAULT  # noqa: PLC0415
    from scanner.config.written import toml_key, toml_value  # noqa: PLC0415

    section = ""
    for one in found:
        if one.origin == DEFAULT and not origin:
            continue
        if one.section != section or (one.section.startswith("[[") and one.key == "name"):
            yield from ([""] if section else [])
            yield one.section
            section = one.section
        unset = one.value is None
        key = toml_key(one.key)
        line = f"# {key} =" if unset else f"{key} = {toml_value(one.value)}"
        note = one.origin + (f"; the variable is {one.variable}" if one.variable else "")
        yield f"{line:<50}  # {note}" if origin else line
