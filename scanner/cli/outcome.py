"""What a finished run prints: the verdicts, what to do first, and where the report lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scanner import __version__
from scanner.cli.exits import Exit, code_for, gate_reasons
from scanner.evidence.codec import plain
from scanner.result import ItemRecord, RunResult
from scanner.speech import Speech, padded
from scanner.translate import ENGLISH


def tell(
    result: RunResult,
    out: Path,
    fail_on: tuple[str, ...],
    *,
    as_json: bool,
    language: str = ENGLISH,
) -> Exit:
    """Print the outcome to stdout and return the exit code. JSON is the same in every language."""
    code = code_for(result, fail_on)
    if as_json:
        summary = plain(result.summary)
        gate = {"failed": code is Exit.GATE_FAILED, "reasons": gate_reasons(result, fail_on)}
        print(
            json.dumps({**summary, "gate": gate, "exit": int(code), "output": str(out)}, indent=1)
        )
        return code
    speech = Speech(language)
    said = speech.run(result)
    _verdicts(said, speech)
    _first(said, speech)
    for name in ("report.html", "result.json"):
        if (out / name).exists():
            print(f"{name}: {out / name}")
    for reason in gate_reasons(result, fail_on):
        print(speech.say("gate failed: {reason}", reason=speech.again(reason)), file=sys.stderr)
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


def _verdicts(result: RunResult, speech: Speech) -> None:
    print(speech.say("Readiness"))
    for one in result.summary.topics:
        topic = padded(speech.label("topic", one.topic), 20)
        verdict = padded(speech.label("verdict", one.verdict), 16)
        figures = speech.say(
            "{blockers} blocking, {open} open, {unknown} unknown, {passed} passed",
            blockers=one.blockers,
            open=one.open,
            unknown=one.unknown,
            passed=one.passed,
        )
        print(f"  {topic} {verdict} {figures}")
    counts = [
        f"{number} {speech.label('status', word)}"
        for word, number in result.summary.counts.items()
        if number
    ]
    print(speech.say("Findings: {counts}", counts=counts))
    if result.broken:
        told = "{count} plugin(s) could not be loaded; `emsready doctor` names them"
        print(speech.say(told, count=len(result.broken)))


def _first(result: RunResult, speech: Speech) -> None:
    items = {item.id: item for item in result.plan}
    if result.summary.do_first:
        print(speech.say("Do these first"))
    for number, ident in enumerate(result.summary.do_first, 1):
        print(f"  {number:>2}. {_line(items[ident], speech)}")
    rest = len(result.plan) - len(result.summary.do_first)
    if rest > 0:
        print("      " + speech.say("… and {count} more in the report", count=rest))


def _line(item: ItemRecord, speech: Speech) -> str:
    title = item.title
    if len(item.about) == 1:
        title = speech.say("{what}: {about}", what=title, about=item.about[0])
    told = [
        speech.label("severity", item.effective_severity),
        owner_of(item, speech),
        speech.label("effort", item.effort),
    ]
    if item.due:
        told[-1] = speech.say("{effort}, by {day}", effort=told[-1], day=str(item.due))
    return visible(f"{title} [{'; '.join(told)}]")


def owner_of(item: ItemRecord, speech: Speech) -> str:
    """The role that owns an item, and the person where one is known."""
    role = speech.label("owner", item.owner)
    if not item.assignee:
        return role
    return speech.say("{what}: {about}", what=role, about=item.assignee)


def visible(text: str) -> str:
    """Text from elsewhere without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
