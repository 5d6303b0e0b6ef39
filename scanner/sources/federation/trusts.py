"""Who is federated, and to which host: by the tenant, by realm discovery, by the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from scanner.evidence.federation import DomainRealm, FederationTrust
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.federation.targets import Target, address_host
from scanner.sources.tls.names import ascii_name


def trusts_of(
    plan: Mapping[str, str],
    tenant: TenantDomains | None,
    federations: Sequence[DomainFederation],
    realms: Iterable[DomainRealm],
    hosts: Mapping[str, Target],
) -> list[FederationTrust]:
    """Every federated domain once; and each configured host that none of them leads to."""
    made: dict[str, FederationTrust] = {}
    if tenant is None:
        made.update(_planned(plan))
    for realm in realms:
        _take_realm(made, realm)
    if tenant is not None:
        _take_tenant(made, tenant)
    for one in federations:
        known = made.get(one.domain)
        host = address_host(one.passive_uri) or (known.host if known else "")
        made[one.domain] = FederationTrust(one.domain, host, "tenant")
        for child in one.inherited_by:
            made.pop(child, None)
    return _with_hosts(made.values(), hosts)


def _planned(plan: Mapping[str, str]) -> dict[str, FederationTrust]:
    named = [ascii_name(name) for name, wanted in plan.items() if wanted == "federated"]
    return {name: FederationTrust(name, "", "plan") for name in named}


def _take_realm(made: dict[str, FederationTrust], realm: DomainRealm) -> None:
    """The sign-in host knows better than a plan."""
    told = realm.account_type.casefold()
    if told == "federated":
        host = address_host(realm.sign_in_url)
        made[realm.domain] = FederationTrust(realm.domain, host, "realm")
    elif told == "managed":
        made.pop(realm.domain, None)


def _take_tenant(made: dict[str, FederationTrust], tenant: TenantDomains) -> None:
    """Federated by the tenant's list, whether or not its configuration could be read."""
    federated = {
        one.name
        for one in tenant.domains
        if one.is_verified and one.authentication_type.casefold() == "federated"
    }
    for name in federated:
        if not any(name.endswith(f".{other}") for other in federated):
            made.setdefault(name, FederationTrust(name, "", "tenant"))


def _with_hosts(
    trusts: Iterable[FederationTrust], hosts: Mapping[str, Target]
) -> list[FederationTrust]:
    """Where only one configured host is left over, it is the host of those that name none."""
    found = list(trusts)
    alone = sorted(hosts.keys() - {one.host for one in found})
    if len(alone) == 1 and any(not one.host for one in found):
        found = [one if one.host else replace(one, host=alone[0]) for one in found]
        alone = []
    return [*found, *(FederationTrust("", name, "configuration") for name in alone)]
