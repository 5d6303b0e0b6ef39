import pytest

from checks.federation.signing import signing_certificate_current
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import FederationMetadata, FederationTrust, Outcome, Vantage
from scanner.evidence.tenant_federation import DomainFederation
from scanner.testing import run_check
from scanner.words import Reason
from tests.checks.federation.samples import (
    CURRENT,
    HOST,
    SUCCESSOR,
    certificate,
    closed,
    configuration,
    metadata,
    trust,
    verdicts,
)

FROM_A_CA = {"self_signed": False, "subject": "CN=signing", "issuer": "CN=Some CA"}


def judged(*items, **more):
    return verdicts(run_check(signing_certificate_current, *items, **more))


@pytest.mark.parametrize(
    ("days", "document", "following", "verdict"),
    [
        (36, "public", False, ("pass", "days-enough")),
        (36, "closed", False, ("pass", "days-enough")),
        (35, "public", True, ("warn", "successor-known")),
        (35, "public", False, ("warn", "successor-expected")),
        (35, "closed", False, ("fail", "not-fetched")),
        (35, "closed", True, ("fail", "not-fetched")),
        (21, "public", False, ("warn", "successor-expected")),
        (20, "public", False, ("fail", "no-successor")),
        (20, "public", True, ("warn", "successor-known")),
        (16, "public", True, ("warn", "successor-known")),
        (15, "public", True, ("warn", "switching")),
        (15, "public", False, ("fail", "switch-due")),
        (1, "closed", True, ("fail", "not-fetched")),
        (0, "public", True, ("fail", "ended")),
        (-3, "public", True, ("fail", "ended")),
    ],
)
def test_the_table_of_days(days, document, following, verdict):
    current = certificate(days=days)
    held = configuration(certificate=current, next_certificate=SUCCESSOR if following else None)
    published = metadata(current, *([SUCCESSOR] if following else []))
    seen = published if document == "public" else closed()
    assert judged(trust(), held, seen) == [verdict]


def test_a_begun_day_counts_whole():
    current = certificate(days=35.01)
    held = configuration(certificate=current)
    assert judged(trust(), held, metadata(current)) == [("pass", "days-enough")]


def test_a_certificate_of_an_authority_does_not_renew_itself():
    current = certificate(days=30, **FROM_A_CA)
    held = configuration(certificate=current)
    assert judged(trust(), held, metadata(current)) == [("fail", "no-successor")]


def test_a_second_key_in_the_metadata_is_a_successor():
    current = certificate(days=18)
    held = configuration(certificate=current)
    assert judged(trust(), held, metadata(current, SUCCESSOR)) == [("warn", "successor-known")]


def test_a_next_certificate_that_nobody_publishes_is_none():
    current = certificate(days=18)
    held = configuration(certificate=current, next_certificate=SUCCESSOR)
    assert judged(trust(), held, metadata(current)) == [("fail", "no-successor")]


def test_at_the_switch_the_last_update_has_to_have_succeeded():
    current = certificate(days=10)
    held = configuration(certificate=current, next_certificate=SUCCESSOR, update_result="Failed")
    assert judged(trust(), held, metadata(current, SUCCESSOR)) == [("fail", "switch-due")]


def test_metadata_that_is_closed_only_by_a_timeout_is_not_known_to_be_closed():
    current = certificate(days=30)
    held = configuration(certificate=current)
    seen = closed(status=0, outcome=Outcome.TIMEOUT, vantage=Vantage.UNKNOWN, public=False)
    assert judged(trust(), held, seen) == [("warn", "successor-expected")]


def test_without_metadata_the_tenant_is_enough():
    missing = {FederationMetadata: Missing(Reason.TIMEOUT, "late")}
    assert judged(trust(), configuration(), missing=missing) == [("pass", "days-enough")]


def test_what_the_tenant_lacks():
    assert judged(trust(), configuration(configured=False), metadata()) == [
        ("fail", "no-configuration")
    ]
    assert judged(trust(), configuration(certificate=None), metadata()) == [
        ("fail", "no-certificate")
    ]
    broken = certificate(problem="the text is not base64")
    assert judged(trust(), configuration(certificate=broken), metadata()) == [
        ("fail", "unreadable")
    ]
    future = certificate(days=600, made=10)
    assert judged(trust(), configuration(certificate=future), metadata()) == [
        ("fail", "not-yet-valid")
    ]


def test_without_the_tenant_the_metadata_speaks_and_says_so():
    missing = {DomainFederation: Missing(Reason.DENIED, "not granted", "Domain.Read.All")}
    (found,) = run_check(signing_certificate_current, trust(), metadata(), missing=missing)
    assert (found.status, found.reason) == ("pass", "days-enough")
    assert "metadata" in found.facts["seen_in"]
    alone = FederationTrust("", HOST, "configuration")
    assert judged(alone, metadata(certificate(days=-1)), missing=missing) == [("fail", "ended")]


def test_without_either_nothing_is_assessed():
    missing = {DomainFederation: Missing(Reason.DENIED, "not granted")}
    assert judged(trust(), closed(), missing=missing) == [("not-assessed", "denied-configuration")]


def test_nothing_federated_is_not_applicable():
    assert judged(nothing=[FederationTrust]) == [("not-applicable", "nothing-in-scope")]


def test_the_steps_name_the_domain():
    held = configuration(certificate=certificate(days=3))
    (found,) = run_check(signing_certificate_current, trust(), held, metadata(CURRENT))
    assert any("-DomainId contoso.com" in one.command for one in found.steps)
