"""The exit codes. They are a contract with schedulers and pipelines."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # result.py costs start-up time that --help must not pay
    from scanner.result import RunResult

FAIL_ON = ("none", "blocker", "high", "medium", "low", "new")


class Exit(IntEnum):
    """What each code says. Where several apply: 2, 130, 5, 4, 1, 3, 0."""

    DONE = 0
    GATE_FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    SIGN_IN = 4
    INTERNAL = 5
    INTERRUPTED = 130


def code_for(result: RunResult, fail_on: tuple[str, ...]) -> Exit:
    """The exit code of a run that was judged."""
    if result.summary.sign_in_failed:
        return Exit.SIGN_IN
    if gate_reasons(result, fail_on):
        return Exit.GATE_FAILED
    if result.summary.incomplete or not result.complete:
        return Exit.INCOMPLETE
    return Exit.DONE


def gate_reasons(result: RunResult, fail_on: tuple[str, ...]) -> list[str]:
    """Why the gate failed, a sentence each; nothing when it passed."""
    failing = [one for one in result.findings if one.status.value == "fail"]
    reasons = []
    for word in fail_on:
        if word == "new":
            count = sum(one.state == "new" for one in failing)
        elif word == "none":
            count = 0
        else:
            count = sum(one.severity.rank <= FAIL_ON.index(word) - 1 for one in failing)
        if count:
            reasons.append(
                f"{count} failing finding{'s' * (count != 1)} count for --fail-on {word}"
            )
    return reasons
