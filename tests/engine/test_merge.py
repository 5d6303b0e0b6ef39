"""Several places made one run: who speaks about what, and where they did not agree."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from scanner.evidence.codec import plain
from scanner.evidence.envelope import Header, Missing, evidence
from scanner.evidence.folder import EvidenceError, Writer, load
from scanner.evidence.merged import Merged
from scanner.merge import merge, read_part
from scanner.subject import Subject, domain, host
from scanner.testing import NOW
from scanner.words import Reason
from tests.engine.sample import Colour, DomainFact, Thing


@evidence("test-service", source="test")
@dataclass(frozen=True, slots=True)
class Service:
    """A kind that knows which of two is worse."""

    name: str
    up: bool

    @property
    def subject(self) -> Subject:
        return host(self.name)

    @property
    def badness(self) -> int:
        return 0 if self.up else 1


@evidence("test-export", source="directory", stream=True)
@dataclass(frozen=True, slots=True)
class Exported:
    """A stream of which every place has a part."""

    id: str


@pytest.fixture
def place(tmp_path):
    def make(name, hours, *items, gaps=(), streams=None, environment="contoso.com", **header):
        at = NOW + timedelta(hours=hours)
        folder = tmp_path / name
        names = header.pop("names", (environment,))
        writer = Writer(
            folder, Header(at, "test", environment, vantage=name, names=names, **header)
        )
        writer.open()
        for item in items:
            writer.nothing(item) if isinstance(item, type) else writer.put(item)
        for kind, missing, subject in gaps:
            writer.miss(kind, missing, subject)
        for kind, objects in (streams or {}).items():
            stream = writer.stream(kind)
            for one in objects:
                stream.add(one)
            stream.end()
        writer.save((Colour, DomainFact, Thing, Service, Exported))
        writer.close(complete=True)
        return read_part(folder, f"digest of {name}")

    return make


def merged(tmp_path, *parts):
    merge(parts, tmp_path / "merged")
    return load(tmp_path / "merged")


def test_that_places_looked_and_found_nothing_is_kept(tmp_path, place):
    found = merged(tmp_path, place("A", 1, Service), place("B", 2, Service))
    assert found.gap(Service) is None
    assert found.every(Service) == []


def test_the_newest_speaks_about_what_is_there_once(tmp_path, place):
    found = merged(tmp_path, place("B", 2, Colour("red")), place("A", 1, Colour("blue")))
    assert found.one(Colour) == Colour("red")
    told = found.one(Merged)
    assert [one.vantage for one in told.places] == ["A", "B"]
    assert [(one.kind, one.kept, one.others) for one in told.conflicts] == [
        ("test-colour", "B", ("A",))
    ]


def test_subjects_come_together_and_agreement_is_no_conflict(tmp_path, place):
    one, two = DomainFact("a.example"), DomainFact("b.example")
    found = merged(tmp_path, place("A", 1, one), place("B", 2, one, two))
    assert found.every(DomainFact) == [one, two]
    assert found.one(Merged).conflicts == ()


def test_the_worse_speaks_where_the_kind_says_which_that_is(tmp_path, place):
    down, up = Service("s.example", up=False), Service("s.example", up=True)
    found = merged(tmp_path, place("A", 1, down), place("B", 2, up))
    assert found.every(Service) == [down]


def test_what_one_place_could_not_get_another_gives(tmp_path, place):
    gap = (Colour, Missing(Reason.UNREACHABLE, "no way out"), None)
    lost = (DomainFact, Missing(Reason.TIMEOUT, "silent"), domain("a.example"))
    found = merged(
        tmp_path,
        place("A", 1, gaps=[gap, lost]),
        place("B", 2, Colour("blue"), DomainFact("a.example")),
    )
    assert found.one(Colour) == Colour("blue")
    assert found.gap(DomainFact) is None


def test_of_several_reasons_what_was_tried_tells_more(tmp_path, place):
    first = (Colour, Missing(Reason.UNCONFIGURED, "not asked"), None)
    second = (Colour, Missing(Reason.DENIED, "no consent"), None)
    found = merged(tmp_path, place("A", 1, gaps=[second]), place("B", 2, gaps=[first]))
    assert found.one(Colour).reason is Reason.DENIED


def test_streams_are_the_newest_or_all_of_them(tmp_path, place):
    found = merged(
        tmp_path,
        place("A", 1, streams={Thing: [Thing("1")], Exported: [Exported("a")]}),
        place("B", 2, streams={Thing: [Thing("2")], Exported: [Exported("b")]}),
    )
    assert plain(list(found.streams[Thing])) == plain([Thing("2")])
    assert plain(list(found.streams[Exported])) == plain([Exported("a"), Exported("b")])


def test_two_customers_are_never_one_report(tmp_path, place):
    parts = [place("A", 1), place("B", 2, environment="fabrikam.com")]
    with pytest.raises(EvidenceError, match=r"contoso\.com and fabrikam\.com|fabrikam\.com and"):
        merged(tmp_path, *parts)


def test_a_place_that_knows_only_the_domain_belongs_to_the_tenant(tmp_path, place):
    hq = place("HQ", 1, environment="5f3c", names=("5f3c", "contoso.com"))
    found = merged(tmp_path, hq, place("Berlin", 2))
    assert found.header.environment == "5f3c"
    assert found.header.vantage == "HQ, Berlin"
    assert found.header.collected_at == NOW + timedelta(hours=2)
