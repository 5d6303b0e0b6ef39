"""The run as canonical JSON: what other tools read, and what every other format is made from."""

from __future__ import annotations

from typing import Any

from scanner.evidence import codec
from scanner.report import Rendering, ReportFormat


def render(order: Rendering) -> dict[str, bytes]:
    """result.json: sorted keys, UTC times, one final newline.

    JSON text is Unicode (RFC 8259, section 8.1) and half a surrogate pair is not; where bad input
    left one in a name it becomes U+FFFD.
    """
    try:
        text = codec.encode(order.run)
    except UnicodeEncodeError:
        text = codec.encode(_whole(codec.plain(order.run)))
    return {JSON.filename: text}


def _whole(value: Any) -> Any:
    """The same plain value with every lone surrogate replaced."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value


JSON = ReportFormat("json", "result.json", render)
