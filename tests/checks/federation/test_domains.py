"""Managed or federated, as planned."""

import pytest

from checks.federation.domains import domain_authentication_as_planned
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Scope
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.testing import run_check
from scanner.words import Reason


def verdict(*types, plan=None, verified=True, admin=True):
    domains = tuple(
        TenantDomain(f"d{i}.com", kind, is_verified=verified, is_admin_managed=admin)
        for i, kind in enumerate(types)
    )
    scope = Scope(sign_in={"D0.com.": plan} if plan else {})
    found = run_check(domain_authentication_as_planned, TenantDomains(domains), scope)
    return found[0].status, found[0].reason


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"types": ("Managed",), "plan": "managed"}, ("pass", "as-planned")),
        ({"types": ("Federated",), "plan": "managed"}, ("fail", "other-than-planned")),
        ({"types": ("Managed",), "plan": "federated"}, ("fail", "other-than-planned")),
        ({"types": ("Managed", "Federated")}, ("warn", "mixed-without-plan")),
        ({"types": ("Managed", "Managed")}, ("not-applicable", "no-plan")),
        ({"types": ("Managed",), "verified": False}, ("not-applicable", "unverified")),
        ({"types": ("Managed",), "admin": False}, ("warn", "not-admin-managed")),
        ({"types": ("Other",)}, ("not-assessed", "unsupported-type")),
    ],
)
def test_the_type_against_the_plan(arguments, expected):
    assert verdict(*arguments.pop("types"), **arguments) == expected


def test_denied_domains_are_not_assessed():
    missing = {TenantDomains: Missing(Reason.DENIED, "", "Domain.Read.All")}
    (found,) = run_check(domain_authentication_as_planned, missing=missing)
    assert (found.status, found.reason) == ("not-assessed", "missing-denied")
