"""Which permission an address of the lab's Graph needs, and what a client does wrong there."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from scanner.evidence.envelope import GraphCall, kind_of
from scanner.evidence.graph import throttle_class_of
from scanner.evidence.permissions import satisfied
from scanner.sources.graph.source import GraphSource


@cache
def _calls() -> tuple[GraphCall, ...]:
    """Every call of the product, once."""
    return tuple(
        dict.fromkeys(call for kind in GraphSource().kinds for call in kind_of(kind).calls)
    )


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], GraphCall], ...]:
    return tuple(
        (re.compile(f"^{re.escape(one.path).replace(re.escape('{id}'), '[^/]+')}$"), one)
        for one in _calls()
    )


def call_for(version: str, path: str) -> GraphCall | None:
    """The declared call that an address belongs to."""
    return next(
        (call for pattern, call in _patterns() if call.version == version and pattern.match(path)),
        None,
    )


def every_permission(*, delegated: bool = False) -> tuple[str, ...]:
    """All permissions that the product could ask for."""
    names = (
        name
        for call in _calls()
        for name in ((call.delegated or call.permissions) if delegated else call.permissions)
    )
    return tuple(sorted(set(names)))


def lacking(call: GraphCall, granted: frozenset[str], *, delegated: bool) -> tuple[str, ...]:
    """The permissions of a call that were not granted; its delegated ones where only they exist."""
    if not delegated and call.delegated_only:
        return call.delegated
    needed = (call.delegated or call.permissions) if delegated else call.permissions
    held = satisfied(granted)
    return tuple(one for one in needed if one.casefold() not in held)


@dataclass(slots=True)
class Limits:
    """Throttling by class as the service does it. `rates`: so many requests in so many seconds.

    `penalty` is what a client is asked to wait, in seconds; asking meanwhile is a mistake.
    """

    rates: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    penalty: float = 1.0
    _seen: dict[str, deque[float]] = field(default_factory=dict)
    _closed: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, path: str) -> str:
        """Empty where the request is admitted; otherwise 'late' or, while closed, 'early'."""
        name = throttle_class_of(path)
        if name not in self.rates:
            return ""
        count, seconds = self.rates[name]
        with self._lock:
            now = time.monotonic()
            if now < self._closed.get(name, 0.0):
                return "early"
            seen = self._seen.setdefault(name, deque(maxlen=count))
            # some grace: what leaves in time may arrive closer together on a busy machine
            if len(seen) == count and now - seen[0] < seconds * 0.6:
                self._closed[name] = now + self.penalty
                return "late"
            seen.append(now)
            return ""
