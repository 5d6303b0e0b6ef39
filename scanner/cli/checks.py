"""List the checks, explain one, list their sentences for translators, or begin a new one."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from scanner.cli import new, texts
from scanner.cli.exits import Exit
from scanner.cli.language import add_language, speech_of
from scanner.speech import padded

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.catalogue import Check
    from scanner.speech import Speech


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="list | show | texts | new", required=True)
    listing = below.add_parser("list", help="all checks, one line each")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    add_language(listing)
    listing.add_argument("--origin", action="store_true", help="also which distribution brings it")
    show = below.add_parser("show", help="everything about one check")
    show.add_argument("id", help="the id of a check, such as dns.enterprise-enrollment")
    show.add_argument("--json", action="store_true", help="as a JSON object")
    add_language(show)
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
        _list(list(catalogue.checks), arguments, speech_of(arguments))
    else:
        found = check_named(arguments.id, catalogue)
        page = _page(found, speech_of(arguments))
        print(json.dumps(_plain(found), indent=1) if arguments.json else page)
    return Exit.DONE


def _list(checks: list[Check], arguments: argparse.Namespace, speech: Speech) -> None:
    if arguments.json:
        print(json.dumps([_plain(one) for one in checks], indent=1))
        return
    for one in checks:
        origin = f"  ({one.origin})" if arguments.origin else ""
        severity = padded(speech.label("severity", one.severity), 8)
        print(f"{one.id:<52} {severity} {speech.say(one.title)}{origin}")


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


def _figures(check: Check, speech: Speech) -> str:
    return speech.say(
        "severity {severity}, topic {topic}, owner {owner}, effort {effort}, phase {phase}, clauses"
        " {clauses}",
        severity=speech.label("severity", check.severity),
        topic=speech.label("topic", check.topic),
        owner=speech.label("owner", check.owner),
        effort=speech.label("effort", check.effort),
        phase=speech.label("phase", check.phase),
        clauses=list(check.clause),
    )


def _page(check: Check, speech: Speech) -> str:
    say = speech.say
    lines = [
        check.id,
        say(check.title),
        "",
        _figures(check, speech),
        "",
        say("Why: {text}", text=say(check.why)),
        "",
        say("Fix: {text}", text=say(check.action)),
    ]
    for number, one in enumerate(check.fix, 1):
        lines.append(f"  {number}. {say(one.text.template, **one.text.values)}")
        lines += [f"     {extra}" for extra in (one.portal, one.command, one.link) if extra]
    lines += ["", say("Verify: {text}", text=say(check.verify))]
    lines += [
        f"  emsready scan --only {check.id}",
        "",
        say("Reads: {names}", names=_evidence(check)),
    ]
    if check.permissions:
        lines.append(say("Permissions: {names}", names=list(check.permissions)))
    if check.requires:
        lines.append(say("Requires: {names}", names=list(check.requires)))
    lines += [say("See: {link}", link=link) for link in check.documents]
    return "\n".join(lines)
