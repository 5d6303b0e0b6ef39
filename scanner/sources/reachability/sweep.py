"""Connecting to everything: three passes, pacing behind a limit, a breaker where nothing gets out.

Only silence goes on to the next pass; open, refused and rejected are final. A refusal is confirmed
once with few connections at a time, because a limit on connections refuses too.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from scanner.evidence.reachability import Attempt
from scanner.sources.reachability.connect import Address, Connected, connect, drop
from scanner.sources.reachability.edge import TIMEOUTS, Edge

_SAMPLE = 50
_BREAKER_FROM = 100  # fewer connections than this say too little about the way out
_BREAKER_AFTER = 500
_CONFIRM_WIDTH = 4
_CONFIRM_ENOUGH = 40
_CANARY_EVERY = 8
_FASTEST, _SLOWEST = 300.0, 2.0
_MARGIN = 1.15
_SLOWER = 1.3
_LIMIT_SHARE = 0.1  # opened late, of all that opened: more than a lossy path makes
_LIMIT_LEAST = 5


@dataclass(slots=True, eq=False)
class Leg:
    """One address to connect to on behalf of a target; `target` is the caller's own mark."""

    target: object
    address: Address
    outcome: str = ""
    tries: int = 0
    ms: float = 0.0
    icmp: str = ""
    offender: str = ""

    def attempt(self) -> Attempt:
        """The evidence of it."""
        outcome = self.outcome or "unknown"
        where = self.address[0]
        return Attempt(where, outcome, self.tries, round(self.ms, 1), self.icmp, self.offender)


@dataclass(slots=True)
class Shape:
    """How a sweep went."""

    breaker: bool = False
    limited_at: float = 0.0
    connection_limit: bool = False
    throttled: bool = False
    passes: list[tuple[int, int, float]] = field(default_factory=list)  # tried, opened, seconds


Opened = Callable[[Leg, socket.socket], None]


