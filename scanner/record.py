"""From what the judge says to what the result holds: ids, message keys, severities, object files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from scanner.catalogue import Check
from scanner.evidence.codec import encode_line, line_decoder
from scanner.evidence.envelope import kind_named
from scanner.evidence.scope import Scope
from scanner.findings import Affected
from scanner.fingerprint import fingerprint
from scanner.judge import Judged
from scanner.result import (
    AffectedRecord,
    CheckRecord,
    FindingRecord,
    MissingRecord,
    SubjectRecord,
)
from scanner.subject import Subject
from scanner.texts import Texts, plain
from scanner.words import Severity, Status

SAMPLE = 25
"""How many affected objects a finding shows itself; all of them stand in the file beside it."""

_ROWS_FILE = re.compile(r"affected/[0-9a-f]{1,64}\.jsonl")

WriteRows = Callable[[str, Affected], None]


def finding_records(
    judged: Iterable[Judged], environment: str, scope: Scope, write: WriteRows, texts: Texts
) -> list[FindingRecord]:
    """The findings as they stand in result.json; affected objects go to `write` by file name."""
    return [_finding(one, environment, scope, write, texts) for one in judged]


def _finding(
    one: Judged, environment: str, scope: Scope, write: WriteRows, texts: Texts
) -> FindingRecord:
    finding, check = one.finding, one.check
    ident = fingerprint(environment, check.id, finding.subject.kind, finding.subject.key)
    key = f"{check.id}/{finding.reason}"
    return FindingRecord(
        id=ident,
        check=check.id,
        topic=check.topic,
        subject=_subject(finding.subject, texts),
        status=finding.status,
        severity=_severity(one, scope),
        reason=finding.reason,
        message=texts.message(key, finding.text),
        facts=plain(finding.facts),
        steps=texts.steps(key, finding.steps),
        affected=_affected(ident, finding.affected, write),
        missing=_missing(one, texts),
        words=texts.words(finding.facts),
    )


def _subject(subject: Subject, texts: Texts) -> SubjectRecord:
    return SubjectRecord(subject.kind, str(subject.name), texts.words({"name": subject.name}))


def _severity(one: Judged, scope: Scope) -> Severity:
    if one.check.id not in scope.severities:
        return one.severity
    chosen = Severity(scope.severities[one.check.id])
    return chosen.one_lower if one.finding.status is Status.WARN else chosen


def _affected(ident: str, affected: Affected | None, write: WriteRows) -> AffectedRecord | None:
    if affected is None:
        return None
    name = f"affected/{ident.removeprefix('efp1:')[:16]}.jsonl"
    write(name, affected)
    sample = [[str(cell) for cell in row] for row in affected.rows[:SAMPLE]]
    columns = list(affected.columns)
    digest = digest_of(object_ids(affected))
    return AffectedRecord(len(affected), columns, sample, name, digest, list(affected.spoken))


def object_ids(affected: Affected) -> frozenset[str]:
    """The objects by their first column, which holds the immutable id where there is one."""
    return frozenset(row[0] for row in affected.rows if row)


def digest_of(objects: frozenset[str]) -> str:
    """A digest of a set of objects: the same whatever their order, different when one is."""
    lines = "\n".join(sorted(objects)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(lines).hexdigest()[:16]


def _missing(one: Judged, texts: Texts) -> MissingRecord | None:
    if one.missing is None:
        return None
    kind = kind_named(one.evidence)
    return MissingRecord(
        one.missing.reason,
        one.missing.detail,
        one.missing.permission,
        one.evidence,
        kind.source if kind else "",
        texts.words({"detail": one.missing.said}),
    )


def check_record(check: Check, texts: Texts) -> CheckRecord:
    """What a reader needs to know of a check."""
    for name in ("title", "why", "action"):
        texts.key(f"{check.id}/{name}", getattr(check, name))
    return CheckRecord(
        check.id,
        check.title,
        check.why,
        check.topic,
        check.severity,
        check.package,
        check.version,
        list(check.clause),
        list(check.documents),
        list(check.permissions),
        check.origin,
        check.owner,
        check.action,
    )


def rows_writer(folder: Path) -> WriteRows:
    """Write affected objects below that run folder: a line with the columns, then one per object."""

    def write(name: str, affected: Affected) -> None:
        path = folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("wb") as file:
            path.chmod(0o600)
            file.write(encode_line({"columns": affected.columns}))
            file.writelines(encode_line(row) for row in affected.rows)

    return write


def rows_reader(folder: Path) -> Callable[[AffectedRecord], Iterator[list[str]]]:
    """Read back what `rows_writer` wrote below that run folder; the sample where it is not there.

    The name comes from a result that may be foreign: only names that `rows_writer` gives are
    opened, and a line that is no row ends the reading.
    """

    def read(affected: AffectedRecord) -> Iterator[list[str]]:
        path = folder / affected.file
        if not _ROWS_FILE.fullmatch(affected.file) or not path.is_file():
            yield from affected.sample
            return
        decoder = line_decoder(list[str])
        with path.open("rb") as file:
            file.readline()  # the columns, which the record has too
            for line in file:
                try:
                    yield decoder.decode(line)
                except ValueError:
                    return

    return read
