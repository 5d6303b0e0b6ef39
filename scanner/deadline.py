"""Budgets of time. The same object feeds socket timeouts, resolver lifetimes and LDAP limits."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock after which nothing more is waited for."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    def left(self, per_try: float) -> float:
        """Seconds that the next wait may take: the smaller of `per_try` and what is left.

        Raises TimeoutError when the budget is used up.
        """
        rest = self.at - time.monotonic()
        if rest <= 0:
            raise TimeoutError("the time budget is used up")
        return min(per_try, rest)

    def sooner(self, seconds: float) -> Deadline:
        """A part of this budget: that many seconds, or what is left if that is less."""
        return Deadline(min(self.at, time.monotonic() + seconds))
