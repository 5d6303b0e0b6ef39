"""The JSON Schema of an inventory file: made from the types of the evidence, shipped as a file.

A test keeps the file equal to the types. Write it anew with
`python -m scanner.sources.inventory.schema` after a field was added.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import scanner
from scanner.evidence import codec
from scanner.evidence.inventory import BrowserGroup, ClientGroup, InventoryServer
from scanner.sources.inventory.document import SCHEMA


@dataclass(frozen=True, slots=True)
class InventoryFile:
    """A whole inventory file. `collected_at` is when the facts were taken; `collector` by what."""

    collected_at: datetime
    schema: str = SCHEMA
    collector: str = ""
    servers: tuple[InventoryServer, ...] = ()
    clients: tuple[ClientGroup, ...] = ()
    browsers: tuple[BrowserGroup, ...] = ()


def schema() -> dict[str, Any]:
    """The schema of the types as they are (JSON Schema, draft 2020-12).

    Stricter than it looks: unknown keys are refused, because a key that is mistyped would otherwise
    be a fact that is silently missing. A server's `seen` may be left out; it is the file's day then.
    """
    made = codec.schema(InventoryFile)
    for definition in made["$defs"].values():
        definition["additionalProperties"] = False
    made["$defs"]["InventoryServer"]["required"] = ["name"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"emsready inventory {SCHEMA}",
        **made,
    }


def written() -> str:
    """The text of the file."""
    return json.dumps(schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    target = Path(scanner.__file__).parent / "data" / "inventory.schema.json"
    target.write_text(written(), encoding="utf-8")
