from dataclasses import replace

import pytest

from checks.federation.trust import endpoint_urls, issuer_unique, realm_discovery
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import DomainRealm, FederationMetadata, Outcome
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.evidence.tenant_federation import DomainFederation
from scanner.subject import domain
from scanner.testing import run_check
from scanner.words import Reason
from tests.checks.federation.samples import (
    DOMAIN,
    HOST,
    closed,
    configuration,
    metadata,
    verdicts,
)


def realm(kind="Federated", host=HOST):
    return DomainRealm(DOMAIN, kind, f"https://{host}/adfs/ls/" if host else "")


def tenant(kind="Federated", *, verified=True):
    return TenantDomains((TenantDomain(DOMAIN, kind, is_verified=verified),))


@pytest.mark.parametrize(
    ("told", "held", "verdict"),
    [
        (realm(), tenant(), ("pass", "agree")),
        (realm("Managed", ""), tenant("Managed"), ("pass", "agree")),
        (realm("Managed", ""), tenant(), ("warn", "other-type")),
        (realm(), tenant("Managed"), ("warn", "other-type")),
        (realm("Unknown", ""), tenant(), ("warn", "other-type")),
        (realm(host="evil.example"), tenant(), ("fail", "other-host")),
        (realm(host=""), tenant(), ("pass", "agree")),
        (realm("Odd"), tenant(), ("not-assessed", "unsupported-answer")),
        (realm(""), tenant(), ("not-assessed", "unsupported-answer")),
        (realm(), tenant(verified=False), ("not-applicable", "unverified")),
        (realm(), TenantDomains(()), ("not-applicable", "unverified")),
        (realm(), None, ("pass", "definite")),
        (realm("Managed", ""), None, ("pass", "definite")),
        (realm("Unknown", ""), None, ("warn", "unknown-domain")),
    ],
)
def test_realm(told, held, verdict):
    items = [told, configuration(), *([held] if held else [])]
    assert verdicts(run_check(realm_discovery, *items)) == [verdict]


def test_realm_without_an_answer():
    late = Missing(Reason.TIMEOUT, "late")
    found = run_check(realm_discovery, gaps=[(DomainRealm, domain(DOMAIN), late)])
    assert verdicts(found) == [("not-assessed", "missing-timeout")]
    assert found[0].subject == domain(DOMAIN)


@pytest.mark.parametrize(
    ("changed", "document", "verdict"),
    [
        ({}, metadata(), ("pass", "usable")),
        ({}, closed(0, outcome=Outcome.TIMEOUT), ("pass", "usable")),
        ({}, closed(0, outcome=Outcome.DNS), ("fail", "not-found")),
        ({}, closed(0, outcome=Outcome.RESOLVER), ("not-assessed", "unreachable-name")),
        ({"passive_uri": f"http://{HOST}/adfs/ls/"}, metadata(), ("fail", "not-https")),
        ({"active_uri": f"http://{HOST}/x"}, metadata(), ("fail", "not-https")),
        ({"passive_uri": "https://sts/adfs/ls/"}, metadata(), ("fail", "internal-name")),
        ({"passive_uri": "https://sts.corp.local/adfs/ls/"}, metadata(), ("fail", "internal-name")),
        ({"passive_uri": ""}, metadata(), ("fail", "no-address")),
        ({"passive_uri": "https://[x/"}, metadata(), ("fail", "no-address")),
        ({"exchange_uri": ""}, metadata(), ("warn", "absent")),
        ({"active_uri": "https://other.contoso.com/x"}, metadata(), ("warn", "other-host")),
    ],
)
def test_urls(changed, document, verdict):
    assert verdicts(run_check(endpoint_urls, configuration(**changed), document)) == [verdict]


def test_urls_without_a_look_at_the_host():
    missing = {FederationMetadata: Missing(Reason.BUG, "no")}
    assert verdicts(run_check(endpoint_urls, configuration(), missing=missing)) == [
        ("not-assessed", "unreachable-name")
    ]
    missing = {DomainFederation: Missing(Reason.DENIED, "not granted")}
    (found,) = run_check(endpoint_urls, missing=missing)
    assert (found.reason, found.status) == ("missing-denied", "not-assessed")


def two(first, second):
    one = configuration()
    return (
        replace(one, issuer=first),
        replace(one, domain="fabrikam.com", issuer=second),
    )


@pytest.mark.parametrize(
    ("issuers", "expected"),
    [
        (
            ("http://contoso.com/adfs/services/trust/", "http://fabrikam.com/adfs/services/trust/"),
            [("pass", "own"), ("pass", "own")],
        ),
        (("http://x/adfs", "http://X/adfs/"), [("fail", "shared"), ("fail", "shared")]),
        (
            (f"http://{HOST}/adfs/services/trust", "http://fabrikam.com/adfs/services/trust/"),
            [("warn", "farm-issuer"), ("pass", "own")],
        ),
        (("", "http://fabrikam.com/x"), [("fail", "no-issuer"), ("pass", "own")]),
    ],
)
def test_issuers(issuers, expected):
    assert verdicts(run_check(issuer_unique, *two(*issuers))) == expected


def test_one_domain_cannot_share():
    for items, more in (((configuration(),), {}), ((), {"nothing": [DomainFederation]})):
        assert verdicts(run_check(issuer_unique, *items, **more)) == [
            ("not-applicable", "one-domain")
        ]
