"""Evidence kinds and checks that only tests know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Missing,
    Owner,
    Severity,
    Topic,
    check,
    domain,
    failed,
    object_set,
    passed,
    tenant,
)
from scanner.evidence.envelope import evidence
from scanner.subject import Subject


@evidence("test-colour", source="test")
@dataclass(frozen=True, slots=True)
class Colour:
    """One per run."""

    name: str


@evidence("test-domain", source="test")
@dataclass(frozen=True, slots=True)
class DomainFact:
    """One per domain."""

    name: str
    good: bool = True

    @property
    def subject(self) -> Subject:
        return domain(self.name)


@evidence("test-object", source="test", stream=True)
@dataclass(frozen=True, slots=True)
class Thing:
    """Thousands."""

    id: str
    good: bool = True


def declared(ident, **more):
    """A check decorator with every sentence filled in."""
    return check(
        **{
            "id": ident,
            "title": "Things are good",
            "action": "Make things good",
            "why": "Because.",
            "fix": "Do it.",
            "verify": "Look.",
            "topic": Topic.NETWORK,
            "severity": Severity.HIGH,
            "owner": Owner.NETWORK_ADMIN,
            "effort": Effort.HOURS,
            "clause": ["G11"],
            "documents": ["https://learn.microsoft.com/x"],
            **more,
        }
    )


@declared("test.colour-blue")
def colour_blue(colour: Colour) -> Iterator[Finding]:
    """Once per run."""
    if colour.name == "blue":
        yield passed("blue", tenant(), "It is blue.")
    else:
        yield failed("other", tenant(), "It is {colour}.", colour=colour.name)


@declared("test.domain-good")
def domain_good(fact: DomainFact, colour: Colour | None) -> Iterator[Finding]:
    """Once per domain."""
    told = colour.name if colour else "no colour"
    if fact.good:
        yield passed("good", fact.subject, "{name} is good, {told}.", name=fact.name, told=told)
    else:
        yield failed("bad", fact.subject, "{name} is bad, {told}.", name=fact.name, told=told)


@declared("test.domains-seen")
def domains_seen(facts: tuple[DomainFact, ...]) -> Iterator[Finding]:
    """All domains at once."""
    bad = [one.name for one in facts if not one.good]
    if bad:
        yield failed("some-bad", tenant(), "{count} are bad.", count=len(bad))
    else:
        yield passed("all-good", tenant(), "All are good.")


@declared("test.reason-shown")
def reason_shown(colour: Colour | Missing) -> Iterator[Finding]:
    """Wants to see the reason."""
    told = colour.reason if isinstance(colour, Missing) else "there"
    yield passed("seen", tenant(), "It is {told}.", told=told)


@declared("test.things-good")
class ThingsGood(Fold[Thing]):
    """Over the stream."""

    def __init__(self) -> None:
        self.bad = Affected(("id",))

    def see(self, item: Thing) -> None:
        if not item.good:
            self.bad.add(item.id)

    def findings(self) -> Iterable[Finding]:
        if self.bad:
            yield failed("bad", object_set("things"), "Bad things.").affecting(self.bad)
        else:
            yield passed("good", object_set("things"), "No bad thing.")


@declared("test.things-crash")
class ThingsCrash(Fold[Thing]):
    """Breaks in the middle of the stream."""

    def see(self, item: Thing) -> None:
        raise RuntimeError(f"cannot bear {item.id}")

    def findings(self) -> Iterable[Finding]:
        return ()


@declared("test.crashes")
def crashes(colour: Colour) -> Iterator[Finding]:
    """Says something, then breaks."""
    yield passed("early", tenant(), "So far so good.")
    raise RuntimeError(colour.name)


@evidence("test-marks", source="test", stream=True)
@dataclass(frozen=True, slots=True)
class Mark:
    """A thing of another stream, by its id."""

    id: str


@evidence("test-notes", source="test", stream=True)
@dataclass(frozen=True, slots=True)
class Note:
    """One more stream."""

    id: str


@declared("test.things-unmarked")
class ThingsUnmarked(Fold[Thing]):
    """Compares things with marks and notes, which it sees first."""

    wants_more = False

    def __init__(self) -> None:
        self.marks: set[str] = set()
        self.marked: list[str] = []
        self.limits: list[str] = []

    def see_mark(self, item: Mark) -> None:
        if item.id == "break":
            raise RuntimeError("cannot bear it")
        self.marks.add(item.id)
        self.wants_more = True

    def see_note(self, item: Note) -> None:
        self.see_mark(item)

    def lacks(self, kind: type, missing: Missing) -> None:
        self.limits.append(f"{kind.__name__} {missing.reason}")

    def see(self, item: Thing) -> None:
        if item.id in self.marks:
            self.marked.append(item.id)

    def findings(self) -> Iterable[Finding]:
        status = failed if self.marked else passed
        reason = "marked" if self.marked else "unmarked"
        yield status(reason, object_set("things"), "Not compared: {limits}.", limits=self.limits)
