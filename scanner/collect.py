"""Collect: run the sources side by side, within their budgets; every outcome is evidence."""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TypeVar

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.envelope import Missing
from scanner.evidence.folder import Writer
from scanner.progress import Progress
from scanner.sources.interface import Source, StreamWriter, Unavailable
from scanner.subject import Subject
from scanner.words import Reason

T = TypeVar("T")
log = logging.getLogger("emsready.collect")


@dataclass(slots=True)
class Gathering:
    """What one source is handed. After its budget it is closed, and late evidence is refused."""

    config: Config
    deadline: Deadline
    wanted: frozenset[type]
    writer: Writer
    told: Callable[[int, int | None], None]
    closed: bool = False

    def put(self, item: object) -> None:
        """Keep one piece of evidence."""
        if not self.closed:
            self.writer.put(item)

    def miss(self, kind: type, missing: Missing, subject: Subject | None = None) -> None:
        """Keep why evidence could not be had."""
        if not self.closed:
            self.writer.miss(kind, missing, subject)

    def nothing(self, kind: type) -> None:
        """Keep that there is nothing of that kind."""
        if not self.closed:
            self.writer.nothing(kind)

    def stream(self, kind: type) -> StreamWriter:
        """Open the stream of that type."""
        if self.closed:
            raise TimeoutError("the budget of this source is used up")
        return self.writer.stream(kind)

    def seen(self, kind: type[T]) -> T | Missing:
        """Evidence of an earlier source."""
        return self.writer.seen(kind)

    def seen_all(self, kind: type[T]) -> list[T]:
        """Evidence of an earlier source, of all subjects."""
        return self.writer.seen_all(kind)

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the source is."""
        if not self.closed:
            self.told(done, total)


@dataclass(slots=True)
class _Run:
    """One source under way."""

    source: Source
    gathering: Gathering
    began: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Collector:
    """Runs sources as soon as those that they read from have ended.

    Each source has a daemon thread of its own, so that one that hangs past its budget is left
    behind and neither the scan nor the interpreter waits for it.
    """

    config: Config
    writer: Writer
    progress: Progress
    wanted: frozenset[type]
    budget_factor: float = 1.0
    _ended: SimpleQueue[tuple[_Run, BaseException | None]] = field(default_factory=SimpleQueue)
    _running: dict[str, _Run] = field(default_factory=dict)
    _waiting: list[Source] = field(default_factory=list)

    def run(self, sources: Iterable[Source]) -> None:
        """Collect everything wanted. Raises OSError when evidence cannot be written.

        On KeyboardInterrupt what is there is saved and the rest noted as missing, and then it is
        raised again.
        """
        self._waiting = [one for one in sources if self.wanted.intersection(one.kinds)]
        try:
            self._start_ready()
            while self._running:
                self._wait_for_one()
                self._start_ready()
        except BaseException:
            self._abandon()
            raise

    def _start_ready(self) -> None:
        provided = {kind for one in self._waiting for kind in one.kinds}
        provided |= {kind for run in self._running.values() for kind in run.source.kinds}
        for source in list(self._waiting):
            if not provided.intersection(source.after):
                self._waiting.remove(source)
                self._start(source)

    def _start(self, source: Source) -> None:
        name = source.name
        gathering = Gathering(
            self.config,
            Deadline.after(source.budget * self.budget_factor),
            self.wanted.intersection(source.kinds),
            self.writer,
            lambda done, total: self.progress.moved(name, done, total),
        )
        run = _Run(source, gathering)
        self._running[name] = run
        self.progress.started(name)
        threading.Thread(
            target=self._collect, args=(run,), name=f"source-{name}", daemon=True
        ).start()

    def _collect(self, run: _Run) -> None:
        """In the source's thread. Whatever it raises is a value for the waiting side."""
        try:
            run.source.collect(run.gathering)
        except BaseException as error:  # noqa: BLE001 - one source must cost only itself
            self._ended.put((run, error))
        else:
            self._ended.put((run, None))

    def _wait_for_one(self) -> None:
        soonest = min(run.gathering.deadline.at for run in self._running.values())
        try:
            # half a second of grace: a source that minds its deadline says better what is missing
            run, error = self._ended.get(timeout=max(0.0, soonest + 0.5 - time.monotonic()))
        except Empty:
            late = min(self._running.values(), key=lambda one: one.gathering.deadline.at)
            self._finish(late, TimeoutError("the time for this source was used up"))
        else:
            if self._running.get(run.source.name) is run:
                self._finish(run, error)

    def _finish(self, run: _Run, error: BaseException | None) -> None:
        """Close a source: what it did not give is missing, for the reason that its error names."""
        del self._running[run.source.name]
        run.gathering.closed = True
        if isinstance(error, OSError) and error.errno in _DISK_FAULTS:
            raise error
        missing = _missing(error)
        for kind in run.gathering.wanted:
            if error is not None or not self.writer.held(kind):
                self.writer.fail(kind, missing)
        self.writer.save(tuple(run.gathering.wanted))
        took = time.monotonic() - run.began
        outcome = f"{took:5.1f} s" if error is None else f"{took:5.1f} s  {missing.detail}"
        self.progress.finished(run.source.name, outcome)

    def _abandon(self) -> None:
        """Keep what the running sources have so far; used when the scan itself is interrupted."""
        for run in self._running.values():
            run.gathering.closed = True
        for source in [run.source for run in self._running.values()] + self._waiting:
            kinds = self.wanted.intersection(source.kinds)
            for kind in kinds:
                self.writer.fail(kind, Missing(Reason.TIMEOUT, "the scan was interrupted"))
            self.writer.save(tuple(kinds))


def _missing(error: BaseException | None) -> Missing:
    """What an ended source says about the evidence that it did not give."""
    if error is None:
        return Missing(Reason.BUG, "the source ended without giving this evidence")
    if isinstance(error, Unavailable):
        return error.missing
    if isinstance(error, TimeoutError):
        return Missing(Reason.TIMEOUT, str(error) or "the time for this source was used up")
    log.error("a source failed", exc_info=error)
    return Missing(Reason.BUG, f"{type(error).__name__}: {error}")


_DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO)
"""A disk that is full or gone ends the scan; any other OSError is the source's own affair."""
