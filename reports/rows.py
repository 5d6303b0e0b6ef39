"""The rows of affected objects that a page holds as data and shows only when asked for."""

from __future__ import annotations

from reports.escape import clip, visible
from scanner.result import RunResult

STATIC = 25
"""Rows of one table that stand in the page itself."""


def later_rows(result: RunResult) -> dict[str, list[list[str]]]:
    """The rows beyond the first 25, by finding id; cells are made visible as in the page."""
    return {
        finding.id: [
            [visible(clip(cell)) for cell in row] for row in finding.affected.sample[STATIC:]
        ]
        for finding in result.findings
        if finding.affected and len(finding.affected.sample) > STATIC
    }
