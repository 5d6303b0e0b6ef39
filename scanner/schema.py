"""The JSON Schema of result.json: made from the types of scanner.result, shipped as a file.

The file is what other tools read; a test keeps it equal to the types. Write it anew with
`python -m scanner.schema` after a field was added.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from scanner.evidence import codec
from scanner.result import SCHEMA, RunResult

_FILE = ("data", "result.schema.json")


def shipped() -> str:
    """The text of the schema that came with this version."""
    return files("scanner").joinpath(*_FILE).read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """The schema of the types as they are (JSON Schema, draft 2020-12).

    Unknown fields are allowed: a reader of an older minor version ignores what it does not know.
    """
    made = codec.schema(RunResult)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"emsready result {SCHEMA}",
        **made,
    }


if __name__ == "__main__":
    target = Path(__file__).parent.joinpath(*_FILE)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(schema(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
