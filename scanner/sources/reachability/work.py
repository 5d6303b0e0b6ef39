"""What is to be probed, what it is probed with, and how far each probe is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scanner.deadline import Deadline
from scanner.evidence.reachability import Probe, Why
from scanner.sources.reachability.proxy import Proxy
from scanner.sources.reachability.resolve import Names
from scanner.sources.reachability.sites import same_site
from scanner.sources.reachability.sweep import Leg
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.tls import Looker, Verdict

_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Job:
    """A target on a path; no proxy means direct. `url_path` asks for something else than '/'."""

    target: Target
    proxy: Proxy | None = None
    url_path: str = "/"


@dataclass(slots=True)
class Settings:
    """What a run is made with. `related` knows which redirects stay with the same service."""

    vantage: str
    looker: Looker
    names: Names
    connect: Mapping[str, str]
    seconds: float
    deadline: Deadline
    descriptors: int
    told: Callable[[int, int | None], None] = lambda _done, _total: None
    related: Callable[[str, str], bool] = same_site

    @property
    def left(self) -> float:
        """Seconds for the next answer: never none at all, so that a wait ends by itself."""
        return min(self.seconds, max(0.01, self.deadline.remaining()))

    @property
    def over(self) -> bool:
        """Whether the time of the run is used up."""
        return self.deadline.remaining() <= 0


@dataclass(slots=True, eq=False)
class Work:
    """A job under way.

    `private` says that its name leads to inner addresses only, `talked` with which address the talk
    was; `verdict` is what TLS gave, `probe` everything else that is known already.
    """

    job: Job
    vantage: str
    legs: list[Leg] = field(default_factory=list)
    private: bool = False
    talked: Leg | None = None
    verdict: Verdict | None = None
    probe: Probe | None = None

    def made(self, reason: Why, detail: str = "", offender: str = "") -> Probe:
        """The probe of this job with that reason."""
        target, proxy = self.job.target, self.job.proxy
        return Probe(
            vantage=self.vantage,
            host=target.host,
            port=target.port,
            protocol=target.protocol,
            path=proxy.path if proxy else "direct",
            reason=reason,
            detail=detail[:_LONGEST_DETAIL],
            offender=offender,
            attempts=tuple(leg.attempt() for leg in self.legs),
        )

    @property
    def reason(self) -> Why | None:
        """The reason as far as it is known; None before the talk."""
        if self.verdict:
            return self.verdict.reason
        return self.probe.reason if self.probe else None

    def forget(self) -> None:
        """Take back what a talk gave that was cut off by the end of the run."""
        self.verdict, self.probe = None, None
