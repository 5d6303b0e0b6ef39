"""Scan = collect, judge, plan, store: the one way through, for the command line and for fleets."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from scanner.assess import Options, Parts, assess
from scanner.cells import spoken_rows
from scanner.collect import Collector
from scanner.config.decisions import read_decisions
from scanner.config.model import Config
from scanner.config.stated import header_of, scope_of
from scanner.evidence.archive import evidence_files, unpack
from scanner.evidence.decisions import Decisions
from scanner.evidence.folder import Writer, load
from scanner.evidence.scope import Scope
from scanner.merge import Part, merge, read_part
from scanner.progress import Progress, Silent
from scanner.record import rows_reader, rows_writer
from scanner.redact import Redaction
from scanner.registry import sentences
from scanner.report import Brand, Rendering, ReportFormat, Rows, sample_of
from scanner.result import AffectedRecord, RunResult
from scanner.select import wanted_evidence
from scanner.sources.interface import Proofread
from scanner.store import RunFolder, evidence_in, last_moment, prune
from scanner.translate import ENGLISH, translate

__all__ = [
    "Options",
    "Parts",
    "collect",
    "moment_for",
    "refuse_mistakes",
    "rejudge",
    "render",
    "scan",
]


def now() -> datetime:
    """The current moment in UTC, to the second: the resolution of everything in a result."""
    return datetime.now(UTC).replace(microsecond=0)


def moment_for(out: Path) -> datetime:
    """When a run into that folder takes place: now, but later than every run that is there."""
    last = last_moment(out)
    return max(now(), last + timedelta(seconds=1)) if last else now()


def refuse_mistakes(config: Config, parts: Parts, options: Options) -> None:
    """Refuse what cannot be meant before anything is touched. Raises SelectionError, ConfigError."""
    checks = options.selection.checks(parts.catalogue, config.policy.disabled)
    wanted = wanted_evidence(checks, parts.sources)
    questions = [one.id for one in parts.catalogue.questions]
    for source in parts.sources:
        if isinstance(source, Proofread) and wanted.intersection(source.kinds):
            source.proofread(config, questions)
    if options.decisions is None:
        read_decisions(config)


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
    writer.put(options.decisions or read_decisions(config))
    writer.save((Scope, Decisions))
    wanted = wanted_evidence(checks, parts.sources)
    Collector(config, writer, progress, wanted).run(parts.sources)
    writer.close(complete=True)


def scan(
    config: Config, parts: Parts, options: Options, out: Path, progress: Progress | None = None
) -> RunResult:
    """A whole scan into `out`. Interrupted, it judges and publishes what it has, then raises again.

    Raises ConfigError, SelectionError, StoreError before anything is contacted; OSError.
    """
    refuse_mistakes(config, parts, options)
    with RunFolder.prepare(out, moment_for(out)) as run:
        interrupted: KeyboardInterrupt | None = None
        try:
            collect(config, parts, options, run, run.at, progress or Silent())
        except KeyboardInterrupt as error:
            interrupted = error
        result = _judge_into(run, parts, options)
        if config.policy.keep_runs:
            prune(out, config.policy.keep_runs)
    if interrupted:
        raise interrupted
    return result


def rejudge(sources: Sequence[Path], parts: Parts, options: Options, out: Path) -> RunResult:
    """Judge saved evidence again, into `out`: a folder or archive, or several made one.

    Raises EvidenceError, StoreError, OSError; nothing outside `out` is touched.
    """
    with TemporaryDirectory(prefix="emsready-") as folder:
        found = [
            _taken_in(source, Path(folder) / str(place)) for place, source in enumerate(sources)
        ]
        at = max(part.evidence.header.collected_at for part in found)
        with RunFolder.prepare(out, at) as run:
            try:
                if len(found) > 1:
                    merge(found, run.evidence)
                else:
                    shutil.copytree(Path(folder) / "0", run.evidence)
                return _judge_into(run, parts, options)
            except BaseException:
                run.discard()
                raise


def _taken_in(source: Path, folder: Path) -> Part:
    """One piece of saved evidence in a folder of our own, so that nothing foreign is written to."""
    if source.is_file():
        return read_part(folder, unpack(source, folder))
    folder.mkdir(mode=0o700)
    for path in evidence_files(evidence_in(source)):
        shutil.copyfile(path, folder / path.name)
    return read_part(folder)


def _judge_into(run: RunFolder, parts: Parts, options: Options) -> RunResult:
    evidence = load(run.evidence)
    result = assess(evidence, parts, options, rows_writer(run.work), run.folder)
    files: dict[str, bytes] = {}
    for language in dict.fromkeys((options.language, *options.languages)):
        made = render(
            result, parts.formats, options.formats, language, folder=run.work, brand=options.brand
        )
        marked = language != options.language
        files |= {_in_language(name, language) if marked else name: made[name] for name in made}
    run.publish(result, files)
    return result


def _in_language(name: str, language: str) -> str:
    """The file name of a report in a further language: report.zh-CN.html."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}.{language}{path.suffix}"))


def render(
    result: RunResult,
    formats: dict[str, ReportFormat],
    names: Sequence[str],
    language: str,
    *,
    folder: Path | None = None,
    brand: Brand | None = None,
    redaction: Redaction | None = None,
) -> dict[str, bytes]:
    """The files of the chosen formats; result.json is always written and needs no choosing.

    `folder` is the run folder, where all affected objects lie; without it reports hold the samples.
    With `redaction`, `result` is redacted already, and the objects are as they are read.
    """
    chosen = [formats[name] for name in names if name != "json"]
    if not chosen:
        return {}
    spoken = sentences(language) if language != ENGLISH else {}
    said = translate(result, language, spoken)
    rows: Callable[[AffectedRecord], Rows] = rows_reader(folder) if folder else sample_of
    if redaction:
        rows = redaction.reader(rows)
    if spoken:
        rows = spoken_rows(rows, language, spoken)
    order = Rendering(said, language, rows, brand or Brand())
    return {name: data for one in chosen for name, data in one.render(order).items()}
