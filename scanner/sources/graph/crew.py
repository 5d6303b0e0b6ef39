"""A few daemon threads that work off jobs side by side and can be left behind at the deadline."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scanner.deadline import Deadline

_GRACE = 0.4
Job = Callable[[], "Iterable[Job] | None"]
"""One piece of work; it may name more work that only now is known."""


@dataclass(slots=True)
class Crew:
    """Runs jobs on up to `size` threads. `told` hears how many are done, and of how many."""

    size: int
    told: Callable[[int, int | None], None]
    _jobs: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _given: int = 0
    _done: int = 0
    _error: BaseException | None = None

    def run(self, jobs: Iterable[Job], deadline: Deadline) -> bool:
        """Do the jobs; False when the deadline came first. Raises what a job raised."""
        self._give(jobs)
        for _ in range(self.size):
            threading.Thread(target=self._work, name="graph", daemon=True).start()
        with self._changed:
            # a moment of grace: a job that minds the deadline says better what is missing
            finished = self._changed.wait_for(self._over, timeout=deadline.remaining() + _GRACE)
        for _ in range(self.size):
            self._jobs.put(None)
        if self._error is not None:
            raise self._error
        return finished

    def _over(self) -> bool:
        return self._done == self._given or self._error is not None

    def _give(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._given += 1
            self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            error: BaseException | None = None
            more: list[Job] = []
            try:
                more = list(job() or ())
            except Exception as raised:  # noqa: BLE001 - raised again in the thread that waits
                error = raised
            with self._changed:
                self._give(more)
                self._done += 1
                self._error = self._error or error
                self.told(self._done, self._given)
                self._changed.notify_all()
