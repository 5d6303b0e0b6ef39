"""Show how the open findings of each topic developed over the last runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import Exit
from scanner.cli.options import DEFAULT_OUT

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.history.index import RunRow

_BARS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("-o", "--output", metavar="DIR", help=f"default: ./{DEFAULT_OUT}")
    parser.add_argument(
        "--last", type=int, default=12, metavar="N", help="runs to show; default: 12"
    )
    parser.add_argument("--json", action="store_true", help="as a JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each topic, and for what is overdue."""
    from scanner.history.index import run_rows  # noqa: PLC0415

    rows = run_rows(Path(arguments.output or DEFAULT_OUT))[-max(arguments.last, 1) :]
    lines = series(rows)
    if arguments.json:
        moments = [f"{row.at:%Y-%m-%dT%H:%M:%SZ}" for row in rows]
        print(json.dumps({"runs": moments, "series": lines}, indent=1))
        return Exit.DONE
    print(
        f"{len(rows)} runs, {rows[0].at:%Y-%m-%d} to {rows[-1].at:%Y-%m-%d}; {_GAP} = not looked at"
    )
    for name, values in lines.items():
        known = [one for one in values if one is not None]
        told = f"{known[0]:g} → {known[-1]:g}" if known else "never looked at"
        print(f"{name:<22} {sparkline(values)}  {told}")
    return Exit.DONE


def series(rows: Sequence[RunRow]) -> dict[str, list[float | None]]:
    """Open findings by topic, blockers, overdue items and their mean age; None is a gap, not zero."""
    found: dict[str, list[float | None]] = {}
    for place, topic in enumerate(rows[0].topics) if rows else ():
        found[str(topic.topic)] = [_open(row, place) for row in rows]
    found["blockers"] = [sum(one.blockers for one in row.topics) for row in rows]
    found["overdue"] = [row.overdue for row in rows]
    found["mean age in days"] = [row.mean_age for row in rows]
    return found


def _open(row: RunRow, place: int) -> float | None:
    topic = row.topics[place]
    seen = topic.open + topic.passed
    return topic.open if seen else None


def sparkline(values: Sequence[float | None]) -> str:
    """One character for each value, relative to the largest."""
    top = max((one for one in values if one is not None), default=0) or 1
    return "".join(
        _GAP if one is None else _BARS[round(one / top * (len(_BARS) - 1))] for one in values
    )
