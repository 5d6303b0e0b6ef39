"""The HTML report printed by a browser that is installed: Edge, Chrome or Chromium, without window."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from reports import html
from scanner.report import FormatError, Rendering, ReportFormat

_PROGRAMS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_SECONDS = 120


WITH_ROWS = "with-rows"
"""The address within the report that unfolds the first rows of all evidence."""


def render(name: str, place: str, order: Rendering) -> dict[str, bytes]:
    """The report as a file of that name, opened at that place; FormatError without a browser."""
    program = next((found for one in (*_PROGRAMS, *_PLACES) if (found := shutil.which(one))), None)
    if program is None:
        raise FormatError(
            "the format pdf needs Edge, Chrome or Chromium; or open report.html in any browser and "
            "print it to a file"
        )
    with tempfile.TemporaryDirectory(prefix="emsready-pdf-") as folder:
        page, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_bytes(html.render(order)[html.HTML.filename])
        _print(program, page, place, made)
        return {name: made.read_bytes()}


def _print(program: str, page: Path, place: str, made: Path) -> None:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [
        "--headless",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--no-pdf-header-footer",
        f"--user-data-dir={page.parent / 'profile'}",
        f"--print-to-pdf={made}",
        *(["--no-sandbox"] if root else []),  # the sandbox of Chromium refuses to run as root
    ]
    try:
        subprocess.run(  # noqa: S603 - a browser that is installed, and our own page
            [program, *flags, f"{page.as_uri()}#{place}"],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise FormatError(f"{program} could not print the report: {error}") from error
    if not made.is_file():
        raise FormatError(f"{program} printed nothing")


PDF = ReportFormat("pdf", "report.pdf", functools.partial(render, "report.pdf", ""))
"""Evidence stays folded: each item says how many objects there are."""

PDF_ROWS = ReportFormat(
    "pdf-rows", "report-rows.pdf", functools.partial(render, "report-rows.pdf", WITH_ROWS)
)
"""The first 25 rows of all evidence stand in it."""
