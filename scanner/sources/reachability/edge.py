"""The way out as a thing with limits: how many connections at once, how fast new ones may follow.

An edge that limits new connections makes open ports look blocked. It is recognised by this: a later
attempt opens what an earlier one could not. From then on everything new waits for its turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Iterator

from scanner.deadline import Deadline
from scanner.sources.reachability.connect import Address, Connected, connect

TIMEOUTS = (1.0, 2.1, 3.2)
"""Seconds of the three attempts: Linux repeats a SYN after 1 and 3 s, so they hold 1, 2, 3 SYNs."""
_FIRST_WINDOW = 500
_WIDEST_WINDOW = 4000
_PER_ADDRESS = 16
_RESERVE = 120  # descriptors left to the rest of the process
_SHORT_WAIT = 0.3


class Edge:
    """What all connections of one run share. `rate` is new connections per second, 0 = as they come."""

    def __init__(self, deadline: Deadline, descriptors: int) -> None:
        self.deadline = deadline
        self.rate = 0.0
        self._most = max(32, min(_WIDEST_WINDOW, descriptors - _RESERVE))
        self._size = min(_FIRST_WINDOW, self._most)
        self._window = asyncio.Semaphore(self._size)
        self._held = asyncio.Semaphore(self._most)
        self._addresses: dict[str, asyncio.Semaphore] = {}
        self._next = 0.0

    @contextlib.asynccontextmanager
    async def slot(self, address: Address) -> AsyncIterator[None]:
        """A place in the window of connections being opened; not too many to one address."""
        own = self._addresses.setdefault(address[0], asyncio.Semaphore(_PER_ADDRESS))
        async with own, self._window:
            yield

    def widen(self) -> None:
        """Something opened at once: one more place in the window."""
        if self._size < self._most and not self.rate:
            self._size += 1
            self._window.release()

    async def hold(self) -> None:
        """Take one of the descriptors that may be open at once; `free` gives it back."""
        await self._held.acquire()

    def free(self) -> None:
        """Give a descriptor back."""
        self._held.release()

    async def turn(self) -> None:
        """Wait until a new connection may follow the one before."""
        if not self.rate:
            return
        now = time.monotonic()
        self._next = max(self._next, now) + 1 / self.rate
        await asyncio.sleep(max(0.0, self._next - 1 / self.rate - now))

    async def reach(self, address: Address, segment: int = 0) -> tuple[Connected, int]:
        """A follow-up connection to an address that opened before, with retries.

        The number is the attempt that ended it.
        """
        found = Connected("timeout", 0.0)
        for number, seconds in enumerate(TIMEOUTS, 1):
            await self.turn()
            if self.deadline.remaining() <= 0:
                break
            found = await connect(address, min(seconds, self.deadline.remaining()), segment)
            if found.outcome == "refused" and number < len(TIMEOUTS):
                await asyncio.sleep(_SHORT_WAIT)  # a limit on connections refuses, then lets in
            elif found.outcome != "timeout":
                return found, number
        return found, len(TIMEOUTS)


@contextlib.contextmanager
def descriptors() -> Iterator[int]:
    """How many descriptors may be open: the soft limit is lifted for the time being, where it can."""
    if sys.platform == "win32":
        yield 2048
        return
    import resource  # noqa: PLC0415 - not there on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    wanted = _WIDEST_WINDOW + _RESERVE
    lifted = max(soft, wanted if unlimited else min(hard, wanted))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (lifted, hard))
    try:
        yield resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    finally:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
