"""The report as Markdown for wikis and pull requests: short enough for a comment, no raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

from reports import item_words
from reports.escape import href, visible
from reports.headline import headline
from reports.view import View, titled
from reports.words import Words
from scanner.report import Rendering, ReportFormat
from scanner.result import ItemRecord, StepRecord

LONGEST = 60_000
"""Characters of the whole file: comment fields of forges end at about 65,000."""

_NAME = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$@])")


def render(order: Rendering) -> dict[str, bytes]:
    """report.md; items that do not fit are counted instead."""
    text = "".join(_Page(order).parts())
    return {MARKDOWN.filename: text.encode()}


def plain(text: object) -> str:
    """Foreign text as one line of inert Markdown (CommonMark 0.31, 2.4: any punctuation may be
    escaped). `@` and `#` are escaped too, so that nobody is mentioned.
    """  # noqa: D205 - one sentence
    line = " ".join(visible(str(text)).split())
    return _SPECIAL.sub(r"\\\1", line[:_NAME] + ("…" if len(line) > _NAME else ""))


def sentence(text: str) -> str:
    """A sentence of ours that may hold foreign names: inert as well, but not cut short."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(text).split())[:4000])


def fenced(command: str) -> str:
    """A command as a code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", command)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{visible(command)[:4000]}\n{fence}\n"


class _Page:
    """The parts of one page."""

    def __init__(self, order: Rendering) -> None:
        self._run = order.run
        self._view = View(order.run)
        self._words = Words(order.language)

    def parts(self) -> Iterator[str]:
        """The parts in their order; items end where the page is full."""
        length = 0
        left = 0
        for part in (*self._head(), *self._first(), *self._changes(), *self._plan()):
            length += len(part)
            yield part
        for item in self._view.work:
            part = self._item(item)
            if left or length + len(part) > LONGEST:
                left += 1
                continue
            length += len(part)
            yield part
        if left:
            yield f"\n_{self._words.count('markdown.left', left)}_\n"
        yield from self._rest()

    def _head(self) -> Iterator[str]:
        say, run = self._words, self._run
        yield f"# {say('report.title-of', name=plain(run.customer or run.environment))}\n\n"
        yield f"{headline(self._view, say)}\n\n"
        if run.notice:
            yield f"> {plain(run.notice)}\n\n"
        if not run.complete:
            yield f"> **{say('banner.incomplete')}** {say('banner.incomplete-why')}\n\n"
        yield f"{say('head.scanned')} {run.collected_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
        yield f"{plain(run.tool)}\n\n"
        columns = ("topic", "verdict", "blockers", "open", "unknown", "passed")
        yield _row([say(f"readiness.{one}") for one in columns])
        yield _row(["---"] * 2 + ["---:"] * 4)
        for topic in run.summary.topics:
            words = [say.label("topic", topic.topic), say.label("verdict", topic.verdict)]
            numbers = (topic.blockers, topic.open, topic.unknown, topic.passed)
            yield _row([*words, *map(str, numbers)])

    def _first(self) -> Iterator[str]:
        yield f"\n## {self._words('section.first')}\n\n"
        for number, item in enumerate(self._view.first, 1):
            yield f"{number}. **{sentence(self._titled(item))}** ({self._who(item)}). "
            yield f"{sentence(item_words.because(self._view, self._words, item))}\n"
        if not self._view.first:
            yield f"{self._words('first.none')}\n"

    def _changes(self) -> Iterator[str]:
        if self._view.changes:
            yield f"\n## {self._words('section.changes')}\n\n"
        for state, ids in self._view.changes:
            yield f"- {self._words.label('state', state)}{self._words('list.colon')}{len(ids)}\n"

    def _plan(self) -> Iterator[str]:
        say = self._words
        yield f"\n## {say('section.plan')}\n\n"
        if not self._view.work:
            yield f"{say('plan.none')}\n"
            return
        columns = ("id", "title", "severity", "lane", "owner", "effort", "due")
        yield _row([say(f"column.{one}") for one in columns])
        yield _row(["---"] * len(columns))
        for item in self._view.work[:100]:
            yield _row(
                [
                    self._view.short[item.id],
                    sentence(self._titled(item)),
                    say.label("severity", item.effective_severity),
                    say.label("lane", item.lane),
                    plain(item_words.who(say, item)),
                    say.label("effort", item.effort),
                    str(item.due or ""),
                ]
            )

    def _item(self, item: ItemRecord) -> str:
        say = self._words
        lines = [f"\n### {sentence(self._titled(item))}\n\n", f"{self._who(item)}, "]
        lines.append(f"{say('item.id')} {self._view.short[item.id]}\n\n")
        remarks = item_words.flags(say, item, self._run.collected_at.date())
        told = [item_words.lane(say, item), item_words.chain(say, item), *remarks]
        lines.append(f"{say('list.semicolon').join(sentence(one) for one in told if one)}\n\n")
        lines.append(f"{sentence(item.why)}\n\n")
        needs = [sentence(self._titled(one)) for one in self._view.known(item.needs)]
        if needs:
            lines.append(
                f"{say('item.needs')}{say('list.colon')}{say('list.comma').join(needs)}\n\n"
            )
        told = item_words.prerequisites(say, self._view, item)
        lines += [f"{sentence(one)}\n\n" for one in told]
        lines += [_step(number, step) for number, step in enumerate(item.steps, 1)]
        lines.append(f"\n{say('item.verify')}{say('list.colon')}{sentence(item.verify.text)}\n\n")
        lines += [fenced(command) for command in item.verify.commands]
        lines.append(f"\n{sentence(' '.join(item_words.when_to_look(say, item)))}\n\n")
        for finding in self._view.behind(item)[:5]:
            name = plain(finding.subject.name)
            lines.append(f"- {name}{say('list.colon')}{sentence(finding.message.text)}\n")
        return "".join(lines)

    def _rest(self) -> Iterator[str]:
        say, view = self._words, self._view
        if view.questions:
            yield f"\n## {say('section.manual')}\n\n"
        for question in view.questions[:100]:
            asked = plain(item_words.role(say, self._run, question.owner))
            yield f"- [ ] {sentence(question.title)}{say('list.colon')}"
            yield sentence(question.finding.message.text)
            yield f" ({asked})\n" if asked else "\n"
        if self._run.waivers:
            yield f"\n## {say('section.accepted')}\n\n"
        for waiver in self._run.waivers[:100]:
            yield f"- {sentence(view.title(waiver.check))} {plain(waiver.subject)}{say('list.colon')}"
            yield f"{plain(waiver.reason)} ({plain(waiver.approved_by)}, {waiver.expires})\n"
        if view.gaps:
            yield f"\n## {say('section.gaps')}\n\n"
        for gap in view.gaps[:100]:
            lacking = f" ({plain(gap.lacking)})" if gap.lacking else ""
            yield f"- {say.label('reason', gap.reason)}{lacking}{say('list.colon')}"
            yield f"{say.count('gaps.affects', len(gap.findings))}\n"

    def _titled(self, item: ItemRecord) -> str:
        return titled(item, self._words("list.colon"))

    def _who(self, item: ItemRecord) -> str:
        say = self._words
        who = plain(item_words.who(say, item))
        due = f", {say('item.due')} {item.due}" if item.due else ""
        severity = say.label("severity", item.effective_severity)
        return f"{severity}, {who}, {say.label('effort', item.effort)}{due}"


def _step(number: int, step: StepRecord) -> str:
    lines = [f"{number}. {sentence(step.text)}"]
    if step.portal:
        lines.append(f" {sentence(step.portal)}")
    if step.link and href(step.link):
        lines.append(f" <{href(step.link).replace('<', '%3C').replace('>', '%3E')}>")
    return "".join(lines) + "\n" + ("\n" + fenced(step.command) if step.command else "")


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


MARKDOWN = ReportFormat("markdown", "report.md", render)
