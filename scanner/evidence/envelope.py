"""The envelope of evidence: what a kind of it is called, and what stands for its absence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from scanner.text import Said, Saved
from scanner.words import Cloud, Reason


@dataclass(frozen=True, slots=True)
class Missing:
    """Evidence that could not be had. It is evidence too: never an empty list, never a fail.

    `detail` says what happened in the words of the source; `permission` names what a denied call
    lacks. A detail given as Said can be translated: `words` keeps the sentence behind it.
    """

    reason: Reason
    detail: str = ""
    permission: str = ""
    words: Saved | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if isinstance(self.detail, Said):
            object.__setattr__(self, "words", Saved.of(self.detail))
            object.__setattr__(self, "detail", str(self.detail))

    @property
    def said(self) -> Said:
        """The detail as words of the product, for a value of another sentence."""
        if self.words is not None:
            try:
                found = self.words.said()
            except ValueError:
                return Said.of(self.detail)  # evidence may be foreign
            if found == self.detail:
                return found
        return Said.of(self.detail)


@dataclass(frozen=True, slots=True)
class GraphCall:
    """One Microsoft Graph read, declared beside the evidence that it feeds.

    `permissions` are the least application permissions that it needs, all of them; an empty tuple
    means that the call is offered for delegated sign-in only. `delegated` are the delegated ones
    where they differ. `properties` are read without being selected, `a/b` below an object.
    A status in `absence` says that the thing does not exist, which is evidence and no failure.
    `local` says that a list whose $filter is refused may be read whole, because every check looks
    at the filtered property itself. `eventual` asks for an advanced query. Of a `sample` the first
    page is enough.
    """

    path: str
    select: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    permissions: tuple[str, ...] = ()
    delegated: tuple[str, ...] = ()
    version: str = "v1.0"
    throttle_class: str = "identity"
    properties: tuple[str, ...] = ()
    absence: tuple[int, ...] = ()
    local: bool = False
    eventual: bool = False
    sample: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """The permissions to ask for, application ones first; delegated where no other is offered."""
        return self.permissions or self.delegated

    @property
    def delegated_only(self) -> bool:
        """Whether no application permission covers the call."""
        return not self.permissions


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence: its permanent name, its type, and where it comes from."""

    name: str
    type: type
    source: str
    per_subject: bool
    stream: bool
    calls: tuple[GraphCall, ...] = ()

    @property
    def label(self) -> str:
        """The name in words, as sentences and catalogues have it."""
        return self.name.replace("-", " ")

    @property
    def permissions(self) -> tuple[str, ...]:
        """The application permissions that reading this kind needs."""
        return tuple(dict.fromkeys(p for call in self.calls for p in call.permissions))


T = TypeVar("T", bound=type)

_KINDS: dict[type, Kind] = {}
_NAMES: dict[str, Kind] = {}


def evidence(
    name: str, *, source: str, stream: bool = False, calls: tuple[GraphCall, ...] = ()
) -> Callable[[T], T]:
    """Declare a frozen dataclass as a kind of evidence.

    A type with a `subject` property is kept once per subject, any other once per run. With
    `stream` the objects come by the thousand and are kept on disk, one per line.
    Raises ValueError for a name that is taken.
    """

    def register(cls: T) -> T:
        if name in _NAMES and _NAMES[name].type.__qualname__ != cls.__qualname__:
            raise ValueError(f"evidence {name!r} is declared twice")
        per_subject = not stream and hasattr(cls, "subject")
        kind = Kind(name, cls, source, per_subject, stream, calls)
        _KINDS[cls] = _NAMES[name] = kind
        return cls

    return register


def kind_of(cls: type) -> Kind:
    """The kind of a registered evidence type. Raises KeyError for anything else."""
    return _KINDS[cls]


def kind_named(name: str) -> Kind | None:
    """The kind with that name, or None."""
    return _NAMES.get(name)


def is_evidence(cls: object) -> bool:
    """Whether a type was declared as evidence."""
    return cls in _KINDS


def kinds() -> tuple[Kind, ...]:
    """All kinds declared so far, by name."""
    return tuple(_NAMES[name] for name in sorted(_NAMES))


@evidence("header", source="run")
@dataclass(frozen=True, slots=True)
class Header:
    """Where, when and by which version evidence was collected; `collected_at` is now for checks.

    `names` are all names that the environment may go by: tenant id and domains.
    """

    collected_at: datetime
    tool: str
    environment: str
    customer: str = ""
    notice: str = ""
    vantage: str = ""
    cloud: Cloud = Cloud.WORLDWIDE
    schema: int = 1
    complete: bool = False
    names: tuple[str, ...] = ()
