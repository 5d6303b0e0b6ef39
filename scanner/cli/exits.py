"""The exit codes. They are a contract with schedulers and pipelines."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from scanner.text import said

if TYPE_CHECKING:  # result.py costs start-up time that --help must not pay
    from scanner.result import RunResult

SEVERITIES = ("blocker", "high", "medium", "low")
STATES = ("new", "regressed", "waiver-expired")
FAIL_ON = ("none", *SEVERITIES, *STATES, "overdue")


_COUNTED = {
    (True, True): "{count} overdue item counts for --fail-on {word}",
    (True, False): "{count} overdue items count for --fail-on {word}",
    (False, True): "{count} failing finding counts for --fail-on {word}",
    (False, False): "{count} failing findings count for --fail-on {word}",
}


class Exit(IntEnum):
    """What each code says. Where several apply: 2, 130, 5, 4, 1, 3, 0."""

    DONE = 0
    """It was done, and the gate passed where one was set."""
    GATE_FAILED = 1
    """It was done, and findings count for `--fail-on`."""
    USAGE = 2
    """The command line or a file of yours cannot be used; nothing was touched."""
    INCOMPLETE = 3
    """It was done, but evidence that was asked for could not be had."""
    SIGN_IN = 4
    """The sign-in to the tenant failed."""
    INTERNAL = 5
    """A fault of the product, or of the machine: a full disk."""
    INTERRUPTED = 130
    """Somebody pressed Ctrl-C; what had been collected is kept."""


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
    """Why the gate failed, a sentence each; nothing when it passed.

    What is waived never counts, nor what could not be looked at again: that is what code 3 is for.
    """
    return [
        said(_COUNTED[word == "overdue", count == 1], count=count, word=word)
        for word in fail_on
        if (count := _counted(result, word))
    ]


def _counted(result: RunResult, word: str) -> int:
    if word == "overdue":
        return sum("overdue" in item.flags for item in result.plan)
    failing = [one for one in result.findings if one.status == "fail" and one.state != "waived"]
    if word in STATES:
        return sum(one.state == word for one in failing)
    if word in SEVERITIES:
        return sum(one.severity.rank <= SEVERITIES.index(word) for one in failing)
    return 0
