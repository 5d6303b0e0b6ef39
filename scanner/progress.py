"""Telling people how far a scan is: a redrawn line on a terminal, a line per source elsewhere."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import Protocol, TextIO


class Progress(Protocol):
    """What the collector tells. All calls may come from several threads."""

    def started(self, source: str) -> None:
        """A source began."""

    def moved(self, source: str, done: int, total: int | None) -> None:
        """A source got further."""

    def finished(self, source: str, outcome: str) -> None:
        """A source ended; `outcome` is one short phrase."""


class Silent:
    """Tells nobody."""

    def started(self, source: str) -> None:
        """Nothing."""

    def moved(self, source: str, done: int, total: int | None) -> None:
        """Nothing."""

    def finished(self, source: str, outcome: str) -> None:
        """Nothing."""


@dataclass(slots=True)
class Lines:
    """One line per finished source; on a terminal also a redrawn line of what still runs."""

    out: TextIO = field(default_factory=lambda: sys.stderr)
    _running: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def started(self, source: str) -> None:
        """Show the source as running."""
        with self._lock:
            self._running[source] = ""
            self._redraw()

    def moved(self, source: str, done: int, total: int | None) -> None:
        """Show its figures."""
        with self._lock:
            self._running[source] = f" {done:,}" if total is None else f" {done:,}/{total:,}"
            self._redraw()

    def finished(self, source: str, outcome: str) -> None:
        """Print its line."""
        with self._lock:
            self._running.pop(source, None)
            clear = "\r\x1b[K" if self.out.isatty() else ""
            print(f"{clear}  {source:<13} {outcome}", file=self.out)
            self._redraw()

    def _redraw(self) -> None:
        if self.out.isatty() and self._running:
            words = ", ".join(name + figures for name, figures in sorted(self._running.items()))
            print(f"\r\x1b[K  … {words}"[:110], end="", file=self.out, flush=True)
