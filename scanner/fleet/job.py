"""Collecting one customer's evidence in a process of its own. This is what runs on a worker.

A process isolates credentials, memory, crashes and hangs: whatever happens in it costs one customer.
"""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from scanner import __version__
from scanner.fleet.model import Job, State

_KEPT = 2000
_USAGE = 2
_running: set[subprocess.Popen[str]] = set()
_guard = threading.Lock()


class TransientError(RuntimeError):
    """A try that ended for a reason that may be gone the next time."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of one try: an archive of evidence, or the state that no further try would mend."""

    state: State
    detail: str = ""
    archive: bytes = b""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its code (None where its time was up), its output, its last words."""

    code: int | None
    output: str = ""
    told: str = ""


def collect_one(job: Job) -> Collected:
    """Collect the evidence of one customer. Raises TransientError."""
    began = time.monotonic()
    try:
        environment = _environment(job)
    except KeyError as error:
        told = f"the variable {error.args[0]} is not set on {platform.node()}"
        return Collected(State.MISCONFIGURED, told)
    with tempfile.TemporaryDirectory(prefix="emsready-fleet-") as folder:
        archive = Path(folder) / "evidence.zip"
        ended = run_to_end(_command(job, folder, archive), environment, job.timeout)
        seconds = round(time.monotonic() - began, 2)
        if ended.code is None:
            told = f"it did not end within {job.timeout:g} seconds and was stopped"
            return Collected(State.TIMEOUT, told, seconds=seconds)
        if ended.code == _USAGE:
            return Collected(State.MISCONFIGURED, ended.told, seconds=seconds)
        if ended.code != 0:
            raise TransientError(ended.told or f"the process ended with {ended.code}")
        return Collected(State.DONE, "", archive.read_bytes(), seconds)


def version_here() -> str:
    """The version that a worker would collect with."""
    return __version__


def stop_all() -> None:
    """Stop every process that this one started: used when the fleet is interrupted."""
    with _guard:
        for process in _running:
            _kill(process)


def _command(job: Job, folder: str, archive: Path) -> list[str]:
    command = [sys.executable, "-P", "-m", "scanner", "collect", "-q", "-c", job.config]
    command += ["-o", str(Path(folder) / "run"), "--archive", str(archive)]
    command += ["--vantage", job.vantage] if job.vantage else []
    command += ["--only", ",".join(job.only)] if job.only else []
    return command


def _environment(job: Job) -> dict[str, str]:
    """The variables that this customer's scan sees. Raises KeyError naming the one that is not set."""
    kept = {name: value for name, value in os.environ.items() if name not in job.hidden}
    kept |= {name: os.environ[source] for name, source in job.secrets}
    return {**kept, "EMSREADY_UNATTENDED": "1"}


def run_to_end(command: list[str], environment: dict[str, str], timeout: float) -> Ended:
    """Run one of our own commands; whatever ends this, ends it and everything that it started."""
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        with _guard:
            _running.add(process)
        try:
            output, told = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            return Ended(None)
        except BaseException:
            _kill(process)
            raise
        finally:
            with _guard:
                _running.discard(process)
    return Ended(process.returncode, output, told.strip()[-_KEPT:])


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill it with everything that it started."""
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    process.wait()
