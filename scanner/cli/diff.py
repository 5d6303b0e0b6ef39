"""Say what changed between two runs: fixed, new, came back, changed, and not looked at again."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

SHOWN = ("regressed", "new", "changed", "fixed", "not-rechecked", "check-changed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    names = "'latest', 'previous', a date, a moment, or the folder of a run"
    parser.add_argument("before", nargs="?", default="previous", help=f"{names}; default: previous")
    parser.add_argument("after", nargs="?", default="latest", help="likewise; default: latest")
    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the differences. Raises StoreError where the runs are of two environments."""
    from scanner.cli.outcome import visible  # noqa: PLC0415
    from scanner.history.recall import between, recall  # noqa: PLC0415
    from scanner.store import StoreError  # noqa: PLC0415

    folder = Path(arguments.output or DEFAULT_OUT)
    before, after = recall(folder, arguments.before), recall(folder, arguments.after)
    if before.environment != after.environment:
        raise StoreError(
            f"these runs are about {before.environment} and {after.environment}; they cannot be "
            "compared"
        )
    told = between(before, after)
    rows = [
        {
            "id": one.id,
            "state": str(one.state),
            "why": one.why,
            "check": one.check,
            "subject": one.subject.name,
            "severity": str(one.severity),
            "text": one.message.text,
        }
        for one in told.tracked
        if one.state in SHOWN
    ]
    rows.sort(key=lambda row: (SHOWN.index(row["state"]), row["check"], row["subject"]))
    if arguments.json:
        moments = {
            "before": f"{before.collected_at:%FT%TZ}",
            "after": f"{after.collected_at:%FT%TZ}",
        }
        warning = told.summary.changes.warning if told.summary.changes else ""
        print(json.dumps({**moments, "warning": warning, "findings": rows}, indent=1))
        return Exit.DONE
    print(f"from {before.collected_at:%Y-%m-%d %H:%M} to {after.collected_at:%Y-%m-%d %H:%M} UTC")
    if told.summary.changes and told.summary.changes.warning:
        print("more than half of the earlier findings went away together: look at scope and access")
    for state in SHOWN:
        mine = [row for row in rows if row["state"] == state]
        print(f"\n{state}: {len(mine)}")
        for row in mine:
            why = f" ({row['why']})" if row["why"] else ""
            print(visible(f"  {row['severity']:<8} {row['check']}  {row['subject']}{why}"))
    return Exit.DONE
