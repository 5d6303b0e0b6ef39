"""What the configuration states, as evidence: it is judged with, wherever that is done."""

from __future__ import annotations

from datetime import datetime

from scanner import __version__
from scanner.config.model import Config
from scanner.evidence.envelope import Header
from scanner.evidence.scope import Plans, Scope


def header_of(config: Config, at: datetime) -> Header:
    """Who is being looked at, and from where."""
    given = (config.tenant.id, config.tenant.domain, *config.domains.names, config.customer.name)
    names = tuple(dict.fromkeys(name.casefold() for name in given if name))
    return Header(
        collected_at=at,
        tool=f"emsready {__version__}",
        environment=names[0] if names else "unnamed",
        customer=config.customer.name,
        notice=config.report.notice,
        vantage=config.network.vantage,
        cloud=config.tenant.cloud,
        names=names,
    )


def scope_of(config: Config) -> Scope:
    """Scope and policy as evidence, so that it is judged alike wherever it is judged."""
    section = config.scope
    return Scope(
        plans=Plans(
            section.kickoff,
            section.platforms,
            section.workloads,
            section.identity,
            section.pilot_groups,
        ),
        domains=config.domains.names,
        parked=config.domains.parked,
        sign_in=config.domains.sign_in,
        issuers=config.trust.issuers,
        thresholds=config.policy.thresholds,
        disabled=config.policy.disabled,
        severities=config.policy.severities,
        due_days={str(word): days for word, days in config.policy.due_days.items()},
    )
