"""The default domain."""

import pytest

from checks.administration.domains import default_domain_custom
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Scope
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.testing import run_check
from scanner.words import Reason

INITIAL = TenantDomain("contoso.onmicrosoft.com", "Managed", is_initial=True, is_verified=True)


def custom(*, default=False, verified=True):
    return TenantDomain("contoso.com", "Managed", is_default=default, is_verified=verified)


def initial(*, default):
    return TenantDomain(INITIAL.name, is_initial=True, is_verified=True, is_default=default)


@pytest.mark.parametrize(
    ("domains", "planned", "expected"),
    [
        ((initial(default=False), custom(default=True)), (), ("pass", "custom-default")),
        ((initial(default=True), custom()), (), ("warn", "initial-default")),
        (
            (initial(default=False), custom(default=True, verified=False)),
            (),
            ("warn", "unverified-default"),
        ),
        ((initial(default=True),), (), ("not-applicable", "no-custom-domain")),
        ((initial(default=True),), ("contoso.com",), ("warn", "initial-default")),
        ((INITIAL, custom()), (), ("not-assessed", "unsupported-no-default")),
    ],
)
def test_the_default_domain(domains, planned, expected):
    scope = Scope(domains=planned)
    (found,) = run_check(default_domain_custom, TenantDomains(domains), scope)
    assert (found.status, found.reason) == expected


def test_denied_domains_are_not_assessed():
    denied = {TenantDomains: Missing(Reason.DENIED, "", "Domain.Read.All")}
    (found,) = run_check(default_domain_custom, missing=denied)
    assert (found.status, found.reason) == ("not-assessed", "missing-denied")
