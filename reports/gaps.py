"""What a run could not find out, gathered by what stood in the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.result import FindingRecord, MissingRecord
from scanner.words import Reason, Status

FAULT = "fault"
"""The word for a check that broke; the others are those of scanner.words.Reason."""


UNKNOWN = "unknown"
"""The word where a check says only in its own sentence what stood in the way."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Findings that one obstacle explains: the reason, and the permission or source that lacks."""

    reason: str
    lacking: str
    details: tuple[str, ...]
    findings: tuple[FindingRecord, ...]


def gaps_of(findings: Iterable[FindingRecord]) -> list[Gap]:
    """Group not-assessed and broken findings; reasons in their fixed order, faults last."""
    groups: dict[tuple[str, str], list[FindingRecord]] = {}
    for finding in findings:
        missing = finding.missing or MissingRecord("")
        lacking = missing.permission or missing.source or missing.evidence
        groups.setdefault((_reason(finding), lacking), []).append(finding)
    order = [*map(str, Reason), UNKNOWN, FAULT]
    ranked = sorted(groups.items(), key=lambda pair: (order.index(pair[0][0]), pair[0]))
    return [Gap(*key, _details(found), tuple(found)) for key, found in ranked]


def _reason(finding: FindingRecord) -> str:
    """The reason given with the gap, or the word that the finding's reason code starts with."""
    if finding.status is Status.ERROR:
        return FAULT
    word = finding.missing.reason if finding.missing else finding.reason.partition("-")[0]
    return word if word in list(Reason) else UNKNOWN


def _details(findings: list[FindingRecord]) -> tuple[str, ...]:
    said = (finding.missing.detail for finding in findings if finding.missing)
    return tuple(dict.fromkeys(detail for detail in said if detail))
