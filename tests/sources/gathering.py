"""An in-memory stand-in for what the collector hands to a source."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.envelope import Missing
from scanner.subject import Subject
from scanner.words import Reason


@dataclass
class GatheredStream:
    """What a source put into one stream. Opening the stream again starts it afresh."""

    items: list[Any] = field(default_factory=list)
    missing: Missing | None = None
    ended: bool = False

    def add(self, item: object) -> None:
        assert not self.ended, "add after end"
        self.items.append(item)

    def end(self, missing: Missing | None = None) -> None:
        if not self.ended:
            self.ended, self.missing = True, missing


@dataclass
class Gathering:
    """Keeps all that a source gives. `given` is the evidence of other sources, as in `after`."""

    config: Config = field(default_factory=Config)
    wanted: frozenset[type] = frozenset()
    deadline: Deadline = field(default_factory=lambda: Deadline.after(20))
    given: list[Any] = field(default_factory=list)
    absent: dict[type, Missing] = field(default_factory=dict)
    items: list[Any] = field(default_factory=list)
    gaps: list[tuple[type, Missing, Subject | None]] = field(default_factory=list)
    none: set[type] = field(default_factory=set)
    streams: dict[type, GatheredStream] = field(default_factory=dict)
    steps: list[tuple[int, int | None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, item: object) -> None:
        with self._lock:
            self.items.append(item)

    def miss(self, kind: type, missing: Missing, subject: Subject | None = None) -> None:
        with self._lock:
            self.gaps.append((kind, missing, subject))

    def nothing(self, kind: type) -> None:
        with self._lock:
            self.none.add(kind)

    def stream(self, kind: type) -> GatheredStream:
        with self._lock:
            self.streams[kind] = GatheredStream()
            return self.streams[kind]

    def seen(self, kind: type) -> Any:
        default = Missing(Reason.UNCONFIGURED, "this was not collected")
        found = [one for one in self.given if type(one) is kind]
        return found[0] if found else self.absent.get(kind, default)

    def seen_all(self, kind: type) -> list[Any]:
        return [one for one in self.given if type(one) is kind]

    def progress(self, done: int, total: int | None = None) -> None:
        with self._lock:
            self.steps.append((done, total))

    # What tests ask.

    def every(self, kind: type) -> list[Any]:
        """All evidence of that type that was put."""
        return [one for one in self.items if type(one) is kind]

    def one(self, kind: type) -> Any:
        """The single piece of evidence of that type."""
        (found,) = self.every(kind)
        return found

    def about(self, subject: Subject) -> list[Any]:
        """All evidence about that subject."""
        return [one for one in self.items if getattr(one, "subject", None) == subject]

    def gap(self, kind: type, subject: Subject | None = None) -> Missing | None:
        """Why that evidence (of that subject) is missing, as the source said it last."""
        found = [gap for of, gap, about in self.gaps if of is kind and about == subject]
        return found[-1] if found else None
