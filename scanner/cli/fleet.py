"""Scan many customers or sites side by side, here or on a Dask cluster, and write their portfolio."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import FAIL_ON, Exit

if TYPE_CHECKING:  # costs start-up time that --help must not pay
    from scanner.fleet.engine import Engine
    from scanner.fleet.model import FleetFile, Job, Outcome

DEFAULT_OUT = "emsready-fleet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", help="fleet.toml: the customers and their configurations")
    parser.add_argument("-o", "--output", metavar="DIR", default=DEFAULT_OUT)
    parser.add_argument("--engine", choices=("threads", "dask"), default="threads")
    parser.add_argument(
        "--scheduler", metavar="URL", default="", help="tls://HOST:PORT, with --engine dask"
    )
    parser.add_argument(
        "--resume", action="store_true", help="only those that a pass before left open"
    )
    parser.add_argument("--customer", metavar="NAMES", help="only these, separated by commas")
    parser.add_argument(
        "--fail-on", metavar="LIST", default="none", help=f"gate, any of: {', '.join(FAIL_ON)}"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")


def run(arguments: argparse.Namespace) -> int:
    """Scan them all, print a line for each, and where the portfolio lies."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    from scanner.cli.formats import chosen_formats, language  # noqa: PLC0415
    from scanner.cli.options import gate  # noqa: PLC0415
    from scanner.fleet.drive import Fleet  # noqa: PLC0415
    from scanner.fleet.job import stop_all  # noqa: PLC0415
    from scanner.fleet.judging import Judging  # noqa: PLC0415
    from scanner.fleet.model import jobs_of, read_fleet  # noqa: PLC0415
    from scanner.scan import Parts  # noqa: PLC0415

    path, out, fail_on = Path(arguments.file), Path(arguments.output), gate(arguments)
    found = read_fleet(path)
    every = jobs_of(found, path.parent)
    jobs = _chosen(every, arguments.customer)
    formats = chosen_formats(found.fleet.formats, Parts.load())
    judging = Judging(out, formats, language(found.fleet.language), fail_on)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = _engine(arguments, found, path.parent)
    tell = (lambda _: None) if arguments.quiet else _tell
    judges = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="judge")
    fleet = Fleet(out, engine, judges, judging, found.fleet.retries, tell)
    others = [job for job in every if job not in jobs]
    try:
        outcomes = fleet.run(jobs, resume=arguments.resume, others=others)
    except KeyboardInterrupt:
        stop_all()
        engine.close(now=True)
        judges.shutdown(cancel_futures=True)
        raise
    engine.close()
    judges.shutdown()
    for file in _write_portfolio(out, outcomes):
        print(file)
    return _code(outcomes[job.folder] for job in jobs)


def _chosen(jobs: list[Job], names: str | None) -> list[Job]:
    from scanner.cli.options import words  # noqa: PLC0415
    from scanner.config.read import ConfigError  # noqa: PLC0415

    wanted = words(names)
    known = {job.name for job in jobs}
    for name in wanted:
        if name not in known:
            raise ConfigError(f"--customer {name}: the file names {', '.join(sorted(known))}")
    return [job for job in jobs if not wanted or job.name in wanted]


def _engine(arguments: argparse.Namespace, found: FleetFile, home: Path) -> Engine:
    from scanner.config.read import ConfigError  # noqa: PLC0415
    from scanner.fleet.engine import Dask, Threads  # noqa: PLC0415

    if arguments.engine == "threads":
        return Threads(found.fleet.workers)
    if not arguments.scheduler:
        raise ConfigError("--engine dask needs --scheduler tls://HOST:PORT")
    return Dask(arguments.scheduler, found.fleet, home)


def _tell(outcome: Outcome) -> None:
    from scanner.cli.outcome import visible  # noqa: PLC0415

    tries = f", {outcome.attempts} tries" if outcome.attempts > 1 else ""
    told = f"  {outcome.name:<30} {outcome.state:<13} {outcome.seconds:6.1f} s{tries}  {outcome.detail}"
    print(visible(told)[:160].rstrip(), file=sys.stderr)


def _write_portfolio(out: Path, outcomes: dict[str, Outcome]) -> Iterable[Path]:
    from scanner.evidence.folder import write_atomically  # noqa: PLC0415
    from scanner.fleet.portfolio import portfolio_of  # noqa: PLC0415
    from scanner.registry import load_portfolios  # noqa: PLC0415
    from scanner.scan import now  # noqa: PLC0415

    portfolio = portfolio_of(out, outcomes, now())
    for name, render in load_portfolios():
        write_atomically(out / name, render(portfolio))
        yield out / name


def _code(outcomes: Iterable[Outcome]) -> Exit:
    from scanner.fleet.model import State  # noqa: PLC0415

    states = {one.state for one in outcomes}
    if State.SIGN_IN in states:
        return Exit.SIGN_IN
    if State.GATE_FAILED in states:
        return Exit.GATE_FAILED
    return Exit.INCOMPLETE if states - {State.DONE} else Exit.DONE
