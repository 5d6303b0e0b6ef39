"""fleet.toml, the jobs that follow from it, and what can become of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from scanner.config.read import ConfigError, located, read_toml
from scanner.config.sense import Problem


@dataclass(frozen=True, slots=True)
class Tls:
    """[fleet.tls]: PEM files for talking to a Dask scheduler, all three or none."""

    ca: str = ""
    """Certificate of the authority that signed those of scheduler and workers."""
    cert: str = ""
    """Certificate of this machine."""
    key: str = ""
    """Its private key."""


@dataclass(frozen=True, slots=True)
class FleetSection:
    """[fleet]."""

    workers: int = 4
    """Customers at a time, with the engine `threads`."""
    timeout: float = 3600.0
    """Seconds that one customer may take."""
    retries: int = 2
    """Further tries of what may pass by itself."""
    language: str = "en"
    """Language of the reports: en or zh-CN."""
    formats: tuple[str, ...] = ("html",)
    """Formats of each customer's report."""
    tls: Tls = field(default_factory=Tls)


@dataclass(frozen=True, slots=True)
class Customer:
    """[[customer]]: one configuration, and which of this machine's variables its scan may see."""

    name: str
    """Name of the customer, or of the site."""
    config: str
    """Its emsready.toml; on a cluster, where the workers find it."""
    vantage: str = ""
    """Name of the place that it is scanned from."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Variable that its configuration names, and the variable here to take it from."""
    only: tuple[str, ...] = ()
    """Check ids, packages or topics, where not everything is wanted."""


@dataclass(frozen=True, slots=True)
class FleetFile:
    """A whole fleet.toml."""

    fleet: FleetSection = field(default_factory=FleetSection)
    customer: tuple[Customer, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told. Names of variables only: a secret never travels.

    `hidden` are the variables of all customers, which this one's scan must not see.
    """

    folder: str
    name: str
    config: str
    vantage: str
    only: tuple[str, ...]
    secrets: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]
    timeout: float


class State(StrEnum):
    """What became of a customer; exactly one of these, whatever happened."""

    DONE = "done"
    """Scanned and judged."""
    GATE_FAILED = "gate-failed"
    """Scanned and judged; findings count for `--fail-on`."""
    INCOMPLETE = "incomplete"
    """Scanned and judged, but evidence that was asked for could not be had."""
    SIGN_IN = "sign-in"
    """Its tenant did not let us in."""
    MISCONFIGURED = "misconfigured"
    """Its configuration cannot be used; no further try was made."""
    TIMEOUT = "timeout"
    """It did not end in its time and was stopped."""
    FAILED = "failed"
    """All tries failed."""
    WAITING = "waiting"
    """Its turn has not come: the pass was cut off."""

    @property
    def final(self) -> bool:
        """Whether `--resume` leaves the customer as it is."""
        return self not in (State.TIMEOUT, State.FAILED, State.WAITING)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one customer ended. `seconds` is the time of the last try."""

    name: str
    folder: str
    state: State = State.WAITING
    detail: str = ""
    attempts: int = 0
    seconds: float = 0.0


def read_fleet(path: Path) -> FleetFile:
    """Read and check a fleet file. Raises ConfigError with every mistake that it holds."""
    found, lines = read_toml(path, FleetFile, "see docs/fleet.md for an example")
    problems = list(_nonsense(found, path.parent))
    if problems:
        raise located(problems, lines, path)
    if not found.customer:
        raise ConfigError(f"{path}: it names no [[customer]]")
    return found


def _nonsense(found: FleetFile, home: Path) -> Iterator[Problem]:
    section = found.fleet
    if section.workers < 1:
        yield ("fleet", "workers"), f"expected 1 or more, got {section.workers}"
    if section.timeout <= 0:
        yield ("fleet", "timeout"), f"expected seconds above zero, got {section.timeout}"
    if section.retries < 0:
        yield ("fleet", "retries"), f"expected 0 or more, got {section.retries}"
    tls = section.tls
    for key in ("ca", "cert", "key"):
        name = getattr(tls, key)
        if name and not (home / name).is_file():
            yield ("fleet", "tls", key), f"there is no file {home / name}"
    if any((tls.ca, tls.cert, tls.key)) and not all((tls.ca, tls.cert, tls.key)):
        yield ("fleet", "tls"), "needs ca, cert and key together"
    counts = Counter(folder_of(one.name) for one in found.customer)
    for place, one in enumerate(found.customer):
        if counts[folder_of(one.name)] > 1:
            yield ("customer", place, "name"), f"another customer is called {one.name!r} too"
        if not (home / one.config).is_file():
            yield ("customer", place, "config"), f"there is no file {home / one.config}"


def jobs_of(found: FleetFile, home: Path) -> list[Job]:
    """A job for every customer, in the order of the file."""
    hidden = tuple(sorted({name for one in found.customer for name in one.secrets.values()}))
    return [
        Job(
            folder_of(one.name),
            one.name,
            str((home / one.config).resolve()),
            one.vantage,
            one.only,
            tuple(sorted(one.secrets.items())),
            hidden,
            found.fleet.timeout,
        )
        for one in found.customer
    ]


def folder_of(name: str) -> str:
    """The folder of a customer, whatever its name holds."""
    plain = "".join(char if char.isalnum() else "-" for char in name.casefold())
    return plain.strip("-")[:60] or "customer"
