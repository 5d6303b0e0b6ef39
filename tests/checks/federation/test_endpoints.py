from dataclasses import replace

import pytest

from checks.federation.endpoints import (
    endpoints_reachable,
    hybrid_join_endpoints,
    supported_version,
)
from checks.federation.exposure import (
    idp_initiated_sign_on_off,
    legacy_active_endpoints,
    probe_not_public,
    ws_trust_not_exposed,
)
from scanner.evidence import federation as at
from scanner.evidence.envelope import Missing
from scanner.evidence.federation import FederationHost, Outcome, Vantage
from scanner.evidence.scope import Plans, Scope
from scanner.testing import run_check
from scanner.words import Reason
from tests.checks.federation.samples import face, lost, said, service, verdicts

OUT, IN, UNKNOWN = Vantage.OUTSIDE, Vantage.INSIDE, Vantage.UNKNOWN
NEGOTIATE = {"schemes": ("negotiate", "ntlm")}
ALL = [
    endpoints_reachable,
    hybrid_join_endpoints,
    supported_version,
    idp_initiated_sign_on_off,
    legacy_active_endpoints,
    probe_not_public,
    ws_trust_not_exposed,
]


def judged(check, *faces, scope=None, **changed):
    items = [service(*faces, **changed), *([scope] if scope else [])]
    return verdicts(run_check(check, *items))[0]


@pytest.mark.parametrize("check", ALL)
def test_another_product_nothing_and_no_evidence(check):
    assert judged(check, face(), adfs=None) == ("not-applicable", "other-product")
    assert verdicts(run_check(check, nothing=[FederationHost])) == [
        ("not-applicable", "nothing-in-scope")
    ]
    missing = {FederationHost: Missing(Reason.TIMEOUT, "late")}
    assert verdicts(run_check(check, missing=missing)) == [("not-assessed", "missing-timeout")]


@pytest.mark.parametrize(
    ("page", "vantage", "verdict"),
    [
        (said(at.PASSIVE), OUT, ("pass", "answers")),
        (said(at.PASSIVE, 302), OUT, ("pass", "answers")),
        (said(at.PASSIVE), UNKNOWN, ("pass", "answers")),
        (said(at.PASSIVE, 400), OUT, ("warn", "refused-page")),
        (said(at.PASSIVE, milliseconds=5001), OUT, ("warn", "slow")),
        (said(at.PASSIVE, 404), OUT, ("fail", "no-page")),
        (said(at.PASSIVE, 503), OUT, ("fail", "no-page")),
        (lost(at.PASSIVE), OUT, ("fail", "no-answer")),
        (lost(at.PASSIVE), UNKNOWN, ("fail", "no-answer")),
        (lost(at.PASSIVE, Outcome.DNS), OUT, ("fail", "no-answer")),
        (lost(at.PASSIVE, Outcome.TIMEOUT), OUT, ("fail", "no-answer")),
        (lost(at.PASSIVE, Outcome.TIMEOUT), UNKNOWN, ("not-assessed", "timeout-host")),
        (lost(at.PASSIVE, Outcome.RESOLVER), OUT, ("not-assessed", "unreachable-host")),
        (lost(at.PASSIVE, Outcome.INWARD), OUT, ("not-assessed", "unreachable-host")),
        (said(at.PASSIVE), IN, ("not-assessed", "unsupported-from-inside")),
        (lost(at.PASSIVE), IN, ("not-assessed", "unsupported-from-inside")),
    ],
)
def test_reach(page, vantage, verdict):
    assert judged(endpoints_reachable, face(vantage, answers=[page])) == verdict


def test_reach_by_the_proxy_counts_before_a_farm_of_which_nothing_is_known():
    farm = face(UNKNOWN, answers=[lost(at.PASSIVE)])
    proxy = face(UNKNOWN, answers=[said(at.PASSIVE)], proxy=True)
    assert judged(endpoints_reachable, farm, proxy) == ("pass", "answers")
    broken = face(UNKNOWN, answers=[said(at.PASSIVE, 503)], proxy=True)
    assert judged(endpoints_reachable, farm, proxy, broken) == ("fail", "no-page")


def test_reach_over_a_bad_certificate_or_without_the_exchange_path_warns():
    page = said(at.PASSIVE)
    doubtful = face(answers=[page], trusted=False, distrust="expired")
    assert judged(endpoints_reachable, doubtful) == ("warn", "untrusted-certificate")
    closed = face(answers=[page, said(at.EXCHANGE, 503)])
    assert judged(endpoints_reachable, closed) == ("warn", "exchange-closed")


def windows(first, second, vantage=OUT, **changed):
    return face(vantage, answers=[replace(first, path=at.WINDOWS_2005), second], **changed)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (404, 503, ("pass", "closed")),
        (404, 200, ("fail", "exposed")),
        (405, 404, ("fail", "exposed")),
        (404, 403, ("warn", "closed-otherwise")),
        (500, 404, ("warn", "closed-otherwise")),
        (401, 404, ("warn", "closed-otherwise")),
    ],
)
def test_exposure(first, second, verdict):
    seen = windows(said("", first), said(at.WINDOWS_13, second))
    assert judged(ws_trust_not_exposed, seen) == verdict


@pytest.mark.parametrize("scheme", ["negotiate", "ntlm", "kerberos"])
def test_a_challenge_for_windows_credentials_is_exposure(scheme):
    challenge = said(at.WINDOWS_13, 401, schemes=(scheme,))
    assert judged(ws_trust_not_exposed, windows(said("", 404), challenge)) == ("fail", "exposed")
    proxy = windows(said("", 404), challenge, UNKNOWN, proxy=True)
    assert judged(ws_trust_not_exposed, proxy) == ("fail", "exposed")
    basic = said(at.WINDOWS_13, 401, schemes=("basic",))
    assert judged(ws_trust_not_exposed, windows(said("", 404), basic))[0] == "warn"


