"""How fast each throttle class may be asked: what is documented, and what the service asks for."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

# Requests in so many seconds, https://learn.microsoft.com/graph/throttling-limits. The limit of
# conditional access holds for all applications of a tenant together and comes without Retry-After.
RATES: Mapping[str, tuple[int, float]] = {
    "conditional-access": (1, 1.0),
    "reports": (5, 10.0),
    "service-communications": (240, 60.0),
}
_NEARLY = 0.8  # from here on the service tells how much of a limit is used up


@dataclass(slots=True)
class Pace:
    """When each throttle class may be asked again; shared by all threads, so all slow down."""

    rates: Mapping[str, tuple[int, float]] = field(default_factory=lambda: RATES)
    _until: dict[str, float] = field(default_factory=dict)
    _taken: dict[str, deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: str) -> float:
        """Take the next turn of that class; answers the seconds to wait for it."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._until.get(name, 0.0))
            if name in self.rates:
                count, seconds = self.rates[name]
                taken = self._taken.setdefault(name, deque(maxlen=count))
                if len(taken) == count:
                    turn = max(turn, taken[0] + seconds)
                taken.append(turn)
            return turn - now

    def hold(self, name: str, seconds: float) -> None:
        """Nobody asks that class for so many seconds: requests made meanwhile count as well."""
        with self._lock:
            self._until[name] = max(self._until.get(name, 0.0), time.monotonic() + seconds)

    def heed(self, name: str, share: str) -> None:
        """Slow down where the service says how much of the limit is used up: 0.8 to 1.8 of it."""
        try:
            used = float(share)
        except ValueError:
            return
        if _NEARLY <= used < 10:  # noqa: PLR2004 - anything else is no share
            self.hold(name, used)

    def wait(self, name: str) -> float:
        """Seconds for which that class is held."""
        with self._lock:
            return max(0.0, self._until.get(name, 0.0) - time.monotonic())
