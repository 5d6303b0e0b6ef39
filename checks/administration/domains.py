"""The domains of the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import TenantDomains


@check(
    id="administration.default-domain-custom",
    title="The default domain is a verified custom domain",
    action="Make a verified custom domain the default domain",
    why="Whoever creates a cloud-only user gets the default suffix offered. Users who start under"
    " the initial domain need a new sign-in name later, and with it a new mail profile and often a"
    " new enrolment of their devices.",
    fix=step(
        "Look at the current state first, then make the custom domain the default.",
        command="Get-MgDomain | Select-Object Id, IsDefault, IsVerified\n"
        "Update-MgDomain -DomainId <domain> -IsDefault",
        portal="Microsoft 365 admin center > Settings > Domains > (domain) > Set as default",
    ),
    verify="The list of domains shows the custom domain as the default one.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E6", "E7"],
    blocks=["sign-in names", "Company Portal", "mail"],
    documents=["https://learn.microsoft.com/graph/api/domain-update"],
    requires=["dns.domain-verified"],
    settle_after="5 min",
)
def default_domain_custom(found: TenantDomains, scope: Scope) -> Iterator[Finding]:
    """Judge which domain is the default."""
    custom = sorted(one.name for one in found.domains if not one.is_initial)
    default = next((one for one in found.domains if one.is_default), None)
    if default is None:
        yield not_assessed(
            "unsupported-no-default",
            tenant(),
            "The tenant does not say which domain is its default.",
        )
    elif not default.is_initial and default.is_verified:
        yield passed(
            "custom-default", tenant(), "The default domain is {domain}.", domain=default.name
        )
    elif not custom and not scope.domains:
        yield not_applicable(
            "no-custom-domain",
            tenant(),
            "The tenant has only its initial domain, and no other one is planned.",
        )
    elif default.is_initial:
        yield warned(
            "initial-default",
            tenant(),
            "New users get the suffix {domain}, because the initial domain is still the default.",
            domain=default.name,
        ).showing(
            expected=[one.name for one in found.domains if not one.is_initial and one.is_verified]
            or said("a verified custom domain"),
            observed=default.name,
        )
    else:
        yield warned(
            "unverified-default",
            tenant(),
            "The default domain {domain} is not verified.",
            domain=default.name,
        )
