"""Scan = collect, judge, plan, store: the one way through, for the command line and for fleets."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scanner import __version__
from scanner.collect import Collector
from scanner.compare import compare
from scanner.config.model import Config
from scanner.evidence.envelope import Header, kind_of
from scanner.evidence.folder import Evidence, Writer, load
from scanner.evidence.scope import Plans, Scope
from scanner.judge import Judged, judge
from scanner.plan import build_plan, summarise
from scanner.progress import Progress, Silent
from scanner.record import WriteRows, check_record, finding_records, rows_reader, rows_writer
from scanner.registry import Broken, Catalogue, load_checks, load_formats, load_sources, sentences
from scanner.report import Brand, Rendering, ReportFormat, sample_of
from scanner.result import SCHEMA, CoverageRecord, RunResult
from scanner.select import Selection, wanted_evidence
from scanner.sources.interface import Proofread, Source
from scanner.store import RunFolder, previous_result
from scanner.texts import Texts
from scanner.translate import ENGLISH, translate
from scanner.words import Reason

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
    """What a caller may choose for one run."""

    selection: Selection = field(default_factory=Selection)
    formats: tuple[str, ...] = ("html",)
    language: str = "en"
    brand: Brand = field(default_factory=Brand)


def now() -> datetime:
    """The current moment in UTC, to the second: the resolution of everything in a result."""
    return datetime.now(UTC).replace(microsecond=0)


def refuse_mistakes(config: Config, parts: Parts, options: Options) -> None:
    """Refuse what cannot be meant before anything is touched. Raises SelectionError, ConfigError."""
    checks = options.selection.checks(parts.catalogue, config.policy.disabled)
    wanted = wanted_evidence(checks, parts.sources)
    questions = [one.id for one in parts.catalogue.questions]
    for source in parts.sources:
        if isinstance(source, Proofread) and wanted.intersection(source.kinds):
            source.proofread(config, questions)


def collect(
    config: Config, parts: Parts, options: Options, run: RunFolder, at: datetime, progress: Progress
) -> None:
    """Collect the evidence of the selected checks into the run under way.

    Raises OSError when it cannot be written, and KeyboardInterrupt after saving what there is.
    """
    checks = options.selection.checks(parts.catalogue, config.policy.disabled)
    writer = Writer(run.evidence, header_of(config, at))
    writer.open()
    writer.put(scope_of(config))
    writer.save((Scope,))
    wanted = wanted_evidence(checks, parts.sources)
    Collector(config, writer, progress, wanted).run(parts.sources)
    writer.close(complete=True)


def assess(
    evidence: Evidence, parts: Parts, options: Options, write: WriteRows, history: Path
) -> RunResult:
    """Judge evidence, plan the remediation, compare with the run before.

    Nothing is stored but the affected objects, which go to `write`.
    """
    scope = evidence.one(Scope)
    scope = scope if isinstance(scope, Scope) else Scope()
    header = evidence.header
    checks = options.selection.checks(parts.catalogue, scope.disabled)
    judged = [one for one in judge(checks, evidence) if options.selection.aims_at(one)]
    texts = Texts()
    findings = finding_records(judged, header.environment, scope, write, texts)
    previous = previous_result(history, header.collected_at)
    findings, changes = compare(findings, previous, header.collected_at)
    pairs = list(zip(judged, findings, strict=True))
    start = header.collected_at.date()
    plan = build_plan(pairs, parts.catalogue.causes, header.environment, scope, start, texts)
    return RunResult(
        schema=SCHEMA,
        tool=TOOL,
        collected_at=header.collected_at,
        complete=header.complete,
        customer=header.customer,
        notice=header.notice,
        environment=header.environment,
        cloud=header.cloud,
        vantage=header.vantage,
        coverage=_coverage(evidence, judged, parts.sources),
        findings=findings,
        plan=plan,
        checks=[check_record(check, texts) for check in checks],
        summary=summarise(findings, plan, options.selection.named(parts.catalogue), changes),
        broken=[str(one) for one in parts.broken],
        texts=texts.templates,
    )


def scan(
    config: Config, parts: Parts, options: Options, out: Path, progress: Progress | None = None
) -> RunResult:
    """A whole scan into `out`. Interrupted, it judges and publishes what it has, then raises again."""
    at = now()
    refuse_mistakes(config, parts, options)
    run = RunFolder.prepare(out, at)
    interrupted: KeyboardInterrupt | None = None
    try:
        collect(config, parts, options, run, at, progress or Silent())
    except KeyboardInterrupt as error:
        interrupted = error
    result = _judge_into(run, parts, options)
    if interrupted:
        raise interrupted
    return result


def rejudge(source: Path, parts: Parts, options: Options, out: Path) -> RunResult:
    """Judge a saved evidence folder again, into `out`. Raises EvidenceError, OSError."""
    evidence = load(source)
    run = RunFolder.prepare(out, evidence.header.collected_at)
    try:
        shutil.copytree(source, run.evidence)
        return _judge_into(run, parts, options)
    except BaseException:
        run.discard()
        raise


def _judge_into(run: RunFolder, parts: Parts, options: Options) -> RunResult:
    evidence = load(run.evidence)
    result = assess(evidence, parts, options, rows_writer(run.work), run.folder)
    files = render(
        result,
        parts.formats,
        options.formats,
        options.language,
        folder=run.work,
        brand=options.brand,
    )
    run.publish(result, files)
    return result


def render(
    result: RunResult,
    formats: dict[str, ReportFormat],
    names: Sequence[str],
    language: str,
    *,
    folder: Path | None = None,
    brand: Brand | None = None,
) -> dict[str, bytes]:
    """The files of the chosen formats; result.json is always written and needs no choosing.

    `folder` is the run folder, where all affected objects lie; without it reports hold the samples.
    """
    chosen = [formats[name] for name in names if name != "json"]
    if not chosen:
        return {}
    said = result if language == ENGLISH else translate(result, language, sentences(language))
    rows = rows_reader(folder) if folder else sample_of
    order = Rendering(said, language, rows, brand or Brand())
    return {name: data for one in chosen for name, data in one.render(order).items()}


def header_of(config: Config, at: datetime) -> Header:
    """Who is being looked at, and from where."""
    names = (config.tenant.id, config.tenant.domain, *config.domains.names, config.customer.name)
    return Header(
        collected_at=at,
        tool=TOOL,
        environment=next((name.casefold() for name in names if name), "unnamed"),
        customer=config.customer.name,
        notice=config.report.notice,
        vantage=config.network.vantage,
        cloud=config.tenant.cloud,
    )


def scope_of(config: Config) -> Scope:
    """Scope and policy as evidence, so that it is judged alike wherever it is judged."""
    section = config.scope
    return Scope(
        plans=Plans(
            section.kickoff,
            section.platforms,
            section.workloads,
            section.identity,
            section.pilot_groups,
        ),
        domains=config.domains.names,
        parked=config.domains.parked,
        sign_in=config.domains.sign_in,
        issuers=config.trust.issuers,
        thresholds=config.policy.thresholds,
        disabled=config.policy.disabled,
        severities=config.policy.severities,
        due_days={str(word): days for word, days in config.policy.due_days.items()},
    )


def _coverage(
    evidence: Evidence, judged: Sequence[Judged], sources: Sequence[Source]
) -> list[CoverageRecord]:
    """How far each source got, by the gaps in what it gave."""
    needed = {kind for one in judged for kind in one.check.types}
    return [
        _covered(evidence, source, [kind for kind in source.kinds if kind in needed])
        for source in sources
        if needed.intersection(source.kinds)
    ]


def _covered(evidence: Evidence, source: Source, kinds: list[type]) -> CoverageRecord:
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
    )
