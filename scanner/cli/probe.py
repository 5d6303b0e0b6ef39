"""Probe any list of destinations, and say why what does not work."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from scanner.cli.exits import Exit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--targets",
        required=True,
        metavar="FILE",
        help="JSON list of {id, kind: tls|http|ntp|stun|exposure, host, port, required, "
        "tls_inspection, proxy_auth}",
    )
    parser.add_argument("--out", metavar="FILE", help="where results go; left out: to stdout")
    parser.add_argument(
        "--deadline", type=float, default=120.0, metavar="SECONDS", help="default: 120"
    )


def run(arguments: argparse.Namespace) -> int:
    """Probe, and write a result for each target."""
    from scanner.probe import TargetsError, probe, read_targets  # noqa: PLC0415

    try:
        results = probe(read_targets(Path(arguments.targets)), arguments.deadline)
    except TargetsError as error:
        print(f"emsready: {error}", file=sys.stderr)
        return Exit.USAGE
    text = json.dumps({"results": results}, indent=1, ensure_ascii=False) + "\n"
    if not arguments.out:
        print(text, end="")
        return Exit.DONE
    Path(arguments.out).write_text(text, encoding="utf-8")
    counts = Counter(one["status"] for one in results)
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    return Exit.DONE
