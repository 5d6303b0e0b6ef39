"""List every host, port, API, file and permission that a scan would touch. Touches nothing itself."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import add_config, add_selection, config_of, selection

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.sources.interface import Contact


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_config(parser)
    add_selection(parser)
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print contacts and permissions."""
    from scanner.scan import Parts  # noqa: PLC0415
    from scanner.select import wanted_evidence  # noqa: PLC0415

    config = config_of(arguments)
    parts = Parts.load()
    checks = selection(arguments).checks(parts.catalogue, config.policy.disabled)
    wanted = wanted_evidence(checks, parts.sources)
    contacts = sorted(
        {
            contact
            for source in parts.sources
            if wanted.intersection(source.kinds)
            for contact in source.touches(config, wanted.intersection(source.kinds))
        }
    )
    permissions = sorted({name for one in contacts for name in one.permission.split() if name})
    if arguments.json:
        _print_json(contacts, permissions)
    else:
        _print_table(contacts, permissions, len(checks))
    return Exit.DONE


def _print_json(contacts: list[Contact], permissions: list[str]) -> None:
    rows = [
        {
            "source": one.source,
            "target": one.target,
            "protocol": one.protocol,
            "purpose": one.purpose,
            "permissions": one.permission.split(),
        }
        for one in contacts
    ]
    print(json.dumps({"contacts": rows, "permissions": permissions}, indent=1))


def _print_table(contacts: list[Contact], permissions: list[str], checks: int) -> None:
    source = ""
    for one in contacts:
        if one.source != source:
            source = one.source
            print(f"{source}")
        note = f"  [{one.permission}]" if one.permission else ""
        print(f"  {one.protocol:<9} {one.target}  {one.purpose}{note}")
    print(
        f"\n{checks} checks would run, {len(contacts)} things would be touched, all of them only read."
    )
    if permissions:
        print("Microsoft Graph permissions (application, least privilege):")
        for name in permissions:
            print(f"  {name}")
    print("Names that only the tenant knows (its other domains) are added once it has been read.")
