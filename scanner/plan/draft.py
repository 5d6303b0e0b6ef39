"""An item before it has its place in the order: what to do, who, and what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from scanner.catalogue import Check, Need
from scanner.evidence.envelope import kind_of
from scanner.fingerprint import fingerprint
from scanner.plan.group import Group
from scanner.result import FindingRecord, Phrase, PrerequisiteRecord, StepRecord, VerifyRecord
from scanner.text import Text
from scanner.texts import Texts
from scanner.words import Effort, Lane, Owner, Phase, Severity, Status, SubjectKind, Topic

_TOLD = 20
"""How many findings of one item spell out steps of their own; the rest stand with the evidence."""


_BY_HAND = ("inventory", "directory", "answers")
"""Sources that read files which people export, collect or write."""

_NAMED = (SubjectKind.DOMAIN, SubjectKind.HOST, SubjectKind.ENDPOINT, SubjectKind.FOREST)


@dataclass(slots=True)
class Draft:
    """One remediation item in the making."""

    id: str
    cause: str
    title: str
    why: str
    phase: Phase
    topic: Topic
    owner: Owner
    effort: Effort
    severity: Severity
    status: Status
    blocks: list[str]
    checks: list[str]
    requires: list[str]
    findings: list[FindingRecord]
    clauses: list[str]
    steps: list[StepRecord]
    verify: VerifyRecord
    documents: list[str]
    reach: int
    phrases: dict[str, list[Phrase]]
    needs: list[str] = field(default_factory=list)
    unblocks: list[str] = field(default_factory=list)
    prerequisites: list[PrerequisiteRecord] = field(default_factory=list)
    effective: Severity = Severity.INFO
    waiting: int = 0
    lane: Lane = Lane.KICKOFF
    before: list[str] = field(default_factory=list)
    due: date | None = None

    @property
    def first_seen(self) -> date | None:
        """The day on which the oldest of its findings was first seen failing."""
        seen = [one.first_seen.date() for one in self.findings if one.first_seen]
        return min(seen, default=None)

    @property
    def about(self) -> list[str]:
        """The named things that it is about, at most three: they tell items of one title apart."""
        names = [one.subject.name for one in self.findings if one.subject.kind in _NAMED]
        return list(dict.fromkeys(names))[:3]

    @property
    def subjects(self) -> frozenset[tuple[str, str]]:
        """What the item is about, for finding prerequisites about the same thing."""
        return frozenset((str(one.subject.kind), one.subject.name) for one in self.findings)


def draft(group: Group, environment: str, texts: Texts) -> Draft:
    """The item of one group."""
    lead = group.checks[0]
    records = [record for _, record in group.members]
    source = group.cause or lead
    title = group.cause.title if group.cause else lead.action
    verify = _verify(group.checks, records)
    return Draft(
        id=fingerprint(environment, "item", group.cause_id, group.tie),
        cause=group.cause_id,
        title=title,
        why=source.why,
        phase=min((check.phase for check in group.checks), key=list(Phase).index),
        topic=lead.topic,
        owner=lead.owner,
        effort=max((check.effort for check in group.checks), key=list(Effort).index),
        severity=min((one.severity for one in records), key=lambda word: word.rank),
        status=Status.FAIL if any(one.status is Status.FAIL for one in records) else Status.WARN,
        blocks=_once(word for check in group.checks for word in check.blocks),
        checks=[check.id for check in group.checks],
        requires=_once(name for check in group.checks for name in check.requires),
        findings=records,
        clauses=_once(clause for check in group.checks for clause in check.clause),
        steps=texts.steps(group.cause_id, source.fix) + _own_steps(records),
        verify=verify,
        documents=_once(link for check in group.checks for link in check.documents),
        reach=sum(one.affected.count if one.affected else 1 for one in records),
        phrases=_phrases(group, verify.settle_after, texts),
    )


def _phrases(group: Group, settle_after: str, texts: Texts) -> dict[str, list[Phrase]]:
    """The sentences of the item by reference, so that they can be said in another language."""
    lead = group.checks[0]
    source, ident, title = (
        (group.cause, group.cause.id, "title") if group.cause else (lead, lead.id, "action")
    )
    said = {
        "title": [(f"{ident}/{title}", getattr(source, title))],
        "why": [(f"{ident}/why", source.why)],
        "verify": [(f"{check.id}/verify", check.verify) for check in group.checks],
        "blocks": [
            (f"{check.id}/blocks-{number}", word)
            for check in group.checks
            for number, word in enumerate(check.blocks, 1)
        ],
        "settle_after": [(f"{lead.id}/settle-after", settle_after)] if settle_after else [],
    }
    return {
        name: [texts.phrase(*one) for one in _each_sentence_once(pairs)]
        for name, pairs in said.items()
        if pairs
    }


def _each_sentence_once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, Text]]:
    seen: dict[str, tuple[str, Text]] = {}
    for key, sentence in pairs:
        seen.setdefault(sentence, (key, Text(sentence)))
    return list(seen.values())


def _own_steps(records: list[FindingRecord]) -> list[StepRecord]:
    """The exact steps of single findings, each different one once."""
    seen: dict[tuple[str, str], StepRecord] = {}
    for record in records[:_TOLD]:
        for step in record.steps:
            seen.setdefault((step.text, step.command), step)
    return list(seen.values())


def _verify(checks: list[Check], records: list[FindingRecord]) -> VerifyRecord:
    """What good looks like, and the re-run that shows it: one check, one subject."""
    settle = next((check.settle_after for check in checks if check.settle_after), "")
    names = ",".join(check.id for check in checks)
    targets = _once(
        one.subject.name
        for one in records
        if one.subject.kind in (SubjectKind.DOMAIN, SubjectKind.HOST, SubjectKind.ENDPOINT)
    )
    target = f" --target {','.join(targets)}" if 0 < len(targets) <= _TOLD else ""
    return VerifyRecord(
        " ".join(_once(check.verify for check in checks)),
        [f"emsready scan -c emsready.toml --only {names}{target}"],
        settle,
        _renewed(checks),
    )


def _renewed(checks: list[Check]) -> list[str]:
    """The sources that a re-run reads and that only a person brings up to date."""
    read = {
        kind_of(kind).source
        for check in checks
        for kind in (*(one.type for one in check.needs if _firm(one)), check.stream)
        if kind
    }
    return [one for one in _BY_HAND if one in read]


def _firm(need: Need) -> bool:
    """Whether a check cannot be judged without that evidence."""
    return not (need.optional or need.aware)


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
