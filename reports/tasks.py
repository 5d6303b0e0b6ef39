"""The remediation list as files that task boards import. Nothing is created anywhere.

Every cell starts with words of ours: an apostrophe before a formula would show in the ticket.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from reports import item_words
from reports.escape import visible
from reports.plan_rows import steps_text, verify_text
from reports.tables import table
from reports.view import View, titled
from reports.words import Words
from scanner.report import Rendering, ReportFormat
from scanner.result import ItemRecord
from scanner.words import Severity, Status

_BATCH = 1_000
"""Rows of one file: Azure DevOps takes no more, and Jira recommends about as many."""

_CHECKLIST = 20
_LABELS = 6
_ADDRESS = re.compile(r"[^\s<>@,;:]+@[^\s<>@,;:]+")
_LONGEST = 30_000

_PLANNER_PRIORITY = {
    Severity.BLOCKER: 1,
    Severity.HIGH: 3,
    Severity.MEDIUM: 5,
    Severity.LOW: 9,
    Severity.INFO: 9,
}
_ADO_PRIORITY = {
    Severity.BLOCKER: 1,
    Severity.HIGH: 2,
    Severity.MEDIUM: 3,
    Severity.LOW: 4,
    Severity.INFO: 4,
}
_JIRA_PRIORITY = {
    Severity.BLOCKER: "Highest",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.INFO: "Lowest",
}


@dataclass(frozen=True, slots=True)
class Task:
    """One item with its words in the language of the order."""

    item: ItemRecord
    view: View
    words: Words

    @property
    def short(self) -> str:
        """The digits by which the report and `emsready assign` know the item."""
        return self.view.short[self.item.id]

    @property
    def title(self) -> str:
        """What to do, and the id by which a second export is recognised."""
        return f"{_line(titled(self.item, self.words('list.colon')))} [{self.short}]"

    @property
    def owner(self) -> str:
        """The person, or the role where nobody is named."""
        return _line(self.item.assignee) or self.words.label("owner", self.item.owner)

    @property
    def phase(self) -> str:
        """The phase as people call it."""
        return self.words.label("phase", self.item.phase)

    @property
    def tags(self) -> list[str]:
        """Topic, severity, phase, lane and clauses, as words without spaces."""
        item = self.item
        return [*map(str, (item.topic, item.severity, item.phase, item.lane)), *item.clauses]

    @property
    def address(self) -> str:
        """The mail address of the person, by which Jira and Azure DevOps know people, if it is one."""
        found = _ADDRESS.search(self.item.assignee)
        return _line(found[0]) if found else ""

    @property
    def parts(self) -> list[tuple[str, str]]:
        """Why, by whom and when, after what, steps, how to verify and where it comes from."""
        item, say, view = self.item, self.words, self.view
        needs = say("list.comma").join(
            titled(one, say("list.colon")) for one in view.known(item.needs)
        )
        told = [
            (say("item.why"), item.why),
            (say("item.owner"), item_words.who(say, item)),
            (say("item.lane"), item_words.lane(say, item)),
            (say("item.needs"), needs),
            (say("item.prerequisites"), "\n".join(item_words.prerequisites(say, view, item))),
            (say("item.steps"), steps_text(item)),
            (say("item.verify"), verify_text(say, item)),
            (say("item.checks"), ", ".join(item.checks)),
            (say("item.id"), f"{self.short} (report.html#i-{self.short})"),
        ]
        return [(heading, visible(text)) for heading, text in told if text]


def planner(order: Rendering) -> dict[str, bytes]:
    """plan-planner.csv, for an import tool or a flow: Planner itself has no documented file import."""
    head = (
        "Task name", "Bucket", "Assigned to", "Start", "Due", "Priority", "Labels", "Description",
        "Checklist",
    )  # fmt: skip
    start = order.run.collected_at.date().isoformat()

    def row(task: Task) -> list[str | int]:
        item = task.item
        steps = [_line(step.text)[:100] for step in item.steps[:_CHECKLIST]]
        return [
            task.title, task.phase, task.owner, start, str(item.due or ""),
            _PLANNER_PRIORITY[item.effective_severity], "; ".join(task.tags), _plain(task),
            "\n".join(steps),
        ]  # fmt: skip

    return _files("planner", head, row, order)


def jira(order: Rendering) -> dict[str, bytes]:
    """plan-jira.csv: punctuation-free headings, labels in repeated columns, no wiki macros."""
    head = ("Summary", "Description", "Assignee", "Due date", "Priority", "Issue type", "External id",
            *["Labels"] * _LABELS)  # fmt: skip

    def row(task: Task) -> list[str | int]:
        item = task.item
        labels = [*task.tags, *[""] * _LABELS][:_LABELS]
        return [
            _unwiki(task.title), _unwiki(_plain(task)), task.address, str(item.due or ""),
            _JIRA_PRIORITY[item.effective_severity], "Task", task.short, *labels,
        ]  # fmt: skip

    return _files("jira", head, row, order)


def ado(order: Rendering) -> dict[str, bytes]:
    """plan-ado.csv for Azure DevOps: new work items, described in escaped HTML."""
    head = ("Work Item Type", "Title", "Assigned To", "Priority", "Description", "Tags", "Due Date")

    def row(task: Task) -> list[str | int]:
        item = task.item
        described = "".join(
            f"<p><b>{html.escape(heading)}</b></p><pre>{html.escape(text[:_LONGEST])}</pre>"
            for heading, text in task.parts
        )
        return [
            "Task", task.title[:255], task.address, _ADO_PRIORITY[item.effective_severity],
            described[:_LONGEST], "; ".join(["emsready", *task.tags]), str(item.due or ""),
        ]  # fmt: skip

    return _files("ado", head, row, order)


def _files(
    name: str, head: Sequence[str], row: Callable[[Task], list[str | int]], order: Rendering
) -> dict[str, bytes]:
    """One file, or several where there are more items than a board takes at once."""
    rows = [row(task) for task in _tasks(order)]
    batches = [rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH)] or [[]]
    names = [f"plan-{name}.csv", *(f"plan-{name}-{n}.csv" for n in range(2, len(batches) + 1))]
    return {file: table([head, *batch]) for file, batch in zip(names, batches, strict=True)}


def _tasks(order: Rendering) -> Iterator[Task]:
    view, words = View(order.run), Words(order.language)
    for item in view.work:
        if item.status is not Status.MANUAL:
            yield Task(item, view, words)


def _plain(task: Task) -> str:
    return "\n\n".join(f"{heading}\n{text}" for heading, text in task.parts)[:_LONGEST]


def _line(text: str) -> str:
    return " ".join(visible(text).split())[:400]


def _unwiki(text: str) -> str:
    """Without what Jira's wiki markup would make a macro, link or mention of."""
    return re.sub(
        r"[{}\[\]]", lambda match: {"{": "(", "}": ")", "[": "(", "]": ")"}[match[0]], text
    )


PLANNER = ReportFormat("planner", "plan-planner.csv", planner)
JIRA = ReportFormat("jira", "plan-jira.csv", jira)
ADO = ReportFormat("ado", "plan-ado.csv", ado)
