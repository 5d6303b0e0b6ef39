"""Which domains a run looks at: named ones, those of the tenant, and every sign-in suffix in use."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.evidence.dns_clouds import below
from scanner.evidence.dns_domain import INITIAL_SUFFIXES, DnsDomain
from scanner.evidence.envelope import Missing
from scanner.evidence.suffixes import DirectorySuffixes, SuffixCount, TenantSuffixes
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.sources.interface import Gather
from scanner.subject import domain


def domains_of(gather: Gather) -> list[DnsDomain]:
    """All domains in scope, by name, each once."""
    config = gather.config
    named = [domain(one).name for one in config.domains.names]
    if config.tenant.domain and not is_initial(config.tenant.domain):
        named.append(domain(config.tenant.domain).name)
    parked = {domain(one).name for one in config.domains.parked}
    tenant = gather.seen(TenantDomains)
    of_tenant = (
        {} if isinstance(tenant, Missing) else {domain(t.name).name: t for t in tenant.domains}
    )
    users = _users(gather)
    everyone = {*named, *parked, *of_tenant, *(users or ())}
    return [
        _facts(
            name,
            of_tenant.get(name),
            configured=name in named,
            parked=name in parked,
            users=None if users is None else users.get(name, 0),
            tenant_read=not isinstance(tenant, Missing),
        )
        for name in sorted(everyone)
        if name
    ]


def is_initial(name: str) -> bool:
    """Whether a domain is of those that Microsoft's own DNS serves."""
    return any(below(domain(name).name, suffix) for suffix in INITIAL_SUFFIXES)


def _facts(
    name: str,
    found: TenantDomain | None,
    *,
    configured: bool,
    parked: bool,
    users: int | None,
    tenant_read: bool,
) -> DnsDomain:
    if found is None:
        return DnsDomain(
            name,
            configured=configured,
            parked=parked,
            initial=is_initial(name),
            users=users,
            tenant_read=tenant_read,
        )
    return DnsDomain(
        name,
        configured=configured,
        parked=parked,
        initial=found.is_initial or is_initial(name),
        verified=found.is_verified,
        federated=found.authentication_type.casefold() == "federated",
        services=found.supported_services,
        users=users,
        tenant_read=True,
    )


def _users(gather: Gather) -> dict[str, int] | None:
    """Users by suffix, of tenant and directory together; None where neither could be read.

    The larger count wins where both know a suffix: mostly they count the same people.
    """
    counts: dict[str, int] | None = None
    for found in (gather.seen(TenantSuffixes), gather.seen(DirectorySuffixes)):
        if not isinstance(found, Missing):
            counts = counts or {}
            for one in _named(found.suffixes):
                counts[one.name] = max(counts.get(one.name, 0), one.users)
    return counts


def _named(suffixes: Iterable[SuffixCount]) -> Iterable[SuffixCount]:
    for one in suffixes:
        name = domain(one.name).name
        if name and " " not in name:
            yield SuffixCount(name, one.users)
