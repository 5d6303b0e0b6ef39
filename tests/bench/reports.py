"""The reports of 300 items with 20,000 objects: made, opened, searched, printed, beside a plain table.

The anchor is a page that writes all rows as one visible table, measured in the same browser. Prints
seconds, bytes, elements, resident memory and ratios.

python -m tests.bench.reports
python -m tests.bench.reports --bars     # each bar, what was measured, whether it holds; exits with 1
"""

import argparse
import csv
import html
import io
import itertools
import os
import statistics
import sys
import time
from dataclasses import dataclass

from reports.html import HTML
from scanner.report import ReportFormat
from tests.bench.bars import Bar, told
from tests.reports import locales, rules, samples
from tests.reports.browser import browser
from tests.scanning import parts

ROUNDS = 5
FORMATS = ("html", "csv", "xlsx", "markdown", "docx", "sarif", "junit", "planner", "jira", "ado")
EMPTY = b"<!DOCTYPE html><html lang=en><title>empty</title></html>"
_COUNT = "document.getElementsByTagName('*').length"
_LARGEST = "[...document.querySelectorAll('.rows')].find(e => e.dataset.all === '12,131')"
_SEARCH = """
(async () => {
  const field = document.getElementById('f-text');
  const began = performance.now();
  field.value = 'u19.299@contoso.com';
  field.dispatchEvent(new Event('input'));
  await new Promise(r => setTimeout(r, 121));
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - began - 121;
})()
"""


def plain_table(order):
    """The anchor: every object as a visible row."""
    rows = [
        "".join(
            f"<td>{html.escape(cell)}</td>" for cell in (finding.check, finding.message.text, *row)
        )
        for finding in order.run.findings
        for row in order.rows(finding.affected)
    ]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<!DOCTYPE html><meta charset=utf-8><title>t</title><table>{body}</table>".encode()


@dataclass
class Opened:
    """One page opened several times: seconds until drawn, and what it weighs.

    Drawn is the second frame after the load event, counted from the start of navigation; in a
    browser just started, and in one that has shown a page before.
    """

    fresh: list[float]
    warm: list[float]
    elements: int
    memory: float

    def __str__(self):
        spans = [
            f"{name} median {statistics.median(one):.2f} s, best {min(one):.2f} s"
            for name, one in (("fresh", self.fresh), ("warm", self.warm))
        ]
        return f"{', '.join(spans)}; {self.elements:,} elements, {self.memory:.0f} MB"


def opened(pages):
    """Each of these pages in turn, round after round, so that a busy moment meets all of them."""
    found = {name: Opened([], [], 0, 0.0) for name in pages}
    for _, (name, content) in itertools.product(range(ROUNDS), pages.items()):
        one = found[name]
        with browser() as started:
            page = started.open(content)
            one.fresh.append(page.drawn())
            one.elements, one.memory = page.run(_COUNT), page.memory() / 1e6
            page.close()
            one.warm.append(started.open(content).drawn())
    return found


def formats(order):
    """Seconds and bytes of each format."""
    for name in FORMATS:
        made: ReportFormat = parts().formats[name]
        made.render(order)
        began = time.perf_counter()
        files = made.render(order)
        size = sum(map(len, files.values()))
        print(f"  {name:<10} {time.perf_counter() - began:6.2f} s {size / 1e6:8.2f} MB")


@dataclass
class Used:
    """What one does with the page: milliseconds of a search, lines of a saved file, seconds of a print.

    `tagged` is a print with the structure that screen readers need, as the format pdf has it.
    """

    search: float
    lines: int
    printed: float
    tagged: float


def used(content):
    """Search over all rows, save the largest item, print."""
    with browser() as started:
        page = started.open(content)
        search = page.run(_SEARCH)
        name = page.run(f"({_LARGEST}).dataset.save")
        page.run(f"({_LARGEST}).open = true; new Promise(r => setTimeout(r, 200))")
        page.run(f"({_LARGEST}).querySelector('.tools button:last-child').click()")
        saved = started.downloads / name
        for _ in range(200):
            if saved.exists() and saved.stat().st_size:
                break
            time.sleep(0.05)
        lines = sum(1 for _ in csv.reader(io.StringIO(saved.read_text(encoding="utf-8-sig"))))
        page.close()
        return Used(search, lines, *(printed(started, content, tagged) for tagged in (False, True)))


def printed(started, content, tagged):
    """Seconds of a print, the median of some."""
    found = []
    for _ in range(ROUNDS):
        page = started.open(content)
        time.sleep(0.3)  # people look at a page before they print it
        began = time.perf_counter()
        page.pdf(tagged=tagged)
        found.append(time.perf_counter() - began)
        page.close()
    return statistics.median(found)


