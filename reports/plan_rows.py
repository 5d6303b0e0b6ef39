"""The plan and its objects as rows, for every format that is a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from reports import item_words
from reports.view import View, titled
from reports.words import Words
from scanner.report import Rendering
from scanner.result import FindingRecord, ItemRecord

Cell = str | int | date | None

COLUMNS = (
    "id",
    "order",
    "phase",
    "lane",
    "topic",
    "severity",
    "title",
    "owner",
    "assignee",
    "due",
    "status",
    "note",
    "flags",
    "state",
    "effort",
    "reach",
    "blocks",
    "needs",
    "unblocks",
    "waiting",
    "prerequisites",
    "why",
    "steps",
    "verify",
    "clauses",
    "checks",
    "documents",
)
"""What a row of the plan holds. The names are read back by `emsready assign import`."""

OBJECT_COLUMNS = ("item", "check", "status", "subject", "object", "details")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one order. With `labels` the words of vocabularies are said in its language."""

    order: Rendering
    view: View
    words: Words
    labels: bool = False

    def plan(self) -> Iterator[list[Cell]]:
        """One row for each item, in the order of the plan, with the columns of COLUMNS."""
        for number, item in enumerate(self.view.work, 1):
            yield [self._value(item, number, column) for column in COLUMNS]

    def objects(self) -> Iterator[list[Cell]]:
        """One row for each affected object, with the columns of OBJECT_COLUMNS."""
        for item in self.view.work:
            for finding in self.view.behind(item):
                head: list[Cell] = [
                    self.view.short[item.id],
                    finding.check,
                    self._label("status", finding.status),
                    finding.subject.name,
                ]
                yield from (head + cells for cells in self._cells(finding))

    def _cells(self, finding: FindingRecord) -> Iterator[list[Cell]]:
        affected = finding.affected
        if affected is None:
            yield [finding.subject.name, finding.message.text]
            return
        for row in self.order.rows(affected):
            pairs = zip(affected.columns[1:], row[1:], strict=False)
            colon, semicolon = self.words("list.colon"), self.words("list.semicolon")
            yield [
                row[0] if row else "",
                semicolon.join(f"{name}{colon}{cell}" for name, cell in pairs if cell),
            ]

    def _label(self, vocabulary: str, word: str) -> str:
        return self.words.label(vocabulary, word) if self.labels else str(word)

    def _titled(self, item: ItemRecord) -> str:
        return titled(item, self.words("list.colon"))

    def _value(self, item: ItemRecord, number: int, column: str) -> Cell:
        joined = self.words("list.comma").join
        values: dict[str, Cell] = {
            "id": self.view.short[item.id],
            "order": number,
            "phase": self._label("phase", item.phase),
            "lane": item_words.lane(self.words, item) if self.labels else str(item.lane),
            "topic": self._label("topic", item.topic),
            "severity": self._label("severity", item.effective_severity),
            "title": self._titled(item),
            "owner": self._label("owner", item.owner),
            "assignee": item.assignee,
            "due": item.due,
            "status": item.work,
            "note": item.note,
            "flags": joined(item_words.flags(self.words, item, self.order.run.collected_at.date())),
            "state": self.view.state_of(item),
            "effort": self._label("effort", item.effort),
            "reach": item.reach,
            "blocks": joined(item.blocks),
            "needs": joined(map(self._titled, self.view.known(item.needs))),
            "unblocks": joined(map(self._titled, self.view.known(item.unblocks))),
            "waiting": item.waiting,
            "prerequisites": "\n".join(item_words.prerequisites(self.words, self.view, item)),
            "why": item.why,
            "steps": steps_text(item),
            "verify": verify_text(self.words, item),
            "clauses": joined(item.clauses),
            "checks": joined(item.checks),
            "documents": "\n".join(item.documents),
        }
        return values[column]


def rows_of(order: Rendering, *, labels: bool = False) -> Rows:
    """The rows of an order."""
    return Rows(order, View(order.run), Words(order.language), labels)


def verify_text(words: Words, item: ItemRecord) -> str:
    """How to see that an item is done: the good answer, the re-run, and when to look."""
    when = " ".join(item_words.when_to_look(words, item))
    return "\n".join([item.verify.text, *item.verify.commands, when])


def steps_text(item: ItemRecord) -> str:
    """The steps of an item as numbered lines, each with its portal path, command and link."""
    lines = []
    for number, step in enumerate(item.steps, 1):
        lines.append(f"{number}. {step.text}")
        lines += [f"   {extra}" for extra in (step.portal, step.link) if extra]
        lines += [f"   {line}" for line in step.command.splitlines()]
    return "\n".join(lines)
