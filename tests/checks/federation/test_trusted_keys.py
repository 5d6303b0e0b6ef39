from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.federation.rollover import certificate_update_healthy
from checks.federation.trusted_keys import (
    certificate_matches_tenant,
    no_unknown_signing_certificate,
)
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import FederationMetadata, Outcome
from scanner.evidence.tenant_federation import DomainFederation
from scanner.testing import run_check
from scanner.words import Reason
from tests.checks.federation.samples import (
    CURRENT,
    SUCCESSOR,
    certificate,
    closed,
    configuration,
    metadata,
    service,
    trust,
    verdicts,
)

OTHER = certificate("other", 300)


@pytest.mark.parametrize(
    ("held", "published", "verdict"),
    [
        ({}, (CURRENT,), ("pass", "match")),
        ({"next_certificate": SUCCESSOR}, (CURRENT, SUCCESSOR), ("pass", "match")),
        ({"next_certificate": SUCCESSOR}, (SUCCESSOR, CURRENT), ("warn", "next-in-use")),
        ({}, (SUCCESSOR, CURRENT), ("warn", "switch-under-way")),
        ({}, (SUCCESSOR,), ("fail", "no-overlap")),
        ({"certificate": None}, (CURRENT,), ("fail", "no-overlap")),
    ],
)
def test_both_sides_are_compared(held, published, verdict):
    found = run_check(certificate_matches_tenant, configuration(**held), metadata(*published))
    assert verdicts(found) == [verdict]


def test_the_key_that_signed_the_document_is_the_one_in_use():
    document = metadata(SUCCESSOR, CURRENT, signer=CURRENT.sha256)
    assert verdicts(run_check(certificate_matches_tenant, configuration(), document)) == [
        ("pass", "match")
    ]


@given(
    held=st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True),
    published=st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True),
)
def test_exactly_one_verdict_and_no_order_hides_a_fault(held, published):
    keys = {name: certificate(name) for name in "abcd"}
    tenant = configuration(
        certificate=keys[held[0]], next_certificate=keys[held[1]] if len(held) > 1 else None
    )

    def verdict(order):
        document = metadata(*(keys[name] for name in order))
        (found,) = run_check(certificate_matches_tenant, tenant, document)
        return str(found.status)

    both = {verdict(published), verdict(published[::-1])}
    assert ("fail" in both) == (not set(held) & set(published))
    assert "fail" not in both or both == {"fail"}


@pytest.mark.parametrize("judged", [certificate_matches_tenant, no_unknown_signing_certificate])
def test_without_the_document_nothing_is_assessed(judged):
    assert verdicts(run_check(judged, configuration(), closed(), service())) == [
        ("not-assessed", "unsupported-metadata")
    ]
    late = closed(status=0, outcome=Outcome.TIMEOUT)
    assert verdicts(run_check(judged, configuration(), late, service())) == [
        ("not-assessed", "timeout-metadata")
    ]
    doubtful = metadata(trusted=False)
    assert verdicts(run_check(judged, configuration(), doubtful, service())) == [
        ("not-assessed", "unsupported-untrusted")
    ]
    missing = {FederationMetadata: Missing(Reason.BUG, "no")}
    assert verdicts(run_check(judged, configuration(), service(), missing=missing)) == [
        ("not-assessed", "unconfigured-metadata")
    ]


@pytest.mark.parametrize("judged", [certificate_matches_tenant, no_unknown_signing_certificate])
def test_another_product_and_a_tenant_that_was_not_read(judged):
    other = configuration(passive_uri="https://sts.contoso.com/app/sso")
    assert verdicts(run_check(judged, other, closed(), service())) == [
        ("not-applicable", "other-product")
    ]
    missing = {DomainFederation: Missing(Reason.DENIED, "not granted")}
    (found,) = run_check(judged, metadata(), service(), missing=missing)
    assert found.status == "not-assessed"
    assert verdicts(run_check(judged, nothing=[DomainFederation])) == [
        ("not-applicable", "nothing-in-scope")
    ]


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        ({}, ("pass", "all-published")),
        ({"next_certificate": OTHER}, ("fail", "unknown-key")),
        ({"next_certificate": certificate("gone", -5)}, ("warn", "ended-left-over")),
        ({"certificate": certificate("older", 20)}, ("warn", "older-left-over")),
        ({"certificate": certificate("newer", 400)}, ("fail", "unknown-key")),
        ({"next_certificate": certificate("bad", problem="no")}, ("fail", "unknown-key")),
    ],
)
def test_a_key_that_nobody_publishes_is_an_alarm(held, verdict):
    document = metadata(CURRENT)
    found = run_check(no_unknown_signing_certificate, configuration(**held), document, service())
    assert verdicts(found) == [verdict]


def test_a_provider_that_nobody_named_is_an_alarm():
    ours = service(name="fs.contoso.com", configured=True)
    found = run_check(no_unknown_signing_certificate, configuration(), metadata(), ours)
    assert verdicts(found) == [("fail", "unnamed-provider")]
    ours = service(configured=True)
    found = run_check(no_unknown_signing_certificate, configuration(), metadata(), ours)
    assert verdicts(found) == [("pass", "all-published")]


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (None, ("pass", "nothing-due")),
        ("Success", ("pass", "succeeded")),
        ("MetadataUnreachable", ("warn", "not-success")),
        ("", ("warn", "not-success")),
    ],
)
def test_any_word_but_success_is_shown(result, verdict):
    found = run_check(certificate_update_healthy, configuration(update_result=result))
    assert verdicts(found) == [verdict]


def test_the_exact_command_is_given_and_both_symptoms_are_one_item():
    from checks.federation.causes import KEYS_APART  # noqa: PLC0415

    document = metadata(SUCCESSOR)
    (broken,) = run_check(certificate_matches_tenant, configuration(), document)
    assert "-DomainId contoso.com -InternalDomainFederationId c1" in broken.steps[0].command
    (left,) = run_check(no_unknown_signing_certificate, configuration(), document, service())
    assert left.reason == "older-left-over"
    assert KEYS_APART.tie(broken) == KEYS_APART.tie(left) == "contoso.com"


def test_closed_metadata_and_its_certificate_are_one_item():
    from checks.federation.causes import METADATA_CLOSED  # noqa: PLC0415
    from checks.federation.metadata import metadata_published  # noqa: PLC0415
    from checks.federation.signing import signing_certificate_current  # noqa: PLC0415

    held = configuration(certificate=certificate(days=30))
    (key,) = run_check(signing_certificate_current, trust(), held, closed())
    (document,) = run_check(metadata_published, closed(), service(), held)
    assert {key.reason, document.reason} == {"not-fetched", "closed-and-due"}
    assert METADATA_CLOSED.tie(key) == METADATA_CLOSED.tie(document) == "sts.contoso.com"


def test_what_the_farm_shows_inside_is_compared_although_the_proxy_shows_nothing():
    document = replace(metadata(), outside=closed().outside)
    found = run_check(certificate_matches_tenant, configuration(), document)
    assert verdicts(found) == [("pass", "match")]
