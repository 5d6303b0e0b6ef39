"""Say which endpoint list is in use, or refresh it from Microsoft's web service."""

from __future__ import annotations

import argparse
import json
import sys

from scanner.cli.exits import Exit

_INSTANCES = {
    "worldwide": "Worldwide",
    "gcc-high": "USGovGCCHigh",
    "dod": "USGovDoD",
    "china": "China",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="show | update", required=True)
    show = below.add_parser("show", help="version and age of the list in use")
    show.add_argument("--json", action="store_true", help="as a JSON object")
    update = below.add_parser("update", help="fetch the list where a newer one is published")
    update.add_argument(
        "--cloud", choices=list(_INSTANCES), default="worldwide", help="default: worldwide"
    )
    update.add_argument("--service", metavar="URL", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Show or refresh."""
    return _show(arguments) if arguments.action == "show" else _update(arguments)


def _show(arguments: argparse.Namespace) -> int:
    from scanner.sources.reachability.refresh import current  # noqa: PLC0415

    found = current()
    if arguments.json:
        known = {
            "version": found.version,
            "as_of": found.as_of,
            "origin": found.origin,
            "rows": len(found.rows),
            "microsoft_365": dict(found.m365_versions),
        }
        print(json.dumps(known, indent=1))
    else:
        print(f"{found.version}  of {found.as_of}  {found.origin}  {len(found.rows)} rows")
        for cloud, version in sorted(found.m365_versions.items()):
            print(f"  Microsoft 365 {cloud}: {version}")
    return Exit.DONE


def _update(arguments: argparse.Namespace) -> int:
    from scanner.sources.reachability.catalogue import CatalogueError  # noqa: PLC0415
    from scanner.sources.reachability.refresh import SERVICE, RefreshError, refresh  # noqa: PLC0415

    try:
        done = refresh(_INSTANCES[arguments.cloud], arguments.service or SERVICE)
    except (RefreshError, CatalogueError) as error:
        print(f"emsready: {error}; the list in use stays as it is", file=sys.stderr)
        return Exit.INCOMPLETE
    if done.changed:
        print(f"{done.instance}: {done.before} replaced by {done.after} in {done.path}")
    else:
        print(f"{done.instance}: {done.before} is the newest version")
    return Exit.DONE
