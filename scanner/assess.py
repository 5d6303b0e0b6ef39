"""Assess evidence: judge, compare with the run before, apply waivers, plan. Contacts nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from scanner import __version__
from scanner.evidence.decisions import Decisions
from scanner.evidence.envelope import Header, kind_of
from scanner.evidence.folder import Evidence
from scanner.evidence.merged import Merged
from scanner.evidence.scope import Scope
from scanner.history.assignments import assign, dates_set
from scanner.history.compare import Ran, compare
from scanner.history.waivers import Waived, apply_waivers
from scanner.judge import Judged, judge
from scanner.plan import build_plan, summarise
from scanner.record import WriteRows, check_record, finding_records, object_ids
from scanner.registry import Broken, Catalogue, load_checks, load_formats, load_sources
from scanner.report import Brand, ReportFormat
from scanner.result import SCHEMA, CoverageRecord, FindingRecord, RunResult
from scanner.select import Selection
from scanner.show import show
from scanner.sources.interface import Source
from scanner.store import previous_result
from scanner.text import Said, said
from scanner.texts import Texts
from scanner.words import Reason

T = TypeVar("T")
TOOL = f"emsready {__version__}"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything found through entry points: what a run is made of."""

    catalogue: Catalogue
    sources: tuple[Source, ...]
    formats: dict[str, ReportFormat]
    broken: tuple[Broken, ...]

    @classmethod
    def load(cls) -> Parts:
        """Load checks, sources and formats; what is broken is noted and costs nothing else."""
        catalogue = load_checks()
        sources, broken_sources = load_sources()
        formats, broken_formats = load_formats()
        broken = (*catalogue.broken, *broken_sources, *broken_formats)
        return cls(catalogue, tuple(sources), formats, broken)


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose for one run.

    `languages` are those of further reports, whose files carry the language in their names.
    `baseline` is compared with in place of the run before, `decisions` take the place of the waivers
    and assignments that were kept with the evidence.
    """

    selection: Selection = field(default_factory=Selection)
    formats: tuple[str, ...] = ("html",)
    language: str = "en"
    brand: Brand = field(default_factory=Brand)
    baseline: RunResult | None = None
    decisions: Decisions | None = None
    languages: tuple[str, ...] = ()


def assess(
    evidence: Evidence, parts: Parts, options: Options, write: WriteRows, history: Path
) -> RunResult:
    """Judge evidence, compare with the run before, apply what people decided, and plan.

    Nothing is stored but the affected objects, which go to `write`.
    """
    header, scope = evidence.header, _held(evidence, Scope)
    decisions = options.decisions or _held(evidence, Decisions)
    checks = options.selection.checks(parts.catalogue, scope.disabled)
    judged = [one for one in judge(checks, evidence) if options.selection.aims_at(one)]
    previous, notes = _comparable(
        options.baseline or previous_result(history, header.collected_at), header
    )
    environment = previous.environment if previous else header.environment
    texts = Texts()
    notes += _disagreements(evidence)
    findings = finding_records(judged, environment, scope, write, texts)
    catalogue = {check.id: check.version for check in parts.catalogue.checks}
    ran = Ran(
        {check.id for check in checks}, catalogue, header.complete, bool(options.selection.targets)
    )
    compared = compare(findings, previous, header.collected_at, ran)
    waived = _waived(compared.findings, judged, decisions, header, catalogue)
    today = header.collected_at.date()
    pairs = list(zip(judged, waived.findings, strict=True))
    dates = dates_set(decisions.assignments)
    plan = build_plan(pairs, parts.catalogue.causes, environment, scope, today, texts, dates)
    known = {one.id: one for one in waived.findings}
    assigned = assign(plan, decisions.assignments, known, today, decisions.owners)
    named = options.selection.named(parts.catalogue)
    notes += [said("no item has the id {id}", id=one) for one in assigned.unknown]
    return RunResult(
        schema=SCHEMA,
        tool=TOOL,
        collected_at=header.collected_at,
        complete=header.complete,
        customer=header.customer,
        notice=header.notice,
        environment=environment,
        cloud=header.cloud,
        vantage=header.vantage,
        coverage=_coverage(evidence, judged, parts.sources, texts),
        findings=waived.findings,
        plan=assigned.plan,
        checks=[check_record(check, texts) for check in checks],
        summary=summarise(waived.findings, assigned.plan, named, compared.changes),
        broken=[str(one) for one in parts.broken],
        exhibits=show(parts.catalogue.exhibits, evidence, texts),
        texts=texts.templates,
        earlier=compared.earlier,
        waivers=waived.waivers,
        catalogue=catalogue,
        narrowed=bool(options.selection.targets),
        owners=dict(decisions.owners),
        notes=list(map(str, notes)),
        words=texts.words({"notes": notes}),
    )


def _disagreements(evidence: Evidence) -> list[str]:
    """Where the places of a merged run did not agree, a sentence each."""
    merged = evidence.one(Merged)
    conflicts = merged.conflicts if isinstance(merged, Merged) else ()
    return [
        said(
            "{evidence} {subject}: {kept} and {others} differ; that of {kept} was judged",
            evidence=Said(one.kind.replace("-", " ")),
            subject=one.subject,
            kept=one.kept,
            others=list(one.others),
        )
        for one in conflicts
    ]


def _held(evidence: Evidence, kind: type[T]) -> T:
    """What was kept with the evidence, or an empty one."""
    found = evidence.one(kind)
    return found if isinstance(found, kind) else kind()


def _comparable(previous: RunResult | None, header: Header) -> tuple[RunResult | None, list[str]]:
    """The run before, unless it is about somebody else.

    A run keeps the name of the environment that the run before had, as long as it is one of its own:
    so a tenant id that is configured later does not turn every finding into a new one.
    """
    if previous is None or previous.environment in (header.environment, *header.names):
        return previous, []
    told = said(
        "the runs before are about {other}, so nothing was compared with them",
        other=previous.environment,
    )
    return None, [told]


def _waived(
    findings: Sequence[FindingRecord],
    judged: Sequence[Judged],
    decisions: Decisions,
    header: Header,
    known: Collection[str],
) -> Waived:
    affected = {
        record.id: one.finding.affected for one, record in zip(judged, findings, strict=True)
    }

    def objects(one: FindingRecord) -> frozenset[str]:
        found = affected[one.id]
        return object_ids(found) if found else frozenset({one.subject.name})

    return apply_waivers(
        findings,
        decisions.waivers,
        header.collected_at.date(),
        known=known,
        horizon=decisions.horizon_days,
        objects=objects,
    )


def _coverage(
    evidence: Evidence, judged: Sequence[Judged], sources: Sequence[Source], texts: Texts
) -> list[CoverageRecord]:
    """How far each source got, by the gaps in what it gave."""
    needed = {kind for one in judged for kind in one.check.types}
    return [
        _covered(evidence, source, [kind for kind in source.kinds if kind in needed], texts)
        for source in sources
        if needed.intersection(source.kinds)
    ]


def _covered(evidence: Evidence, source: Source, kinds: list[type], texts: Texts) -> CoverageRecord:
    gaps = [gap for kind in kinds if (gap := evidence.gap(kind))]
    gaps += [one.missing for kind in kinds if (one := evidence.streams.get(kind)) and one.missing]
    held = any(kind in evidence.items or kind in evidence.streams for kind in kinds)
    state = "complete" if not gaps else "partial" if held else "missing"
    worst = min(gaps, key=lambda gap: list(Reason).index(gap.reason)) if gaps else None
    return CoverageRecord(
        source.name,
        state,
        worst.reason if worst else "",
        worst.detail if worst else "",
        sorted(kind_of(kind).name for kind in kinds),
        texts.words({"detail": worst.said}) if worst else {},
    )
