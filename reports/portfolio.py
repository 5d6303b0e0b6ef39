"""The portfolio of a fleet: one page and one table over all customers."""

from __future__ import annotations

from collections.abc import Sequence

from reports.html import page_environment, part
from reports.policy import policy
from reports.tables import table
from reports.words import Words
from scanner.fleet.portfolio import TOPICS, Portfolio

_WIDTH, _HEIGHT = 96, 24


def render_html(portfolio: Portfolio) -> bytes:
    """portfolio.html: loads nothing, needs no script."""
    from markupsafe import Markup  # noqa: PLC0415 - only who renders HTML pays for the template engine

    style = part("style.css")
    page = (
        page_environment()
        .get_template("portfolio.html.j2")
        .render(
            portfolio=portfolio,
            topics=TOPICS,
            w=Words("en"),
            points=points,
            policy=policy(style, ""),
            style=Markup(style),  # noqa: S704 - our own
        )
    )
    return page.encode()


def points(trend: Sequence[int]) -> str:
    """The points of a line through the open findings of the last runs, for an SVG polyline."""
    top, last = max(trend, default=0) or 1, max(len(trend) - 1, 1)
    return " ".join(
        f"{place * _WIDTH / last:.1f},{_HEIGHT - 2 - value / top * (_HEIGHT - 4):.1f}"
        for place, value in enumerate(trend)
    )


def render_csv(portfolio: Portfolio) -> bytes:
    """portfolio.csv: a row for each customer."""
    head = ["customer", "state", "scanned", *TOPICS, "blockers", "open", "overdue"]
    head += ["new", "regressed", "fixed", "do first", "owner", "due", "detail"]
    rows = [
        [
            row.name,
            row.state,
            f"{row.collected_at:%Y-%m-%d %H:%M}" if row.collected_at else "",
            *(row.verdicts.get(topic, "") for topic in TOPICS),
            str(row.blockers),
            str(row.open),
            str(row.overdue),
            *(str(row.changes.get(word, "")) for word in ("new", "regressed", "fixed")),
            row.first,
            row.owner,
            str(row.due or ""),
            row.detail,
        ]
        for row in portfolio.rows
    ]
    return table([head, *rows])


HTML = ("portfolio.html", render_html)
CSV = ("portfolio.csv", render_csv)
