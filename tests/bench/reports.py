"""The reports of 300 items with 20,000 objects: made, opened, searched, printed, beside a plain table.

The anchor is a page that writes all rows as one visible table, measured in the same browser. Prints
seconds, bytes, nodes, resident memory and ratios, then what axe-core and the Nu validator find where
`npm ci --prefix tests/reports/tools` brought them.

python -m tests.bench.reports
"""

import csv
import html
import io
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from reports.html import HTML
from scanner.report import ReportFormat
from tests.reports import samples
from tests.reports.browser import browser
from tests.reports.test_html_rules import TAGS, TOOLS
from tests.scanning import parts

ROUNDS = 3
FORMATS = ("html", "csv", "xlsx", "markdown", "docx", "sarif", "junit", "planner", "jira", "ado")
_COUNT = "document.getElementsByTagName('*').length"
_LARGEST = """
[...document.querySelectorAll('button.save')].find((button) =>
  button.closest('details').querySelector('caption').textContent.includes('12,131'))
"""
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


def opened(content):
    """Seconds until drawn in a fresh browser and in a warm one, elements, and resident megabytes.

    Drawn is the second frame after the load event, counted from the start of navigation. Medians.
    """
    found = []
    for _ in range(ROUNDS):
        with browser() as started:
            page = started.open(content)
            cold, count, memory = page.drawn(), page.run(_COUNT), page.memory() / 1e6
            page.close()
            found.append((cold, started.open(content).drawn(), count, memory))
    return [statistics.median(column) for column in zip(*found, strict=True)]


def formats(order):
    """Seconds and bytes of each format."""
    for name in FORMATS:
        made: ReportFormat = parts().formats[name]
        made.render(order)
        began = time.perf_counter()
        files = made.render(order)
        size = sum(map(len, files.values()))
        print(f"  {name:<10} {time.perf_counter() - began:6.2f} s {size / 1e6:8.2f} MB")


def used(content):
    """What one does with the page: search, save, print."""
    with browser() as started:
        page = started.open(content)
        print(f"  search over all rows: {page.run(_SEARCH):.0f} ms")
        page.run(f"({_LARGEST}).click()")
        saved = started.downloads / page.run(f"({_LARGEST}).dataset.name")
        for _ in range(200):
            if saved.exists() and saved.stat().st_size:
                break
            time.sleep(0.05)
        lines = sum(1 for _ in csv.reader(io.StringIO(saved.read_text(encoding="utf-8-sig"))))
        print(f"  CSV of the largest item, saved from the page: {lines} lines with its head")
        began = time.perf_counter()
        size = len(page.pdf())
        print(f"  printed: {time.perf_counter() - began:.2f} s, {size / 1e6:.2f} MB")
        print(f"  requests {len(page.requests())}, complaints {len(page.complaints())}, "
              f"violations of the policy {len(page.violations())}")  # fmt: skip


def rules(content):
    """What axe-core says in both colour schemes, and the validator."""
    axe = TOOLS / "axe-core" / "axe.min.js"
    if not axe.exists():
        print("  axe-core and the validator: run npm ci --prefix tests/reports/tools")
        return
    options = json.dumps(
        {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    )
    with browser() as started:
        for dark in (False, True):
            page = started.open(content, dark=dark, bypass=True)
            page.run(axe.read_text(encoding="utf-8") + ";1")
            found = json.loads(
                page.run(f"axe.run(document, {options}).then(r => JSON.stringify(r.violations))")
            )
            print(f"  axe-core, {'dark' if dark else 'light'}: {len(found)} violations")
    if shutil.which("java"):
        jar = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "report.html")
            path.write_bytes(content)
            done = subprocess.run(
                ["java", "-jar", str(jar), "--errors-only", str(path)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
        print(f"  Nu validator: {len(done.stderr.splitlines())} errors")


def main():
    """Print everything."""
    made = samples.big()
    order = samples.order(made)
    print("made:")
    formats(order)
    content = HTML.render(order)["report.html"]
    anchor = plain_table(order)
    print("opened (median of 3 fresh browsers):")
    empty = opened(b"<!DOCTYPE html><html lang=en><title>empty</title></html>")
    print(f"  an empty page: {empty[0]:.2f} s fresh, {empty[1]:.2f} s warm, {empty[3]:.0f} MB")
    ours, theirs = opened(content), opened(anchor)
    names = ("drawn fresh, s", "drawn warm, s", "elements", "renderer, MB")
    for name, one, other in zip(names, ours, theirs, strict=True):
        print(
            f"  {name:<14} ours {one:10.2f}   plain table {other:10.2f}   ratio {other / one:5.1f}"
        )
    print(
        f"  {'file, MB':<14} ours {len(content) / 1e6:10.2f}   plain table {len(anchor) / 1e6:10.2f}"
    )
    print("used:")
    used(content)
    print("rules:")
    rules(content)


if __name__ == "__main__":
    main()
