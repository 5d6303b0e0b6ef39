"""Run folders: how a run gets to the disk so that a crash loses nothing and an old run stays whole.

    DIR/evidence/ result.json report.html affected/    the newest run
    DIR/history/<time>/…                               the runs before it, unchanged
    DIR/unfinished-<time>-<pid>/evidence/              a scan under way, or one that was killed

A run is made in its unfinished folder and published by renaming; result.json comes last, so a folder
that has one is whole.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.folder import write_atomically
from scanner.result import RunResult

EVIDENCE = "evidence"
RESULT = "result.json"
_PARTS = (EVIDENCE, "affected")


class StoreError(OSError):
    """An output folder that cannot be used; the message says which, why and what to do."""


@dataclass(slots=True)
class RunFolder:
    """One output folder and, while a run is made, the unfinished folder inside it."""

    folder: Path
    work: Path

    @classmethod
    def prepare(cls, folder: Path, at: datetime) -> RunFolder:
        """Make sure that the folder can be written before anything is contacted. Raises StoreError."""
        work = folder / f"unfinished-{_stamp(at)}-{os.getpid()}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            work.mkdir(mode=0o700)
        except FileExistsError as error:
            raise StoreError(f"{folder} is a file; name a folder with -o") from error
        except OSError as error:
            raise StoreError(
                f"cannot write to {folder}: {error.strerror}; name another folder with -o"
            ) from error
        return cls(folder, work)

    @property
    def evidence(self) -> Path:
        """Where the evidence of the run under way goes."""
        return self.work / EVIDENCE

    def publish(self, result: RunResult, reports: dict[str, bytes]) -> None:
        """Make this run the newest one: the run before moves to history/, result.json comes last.

        Raises OSError; until the renaming begins the earlier run is untouched.
        """
        for name, content in reports.items():
            write_atomically(self.work / name, content)
        write_atomically(self.work / RESULT, encode(result))
        earlier = read_result(self.folder)
        if earlier:
            self._archive(earlier)
        names = sorted(path.name for path in self.work.iterdir() if path.name != RESULT)
        for name in (*names, RESULT):
            _remove(self.folder / name)
            (self.work / name).rename(self.folder / name)
        self.work.rmdir()

    def publish_evidence(self) -> Path:
        """Put collected evidence in place without a result; an earlier run moves to history/."""
        earlier = read_result(self.folder)
        if earlier:
            self._archive(earlier)
        home = self.folder / EVIDENCE
        _remove(home)
        self.evidence.rename(home)
        self.work.rmdir()
        return home

    def discard(self) -> None:
        """Drop an unfinished folder that holds nothing worth keeping."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _archive(self, earlier: RunResult) -> None:
        """Move the run that is in the way; the same run judged again is replaced, not kept twice."""
        result = self.folder / RESULT
        header = self.work / EVIDENCE / "header.json"
        old = self.folder / EVIDENCE / "header.json"
        if header.exists() and old.exists() and header.read_bytes() == old.read_bytes():
            result.unlink()
            return
        home = self.folder / "history" / _stamp(earlier.collected_at)
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in _run_parts(self.folder):
            _remove(home / path.name)
            path.rename(home / path.name)


def _run_parts(folder: Path) -> Iterator[Path]:
    """What of a folder belongs to its run: evidence, objects, reports; the result last."""
    for name in _PARTS:
        if (folder / name).is_dir():
            yield folder / name
    files = [one for one in folder.iterdir() if one.is_file() and one.suffix in _REPORT_ENDINGS]
    yield from sorted(one for one in files if one.stem in ("report", "plan", "objects"))
    if (folder / RESULT).exists():
        yield folder / RESULT


_REPORT_ENDINGS = (".html", ".csv", ".xlsx", ".md", ".sarif", ".xml", ".docx", ".pdf")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def read_result(folder: Path) -> RunResult | None:
    """The result of the run in that folder; None where there is none. Raises StoreError."""
    path = folder / RESULT
    try:
        return decode(path.read_bytes(), RunResult)
    except FileNotFoundError:
        return None
    except (OSError, CodecError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def previous_result(folder: Path, before: datetime) -> RunResult | None:
    """The newest complete run in that folder or its history that is older than `before`."""
    homes = [folder]
    if (folder / "history").is_dir():
        homes += sorted((folder / "history").iterdir())
    found = [result for home in homes if (result := _older(home, before))]
    return max(found, key=lambda one: one.collected_at, default=None)


def _older(home: Path, before: datetime) -> RunResult | None:
    try:
        result = read_result(home)
    except StoreError:
        return None  # a damaged run must not keep a new one from being written
    if result and result.complete and result.collected_at < before:
        return result
    return None


def evidence_in(path: Path) -> Path:
    """The evidence folder that a person means: itself, a run's, or that of a killed scan.

    Raises StoreError naming what was looked for.
    """
    for candidate in (path, path / EVIDENCE):
        if (candidate / "header.json").is_file():
            return candidate
    left = sorted(path.glob("unfinished-*/evidence/header.json"))
    if left:
        return left[-1].parent
    raise StoreError(f"{path} holds no evidence (no header.json there or in {path / EVIDENCE})")
