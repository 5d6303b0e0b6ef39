"""Print the JSON Schema that every result.json of this version follows."""

from __future__ import annotations

import argparse

from scanner.cli.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001 - the same for every command
    """Print it."""
    from scanner.schema import shipped  # noqa: PLC0415

    print(shipped(), end="")
    return Exit.DONE
