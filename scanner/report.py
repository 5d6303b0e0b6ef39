"""What a report format is, and what it is given; found by the entry points emsready.reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from scanner.result import AffectedRecord, RunResult

Rows = Iterable[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose report it is: shown on the first page and in the foot, never in place of a verdict.

    `logo` is a data: URI; `accent` and `accent_dark` are colours (#rrggbb) that can be read on light
    and on dark paper.
    """

    name: str = ""
    logo: str = ""
    accent: str = ""
    accent_dark: str = ""
    footer: str = ""
    confidentiality: str = ""
    contact: str = ""


def sample_of(affected: AffectedRecord) -> Rows:
    """The objects that the result itself holds: what is left where the files beside it are not."""
    return affected.sample


@dataclass(frozen=True, slots=True)
class Rendering:
    """One order to a format: the run in the reader's language, and what belongs to it.

    `rows` gives all objects behind a finding, from the files of the run folder where there are any.
    """

    run: RunResult
    language: str = "en"
    rows: Callable[[AffectedRecord], Rows] = sample_of
    brand: Brand = field(default_factory=Brand)


class FormatError(RuntimeError):
    """A format that cannot be made here; the message says what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A report format: its word on the command line, its main file, and the rendering.

    `render` returns the files by name, relative to the run folder. It knows nothing but what it is
    given and gives the same bytes for the same order. `module` is the library that it needs beyond
    those of the core, and `extra` the extra that installs it.
    """

    name: str
    filename: str
    render: Callable[[Rendering], Mapping[str, bytes]]
    module: str = ""
    extra: str = ""

    def refuse_without_library(self) -> None:
        """Raise FormatError where the library is not installed: before a scan, not after it."""
        if self.module and find_spec(self.module) is None:
            raise FormatError(
                f"the format {self.name} needs {self.module}: pip install 'emsready[{self.extra}]'"
            )
