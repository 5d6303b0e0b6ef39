"""What the organisation plans, as it stated it. Decides not-applicable; never asked of a probe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from scanner.evidence.envelope import evidence


@dataclass(frozen=True, slots=True)
class Plans:
    """The plain values of [scope]; None means that nobody has said."""

    kickoff: date | None = None
    platforms: tuple[str, ...] | None = None
    workloads: tuple[str, ...] | None = None
    identity: str | None = None
    pilot_groups: tuple[str, ...] = ()


@evidence("scope", source="run")
@dataclass(frozen=True, slots=True)
class Scope:
    """Scope and policy of this run, kept with the evidence so that it is judged alike elsewhere."""

    plans: Plans = field(default_factory=Plans)
    domains: tuple[str, ...] = ()
    parked: tuple[str, ...] = ()
    sign_in: Mapping[str, str] = field(default_factory=dict)
    issuers: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    disabled: tuple[str, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    due_days: Mapping[str, int] = field(default_factory=dict)

    def platform(self, name: str) -> bool | None:
        """Whether that platform is in scope; None where nothing was stated."""
        return None if self.plans.platforms is None else name in self.plans.platforms

    def workload(self, name: str) -> bool | None:
        """Whether that workload is in scope; None where nothing was stated."""
        return None if self.plans.workloads is None else name in self.plans.workloads

    @property
    def hybrid(self) -> bool | None:
        """Whether on-premises identities are to be synchronised; None where nothing was stated."""
        return None if self.plans.identity is None else self.plans.identity == "hybrid"

    def threshold(self, name: str, default: float) -> float:
        """A threshold by its name, as configured or as the check's default."""
        return self.thresholds.get(name, default)
