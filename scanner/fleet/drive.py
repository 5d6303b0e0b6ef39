"""Driving a fleet: submit, try again what may be mended, judge what comes, and note every outcome."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.folder import EvidenceError, write_atomically
from scanner.fleet.engine import Engine
from scanner.fleet.job import Collected, TransientError, collect_one
from scanner.fleet.model import Job, Outcome, State

log = logging.getLogger("emsready.fleet")
LEDGER = "fleet.json"
_PAUSE = 1.0
_SHARE = 20
"""The ledger takes at most one part in so many of the time, however many customers there are."""

Judge = Callable[[Job, bytes], tuple[State, str]]
"""Judges an archive of evidence into the customer's folder; its state, and what to say about it."""


@dataclass(slots=True)
class Fleet:
    """One pass over all customers. `judges` runs the judging, so that none waits for another.

    Only as many customers are under way as can be worked on, so that neither jobs nor archives of
    evidence pile up. The ledger is kept up to date, so that a pass that was cut off can be resumed.
    """

    out: Path
    engine: Engine
    judges: Executor
    judge: Judge
    retries: int
    told: Callable[[Outcome], None] = lambda _: None
    collect: Callable[[Job], Collected] = collect_one
    pause: float = _PAUSE
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _pending: deque[Job] = field(default_factory=deque)
    _collecting: dict[Future[Any], Job] = field(default_factory=dict)
    _judging: dict[Future[Any], tuple[Job, float]] = field(default_factory=dict)
    _note_from: float = 0.0
    _noted: bool = True

    def run(
        self, jobs: Iterable[Job], *, resume: bool = False, others: Sequence[Job] = ()
    ) -> dict[str, Outcome]:
        """Take every customer to exactly one outcome; `others` keep the one that they have.

        Raises KeyboardInterrupt, OSError when the ledger cannot be written.
        """
        before = read_ledger(self.out) if resume or others else {}
        for job in others:
            self.outcomes[job.folder] = before.get(job.folder, Outcome(job.name, job.folder))
        for job in jobs:
            held = before.get(job.folder) if resume else None
            if held is not None and held.state.final:
                self.outcomes[job.folder] = held
            else:
                self.outcomes[job.folder] = Outcome(job.name, job.folder)
                self._pending.append(job)
        self._note(now=True)
        try:
            while self._pending or self._collecting or self._judging:
                self._fill()
                self._wait()
                self._note()
        finally:
            self._note(now=True)
        return self.outcomes

    def _fill(self) -> None:
        """Give the engine work, but not more than is judged."""
        limit = 2 * self.engine.width
        while self._pending and len(self._collecting) + len(self._judging) < limit:
            self._submit(self._pending.popleft())

    def _submit(self, job: Job) -> None:
        held = self.outcomes[job.folder]
        self.outcomes[job.folder] = replace(held, attempts=held.attempts + 1)
        try:
            future = self.engine.submit(self.collect, job)
        except Exception as error:  # noqa: BLE001 - the engine is gone for good, in its own words
            told = f"{held.detail}; " if held.detail else ""
            self._end(job, State.FAILED, f"{told}the engine is gone: {type(error).__name__}")
        else:
            self._collecting[future] = job

    def _wait(self) -> None:
        """Until something has ended, or the ledger wants to be written."""
        under_way = [*self._collecting, *self._judging]
        if not under_way:
            return
        seconds = None if self._noted else max(0.0, self._note_from - time.monotonic())
        done, _ = wait(under_way, timeout=seconds, return_when=FIRST_COMPLETED)
        for future in done:
            if future in self._collecting:
                self._collected(future, self._collecting.pop(future))
            else:
                self._judged(future, *self._judging.pop(future))

    def _collected(self, future: Future[Any], job: Job) -> None:
        """What one try came to: evidence to be judged, an outcome, or another try."""
        try:
            found: Collected = future.result()
        except TransientError as error:
            self._again(job, str(error))
        except Exception as error:  # noqa: BLE001 - a lost worker or scheduler, in the engine's own words
            log.warning("the engine lost %s: %r", job.name, error)
            self._renew()
            self._again(job, f"it was lost on its way: {type(error).__name__}")
        else:
            if found.archive:
                judging = self.judges.submit(self.judge, job, found.archive)
                self._judging[judging] = (job, found.seconds)
            else:
                self._end(job, found.state, found.detail, found.seconds)

    def _judged(self, future: Future[Any], job: Job, seconds: float) -> None:
        """A fault while judging costs this customer only."""
        try:
            state, detail = future.result()
        except Exception as error:  # noqa: BLE001 - whatever it was, the others go on
            log.warning("judging %s failed: %r", job.name, error)
            state, detail = State.FAILED, f"it could not be judged: {error}"
        self._end(job, state, detail, seconds)

    def _renew(self) -> None:
        """After a fault of the engine: connect again, and give it anew what it no longer knows."""
        if any(not future.done() for future in self._collecting):
            return  # it still works on something, so it was one worker and not the engine
        time.sleep(self.pause)
        self.engine.renew()

    def _again(self, job: Job, told: str) -> None:
        """Put it behind the others, which gives time for what may pass by itself."""
        held = self.outcomes[job.folder]
        if held.attempts > self.retries:
            self._end(job, State.FAILED, told)
            return
        self.outcomes[job.folder] = replace(held, detail=told)
        if not self._pending:
            time.sleep(self.pause)
        self._pending.append(job)

    def _end(self, job: Job, state: State, detail: str, seconds: float = 0.0) -> None:
        held = self.outcomes[job.folder]
        made = replace(held, state=state, detail=detail, seconds=seconds)
        self.outcomes[job.folder] = made
        self._noted = False
        self.told(made)

    def _note(self, *, now: bool = False) -> None:
        """Write the ledger where something changed, and where that does not take too much time."""
        began = time.monotonic()
        if now or (not self._noted and began >= self._note_from):
            write_atomically(self.out / LEDGER, encode(self.outcomes))
            ended = time.monotonic()
            self._note_from = ended + _SHARE * (ended - began)
            self._noted = True


def read_ledger(out: Path) -> Mapping[str, Outcome]:
    """The outcomes of the pass before; empty where there was none. Raises EvidenceError."""
    try:
        return decode((out / LEDGER).read_bytes(), dict[str, Outcome])
    except FileNotFoundError:
        return {}
    except CodecError as error:
        raise EvidenceError(
            f"{out / LEDGER}: {error}; remove it and start without --resume"
        ) from error
