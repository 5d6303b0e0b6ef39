from datetime import date

import pytest

from checks.federation.asked import extranet_lockout, key_provider_supported
from checks.federation.clock import clock_skew
from checks.federation.settings import (
    mfa_behaviour,
    request_signing,
    staged_rollout_consistent,
)
from scanner.evidence.answers import Answer, Answers, AnswerWord
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import Clock, FederationHost, FederationTrust, SignInClock
from scanner.evidence.tenant import TenantDomain, TenantDomains
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_federation import DomainFederation
from scanner.evidence.tenant_sync import Rollout, StagedRollouts
from scanner.testing import run_check
from scanner.words import Reason
from tests.checks.federation.samples import configuration, face, service, trust, verdicts

REQUIRED = AccessPolicies((AccessPolicy(name="MFA", state="enabled", controls=("mfa",)),))
REPORTING = AccessPolicies(
    (AccessPolicy(name="MFA", state="enabledForReportingButNotEnforced", controls=("mfa",)),)
)
STRENGTH = AccessPolicies((AccessPolicy(name="Strong", state="enabled", strength="1"),))
ACCEPT = "acceptIfMfaDoneByFederatedIdp"


@pytest.mark.parametrize(
    ("value", "policies", "verdict"),
    [
        ("rejectMfaByFederatedIdp", REQUIRED, ("pass", "by-tenant")),
        ("enforceMfaByFederatedIdp", REQUIRED, ("pass", "by-provider")),
        (ACCEPT, REQUIRED, ("warn", "claims-accepted")),
        (ACCEPT, STRENGTH, ("warn", "claims-accepted")),
        (ACCEPT, REPORTING, ("pass", "claims-accepted-unused")),
        (None, REPORTING, ("warn", "undecided")),
        ("somethingNew", REQUIRED, ("not-assessed", "unsupported-value")),
    ],
)
def test_mfa(value, policies, verdict):
    found = run_check(mfa_behaviour, configuration(mfa_behaviour=value), policies)
    assert verdicts(found) == [verdict]


def test_mfa_half_known():
    missing = {AccessPolicies: Missing(Reason.DENIED, "not granted")}
    found = run_check(mfa_behaviour, configuration(mfa_behaviour=ACCEPT), missing=missing)
    assert verdicts(found) == [("not-assessed", "denied-policies")]
    found = run_check(mfa_behaviour, configuration(), missing=missing)
    assert verdicts(found) == [("pass", "by-tenant")]


@pytest.mark.parametrize("judged", [mfa_behaviour, request_signing])
def test_settings_of_nothing(judged):
    empty = DomainFederation("contoso.com", configured=False)
    assert verdicts(run_check(judged, empty, REQUIRED)) == [("not-applicable", "no-configuration")]
    assert verdicts(run_check(judged, REQUIRED, nothing=[DomainFederation])) == [
        ("not-applicable", "nothing-in-scope")
    ]
    missing = {DomainFederation: Missing(Reason.DENIED, "no")}
    assert verdicts(run_check(judged, REQUIRED, missing=missing)) == [
        ("not-assessed", "missing-denied")
    ]


@pytest.mark.parametrize(
    ("value", "reason"), [(True, "signed"), (False, "unsigned"), (None, "unsigned")]
)
def test_request_signing(value, reason):
    found = run_check(request_signing, configuration(signed_requests=value))
    assert verdicts(found) == [("pass", reason)]


def clock(offset, **changed):
    return face(clock=Clock(offset, **{"round_trip": 0.1, **changed}))


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (clock(0.5), ("pass", "right")),
        (clock(-60), ("pass", "right")),
        (clock(61), ("warn", "off-ahead")),
        (clock(-300), ("warn", "off-behind")),
        (clock(301), ("fail", "far-off-ahead")),
        (clock(-3600), ("fail", "far-off-behind")),
        (clock(None), ("not-assessed", "unsupported-date")),
        (clock(400, cached=True), ("not-assessed", "unsupported-date")),
        (clock(400, round_trip=11), ("not-assessed", "unsupported-date")),
    ],
)
def test_clock(seen, verdict):
    assert verdicts(run_check(clock_skew, service(seen))) == [verdict]


def test_our_own_clock_may_be_the_wrong_one():
    ours = SignInClock("login.example", Clock(398))
    assert verdicts(run_check(clock_skew, service(clock(400)), ours)) == [
        ("not-assessed", "unsupported-own-clock")
    ]
    right = SignInClock("login.example", Clock(0.3))
    assert verdicts(run_check(clock_skew, service(clock(400)), right)) == [
        ("fail", "far-off-ahead")
    ]


def test_the_worst_of_several_clocks_counts_and_none_without_trust():
    assert verdicts(run_check(clock_skew, service(clock(1), clock(-400)))) == [
        ("fail", "far-off-behind")
    ]
    doubtful = face(trusted=False, distrust="x")
    assert verdicts(run_check(clock_skew, service(doubtful))) == [
        ("not-assessed", "unsupported-untrusted")
    ]
    assert verdicts(run_check(clock_skew, nothing=[FederationHost])) == [
        ("not-applicable", "nothing-in-scope")
    ]


def domains(kind):
    return TenantDomains((TenantDomain("contoso.com", kind, is_verified=True),))


@pytest.mark.parametrize(
    ("rollouts", "kind", "verdict"),
    [
        ((), "Managed", ("not-applicable", "none")),
        ((), "Federated", ("pass", "none-enabled")),
        ((Rollout("x", "passwordHashSync", enabled=True),), "Federated", ("pass", "under-way")),
        ((Rollout("x", "passwordHashSync", enabled=True),), "Managed", ("warn", "left-over")),
        ((Rollout("x", "passwordHashSync"),), "Managed", ("pass", "none-enabled")),
    ],
)
def test_rollout(rollouts, kind, verdict):
    found = run_check(staged_rollout_consistent, StagedRollouts(rollouts), domains(kind))
    assert verdicts(found) == [verdict]


@pytest.mark.parametrize("judged", [key_provider_supported, extranet_lockout])
def test_people_are_asked_where_something_is_federated(judged):
    assert verdicts(run_check(judged, Answers(), trust())) == [("manual", "unanswered")]
    assert verdicts(run_check(judged, Answers(), nothing=[FederationTrust])) == [
        ("not-applicable", "nothing-federated")
    ]
    missing = {FederationTrust: Missing(Reason.UNCONFIGURED, "no")}
    assert verdicts(run_check(judged, Answers(), missing=missing)) == [("manual", "unanswered")]
    ident = judged._emsready_check.id
    for word, status in ((AnswerWord.YES, "pass"), (AnswerWord.NO, "fail")):
        given = Answers((Answer(ident, word, "A. Admin", date(2026, 10, 1)),))
        (found,) = run_check(judged, given, trust())
        assert found.status == status


def test_a_name_that_is_none_never_becomes_part_of_a_command():
    hostile = configuration(mfa_behaviour=None, id="x; Remove-Item C:", domain="a'b.com")
    (found,) = run_check(mfa_behaviour, hostile, REQUIRED)
    assert "-DomainId <domain> -InternalDomainFederationId <id>" in found.steps[0].command
