"""What a report format is. Formats are found by the entry points emsready.reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scanner.result import RunResult


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A report format: its word on the command line, its file name, and the rendering.

    `render` gets the run and the language ("en", "zh-CN") and returns the file's bytes; it knows
    nothing but the run, and gives the same bytes for the same run.
    """

    name: str
    filename: str
    render: Callable[[RunResult, str], bytes]
