"""Say who does a remediation item by when; take over what people wrote into the exported list."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.language import add_language, speech_of
from scanner.cli.options import DEFAULT_OUT
from scanner.speech import padded

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.evidence.decisions import Assignment
    from scanner.result import ItemRecord
    from scanner.speech import Speech

FILE = "assignments.toml"
STATUSES = ("open", "in-progress", "done", "accepted")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    below = parser.add_subparsers(dest="action", metavar="set | list | import", required=True)
    one = below.add_parser("set", help="about one item")
    one.add_argument("item", help="the id of an item, or its eight digits in the report")
    one.add_argument("--assignee")
    one.add_argument("--due", type=date.fromisoformat, metavar="YYYY-MM-DD")
    one.add_argument("--status", choices=STATUSES, help="done is a claim until a scan proves it")
    one.add_argument("--note")
    many = below.add_parser("import", help="from the exported list, as people sent it back")
    many.add_argument("list", help="plan.csv or plan.xlsx")
    listing = below.add_parser("list", help="the items of the newest run and who does them")
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    add_language(listing)
    for sub in (one, many, listing):
        sub.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    for sub in (one, many):
        sub.add_argument("--file", default=FILE, help=f"default: ./{FILE}")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    from scanner.history.recall import recall  # noqa: PLC0415

    result = recall(Path(arguments.output or DEFAULT_OUT), "latest")
    plan = result.plan
    if arguments.action == "list":
        speech = speech_of(arguments)
        said = plan if arguments.json else speech.run(result).plan
        return _list(said, speech, as_json=arguments.json)
    if arguments.action == "set":
        return _set(plan, arguments)
    return _import(plan, arguments)


def _list(plan: list[ItemRecord], speech: Speech, *, as_json: bool) -> int:
    from scanner.cli.outcome import visible  # noqa: PLC0415
    from scanner.history.assignments import short_id  # noqa: PLC0415

    rows = [
        {
            "id": short_id(item.id),
            "title": item.title,
            "owner": str(item.owner),
            "assignee": item.assignee,
            "due": str(item.due or ""),
            "status": item.work,
            "flags": item.flags,
            "note": item.note,
        }
        for item in plan
    ]
    if as_json:
        print(json.dumps(rows, indent=1))
        return Exit.DONE
    for row in rows:
        who = row["assignee"] or speech.label("owner", str(row["owner"]))
        flags = speech.list(speech.label("flag", one) for one in row["flags"])
        work = padded(speech.label("work", str(row["status"])), 11)
        told = f"{row['id']}  {row['due']:<10} {work} {padded(str(who), 20)} {row['title']}"
        print(visible(f"{told}  [{flags}]" if flags else told))
    return Exit.DONE


def _held(path: Path) -> dict[str, Assignment]:
    from scanner.config.decisions import read_assignments  # noqa: PLC0415
    from scanner.history.assignments import short_id  # noqa: PLC0415

    return {short_id(one.item): one for one in read_assignments(path)} if path.exists() else {}


def _set(plan: list[ItemRecord], arguments: argparse.Namespace) -> int:
    from scanner.config.decisions import write_assignments  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.evidence.decisions import Assignment  # noqa: PLC0415
    from scanner.history.assignments import short_id  # noqa: PLC0415

    key = short_id(arguments.item)
    item = next((one for one in plan if short_id(one.id) == key), None)
    if item is None:
        raise ConfigError(
            f"no item has the id {arguments.item!r}; `emsready assign list` shows them"
        )
    path = Path(arguments.file)
    held = _held(path)
    said = {
        name: value
        for name in ("assignee", "due", "status", "note")
        if (value := getattr(arguments, name)) is not None
    }
    now = datetime.now(UTC).replace(microsecond=0)
    held[key] = replace(held.get(key, Assignment(item.id)), updated=now, **said)
    write_assignments(path, tuple(held.values()))
    print(f"{path}: {key} {item.title}")
    return Exit.DONE


def _import(plan: list[ItemRecord], arguments: argparse.Namespace) -> int:
    from scanner.config.assignments_list import read_list  # noqa: PLC0415
    from scanner.config.decisions import write_assignments  # noqa: PLC0415
    from scanner.history.assignments import short_id  # noqa: PLC0415

    items = {short_id(one.id): one for one in plan}
    path = Path(arguments.file)
    held = _held(path)
    taken = 0
    for row in read_list(Path(arguments.list)):
        key = short_id(row.item)
        if key not in items:
            print(
                f"emsready: no item of the newest run has the id {key}; left out", file=sys.stderr
            )
            continue
        before = held.get(key)
        if before and before.updated and row.updated and before.updated > row.updated:
            print(f"emsready: {key}: what is held is newer, kept", file=sys.stderr)
            continue
        due = row.due if row.due != items[key].due else before.due if before else None
        name = _person(row.assignee, items[key], before)
        held[key] = replace(row, item=items[key].id, due=due, assignee=name)
        taken += 1
    write_assignments(path, tuple(held.values()))
    print(f"{path}: {taken} items")
    return Exit.DONE


def _person(written: str, item: ItemRecord, before: Assignment | None) -> str:
    """Whom the list names for an item: nobody of its own where it only repeats who has the role."""
    if item.assignee_set or written != item.assignee:
        return written
    return before.assignee if before else ""
