"""Judging one customer's evidence in a process of its own, on the machine that drives the fleet.

So a tenant that needs much memory, or a check that never ends, costs one customer; and judging, which
takes as long as collecting, uses every core.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scanner.fleet.job import run_to_end
from scanner.fleet.model import Job, State

_STATES = {0: State.DONE, 1: State.GATE_FAILED, 3: State.INCOMPLETE, 4: State.SIGN_IN}
"""What the exit codes of `emsready judge` come to."""

_SHOWN = 5


class JudgingError(RuntimeError):
    """Evidence that could not be judged; the message is what the process said last."""


@dataclass(frozen=True, slots=True)
class Judging:
    """How every customer's evidence is judged: into which folder, as which reports, with which gate."""

    out: Path
    formats: tuple[str, ...]
    language: str
    fail_on: tuple[str, ...] = ()

    def __call__(self, job: Job, archive: bytes) -> tuple[State, str]:
        """Judge it; the state, and the checks that keep it incomplete. Raises JudgingError, OSError."""
        with tempfile.TemporaryDirectory(prefix="emsready-fleet-") as folder:
            source = Path(folder) / "evidence.zip"
            source.write_bytes(archive)
            environment = {key: one for key, one in os.environ.items() if key not in job.hidden}
            ended = run_to_end(self._command(job, source), environment, job.timeout)
        if ended.code not in _STATES:
            raise JudgingError(ended.told or f"the process ended with {ended.code}")
        return _STATES[ended.code], ", ".join(json.loads(ended.output)["incomplete"][:_SHOWN])

    def _command(self, job: Job, source: Path) -> list[str]:
        command = [sys.executable, "-P", "-m", "scanner", "judge", str(source), "--json", "-q"]
        command += ["-o", str(self.out / job.folder), "--lang", self.language]
        command += ["--format", ",".join(self.formats)] if self.formats else []
        command += ["--only", ",".join(job.only)] if job.only else []
        return command + (["--fail-on", ",".join(self.fail_on)] if self.fail_on else [])
