"""That a run was made from the evidence of several places, and where they did not agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.envelope import evidence


@dataclass(frozen=True, slots=True)
class Place:
    """One part: where and when it was collected, and the hash of its archive where it had one."""

    vantage: str
    collected_at: datetime
    tool: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two places gave different evidence about the same thing; that of `kept` is judged."""

    kind: str
    subject: str
    kept: str
    others: tuple[str, ...]


@evidence("merged", source="run")
@dataclass(frozen=True, slots=True)
class Merged:
    """The parts of a merged run, the newest last, and their conflicts."""

    places: tuple[Place, ...]
    conflicts: tuple[Conflict, ...] = ()
