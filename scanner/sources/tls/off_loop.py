"""Blocking work beside an event loop, on daemon threads that nobody ever waits for.

The loop's own executor is joined when the loop ends; a look-up that hangs would hold the scan up.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


async def off_loop(work: Callable[[], T]) -> T:
    """What `work` returns, or raises, in a thread of its own: for work that may never end.

    When the caller is cancelled, the thread is left behind.
    """
    future, run = _prepared(work)
    threading.Thread(target=run, name="tls-look-up", daemon=True).start()
    return await future


class Worker:
    """One thread that computes, job after job: for work that is bounded and must not stop the loop."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._work, name="tls-worker", daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` returns, or raises."""
        future, run = _prepared(work)
        self._jobs.put(run)
        return await future

    def _work(self) -> None:
        while True:
            self._jobs.get()()


def _prepared(work: Callable[[], T]) -> tuple[asyncio.Future[T], Callable[[], None]]:
    """A future, and a function for another thread that settles it with the outcome of the work."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # what `work` returned

    def run() -> None:
        result, raised = None, None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            raised = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, raised)

    return future, run
