"""What a source is, and what the collector hands to it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.envelope import Missing
from scanner.subject import Subject
from scanner.text import said
from scanner.words import Reason

T = TypeVar("T")


class Unavailable(Exception):  # noqa: N818 - it says what the evidence is
    """Raised by a source for all evidence that it has not given yet: why it cannot be had.

    A detail with values in it is given as Said, so that it can be translated.
    """

    def __init__(self, reason: Reason, detail: str, permission: str = "") -> None:
        super().__init__(detail)
        self.missing = Missing(reason, detail, permission)


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """One thing that a scan would touch, for `preview`: a host and port, an API call or a file."""

    source: str
    target: str
    protocol: str
    purpose: str
    permission: str = ""


class StreamWriter(Protocol):
    """Where a source puts what comes by the thousand. Kept on disk as it arrives."""

    def add(self, item: object) -> None:
        """Keep one object."""

    def end(self, missing: Missing | None = None) -> None:
        """Close the stream. With a Missing, what was read is a part only, for that reason."""


class Gather(Protocol):
    """What the collector hands to a source: settings, time, and where evidence goes."""

    config: Config
    deadline: Deadline
    wanted: frozenset[type]

    def put(self, item: object) -> None:
        """Keep one piece of evidence; a second one of the same type and subject replaces it."""

    def miss(self, kind: type, missing: Missing, subject: Subject | None = None) -> None:
        """Say that evidence of that type (about that subject, or at all) could not be had."""

    def nothing(self, kind: type) -> None:
        """Say that it was looked for evidence of that type and that there is none to be had.

        Checks that are called once per subject are then not applicable, instead of not assessed.
        """

    def stream(self, kind: type) -> StreamWriter:
        """Open the stream of that type."""

    def seen(self, kind: type[T]) -> T | Missing:
        """Evidence of another source, named in `after`: one object per run."""

    def seen_all(self, kind: type[T]) -> list[T]:
        """Evidence of another source, named in `after`: what was had of all subjects."""

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how far the source is."""


class Source(Protocol):
    """One source of evidence. It does I/O within the deadline and never judges."""

    name: str
    kinds: tuple[type, ...]
    after: tuple[type, ...]
    budget: float

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterable[Contact]:
        """What collecting would touch, without touching it."""

    def collect(self, gather: Gather) -> None:
        """Gather the wanted evidence. Raises Unavailable for what cannot be had."""


@runtime_checkable
class Proofread(Protocol):
    """A source of files that people write, which can be asked beforehand whether they can be used.

    A mistake there is one of configuration, told before anything is touched; no missing evidence.
    """

    def proofread(self, config: Config, questions: Collection[str]) -> None:
        """Raises ConfigError naming every mistake. `questions` are the ids that checks ask for."""


def secret(variable: str) -> str:
    """A secret from the environment. Raises Unavailable(denied) naming the variable when unset."""
    value = os.environ.get(variable, "")
    if not value:
        raise Unavailable(
            Reason.DENIED,
            said("the environment variable {name} is not set; put the secret there", name=variable),
        )
    return value
