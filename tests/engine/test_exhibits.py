"""Exhibits: found like checks, made from evidence alone, left out where it is missing or they break."""

import logging
from datetime import date, timedelta

import pytest

from checks.administration.exhibits import seats
from checks.certificates.exhibits import timeline
from checks.dns.exhibits import records
from checks.firewall.exhibits import reach
from reports.charts import WIDTH, axis_of, largest_of, stack
from scanner.api import Cell, ExhibitKind, Header, Row, Shade, exhibit
from scanner.evidence.certificate import Certificate
from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.evidence.dns_domain import ApexRecords, DnsDomain
from scanner.evidence.reachability import Probe, Why
from scanner.evidence.tenant import Sku, Skus
from scanner.evidence.tls import CertificatePath, PathOutcome, ServedChain, TlsChain
from scanner.exhibit import exhibit_of
from scanner.registry import load_checks
from scanner.result import ExhibitCell, ExhibitRecord, ExhibitRow
from scanner.show import MOST_ROWS, show
from scanner.testing import NOW, evidence_of
from scanner.texts import Texts


def shown(make, *evidence):
    found = show([exhibit_of(make)], evidence_of(*evidence), Texts())
    return found[0] if found else None


def declared(**more):
    known = {"kind": ExhibitKind.MATRIX, "title": "T", "note": "N", "corner": "C"}
    return exhibit(**{"id": "sample.x", **known, **more})


def test_our_exhibits_are_found():
    found = {one.id for one in load_checks().exhibits}
    assert {
        "administration.seats",
        "certificates.timeline",
        "dns.records",
        "firewall.reach",
    } <= found


def test_columns_come_from_the_rows_where_none_are_declared():
    @declared()
    def make(header: Header):
        yield Row("a", {"x": Cell("1")})
        yield Row("b", {"y": Cell("2", Shade.BAD)})

    made = shown(make)
    assert made.columns == ["x", "y"]
    assert [[cell.text for cell in row.cells] for row in made.rows] == [["1", ""], ["", "2"]]


def test_an_exhibit_without_its_evidence_or_without_rows_is_left_out():
    assert shown(seats) is None
    assert shown(timeline) is None
    assert shown(seats, Skus(())) is None


def test_an_exhibit_that_breaks_costs_nobody_else(caplog):
    @declared(id="sample.a")
    def broken(header: Header):
        raise ValueError("no")

    @declared(id="sample.b")
    def whole(header: Header):
        yield Row("a", {"x": Cell("1")})

    with caplog.at_level(logging.CRITICAL):
        found = show([exhibit_of(broken), exhibit_of(whole)], evidence_of(), Texts())
    assert [one.id for one in found] == ["sample.b"]


def test_a_result_keeps_so_many_lines_and_says_how_many_there_were():
    @declared()
    def make(header: Header):
        yield from (Row(str(number), {"x": Cell("1")}) for number in range(MOST_ROWS + 5))

    made = shown(make)
    assert (len(made.rows), made.total) == (MOST_ROWS, MOST_ROWS + 5)


def test_what_is_no_evidence_is_refused_at_once():
    with pytest.raises(TypeError):

        @declared()
        def make(number: int):
            yield Row("a")


def test_seats_over_the_limit_stand_apart():
    skus = Skus(
        (
            Sku("1", "EMS", "Enabled", consumed=12, enabled=10),
            Sku("2", "FREE", "Enabled", "Company", consumed=1, enabled=1),
            Sku("3", "BIG", "Enabled", consumed=40, enabled=100),
        )
    )
    made = shown(seats, skus)
    assert [row.label for row in made.rows] == ["BIG", "EMS"]
    assert [[cell.number for cell in row.cells] for row in made.rows] == [[40, 60, 0], [10, 0, 2]]


def chain(host, days_before, days_after):
    leaf = Certificate(
        b"", "00", subject=f"CN={host}",
        not_before=NOW - timedelta(days=days_before), not_after=NOW + timedelta(days=days_after),
    )  # fmt: skip
    served = ServedChain(host, "tls12", (leaf,), CertificatePath(PathOutcome.TRUSTED))
    return TlsChain(host, 443, "web", (served,))


def test_the_certificate_that_ends_first_stands_first():
    made = shown(
        timeline, chain("b.example", 10, 200), chain("a.example", 400, -2), chain("c.example", 5, 9)
    )
    assert [(row.label, row.cells[0].shade) for row in made.rows] == [
        ("a.example:443", "bad"),
        ("c.example:443", "warn"),
        ("b.example:443", "good"),
    ]


def test_a_record_is_published_absent_or_unknown():
    about = DnsDomain("contoso.com")
    lookups = (
        Lookup(
            "contoso.com",
            "MX",
            LookupStatus.ANSWER,
            (Record("mx1.example", 10), Record("mx2.example", 20)),
        ),
        Lookup("contoso.com", "NS", LookupStatus.TIMEOUT),
        Lookup("contoso.com", "TXT", LookupStatus.ANSWER, (Record("something else"),)),
    )
    made = shown(records, ApexRecords(lookups, about))
    cells = dict(zip(made.columns, made.rows[0].cells, strict=True))
    assert (cells["MX"].text, cells["MX"].shade) == ("mx1.example (+1)", "good")
    assert (cells["NS"].text, cells["NS"].shade) == ("timeout", "unknown")
    assert (cells["SPF"].text, cells["SPF"].shade) == ("", "none")


def test_destinations_that_some_place_cannot_reach_come_first():
    probes = [
        Probe("Berlin", "a.example", 443, "tls"),
        Probe("Berlin", "b.example", 443, "tls", reason=Why.TCP_TIMEOUT),
        Probe("Oslo", "b.example", 443, "tls"),
        Probe("Oslo", "c.example", 443, "tls", reason=Why.NEEDED_RETRY),
        Probe("Oslo", "d.example", 443, "exposure", reason=Why.NOT_REACHABLE),
    ]
    made = shown(reach, *probes)
    assert made.columns == ["Berlin, direct", "Oslo, direct"]
    assert [row.label for row in made.rows] == [f"{one}.example:443 tls" for one in "bca"]
    assert [cell.shade for cell in made.rows[0].cells] == ["bad", "good"]
    assert [cell.shade for cell in made.rows[1].cells] == ["none", "warn"]


def record_of(*cells):
    return ExhibitRecord("a.b", "bars", "", "", "", ["x"], [ExhibitRow("a", list(cells))], 1)


def test_a_stack_fills_the_scale_of_the_largest_line():
    cells = [ExhibitCell(number=3), ExhibitCell(number=1), ExhibitCell(number=0)]
    assert largest_of(record_of(*cells)) == 4
    assert [(mark.x, mark.width) for mark in stack(cells, 4)] == [(0, 750), (750, 250)]
    assert stack([ExhibitCell(number=-5), ExhibitCell()], 0) == []


def test_a_span_stays_inside_the_axis():
    today = date(2026, 11, 2)
    cell = ExhibitCell(start=date(1970, 1, 1), end=date(9999, 12, 31))
    axis = axis_of(record_of(cell), today)
    (mark,) = axis.span(cell)
    assert (mark.x, mark.width) == (0, WIDTH)
    assert 0 < axis.now < WIDTH
    gone = ExhibitCell(start=date(1970, 1, 1), end=date(1971, 1, 1))
    (mark,) = axis_of(record_of(gone), today).span(gone)
    assert mark.x + mark.width <= WIDTH
    assert axis.span(ExhibitCell()) == []