def quiet(pages):
    """What pages ask for, complain about or are forbidden while everything in them is pressed."""
    found = []
    with browser() as started:
        for name, content in pages.items():
            page = started.open(content)
            page.click_everything()
            said = [*page.requests(), *page.complaints(), *page.violations()]
            found += [f"{name}: {one}" for one in said]
            page.close()
    return found


def accessible(pages):
    """What axe-core finds: on a screen in both colour schemes, and on a telephone."""
    found = []
    views = [(1280, False), (1280, True), (360, False)]
    with browser() as started:
        for (name, content), (width, dark) in itertools.product(pages.items(), views):
            page = started.open(content, width=width, dark=dark, bypass=True)
            where = f"{name}, {width} px, {'dark' if dark else 'light'}"
            found += [f"{where}: {rule} ({many})" for rule, many, *_ in rules.axe(page)]
            page.close()
    return found


def pages_of(big):
    """The sample of 300 items and the small one with all that a report can hold, in both languages."""
    made = {"big": big, "small": samples.small()}
    return {
        f"{name}, {language}": HTML.render(
            samples.order(locales.said(one, language), language=language)
        )["report.html"]
        for name, one in made.items()
        for language in ("en", "zh-CN")
    }


def figures(order):
    """Print how it compares."""
    print("made:")
    formats(order)
    content = HTML.render(order)["report.html"]
    anchor = plain_table(order)
    print(f"opened ({ROUNDS} rounds):")
    found = opened({"an empty page": EMPTY, "this report": content, "a plain table": anchor})
    for name, one in found.items():
        print(f"  {name:<14} {one}")
    ours, theirs = (statistics.median(found[one].fresh) for one in ("this report", "a plain table"))
    print(f"  the plain table takes {theirs / ours:.1f} times as long")
    print(f"  file: {len(content) / 1e6:.2f} MB, the plain table {len(anchor) / 1e6:.2f} MB")
    one = used(content)
    print(
        f"used: search over all rows {one.search:.0f} ms; largest item as CSV {one.lines:,} lines"
    )
    print(f"  printed in {one.printed:.2f} s, with tags in {one.tagged:.2f} s")


def bars(big):
    """Print each bar with what was measured; True where all hold."""
    pages = pages_of(big)
    content = pages["big, en"]
    found = opened({"empty": EMPTY, "report": content})
    drawn, one = found["report"], used(content)
    fresh = statistics.median(drawn.fresh)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; other work makes times longer")
    print(f"an empty page: {found['empty']}")
    print(f"this report:   {drawn}")
    print(f"printed in {one.printed:.2f} s, with tags in {one.tagged:.2f} s")
    held = [
        ("drawn in a browser just started, median", f"{fresh:.2f} s", "0.5 s", fresh <= 0.5),
        ("memory of its renderer", f"{drawn.memory:.0f} MB", "200 MB", drawn.memory <= 200),
        ("file", f"{len(content) / 1e6:.2f} MB", "3.5 MB", len(content) <= 3_500_000),
        ("elements", f"{drawn.elements:,}", "25,000", drawn.elements <= 25_000),
        ("search over all rows", f"{one.search:.0f} ms", "300 ms", one.search <= 300),
        ("lines of the largest CSV", f"{one.lines:,}", "12,132", one.lines == 12_132),
    ]
    scores = {name: rules.lighthouse(made) for name, made in pages.items()}
    low = [f"{name}: {score} {failed}" for name, (score, failed) in scores.items() if score < 100]
    lowest = min(score for score, _ in scores.values())
    held.append(("Lighthouse, accessibility, lowest", str(lowest), "100", lowest == 100))
    said = {
        "axe-core, WCAG 2.2 A and AA": accessible(pages),
        "Nu validator": rules.validator(pages),
        "requests, console, policy": quiet(pages),
    }
    held += [(name, f"{len(lines)} found", "0", not lines) for name, lines in said.items()]
    hold = told(Bar(*one) for one in held)
    for line in itertools.chain(low, *said.values()):
        print(f"  {line}")
    return hold


def main():
    """Print everything, or the bars."""
    asked = argparse.ArgumentParser(prog="python -m tests.bench.reports")
    asked.add_argument("--bars", action="store_true", help="whether every bar holds")
    made = samples.big()
    if asked.parse_args().bars:
        sys.exit(0 if bars(made) else 1)
    figures(samples.order(made))


if __name__ == "__main__":
    main()
