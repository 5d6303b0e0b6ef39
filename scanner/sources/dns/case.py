"""One domain on its way through the gatherers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from scanner.evidence.dns_domain import DnsDomain
from scanner.evidence.tenant import DomainRecords
from scanner.sources.dns.resolver import Resolver
from scanner.sources.dns.views import Views
from scanner.words import Cloud


@dataclass(frozen=True, slots=True)
class Case:
    """What a gatherer is told: the domain, what the tenant expects there, and whom to ask."""

    about: DnsDomain
    views: Views
    cloud: Cloud = Cloud.WORLDWIDE
    expected: DomainRecords | None = None

    @property
    def domain(self) -> str:
        """The name of the domain."""
        return self.about.domain

    @property
    def public(self) -> Resolver:
        """The view from outside."""
        return self.views.public


Gatherer = Callable[[Case], Awaitable[object]]
"""Finds out the facts of one kind about one domain."""
