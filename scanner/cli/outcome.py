"""What a finished run prints: the verdicts, what to do first, and where the report lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scanner import __version__
from scanner.cli.exits import Exit, code_for, gate_reasons
from scanner.evidence.codec import plain
from scanner.result import ItemRecord, RunResult


def tell(result: RunResult, out: Path, fail_on: tuple[str, ...], *, as_json: bool) -> Exit:
    """Print the outcome to stdout and return the exit code."""
    code = code_for(result, fail_on)
    if as_json:
        summary = plain(result.summary)
        gate = {"failed": code is Exit.GATE_FAILED, "reasons": gate_reasons(result, fail_on)}
        print(
            json.dumps({**summary, "gate": gate, "exit": int(code), "output": str(out)}, indent=1)
        )
        return code
    _verdicts(result)
    _first(result)
    for name in ("report.html", "result.json"):
        if (out / name).exists():
            print(f"{name}: {out / name}")
    for reason in gate_reasons(result, fail_on):
        print(f"gate failed: {reason}", file=sys.stderr)
    return code


def tell_in_one_line(result: RunResult, out: Path, fail_on: tuple[str, ...]) -> Exit:
    """Print one line of JSON for whoever reads the log of a scheduler, and return the exit code."""
    code = code_for(result, fail_on)
    states = [one.state for one in result.tracked]
    line = {
        "emsready": __version__,
        "exit": int(code),
        "environment": result.environment,
        "collected_at": f"{result.collected_at:%Y-%m-%dT%H:%M:%SZ}",
        "complete": result.complete and not result.summary.incomplete,
        "counts": result.summary.counts,
        "states": {str(state): states.count(state) for state in sorted(set(states)) if state},
        "overdue": sum("overdue" in item.flags for item in result.plan),
        "gate": gate_reasons(result, fail_on),
        "output": str(out),
    }
    print(json.dumps(line))
    return code


def _verdicts(result: RunResult) -> None:
    print("Readiness")
    for one in result.summary.topics:
        figures = (
            f"{one.blockers} blocking, {one.open} open, {one.unknown} unknown, {one.passed} passed"
        )
        print(f"  {one.topic:<20} {one.verdict:<16} {figures}")
    counts = result.summary.counts
    print("Findings: " + ", ".join(f"{number} {word}" for word, number in counts.items() if number))
    if result.broken:
        print(f"{len(result.broken)} plugin(s) could not be loaded; `emsready doctor` names them")


def _first(result: RunResult) -> None:
    items = {item.id: item for item in result.plan}
    if result.summary.do_first:
        print("Do these first")
    for number, ident in enumerate(result.summary.do_first, 1):
        print(f"  {number:>2}. {_line(items[ident])}")
    rest = len(result.plan) - len(result.summary.do_first)
    if rest > 0:
        print(f"      … and {rest} more in the report")


def _line(item: ItemRecord) -> str:
    due = f", by {item.due}" if item.due else ""
    about = f": {', '.join(item.about)}" if len(item.about) == 1 else ""
    who = f"{item.owner}{f': {item.assignee}' if item.assignee else ''}"
    told = f"[{item.effective_severity}; {who}; {item.effort}{due}]"
    return visible(f"{item.title}{about} {told}")


def visible(text: str) -> str:
    """Text from elsewhere without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
