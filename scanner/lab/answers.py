"""What the people of the sample organisation answered."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import tomlkit

from scanner.lab.authority import Authority
from scanner.lab.organisation import Organisation


@dataclass(frozen=True, slots=True)
class _Said:
    """One answer: days ago it was given, and days from now until when it holds (0: no end)."""

    question: str
    answer: str
    by: str
    ago: int = 20
    holds: int = 0
    reason: str = ""
    evidence: str = ""


_ALWAYS = (
    _Said(
        "responsibilities.stakeholders-named",
        "yes",
        "Mira Olsson, project manager",
        evidence="roles.xlsx",
    ),
    _Said("responsibilities.project-plan-agreed", "yes", "Mira Olsson, project manager", holds=160),
    _Said("responsibilities.provisioning-approach-chosen", "yes", "Tomás Rey, identity team"),
    _Said("responsibilities.architecture-documented", "yes", "Anneke Vos, architect"),
    _Said("responsibilities.capacity-planned", "yes", "Piotr Zając, infrastructure", holds=160),
    _Said("responsibilities.service-configuration-planned", "yes", "Lena Hartmann, endpoints"),
    _Said(
        "responsibilities.decommissioning-planned",
        "not-needed",
        "Piotr Zając, infrastructure",
        reason="nothing is replaced; this is the first device management",
    ),
)
_TROUBLED = (
    _Said(
        "responsibilities.change-approval-ready",
        "no",
        "Mira Olsson, project manager",
        reason="the change board meets every four weeks, and is frozen from 15 December",
    ),
    _Said(
        "responsibilities.on-premises-mfa-server-retired",
        "no",
        "Tomás Rey, identity team",
        reason="AD FS still names the old server for the sales staff",
    ),
    _Said(
        "responsibilities.test-environment-ready",
        "yes",
        "Lena Hartmann, endpoints",
        ago=200,
        holds=-12,
    ),
)
_REPAIRED = (
    _Said("responsibilities.change-approval-ready", "yes", "Mira Olsson, project manager"),
    _Said(
        "responsibilities.on-premises-mfa-server-retired", "yes", "Tomás Rey, identity team", ago=2
    ),
    _Said("responsibilities.test-environment-ready", "yes", "Lena Hartmann, endpoints", holds=160),
    _Said("responsibilities.kickoff-attended", "yes", "Mira Olsson, project manager"),
    _Said("responsibilities.integrations-planned", "yes", "Anneke Vos, architect"),
    _Said("responsibilities.user-communication-planned", "yes", "Jo Brandt, communication"),
    _Said("responsibilities.support-staff-trained", "yes", "Sara Lind, help desk"),
    _Said("responsibilities.support-plan-ready", "yes", "Sara Lind, help desk", holds=160),
    _Said("responsibilities.operations-guide-updated", "yes", "Piotr Zając, infrastructure"),
    _Said("infrastructure.access-infrastructure-working", "yes", "Piotr Zając, infrastructure"),
)


class LabAnswers(AbstractContextManager["LabAnswers"]):
    """The answers file of the sample organisation."""

    def __init__(self, organisation: Organisation, _: Authority, folder: Path) -> None:
        self._said = (*_ALWAYS, *(_REPAIRED if organisation.healthy else _TROUBLED))
        self._file = folder / "answers.toml"

    def settings(self) -> Mapping[str, object]:
        """Where the answers stand."""
        return {"answers": {"file": str(self._file)}}

    def __enter__(self) -> Self:
        today = datetime.now(UTC).date()
        tables: dict[str, dict[str, object]] = {}
        for one in self._said:
            package, _, name = one.question.partition(".")
            table: dict[str, object] = {
                "answer": one.answer,
                "by": one.by,
                "on": today - timedelta(days=one.ago),
                "reason": one.reason,
                "evidence": one.evidence,
            }
            if one.holds:
                table["until"] = today + timedelta(days=one.holds)
            tables.setdefault(package, {})[name] = table
        self._file.write_text(tomlkit.dumps(tables), encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing runs."""
