"""Declaring a check: a decorator over a function or a fold, and what people need to know."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

from scanner.evidence.envelope import Missing, is_evidence, kind_of
from scanner.findings import Finding, Step, step
from scanner.question import Question
from scanner.text import Text
from scanner.words import Effort, Owner, Phase, Severity, Topic

T = TypeVar("T")


class Fold(Generic[T]):
    """A check over a stream: made with the evidence it needs, shown each object, asked at the end.

    A subclass annotates the parameter of `see` with the evidence type of its stream. All folds over
    one stream share a single reading of it.

    To compare its objects with those of other streams, it has a method for each of them whose name
    begins with `see_` and whose parameter is annotated alike: `see_user(self, item: User)`. They are
    shown whole before the first call of `see`, so that a fold keeps something small of them to look
    things up in. They may be absent: `lacks` says so, and a pass has to tell what it was not compared
    with.

    Where only a few of its own objects have to be looked up elsewhere, the other stream comes last: a
    method whose name begins with `then_` is shown that stream after the last call of `see`, so that
    nothing but those few is kept. A stream that is not there is told by `lacks` in the same way.

    A fold that could make nothing of its stream sets `wants_more` to False until the first call of
    `see`: that saves a call for each of a million objects. `wants_then` does the same for the streams
    that come last, after the last call of `see`. It is asked for its findings all the same.
    """

    wants_more: bool = True

    @property
    def wants_then(self) -> bool:
        """Whether there is anything to look up in the streams that come last."""
        return True

    def see(self, item: T) -> None:
        """Take one object in; called once per object, in the order of the stream."""
        raise NotImplementedError

    def lacks(self, kind: type, missing: Missing) -> None:
        """Hear that another stream is not there, or, after its objects, that they are a part."""

    def findings(self) -> Iterable[Finding]:
        """Judge what was seen. A pass is taken back by the judge where the stream was cut short."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Need:
    """One parameter of a check: an evidence type, and how absence is to be treated.

    `every` asks for all subjects at once (`tuple[X, ...]`), `optional` for None in place of a
    Missing (`X | None`), `aware` for the Missing itself (`X | Missing`).
    """

    parameter: str
    type: type
    every: bool = False
    optional: bool = False
    aware: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its judgement, the evidence it needs, and everything a person needs to know."""

    id: str
    judge: Callable[..., Any]
    needs: tuple[Need, ...]
    stream: type | None
    earlier: Mapping[type, str]
    later: Mapping[type, str]
    title: str
    action: str
    why: str
    fix: tuple[Step, ...]
    verify: str
    topic: Topic
    severity: Severity
    owner: Owner
    effort: Effort
    phase: Phase
    clause: tuple[str, ...]
    blocks: tuple[str, ...]
    documents: tuple[str, ...]
    requires: tuple[str, ...]
    settle_after: str
    version: int
    aliases: tuple[str, ...]
    question: Question | None = None
    origin: str = ""

    @property
    def package(self) -> str:
        """The package of checks that the id names."""
        return self.id.partition(".")[0]

    @property
    def types(self) -> tuple[type, ...]:
        """All evidence types that the check reads, its streams included."""
        own = [need.type for need in self.needs]
        return (*own, *self.earlier, self.stream, *self.later) if self.stream else tuple(own)

    @property
    def permissions(self) -> tuple[str, ...]:
        """The Graph permissions that its evidence needs; derived, never listed by hand."""
        return tuple(dict.fromkeys(p for kind in self.types for p in kind_of(kind).permissions))

    def text(self, field_name: str) -> Text:
        """A constant sentence of the check as a Text."""
        return Text(getattr(self, field_name))


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings of several checks that one root cause explains become one remediation item.

    A finding belongs to the cause where its check is a member and `tie` gives it a key; findings
    with the same key are merged. `members` may name the reason too, as in 'dns.mx#foreign'.
    """

    id: str
    members: tuple[str, ...]
    tie: Callable[[Finding], str | None]
    title: str
    why: str
    fix: tuple[Step, ...]
    origin: str = field(default="", compare=False)


Judge = TypeVar("Judge", bound=Callable[..., Any])
_HOME = "_emsready_check"


