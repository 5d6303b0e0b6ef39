"""The remediation list as a workbook to work in: dates are dates, states are chosen from a list."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from reports import item_words
from reports.plan_rows import COLUMNS, OBJECT_COLUMNS, Cell, Rows, rows_of
from reports.tables import inert
from scanner.report import Rendering, ReportFormat
from scanner.words import Status

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

STATUSES = ("open", "in-progress", "done", "accepted")
"""What people may say about an item; `emsready assign import` reads them back."""

_WIDTHS = {
    "id": 10, "order": 6, "title": 48, "note": 30, "why": 50, "steps": 60, "verify": 40,
    "blocks": 30, "needs": 30, "unblocks": 30, "documents": 40, "details": 60, "object": 36,
    "lane": 24, "flags": 24, "prerequisites": 36,
    "question": 60, "answer": 40,
}  # fmt: skip
_READ_BACK = ("id", "assignee", "due", "status", "note")
"""Columns whose heading stays English, because they are read back by name."""

_LONGEST = 32_767
_MOST_ROWS = 1_000_000
"""Limits of the format (Excel specifications and limits)."""


def render(order: Rendering) -> dict[str, bytes]:
    """plan.xlsx: plan, objects, questions, accepted risks, what is in order, and about."""
    import xlsxwriter  # noqa: PLC0415 - an extra, and only for who asks

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    # the moment of the run and not of the rendering, so that the bytes are the same
    book.set_properties({"created": order.run.collected_at.astimezone(UTC).replace(tzinfo=None)})
    _Book(book, rows_of(order, labels=True)).write()
    book.close()
    return {XLSX.filename: file.getvalue()}


class _Book:
    """Writes the sheets of one workbook."""

    def __init__(self, book: Workbook, rows: Rows) -> None:
        self._book = book
        self._rows = rows
        self._say = rows.words
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        self._date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})

    def write(self) -> None:
        self._plan()
        self._sheet("objects", OBJECT_COLUMNS, self._rows.objects())
        self._questions()
        self._accepted()
        passed = self._rows.view.of(Status.PASS)
        self._sheet(
            "passed",
            ("check", "subject", "details"),
            ([one.check, one.subject.name, one.message.text] for one in passed),
        )
        self._about()

    def _plan(self) -> None:
        rows = list(self._rows.plan())
        sheet = self._sheet("plan", COLUMNS, rows)
        last = max(1, len(rows))
        status = COLUMNS.index("status")
        sheet.data_validation(
            1, status, last, status, {"validate": "list", "source": list(STATUSES)}
        )
        due = COLUMNS.index("due")
        rule = {"validate": "date", "criteria": ">", "value": date(2000, 1, 1)}
        sheet.data_validation(1, due, last, due, rule)

    def _questions(self) -> None:
        say = self._say
        asked: Iterable[list[Cell]] = (
            [
                one.finding.check,
                one.title,
                one.finding.message.text,
                item_words.role(say, self._rows.order.run, one.owner),
                "",
                "",
                None,
            ]
            for one in self._rows.view.questions
        )
        columns = ("check", "title", "question", "owner", "answer", "name", "date")
        self._sheet("questions", columns, asked)

    def _accepted(self) -> None:
        rows: Iterable[list[Cell]] = (
            [
                one.check,
                one.subject,
                one.reason,
                one.approved_by,
                one.ticket,
                one.expires,
                self._say.label("waiver", one.state),
            ]
            for one in self._rows.order.run.waivers
        )
        columns = ("check", "subject", "reason", "approved", "ticket", "until", "state")
        self._sheet("accepted", columns, rows)

    def _about(self) -> None:
        run, say = self._rows.order.run, self._say
        pairs = [
            (say("head.customer"), run.customer),
            (say("head.environment"), run.environment),
            (say("head.scanned"), f"{run.collected_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"),
            (say("head.vantage"), run.vantage),
            (say("head.tool"), run.tool),
            ("", say("report.personal")),
            ("", say("sheet.round-trip")),
        ]
        sheet = self._book.add_worksheet(say("sheet.about")[:31])
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 90)
        for number, pair in enumerate(pairs):
            for place, words in enumerate(pair):
                self._cell(sheet, number, place, words)

    def _sheet(
        self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
    ) -> Worksheet:
        sheet = self._book.add_worksheet(self._say(f"sheet.{name}")[:31])
        for place, column in enumerate(columns):
            kept = name == "plan" and column in _READ_BACK
            heading = column if kept else self._say(f"column.{column}")
            sheet.write_string(0, place, heading, self._head)
            sheet.set_column(place, place, _WIDTHS.get(column, 16))
        count = 0
        for count, row in enumerate(rows, 1):
            if count > _MOST_ROWS:
                break
            for place, value in enumerate(row):
                self._cell(sheet, count, place, value)
        sheet.freeze_panes(1, 2 if name == "plan" else 0)
        sheet.autofilter(0, 0, max(1, count), len(columns) - 1)
        return sheet

    def _cell(self, sheet: Worksheet, row: int, place: int, value: Any) -> None:
        if isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
            sheet.write_datetime(row, place, moment, self._date)
        elif isinstance(value, int):
            sheet.write_number(row, place, value, self._text)
        elif value:
            sheet.write_string(row, place, inert(str(value))[:_LONGEST], self._text)


XLSX = ReportFormat("xlsx", "plan.xlsx", render, module="xlsxwriter", extra="xlsx")
