"""Collecting: side by side, in order of need, within budgets; every outcome is evidence."""

import errno
import threading
import time

import pytest

from scanner.collect import Collector
from scanner.config.model import Config
from scanner.evidence.envelope import Header, Missing
from scanner.evidence.folder import Writer, load
from scanner.progress import Silent
from scanner.sources.interface import Unavailable
from scanner.testing import NOW
from scanner.words import Reason
from tests.engine.sample import Colour, DomainFact, Thing

EVERYTHING = frozenset({Colour, DomainFact, Thing})


class Scripted:
    """A source that does what a test says."""

    def __init__(self, name, kinds, act, *, after=(), budget=5.0):
        self.name, self.kinds, self.act = name, kinds, act
        self.after, self.budget = after, budget

    def touches(self, config, wanted):
        return ()

    def collect(self, gather):
        self.act(gather)


@pytest.fixture
def writer(tmp_path):
    made = Writer(tmp_path / "evidence", Header(NOW, "test", "contoso.com"))
    made.open()
    return made


def collected(writer, *sources, wanted=EVERYTHING):
    Collector(Config(), writer, Silent(), wanted).run(sources)
    writer.close(complete=True)
    return load(writer.folder)


def raising(error):
    def act(gather):
        raise error

    return act


def test_what_a_source_gives_is_saved(writer):
    def act(gather):
        gather.put(Colour("blue"))
        gather.miss(DomainFact, Missing(Reason.DENIED, "no"))
        stream = gather.stream(Thing)
        stream.add(Thing("1"))
        stream.end()

    found = collected(writer, Scripted("one", (Colour, DomainFact, Thing), act))
    assert found.one(Colour) == Colour("blue")
    assert found.one(DomainFact) == Missing(Reason.DENIED, "no")
    assert [one.id for one in found.streams[Thing]] == ["1"]
    assert found.header.complete


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unavailable(Reason.THROTTLED, "busy"), Reason.THROTTLED),
        (TimeoutError(), Reason.TIMEOUT),
        (RuntimeError("oops"), Reason.BUG),
        (SystemExit(3), Reason.BUG),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Reason.BUG),
    ],
)
def test_a_source_that_fails_costs_only_its_own_evidence(writer, error, reason):
    found = collected(
        writer,
        Scripted("bad", (Colour,), raising(error)),
        Scripted("good", (DomainFact,), lambda gather: gather.put(DomainFact("a.example"))),
    )
    assert found.one(Colour).reason is reason
    assert found.every(DomainFact) == [DomainFact("a.example")]


def test_what_a_failing_source_gave_before_is_kept(writer):
    def act(gather):
        gather.put(Colour("blue"))
        gather.stream(Thing).add(Thing("1"))
        raise Unavailable(Reason.UNREACHABLE, "gone")

    found = collected(writer, Scripted("one", (Colour, Thing), act))
    assert found.one(Colour) == Colour("blue")
    assert [one.id for one in found.streams[Thing]] == ["1"]
    assert found.streams[Thing].missing.reason is Reason.UNREACHABLE


def test_a_source_that_ends_without_a_word_is_a_fault(writer):
    found = collected(writer, Scripted("silent", (Colour,), lambda _: None))
    assert found.one(Colour).reason is Reason.BUG


def test_a_source_that_hangs_is_left_behind_and_its_late_words_are_refused(writer):
    release, said = threading.Event(), threading.Event()

    def act(gather):
        release.wait(20)
        gather.put(Colour("late"))
        said.set()

    began = time.monotonic()
    found = collected(writer, Scripted("hung", (Colour,), act, budget=0.1), wanted={Colour})
    assert time.monotonic() - began < 10
    assert found.one(Colour).reason is Reason.TIMEOUT
    release.set()
    assert said.wait(5)
    assert load(writer.folder).one(Colour).reason is Reason.TIMEOUT


def test_sources_run_side_by_side(writer):
    barrier = threading.Barrier(2, timeout=5)

    def meet(item):
        def act(gather):
            barrier.wait()
            gather.put(item)

        return act

    found = collected(
        writer,
        Scripted("one", (Colour,), meet(Colour("blue"))),
        Scripted("two", (DomainFact,), meet(DomainFact("a.example"))),
    )
    assert found.one(Colour) == Colour("blue")


def test_a_source_sees_what_it_comes_after(writer):
    def second(gather):
        seen = gather.seen(Colour)
        names = [one.name for one in gather.seen_all(DomainFact)]
        gather.stream(Thing).add(Thing(f"{seen.name}-{names}"))

    def first(gather):
        time.sleep(0.05)
        gather.put(Colour("blue"))
        gather.put(DomainFact("a.example"))

    found = collected(
        writer,
        Scripted("second", (Thing,), second, after=(Colour, DomainFact)),
        Scripted("first", (Colour, DomainFact), first),
    )
    assert [one.id for one in found.streams[Thing]] == ["blue-['a.example']"]


def test_a_source_whose_evidence_nobody_wants_is_not_run(writer):
    found = collected(
        writer, Scripted("idle", (Colour,), raising(AssertionError())), wanted=frozenset({Thing})
    )
    assert Colour not in found.gaps


def test_a_full_disk_ends_the_scan(writer):
    full = Scripted("full", (Colour,), raising(OSError(errno.ENOSPC, "no space")))
    with pytest.raises(OSError, match="no space"):
        collected(writer, full)


def test_an_interrupt_saves_what_there_is(writer):
    started = threading.Event()

    def act(gather):
        gather.put(Colour("blue"))
        started.set()
        time.sleep(20)

    class Interrupting(Silent):
        def finished(self, source, outcome):
            started.wait(5)
            raise KeyboardInterrupt

    sources = [
        Scripted("slow", (Colour, DomainFact), act),
        Scripted("quick", (Thing,), lambda gather: gather.stream(Thing).end()),
    ]
    with pytest.raises(KeyboardInterrupt):
        Collector(Config(), writer, Interrupting(), EVERYTHING).run(sources)
    found = load(writer.folder)
    assert not found.header.complete
    assert found.one(Colour) == Colour("blue")
    assert found.one(DomainFact).reason is Reason.TIMEOUT
