"""The report as one HTML file that loads nothing, runs only its own script, and reads without it."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from reports import item_words
from reports.charts import axis_of, largest_of, stack
from reports.clauses import clauses_of
from reports.escape import SENTENCE, clip, data_block, href, link_text, visible
from reports.headline import headline
from reports.heights import room
from reports.policy import policy
from reports.rows import evidence_of
from reports.view import View
from reports.words import ENGLISH, Words
from scanner.report import Brand, Rendering, ReportFormat

if TYPE_CHECKING:
    from jinja2 import Environment


SHADES = ("good", "warn", "bad", "unknown", "none")
"""The words of a cell's shade that a page has a shape for; a result may be foreign."""


def render(order: Rendering) -> dict[str, bytes]:
    """report.html in the language asked for; a language without a catalogue gets English."""
    from markupsafe import Markup  # noqa: PLC0415 - only who renders HTML pays for the template engine

    environment = page_environment()
    result = order.run
    view, words = View(result), Words(order.language)
    style, script = part("style.css") + accents(order.brand), part("script.js")
    evidence = evidence_of(order, [one for item in view.work for one in view.behind(item)])
    page = environment.get_template("report.html.j2").render(
        view=view,
        run=result,
        w=words,
        brand=order.brand,
        foreign=functools.partial(_foreign, frozenset(result.untranslated), result.language, words),
        sentence=SENTENCE,
        shades=SHADES,
        axis_of=axis_of,
        largest_of=largest_of,
        stack=stack,
        span=functools.partial(span, words),
        evidence=evidence,
        room=room,
        clauses=list(clauses_of(result)),
        headline=headline(view, words),
        because=functools.partial(item_words.because, view, words),
        lane=functools.partial(item_words.lane, words),
        chain=functools.partial(item_words.chain, words),
        flags=functools.partial(item_words.flags, words, today=result.collected_at.date()),
        when_to_look=functools.partial(item_words.when_to_look, words),
        policy=policy(style, script),
        # The only strings that are not escaped: our own style and script, and escaped JSON.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        rows=Markup(data_block(evidence.block)) if evidence.block else "",  # noqa: S704
    )
    return {HTML.filename: page.encode(), **evidence.files}


@functools.cache
def page_environment() -> Environment:
    """The template engine for pages: everything is escaped and made visible on its way in."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - as above
    from markupsafe import Markup  # noqa: PLC0415

    def shown(value: object) -> object:
        """Every value on its way into a page; what is already markup came through here before."""
        return value if isinstance(value, Markup) else visible(str(value))

    environment = Environment(
        loader=PackageLoader("templates", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=shown,
    )
    environment.filters.update(clip=clip, href=href, link_text=link_text, when=when, iso=iso)
    return environment


@functools.cache
def part(name: str) -> str:
    """A stylesheet or script as it goes between the tags; LF only, as the policy's hash needs."""
    from jinja2 import PackageLoader  # noqa: PLC0415 - as above

    text, _, _ = PackageLoader("templates", "html").get_source(page_environment(), name)
    return "\n".join(text.splitlines()) + "\n"


def _foreign(untranslated: frozenset[str], spoken: str, words: Words, sentence: str) -> str:
    """The lang attribute of a sentence that is English on a page in another language."""
    from markupsafe import Markup  # noqa: PLC0415 - as above

    english = words.lang != ENGLISH and (sentence in untranslated or spoken == ENGLISH)
    return Markup(' lang="en"') if english else ""


def accents(brand: Brand) -> str:
    """The style that puts the brand's accent in place of ours; colours only, tested before."""
    if not brand.accent:
        return ""
    return (
        f":root {{ --accent: {brand.accent}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {brand.accent_dark}; }} }}\n"
        f"@media print {{ :root {{ --accent: {brand.accent}; }} }}\n"
    )


def span(words: Words, seconds: int) -> str:
    """A length of time in the largest whole unit that people would use."""
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length or (unit == "days" and seconds >= length):
            return words.count(f"span.{unit}", seconds // length)
    return words.count("span.minutes", max(1, seconds // 60))


def iso(moment: datetime) -> str:
    """The moment for machines: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def when(moment: datetime) -> str:
    """The moment for people, in UTC and saying so."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


HTML = ReportFormat("html", "report.html", render)
