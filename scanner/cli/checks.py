"""List the checks, explain one, list their sentences for translators, or begin a new one."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from scanner.cli import new, texts
from scanner.cli.exits import Exit

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.catalogue import Check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="list | show | texts | new", required=True)
    listing = below.add_parser("list", help="all checks, one line each")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    listing.add_argument("--origin", action="store_true", help="also which distribution brings it")
    show = below.add_parser("show", help="everything about one check")
    show.add_argument("id", help="the id of a check, such as dns.enterprise-enrollment")
    show.add_argument("--json", action="store_true", help="as a JSON object")
    texts.add_arguments(
        below.add_parser("texts", help="the sentences of the checks, for translators")
    )
    new.add_arguments(
        below.add_parser("new", help="write the frame of a new check and of its test")
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for."""
    from scanner.registry import load_checks  # noqa: PLC0415
    from scanner.select import check_named  # noqa: PLC0415

    if arguments.action == "texts":
        return texts.run(arguments)
    if arguments.action == "new":
        return new.run(arguments)
    catalogue = load_checks()
    if arguments.action == "list":
        _list(list(catalogue.checks), arguments)
    else:
        found = check_named(arguments.id, catalogue)
        print(json.dumps(_plain(found), indent=1) if arguments.json else _page(found))
    return Exit.DONE


def _list(checks: list[Check], arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps([_plain(one) for one in checks], indent=1))
        return
    for one in checks:
        origin = f"  ({one.origin})" if arguments.origin else ""
        print(f"{one.id:<52} {one.severity:<8} {one.title}{origin}")


def _plain(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "topic": check.topic,
        "severity": check.severity,
        "package": check.package,
        "owner": check.owner,
        "effort": check.effort,
        "phase": check.phase,
        "clause": list(check.clause),
        "blocks": list(check.blocks),
        "why": check.why,
        "action": check.action,
        "fix": [
            {"text": str(one.text), "command": one.command, "portal": one.portal, "link": one.link}
            for one in check.fix
        ],
        "verify": check.verify,
        "settle_after": check.settle_after,
        "requires": list(check.requires),
        "documents": list(check.documents),
        "evidence": _evidence(check),
        "permissions": list(check.permissions),
        "version": check.version,
        "origin": check.origin,
    }


def _evidence(check: Check) -> list[str]:
    from scanner.evidence.envelope import kind_of  # noqa: PLC0415

    return [kind_of(kind).name for kind in check.types]


def _figures(check: Check) -> str:
    return (
        f"severity {check.severity}, topic {check.topic}, owner {check.owner}, "
        f"effort {check.effort}, phase {check.phase}, clauses {', '.join(check.clause)}"
    )


def _page(check: Check) -> str:
    lines = [
        check.id,
        check.title,
        "",
        _figures(check),
        "",
        f"Why: {check.why}",
        "",
        f"Fix: {check.action}",
    ]
    for number, one in enumerate(check.fix, 1):
        lines.append(f"  {number}. {one.text}")
        lines += [f"     {extra}" for extra in (one.portal, one.command, one.link) if extra]
    lines += ["", f"Verify: {check.verify}", f"  emsready scan --only {check.id}"]
    lines += ["", f"Reads: {', '.join(_evidence(check))}"]
    lines += [f"Permissions: {', '.join(check.permissions)}"] if check.permissions else []
    lines += [f"Requires: {', '.join(check.requires)}"] if check.requires else []
    lines += [f"See: {link}" for link in check.documents]
    return "\n".join(lines)