def check(
    *,
    id: str,  # noqa: A002 - the word of the contract
    title: str,
    why: str,
    fix: str | Step | Sequence[str | Step],
    verify: str,
    topic: Topic,
    severity: Severity,
    owner: Owner,
    effort: Effort,
    clause: Sequence[str],
    documents: Sequence[str],
    action: str = "",
    phase: Phase = Phase.REMEDIATE,
    blocks: Sequence[str] = (),
    requires: Sequence[str] = (),
    settle_after: str = "",
    version: int = 1,
    aliases: Sequence[str] = (),
    question: Question | None = None,
) -> Callable[[Judge], Judge]:
    """Declare a function (or a Fold subclass) as the check with that permanent id.

    The parameters' annotations name the evidence that it needs, the way pytest fixtures work: `X`,
    `X | None`, `X | Missing`, `tuple[X, ...]`. The title states the good state, the action what to
    do when it does not hold, in the imperative. A check that asks a person carries its question, so
    that the answers file offers it.
    Raises TypeError when an annotation is no evidence type.
    """

    def declare(judge: Judge) -> Judge:
        needs, stream = needs_of(judge)
        made = Check(
            id=id,
            judge=judge,
            needs=needs,
            stream=stream,
            earlier=shown_to(judge, "see_"),
            later=shown_to(judge, "then_"),
            title=title,
            action=action or title,
            why=why,
            fix=tuple(_steps(fix)),
            verify=verify,
            topic=topic,
            severity=severity,
            owner=owner,
            effort=effort,
            phase=phase,
            clause=tuple(clause),
            blocks=tuple(blocks),
            documents=tuple(documents),
            requires=tuple(requires),
            settle_after=settle_after,
            version=version,
            aliases=tuple(aliases),
            question=question,
        )
        setattr(judge, _HOME, made)
        return judge

    return declare


def check_of(thing: object) -> Check | None:
    """The Check that a decorated function or class carries, or None."""
    found = vars(thing).get(_HOME) if hasattr(thing, "__dict__") else None
    return found if isinstance(found, Check) else None


def cause(
    *,
    id: str,  # noqa: A002 - the word of the contract
    members: Sequence[str],
    tie: Callable[[Finding], str | None],
    title: str,
    why: str,
    fix: str | Step | Sequence[str | Step],
) -> Cause:
    """Declare a root cause that several checks see the symptoms of."""
    return Cause(id, tuple(members), tie, title, why, tuple(_steps(fix)))


def _steps(fix: str | Step | Sequence[str | Step]) -> Iterator[Step]:
    for one in [fix] if isinstance(fix, str | Step) else fix:
        yield one if isinstance(one, Step) else step(one)


def needs_of(judge: Callable[..., Any]) -> tuple[tuple[Need, ...], type | None]:
    """What the annotations of a judge name: its needs, and the stream of a fold.

    Raises TypeError when one of them is no evidence type.
    """
    if isinstance(judge, type):
        # inherited ones count too: folds of one family share what they see and need
        hints = get_type_hints(getattr(judge, "__init__"))  # noqa: B009 - mypy knows instances only
        seen = get_type_hints(getattr(judge, "see"))  # noqa: B009
        seen.pop("return", None)
        stream = next(iter(seen.values()))
        if not is_evidence(stream):
            raise TypeError(f"{judge.__qualname__}.see: {stream!r} is not an evidence type")
    else:
        hints, stream = get_type_hints(judge), None
    hints.pop("return", None)
    return tuple(_need(name, hint) for name, hint in hints.items()), stream


def shown_to(judge: Callable[..., Any], prefix: str) -> Mapping[type, str]:
    """The streams beside its own that a fold is shown, with the methods that take their objects.

    `prefix` begins the names of those methods. Raises TypeError when the parameter of one is no
    stream.
    """
    found: dict[type, str] = {}
    for name in dir(judge) if isinstance(judge, type) else ():
        if not name.startswith(prefix):
            continue
        hints = get_type_hints(getattr(judge, name))
        hints.pop("return", None)
        shown = next(iter(hints.values()), None)
        if not isinstance(shown, type) or not is_evidence(shown) or not kind_of(shown).stream:
            raise TypeError(f"{judge.__qualname__}.{name}: {shown!r} is not a stream")
        found[shown] = name
    return found


def _need(parameter: str, hint: Any) -> Need:
    """Read one annotation. Raises TypeError when it names no evidence type."""
    options = (
        list(get_args(hint)) if get_origin(hint) in (types.UnionType, typing.Union) else [hint]
    )
    optional, aware = type(None) in options, Missing in options
    (inner,) = [one for one in options if one not in (type(None), Missing)] or [None]
    every = get_origin(inner) is tuple
    if every:
        inner = get_args(inner)[0]
    if not isinstance(inner, type) or not is_evidence(inner):
        raise TypeError(f"parameter {parameter!r}: {hint!r} names no evidence type")
    return Need(parameter, inner, every, optional, aware)