class Sweep:
    """One sweep over the legs.

    `opened` takes over each open socket and frees its descriptor later; `settled` waits until what
    was taken over so far is done.
    """

    def __init__(
        self,
        edge: Edge,
        legs: Sequence[Leg],
        opened: Opened,
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self.edge = edge
        self.legs = legs
        self.shape = Shape()
        self._opened = opened
        self._settled = settled
        self._stopped = False
        self._tried = self._answered = 0

    async def run(self) -> Shape:
        """Connect, as far as the deadline lets. A leg that was not tried keeps an empty outcome."""
        await self._wave(self.legs, TIMEOUTS[0], watched=True)
        if self._stopped or (not self._answered and len(self.legs) >= _BREAKER_FROM):
            if not await self._sample():
                self.shape.breaker = True
                return self.shape
            self._stopped = False
            await self._wave([leg for leg in self.legs if not leg.outcome], TIMEOUTS[0])
        for seconds in TIMEOUTS[1:]:
            silent = self._silent()
            if not silent:
                break
            if await self._wave(silent, seconds):
                await self._paced()
                break
        await self._doubt_silence()
        await self._confirm_refusals()
        return self.shape

    def _silent(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.outcome == "timeout"]

    async def _wave(self, legs: Iterable[Leg], seconds: float, *, watched: bool = False) -> int:
        """Try each once, as many side by side as the window lets; how many opened."""
        tried = list(legs)
        began, before = time.monotonic(), self._open_count()
        await asyncio.gather(*(self._in_window(leg, seconds, watched=watched) for leg in tried))
        opened = self._open_count() - before
        self.shape.passes.append((len(tried), opened, time.monotonic() - began))
        return opened

    def _open_count(self) -> int:
        return sum(leg.outcome == "open" for leg in self.legs)

    async def _in_window(self, leg: Leg, seconds: float, *, watched: bool = False) -> None:
        async with self.edge.slot(leg.address):
            await self.edge.turn()
            if not self._stopped and self.edge.deadline.remaining() > 0:
                await self._try(leg, seconds)
        if watched and not self._answered and self._tried >= _BREAKER_AFTER:
            self._stopped = True

    async def _try(self, leg: Leg, seconds: float) -> None:
        await self.edge.hold()
        try:
            found = await connect(leg.address, min(seconds, self.edge.deadline.remaining()))
        except BaseException:
            self.edge.free()
            raise
        self._note(leg, found)
        if found.sock is None:
            self.edge.free()
            return
        if leg.tries == 1:
            self.edge.widen()
        self._opened(leg, found.sock)

    def _note(self, leg: Leg, found: Connected) -> None:
        leg.tries += 1
        leg.outcome, leg.ms = found.outcome, found.ms
        if found.icmp:
            leg.icmp, leg.offender = found.icmp.word, found.icmp.offender
        self._tried += 1
        self._answered += found.outcome not in ("timeout", "no-route")

    async def _sample(self) -> bool:
        """Whether anything at all answers a longer attempt, from everywhere in the list."""
        tried = [leg for leg in self.legs if leg.outcome]
        step = max(1, len(tried) // _SAMPLE)
        self._stopped = False
        await self._wave(tried[::step][:_SAMPLE], TIMEOUTS[2])
        sampled = [leg for leg in tried if leg.tries > 1]
        if sampled and all(leg.outcome == "no-route" for leg in sampled):
            for leg in tried:
                leg.outcome = "no-route"  # no neighbour answers: the same for all behind it
        return self._answered > 0

    async def _paced(self) -> None:
        """Go on slowly, round after round, while new ones open."""
        late = self._late()
        rate = max(opened / max(1.0, seconds) for _, opened, seconds in self.shape.passes)
        self.edge.rate = min(_FASTEST, max(_SLOWEST, rate / _MARGIN))
        canary = self._canary()
        began = time.monotonic()
        while (left := self._silent()) and self.edge.deadline.remaining() > 0:
            if not await self._round(left, canary):
                break
        gained = self._late() - late
        seconds = time.monotonic() - began
        if self._late() >= max(_LIMIT_LEAST, _LIMIT_SHARE * self._open_count()):
            self.shape.limited_at = round(gained / seconds if gained else self.edge.rate, 1)
        else:
            self.edge.rate = 0.0
        if self.edge.deadline.remaining() <= 0:
            for leg in self._silent():
                leg.outcome = ""  # its turn never came: nothing is known

    def _late(self) -> int:
        return sum(leg.outcome == "open" and leg.tries > 1 for leg in self.legs)

    def _canary(self) -> Address | None:
        """An address that is known to be open."""
        return next((leg.address for leg in self.legs if leg.outcome == "open"), None)

    async def _round(self, legs: list[Leg], canary: Address | None) -> int:
        """Each of them once, at the edge's pace; how many opened."""
        before = self._open_count()
        async with asyncio.TaskGroup() as tasks:
            for number, leg in enumerate(legs):
                await self.edge.turn()
                if self.edge.deadline.remaining() <= 0:
                    break
                tasks.create_task(self._try(leg, TIMEOUTS[0]))
                if canary and number % _CANARY_EVERY == _CANARY_EVERY - 1:
                    tasks.create_task(self._check_canary(canary))
        return self._open_count() - before

    async def _check_canary(self, canary: Address) -> None:
        """A known open address that stays silent now: we are still too fast."""
        await self.edge.turn()
        if not await self._alive(canary, TIMEOUTS[0]):
            self.edge.rate = max(_SLOWEST, self.edge.rate / _SLOWER)

    async def _alive(self, address: Address, seconds: float) -> bool:
        found = await connect(address, min(seconds, max(0.01, self.edge.deadline.remaining())))
        if found.sock:
            drop(found.sock)
        return found.sock is not None

    async def _doubt_silence(self) -> None:
        """Silence means nothing where an address that was open has fallen silent too."""
        canary, silent = self._canary(), self._silent()
        if not (canary and silent) or self.edge.deadline.remaining() <= 0:
            return
        for seconds in TIMEOUTS:
            if await self._alive(canary, seconds):
                return
        self.shape.throttled = True
        for leg in silent:
            leg.outcome = ""

    async def _confirm_refusals(self) -> None:
        """Try refused ones again, a few at a time: a limit on connections lets them in then."""
        refused = self._refused()
        if not refused or self.edge.deadline.remaining() <= 0:
            return
        if self._open_count() and len(refused) >= _BREAKER_FROM // 10:
            await self._settled()
        for at in range(0, len(refused), _CONFIRM_WIDTH):
            batch = refused[at : at + _CONFIRM_WIDTH]
            await asyncio.gather(*(self._again(leg) for leg in batch))
            done = sum(leg.tries > 1 for leg in refused)
            if done >= _CONFIRM_ENOUGH and not self.shape.connection_limit:
                return
            if self.shape.connection_limit:
                await self._settled()

    def _refused(self) -> list[Leg]:
        served = {id(leg.target) for leg in self.legs if leg.outcome == "open"}
        return [
            leg for leg in self.legs if leg.outcome == "refused" and id(leg.target) not in served
        ]

    async def _again(self, leg: Leg) -> None:
        await self.edge.turn()
        if self.edge.deadline.remaining() > 0:
            await self._try(leg, TIMEOUTS[0])
            if leg.outcome == "open":
                self.shape.connection_limit = True
            elif leg.outcome == "timeout":
                leg.outcome = "refused"
