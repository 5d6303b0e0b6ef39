"""Work side by side on daemon threads: results as they come, and never a wait past the deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from scanner.deadline import Deadline

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Failure:
    error: BaseException


@dataclass(frozen=True, slots=True)
class _Done(Generic[T, R]):
    item: T
    result: R | _Failure


def side_by_side(
    items: Sequence[T], work: Callable[[T], R], *, width: int, deadline: Deadline
) -> Iterator[tuple[T, R]]:
    """Each item with its result, in the order in which they finish.

    Ends when all are done, or at the deadline: threads that still hang are left behind, and no new
    item is begun. What `work` raises is raised here.
    """
    waiting: SimpleQueue[T] = SimpleQueue()
    for item in items:
        waiting.put(item)
    done: SimpleQueue[_Done[T, R]] = SimpleQueue()

    def labour() -> None:
        while deadline.remaining() > 0:
            try:
                item = waiting.get_nowait()
            except Empty:
                return
            try:
                result: R | _Failure = work(item)
            except BaseException as error:  # noqa: BLE001 - handed over to the side that waits
                result = _Failure(error)
            done.put(_Done(item, result))

    for _ in range(min(width, len(items))):
        threading.Thread(target=labour, daemon=True).start()
    for _ in items:
        try:
            one = done.get(timeout=deadline.left(deadline.remaining()))
        except (Empty, TimeoutError):
            return
        if isinstance(one.result, _Failure):
            raise one.result.error
        yield one.item, one.result
