"""The run as canonical JSON: what other tools read, and what every other format is made from."""

from __future__ import annotations

from scanner.evidence import codec
from scanner.report import Rendering, ReportFormat


def render(order: Rendering) -> dict[str, bytes]:
    """result.json: sorted keys, UTC times, one final newline."""
    return {JSON.filename: codec.encode(order.run)}


JSON = ReportFormat("json", "result.json", render)
