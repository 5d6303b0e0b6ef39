"""A source that looked and found nothing is told apart from one that could not look."""

from scanner.api import Effort, Owner, Severity, Status, Topic, check, passed
from scanner.evidence.folder import Writer, load
from scanner.evidence.tenant import DomainRecords
from scanner.judge import judge
from scanner.testing import evidence_of, run_check


@check(
    id="sample.records",
    title="Records are there",
    why="Sample.",
    fix="Sample.",
    verify="Sample.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.DNS_ADMIN,
    effort=Effort.MINUTES,
    clause=["A3"],
    documents=["https://example.com"],
)
def sample(records: DomainRecords):
    yield passed("there", records.subject, "There.")


def test_nothing_found_is_not_applicable_and_not_collected_is_not_assessed():
    (found,) = run_check(sample, nothing=[DomainRecords])
    assert found.status is Status.NOT_APPLICABLE
    (found,) = run_check(sample)
    assert found.status is Status.NOT_ASSESSED


def test_it_survives_the_folder(tmp_path):
    writer = Writer(tmp_path / "evidence", evidence_of().header)
    writer.open()
    writer.nothing(DomainRecords)
    assert writer.held(DomainRecords)
    writer.save((DomainRecords,))
    found = load(tmp_path / "evidence")
    assert found.gap(DomainRecords) is None
    (judged,) = judge([sample._emsready_check], found)
    assert judged.finding.status is Status.NOT_APPLICABLE
