"""The report as a Word document: what a consultant edits and hands over."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from reports import item_words
from reports.escape import SENTENCE, clip, visible
from reports.headline import headline
from reports.view import View, titled
from reports.words import Words
from scanner.report import Rendering, ReportFormat
from scanner.result import ItemRecord

if TYPE_CHECKING:
    from docx.document import Document

_FORBIDDEN = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_FINDINGS = 5
_MOST_POINTS = 15
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every part of the file, so that the same run gives the same bytes."""


def render(order: Rendering) -> dict[str, bytes]:
    """report.docx: verdicts, first steps, plan, items without their objects, questions, sign-off."""
    import docx  # noqa: PLC0415 - an extra, and only for who asks

    document = docx.Document()
    document.core_properties.created = order.run.collected_at.astimezone(UTC)
    document.core_properties.author = text(order.brand.name) or "emsready"
    _Writer(document, order).write()
    file = io.BytesIO()
    document.save(file)
    return {DOCX.filename: _same_bytes(file.getvalue())}


def text(words: object, longest: int = SENTENCE) -> str:
    """Foreign text that may stand in an XML part and that hides nothing."""
    return _FORBIDDEN.sub("\ufffd", visible(clip(words, longest)))


class _Writer:
    """Writes one document."""

    def __init__(self, document: Document, order: Rendering) -> None:
        self._document = document
        self._order = order
        self._view = View(order.run)
        self._say = Words(order.language)

    def write(self) -> None:
        self._cover()
        self._verdicts()
        self._first()
        self._plan()
        self._questions()
        self._accepted()
        self._gaps()
        self._agenda()
        self._sign_off()

    def _cover(self) -> None:
        run, brand, say = self._order.run, self._order.brand, self._say
        for line in (brand.name, brand.confidentiality, say("report.kind")):
            if line:
                self._line(line)
        self._document.add_heading(text(run.customer or run.environment), 0)
        self._line(headline(self._view, say))
        moment = f"{run.collected_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        self._line(
            f"{say('head.scanned')}{say('list.colon')}{moment}{say('list.stop')} "
            f"{say('head.tool')}{say('list.colon')}{run.tool}{say('list.stop')}"
        )
        if run.notice:
            self._line(f"{say('banner.notice')}{say('list.colon')}{run.notice}")
        if not run.complete:
            self._line(f"{say('banner.incomplete')}. {say('banner.incomplete-why')}")
        self._line(say("report.personal"))

    def _verdicts(self) -> None:
        say = self._say
        self._heading("section.readiness")
        columns = ("topic", "verdict", "blockers", "open", "unknown", "passed")
        self._table(
            [say(f"readiness.{one}") for one in columns],
            (
                [
                    say.label("topic", one.topic),
                    say.label("verdict", one.verdict),
                    *map(str, (one.blockers, one.open, one.unknown, one.passed)),
                ]
                for one in self._order.run.summary.topics
            ),
        )

    def _first(self) -> None:
        self._heading("section.first")
        for item in self._view.first:
            why = item_words.because(self._view, self._say, item)
            self._line(f"{self._titled(item)} ({self._who(item)}). {why}", "List Number")
        if not self._view.first:
            self._line(self._say("first.none"))

    def _plan(self) -> None:
        say = self._say
        self._heading("section.plan")
        columns = ("id", "title", "severity", "lane", "owner", "effort", "due")
        self._table(
            [say(f"column.{one}") for one in columns],
            (
                [
                    self._view.short[one.id],
                    self._titled(one),
                    say.label("severity", one.effective_severity),
                    say.label("lane", one.lane),
                    item_words.who(say, one),
                    say.label("effort", one.effort),
                    str(one.due or ""),
                ]
                for one in self._view.work
            ),
        )
        for group in self._view.phases:
            self._document.add_heading(text(say.label("phase", group.phase)), 2)
            for topic in group.topics:
                for item in topic.items:
                    self._item(item)

    def _item(self, item: ItemRecord) -> None:
        say = self._say
        self._document.add_heading(text(self._titled(item)), 3)
        self._line(f"{self._who(item)}, {say('item.id')} {self._view.short[item.id]}")
        remarks = item_words.flags(say, item, self._order.run.collected_at.date())
        for line in (item_words.lane(say, item), item_words.chain(say, item), *remarks):
            if line:
                self._line(line)
        self._line(item.why)
        needs = [self._titled(one) for one in self._view.known(item.needs)]
        if needs:
            self._line(f"{say('item.needs')}{say('list.colon')}{say('list.comma').join(needs)}")
        for line in item_words.prerequisites(say, self._view, item):
            self._line(line)
        for number, step in enumerate(item.steps, 1):
            self._line(f"{number}. {step.text}")
            for extra in (step.portal, step.link, step.command):
                if extra:
                    self._line(extra, "No Spacing")
        self._line(f"{say('item.verify')}{say('list.colon')}{item.verify.text}")
        for command in item.verify.commands:
            self._line(command, "No Spacing")
        self._line(" ".join(item_words.when_to_look(say, item)))
        for finding in self._view.behind(item)[:_MOST_FINDINGS]:
            name = clip(finding.subject.name)
            self._line(f"{name}{say('list.colon')}{finding.message.text}", "List Bullet")

    def _questions(self) -> None:
        if not self._view.questions:
            return
        self._heading("section.manual")
        colon = self._say("list.colon")
        self._table(
            [self._say(f"manual.{one}") for one in ("question", "owner", "answer")],
            (
                [
                    f"{one.title}{colon}{one.finding.message.text}",
                    item_words.role(self._say, self._order.run, one.owner),
                    "",
                ]
                for one in self._view.questions
            ),
        )

    def _accepted(self) -> None:
        run = self._order.run
        if not run.waivers:
            return
        self._heading("section.accepted")
        columns = ("what", "reason", "approved", "expires", "state")
        self._table(
            [self._say(f"accepted.{one}") for one in columns],
            (
                [
                    f"{self._view.title(one.check)} {one.subject}".strip(),
                    one.reason,
                    f"{one.approved_by} {one.ticket}".strip(),
                    str(one.expires),
                    self._say.label("waiver", one.state),
                ]
                for one in run.waivers
            ),
        )

    def _gaps(self) -> None:
        if not self._view.gaps:
            return
        self._heading("section.gaps")
        for gap in self._view.gaps:
            lacking = f" ({gap.lacking})" if gap.lacking else ""
            many = self._say.count("gaps.affects", len(gap.findings))
            self._line(
                f"{self._say.label('reason', gap.reason)}{lacking}{self._say('list.colon')}{many}",
                "List Bullet",
            )

    def _agenda(self) -> None:
        """What the checkpoint meeting has to talk about: overdue, waiting, to decide, next."""
        say, view = self._say, self._view
        self._document.add_page_break()  # type: ignore[no-untyped-call]
        self._heading("section.agenda")
        self._points(say("agenda.overdue"), [self._point(one) for one in view.overdue])
        self._points(say("agenda.waiting"), [self._waits(one) for one in view.waiting])
        self._points(say("agenda.decisions"), self._decisions())
        for owner, items in view.next_by_owner:
            role = item_words.role(say, self._order.run, owner)
            title = f"{say('agenda.next')}{say('list.colon')}{role}"
            self._points(title, [self._point(one) for one in items])

    def _decisions(self) -> list[str]:
        say, view = self._say, self._view
        told = []
        for one in view.undecided:
            state, until = say.label("waiver", one.state), one.expires.isoformat()
            what = f"{view.title(one.check)} {one.subject}".strip()
            told.append(f"{say('agenda.waiver', state=state, when=until)} {what}")
        today = self._order.run.collected_at.date()
        told += [
            say("list.colon").join(
                [
                    self._titled(one),
                    say("list.semicolon").join(item_words.flags(say, one, today)),
                ]
            )
            for one in view.doubtful
        ]
        if view.questions:
            told.append(say.count("agenda.questions", len(view.questions)))
        return told

    def _point(self, item: ItemRecord) -> str:
        due = f", {item.due}" if item.due else ""
        return f"{self._titled(item)} ({item_words.who(self._say, item)}{due})"

    def _waits(self, item: ItemRecord) -> str:
        needs = self._say("list.comma").join(map(self._titled, self._view.known(item.needs)))
        return f"{self._point(item)} {self._say('item.needs')}{self._say('list.colon')}{needs}"

    def _points(self, title: str, lines: Sequence[str]) -> None:
        """A heading with its first points; nothing where there is none."""
        if not lines:
            return
        self._document.add_heading(text(title), 2)
        for line in lines[:_MOST_POINTS]:
            self._line(line, "List Bullet")
        if len(lines) > _MOST_POINTS:
            self._line(self._say("changes.more", n=len(lines) - _MOST_POINTS), "List Bullet")

    def _sign_off(self) -> None:
        say = self._say
        self._document.add_page_break()  # type: ignore[no-untyped-call]
        self._heading("section.sign-off")
        self._table(
            [say(f"sign.{one}") for one in ("for", "name", "date", "signature")],
            ([say(f"sign.{one}"), "", "", ""] for one in ("customer", "consultant")),
        )
        for line in (self._order.brand.footer, self._order.brand.contact):
            if line:
                self._line(line)

    def _heading(self, key: str) -> None:
        self._document.add_heading(text(self._say(key)), 1)

    def _line(self, words: str, style: str | None = None) -> None:
        self._document.add_paragraph(text(words), style)

    def _table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        table = self._document.add_table(rows=1, cols=len(head), style="Table Grid")
        for cell, words in zip(table.rows[0].cells, head, strict=True):
            cell.text = text(words)
        for row in rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.text = text(words)

    def _titled(self, item: ItemRecord) -> str:
        return titled(item, self._say("list.colon"))

    def _who(self, item: ItemRecord) -> str:
        say = self._say
        who = item_words.who(say, item)
        due = f", {say('item.due')} {item.due}" if item.due else ""
        severity = say.label("severity", item.effective_severity)
        return f"{severity}, {who}, {say.label('effort', item.effort)}{due}"


def _same_bytes(data: bytes) -> bytes:
    """The same parts with one fixed time."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _MOMENT)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return made.getvalue()


DOCX = ReportFormat("docx", "report.docx", render, module="docx", extra="docx")
