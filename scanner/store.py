"""Run folders: how a run gets to the disk so that a crash loses nothing and an old run stays whole.

    DIR/evidence/ result.json report.html affected/    the newest run
    DIR/history/<time>/…                               the runs before it, unchanged
    DIR/unfinished-<time>-<pid>/evidence/              a scan under way, or one that was killed

A run is made in its unfinished folder and published by renaming; result.json comes last, so a folder
that has one is whole.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from scanner.evidence.codec import CodecError, decode, encode
from scanner.evidence.envelope import Header
from scanner.evidence.folder import write_atomically
from scanner.result import RunResult

EVIDENCE = "evidence"
RESULT = "result.json"
HISTORY = "history"
LOCK = ".lock"
_PARTS = (EVIDENCE, "affected")
_STAMP = "%Y%m%dT%H%M%SZ"


class StoreError(OSError):
    """An output folder that cannot be used; the message says which, why and what to do."""


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(f"cannot write to {folder}: {error.strerror}; name another folder with -o")


@dataclass(slots=True)
class RunFolder:
    """One output folder and, while a run is made, the unfinished folder inside it.

    Entered, it holds the folder's lock: one run at a time writes there. The lock goes with the
    process, however that ends.
    """

    folder: Path
    work: Path
    at: datetime
    _lock: FileLock

    @classmethod
    def prepare(cls, folder: Path, at: datetime) -> RunFolder:
        """Make sure that the folder can be written before anything is contacted. Raises StoreError."""
        work = folder / f"unfinished-{folder_name(at)}-{os.getpid()}"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(folder / LOCK, mode=0o600)
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreError(
                f"another run is writing to {folder} right now; wait for it, or name another folder "
                "with -o"
            ) from error
        except FileExistsError as error:
            raise StoreError(f"{folder} is a file; name a folder with -o") from error
        except OSError as error:
            raise _unwritable(folder, error) from error
        try:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
        except OSError as error:
            lock.release()
            raise _unwritable(folder, error) from error
        return cls(folder, work, at, lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

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
        home = self.folder / HISTORY / folder_name(earlier.collected_at)
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
    yield from sorted(one for one in files if _REPORT_NAMES.fullmatch(one.stem))
    if (folder / RESULT).exists():
        yield folder / RESULT


_REPORT_NAMES = re.compile(
    r"(report|objects|plan(-[a-z]+(-\d+)?)?)(\.[a-z]{2,3}(-[A-Za-z]{2,4})?)?"
)
_REPORT_ENDINGS = (".html", ".csv", ".xlsx", ".md", ".sarif", ".xml", ".docx", ".pdf")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def folder_name(at: datetime) -> str:
    """What the folder of a run of that moment is called in history/."""
    return at.strftime(_STAMP)


def read_result(folder: Path) -> RunResult | None:
    """The result of the run in that folder; None where there is none. Raises StoreError."""
    path = folder / RESULT
    try:
        return decode(path.read_bytes(), RunResult)
    except FileNotFoundError:
        return None
    except (OSError, CodecError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error


def runs(folder: Path) -> list[tuple[datetime, Path]]:
    """The moments and folders of all whole runs in an output folder, the oldest first.

    Older ones are known by the names of their folders, so that thousands cost one listing.
    """
    found = []
    if (folder / HISTORY).is_dir():
        for home in (folder / HISTORY).iterdir():
            at = _moment(home.name)
            if at and (home / RESULT).is_file():
                found.append((at, home))
    header = folder / EVIDENCE / "header.json"
    if (folder / RESULT).is_file() and header.is_file():
        with suppress(OSError, CodecError):
            found.append((decode(header.read_bytes(), Header).collected_at, folder))
    return sorted(found)


def last_moment(folder: Path) -> datetime | None:
    """When the newest run of that folder took place."""
    found = runs(folder)
    return found[-1][0] if found else None


def previous_result(folder: Path, before: datetime) -> RunResult | None:
    """The newest run in that folder or its history that is older than `before` and can be read."""
    for at, home in reversed(runs(folder)):
        if at < before:
            with suppress(StoreError):  # a damaged run must not keep a new one from being written
                return read_result(home)
    return None


def prune(folder: Path, keep: int) -> list[Path]:
    """Remove older runs but the last `keep` and the last of each month; returns what went.

    Raises OSError.
    """
    older = [(at, home) for at, home in runs(folder) if home != folder]
    last_of_month = {at.strftime("%Y-%m"): home for at, home in older}
    kept = {home for _, home in older[max(0, len(older) - keep) :]} | set(last_of_month.values())
    gone = [home for _, home in older if home not in kept]
    for home in gone:
        shutil.rmtree(home)
    return gone


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
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
