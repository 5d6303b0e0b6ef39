"""The sign-in name that a user will get in the cloud at the first synchronisation.

https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname. Later on the
name is computed anew only when the name on premises changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.directory import SIGN_IN, DirectoryObject
from scanner.evidence.scope import Scope
from scanner.evidence.tenant import TenantDomains

_SPOILT = frozenset({"character", "format", "local-part", "domain-part"})
_PLACEHOLDER = "<initial domain>"


@dataclass(frozen=True, slots=True)
class CloudSuffixes:
    """Which suffixes the tenant accepts. `assumed` where they were configured and not read."""

    verified: frozenset[str]
    initial: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class CloudName:
    """A predicted name, and why it differs from the one on premises; empty where it does not."""

    name: str
    reason: str = ""


def suffixes_of(tenant: TenantDomains | None, scope: Scope) -> CloudSuffixes | None:
    """The verified suffixes: from the tenant, or else those that are configured; None without both."""
    if tenant is not None:
        verified = {one.name.casefold() for one in tenant.domains if one.is_verified}
        initial = next((one.name for one in tenant.domains if one.is_initial), _PLACEHOLDER)
        return CloudSuffixes(frozenset(verified), initial)
    if scope.domains:
        names = frozenset(one.casefold() for one in scope.domains)
        return CloudSuffixes(names, _PLACEHOLDER, assumed=True)
    return None


def keeps(item: DirectoryObject, suffixes: CloudSuffixes) -> bool:
    """Whether the name on premises is good as it stands; a no says nothing about the reason."""
    login = item.login
    return (
        login is not None
        and not item.faults
        and (
            login.rpartition("@")[2] in suffixes.verified or predicted(item, suffixes).name == login
        )
    )


def predicted(item: DirectoryObject, suffixes: CloudSuffixes) -> CloudName:
    """The name that the user will have in the cloud.

    Without a sign-in name the account name with the name of the domain is the candidate.
    """
    candidate, reason = item.login, ""
    if not candidate:
        candidate, reason = f"{item.sam or ''}@{item.domain}", "no sign-in name"
    suffix = candidate.rpartition("@")[2].casefold()
    if suffix in suffixes.verified and not (item.faults and _is_spoilt(item)):
        return CloudName(candidate, reason)
    if not reason:
        reason = "invalid" if suffix in suffixes.verified else "suffix not verified"
    alias = item.alias or candidate.partition("@")[0]
    return CloudName(f"{alias}@{suffixes.initial}", reason)


def login_kinds(item: DirectoryObject) -> set[str]:
    """The kinds of fault of the sign-in name."""
    return {
        kind
        for fault in item.faults
        if fault.attribute == "userPrincipalName" or fault.attribute.endswith(SIGN_IN)
        for kind in fault.kinds
    }


def _is_spoilt(item: DirectoryObject) -> bool:
    return not _SPOILT.isdisjoint(login_kinds(item))
