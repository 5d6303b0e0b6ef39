"""Driving a fleet: submit, try again what may be mended, judge what comes, and note every outcome."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.folder import EvidenceError, write_atomically
from scanner.fleet.engine import Engine
from scanner.fleet.job import Collected, TransientError, collect_one
from scanner.fleet.model import Job, Outcome, State
from scanner.result import RunResult
from scanner.scan import Options, Parts, rejudge
from scanner.select import Selection

log = logging.getLogger("emsready.fleet")
LEDGER = "fleet.json"
_PAUSE = 1.0


@dataclass(slots=True)
class Fleet:
    """One pass over all customers. `state_of` says what a judged run comes to.

    `ledger` is written after every outcome, so that a pass that was cut off can be resumed.
    """

    out: Path
    engine: Engine
    parts: Parts
    options: Options
    retries: int
    state_of: Callable[[RunResult], State]
    told: Callable[[Outcome], None] = lambda _: None
    collect: Callable[[Job], Collected] = collect_one
    pause: float = _PAUSE
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _waiting: dict[Future[Any], Job] = field(default_factory=dict)

    def run(self, jobs: Iterable[Job], *, resume: bool = False) -> dict[str, Outcome]:
        """Take every customer to exactly one outcome. Raises KeyboardInterrupt, OSError."""
        before = read_ledger(self.out) if resume else {}
        for job in jobs:
            held = before.get(job.folder)
            if held is not None and held.state.final:
                self.outcomes[job.folder] = held
            else:
                self.outcomes[job.folder] = Outcome(job.name, job.folder)
                self._submit(job)
        self._note()
        while self._waiting:
            done, _ = wait(self._waiting, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(future, self._waiting.pop(future))
        return self.outcomes

    def _submit(self, job: Job) -> None:
        held = self.outcomes[job.folder]
        self.outcomes[job.folder] = replace(held, attempts=held.attempts + 1)
        self._waiting[self.engine.submit(self.collect, job)] = job

    def _settle(self, future: Future[Any], job: Job) -> None:
        """What one try came to: an outcome, or another try."""
        try:
            collected: Collected = future.result()
        except TransientError as error:
            self._again(job, str(error))
        except Exception as error:  # noqa: BLE001 - a lost worker or scheduler, in the engine's own words
            log.warning("the engine lost %s: %r", job.name, error)
            self._renew()
            self._again(job, f"it was lost on its way: {type(error).__name__}")
        else:
            self._end(job, *self._judged(job, collected), collected.seconds)

    def _renew(self) -> None:
        """After a fault of the engine: connect again, and give it anew what it no longer knows."""
        if any(not future.done() for future in self._waiting):
            return  # it still works on something, so it was one worker and not the engine
        time.sleep(self.pause)
        self.engine.renew()

    def _again(self, job: Job, told: str) -> None:
        if self.outcomes[job.folder].attempts > self.retries:
            self._end(job, State.FAILED, told)
            return
        time.sleep(self.pause)
        try:
            self._submit(job)
        except Exception as error:  # noqa: BLE001 - the engine is gone for good
            self._end(job, State.FAILED, f"{told}; the engine is gone: {type(error).__name__}")

    def _judged(self, job: Job, collected: Collected) -> tuple[State, str]:
        """Judge the evidence into the customer's folder; a fault here costs this customer only."""
        if not collected.archive:
            return collected.state, collected.detail
        try:
            with tempfile.TemporaryDirectory(prefix="emsready-fleet-") as folder:
                archive = Path(folder) / "evidence.zip"
                archive.write_bytes(collected.archive)
                options = replace(self.options, selection=Selection(only=job.only))
                result = rejudge([archive], self.parts, options, self.out / job.folder)
        except (OSError, EvidenceError) as error:
            return State.FAILED, f"it could not be judged: {error}"
        return self.state_of(result), ", ".join(result.summary.incomplete[:5])

    def _end(self, job: Job, state: State, detail: str, seconds: float = 0.0) -> None:
        held = self.outcomes[job.folder]
        made = replace(held, state=state, detail=detail, seconds=seconds)
        self.outcomes[job.folder] = made
        self._note()
        self.told(made)

    def _note(self) -> None:
        write_atomically(self.out / LEDGER, encode(self.outcomes))


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
