"""Hand-made runs for tests of what comes after one: a finding here, another there, day by day."""

from datetime import timedelta

from scanner.evidence.decisions import Assignment, Waiver
from scanner.history.compare import Ran, compare
from scanner.result import (
    AffectedRecord,
    FindingRecord,
    Message,
    RunResult,
    SubjectRecord,
    Summary,
)
from scanner.testing import NOW
from scanner.words import Severity, Status, SubjectKind, Topic

CATALOGUE = {"test.one": 1, "test.two": 1}


def finding(status="fail", *, check="test.one", subject="a.example", **more):
    """A finding as a run holds it before it is compared."""
    objects = more.pop("objects", "")
    affected = AffectedRecord(1, ["id"], [["x"]], "affected/x.jsonl", objects) if objects else None
    return FindingRecord(
        id=f"efp1:{check}-{subject}",
        check=check,
        topic=Topic.NETWORK,
        subject=SubjectRecord(SubjectKind.DOMAIN, subject),
        status=Status(status),
        severity=more.pop("severity", Severity.HIGH),
        reason=more.pop("reason", "bad"),
        message=Message(f"{check}/bad", {}, "Bad."),
        affected=affected,
        state="",
        **more,
    )


def run_of(findings, day, *, before=None, catalogue=None, **ran):
    """The run of that day, compared with the one before."""
    at = NOW + timedelta(days=day)
    known = catalogue or CATALOGUE
    selected = ran.pop("selected", set(known))
    made = compare(findings, before, at, Ran(selected, known, **ran))
    return RunResult(
        schema="1.0",
        tool="test",
        collected_at=at,
        complete=ran.get("complete", True),
        customer="",
        notice="",
        environment="contoso.com",
        cloud="worldwide",
        vantage="",
        coverage=[],
        findings=made.findings,
        plan=[],
        checks=[],
        summary=Summary([], {}, [], made.changes),
        earlier=made.earlier,
        catalogue=known,
    )


def days(*each, **more):
    """One run after the other; each is a list of findings, or (findings, options)."""
    result = None
    for day, what in enumerate(each):
        findings, options = what if isinstance(what, tuple) else (what, {})
        result = run_of(findings, day, before=result, **{**more, **options})
    return result


def state(result, subject="a.example", check="test.one"):
    """(state, why) of a finding, wherever the run holds it; None where it forgot it."""
    for one in (*result.findings, *result.earlier):
        if (one.check, one.subject.name) == (check, subject):
            return (str(one.state), one.why)
    return None


__all__ = ["Assignment", "Waiver", "days", "finding", "run_of", "state"]