def test_exposure_is_judged_from_outside_only():
    challenge = said(at.WINDOWS_13, 401, **NEGOTIATE)
    for vantage in (IN, UNKNOWN):
        seen = windows(challenge, challenge, vantage)
        assert judged(ws_trust_not_exposed, seen) == ("not-assessed", "unconfigured-outside")
    assert judged(ws_trust_not_exposed, windows(lost(""), lost(at.WINDOWS_13))) == (
        "not-assessed",
        "unreachable-host",
    )


def test_closed_over_a_bad_certificate_is_no_pass():
    seen = windows(said("", 404), said(at.WINDOWS_13, 404), trusted=False, distrust="expired")
    assert judged(ws_trust_not_exposed, seen) == ("not-assessed", "unsupported-untrusted")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, ("pass", "closed")),
        (503, ("pass", "closed")),
        (405, ("warn", "open")),
        (200, ("warn", "open")),
    ],
)
def test_older_clients(status, verdict):
    seen = face(answers=[said(at.USERNAME_2005, 404), said(at.USERNAME_13, status)])
    assert judged(legacy_active_endpoints, seen) == verdict


def test_older_clients_that_nobody_saw():
    assert judged(legacy_active_endpoints, face()) == ("not-assessed", "unreachable-host")
    assert judged(legacy_active_endpoints, face(IN)) == ("not-assessed", "unconfigured-outside")


@pytest.mark.parametrize(
    ("page", "verdict"),
    [
        (said(at.IDP_INITIATED, content="html"), ("warn", "open")),
        (said(at.IDP_INITIATED, content="disabled"), ("pass", "off")),
        (said(at.IDP_INITIATED, 403), ("pass", "off")),
        (said(at.IDP_INITIATED, 404), ("pass", "off")),
        (lost(at.IDP_INITIATED, Outcome.TIMEOUT), ("not-assessed", "timeout-host")),
    ],
)
def test_provider_initiated(page, verdict):
    assert judged(idp_initiated_sign_on_off, face(answers=[page])) == verdict


@pytest.mark.parametrize(
    ("answer", "proven", "verdict"),
    [
        (said(at.PROBE), True, ("warn", "open")),
        (said(at.PROBE, 404), True, ("pass", "closed")),
        (lost(at.PROBE), True, ("pass", "closed")),
        (lost(at.PROBE, Outcome.TIMEOUT), True, ("pass", "closed")),
        (lost(at.PROBE, Outcome.TIMEOUT), False, ("not-assessed", "timeout-host")),
        (lost(at.PROBE, Outcome.UNTRIED), True, ("not-assessed", "unconfigured-port-80")),
    ],
)
def test_probe(answer, proven, verdict):
    assert judged(probe_not_public, face(answers=[answer], proven=proven)) == verdict


MIXED = [
    said(path, 405)
    for path in (at.USERNAME_2005, at.USERNAME_13, at.CERTIFICATE_2005, at.CERTIFICATE_13)
]
PLANNED = Scope(Plans(workloads=("hybrid-join",)))


@pytest.mark.parametrize(
    ("answers", "scope", "verdict"),
    [
        ([401, 401], PLANNED, ("pass", "open")),
        ([401, 404], PLANNED, ("warn", "some-closed")),
        ([404, 404], PLANNED, ("fail", "closed")),
        ([200, 200], PLANNED, ("fail", "closed")),
        ([404, 404], Scope(), ("warn", "closed-unplanned")),
        ([404, 404], Scope(Plans(workloads=("intune",))), ("not-applicable", "not-planned")),
    ],
)
def test_hybrid_join(answers, scope, verdict):
    said_all = [
        said(path, status, schemes=("negotiate",) if status == 401 else ())
        for path, status in zip((at.WINDOWS_2005, at.WINDOWS_13), answers, strict=True)
    ]
    seen = face(IN, answers=[*said_all, *MIXED])
    assert judged(hybrid_join_endpoints, seen, scope=scope) == verdict


def test_hybrid_join_needs_the_other_endpoints_too_and_a_view_from_inside():
    both = [said(path, 401, **NEGOTIATE) for path in (at.WINDOWS_2005, at.WINDOWS_13)]
    lacking = face(IN, answers=[*both, *MIXED[1:], said(at.USERNAME_2005, 503)])
    assert judged(hybrid_join_endpoints, lacking, scope=PLANNED) == ("warn", "some-closed")
    assert judged(hybrid_join_endpoints, face(OUT), scope=PLANNED) == (
        "not-assessed",
        "unsupported-from-outside",
    )
    assert judged(hybrid_join_endpoints, face(IN), scope=PLANNED)[0] == "not-assessed"
    doubtful = face(IN, answers=[*both, *MIXED], trusted=False, distrust="x")
    assert judged(hybrid_join_endpoints, doubtful, scope=PLANNED)[0] == "not-assessed"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (said(at.OPENID, content="openid"), ("pass", "modern")),
        (said(at.OPENID, 404), ("warn", "old-or-unpublished")),
        (said(at.OPENID, content="html"), ("not-assessed", "unreachable-host")),
        (lost(at.OPENID), ("not-assessed", "unreachable-host")),
    ],
)
def test_version(answer, verdict):
    seen = face(answers=[said(at.PASSIVE), answer])
    assert judged(supported_version, seen) == verdict
    if verdict[0] == "pass":
        doubtful = replace(seen, trusted=False)
        assert judged(supported_version, doubtful)[0] == "not-assessed"
