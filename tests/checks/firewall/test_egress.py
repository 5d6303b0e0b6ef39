"""The way out as a whole."""

from datetime import UTC, datetime

import pytest

from checks.firewall.egress import egress_available, endpoint_list_current, no_captive_portal
from scanner.evidence.envelope import Header
from scanner.evidence.reachability import HttpSeen, Why
from scanner.testing import run_check
from tests.checks.firewall.places import place, probe, sentinels


def judged(check, *items):
    return [(str(one.status), one.reason) for one in run_check(check, *items)]


@pytest.mark.parametrize(
    ("egress", "expected"),
    [
        ((("direct", "open"),), ("pass", "open")),
        ((("proxy", "open"), ("direct", "closed")), ("pass", "by-proxy-only")),
        ((("direct", "closed"),), ("fail", "nothing-gets-out")),
        ((("proxy", "closed"), ("direct", "closed")), ("fail", "nothing-gets-out")),
        ((("direct", "no-names"),), ("not-assessed", "unreachable-no-resolver")),
        ((("direct", "unknown"),), ("not-assessed", "unsupported-too-few")),
        ((), ("not-assessed", "unconfigured-nothing-to-probe")),
    ],
)
def test_the_way_out(egress, expected):
    assert judged(egress_available, place("Berlin", egress=egress), probe(place="Berlin")) == [
        expected
    ]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (sentinels(matches=True), ("pass", "known-page-intact")),
        (
            sentinels(matches=False, answer=HttpSeen(302, location="http://portal.example/")),
            ("fail", "foreign-answer"),
        ),
        (sentinels(matches=False, answer=HttpSeen(511)), ("fail", "foreign-answer")),
        (
            sentinels(matches=False, answer=HttpSeen(200, body="Please sign in")),
            ("fail", "foreign-answer"),
        ),
        (sentinels(matches=False, reason=Why.TCP_TIMEOUT), ("warn", "known-page-blocked")),
        (
            sentinels(matches=False, reason=Why.TCP_TIMEOUT, others=False),
            ("not-assessed", "unreachable-no-page"),
        ),
        (
            sentinels(
                matches=False, answer=HttpSeen(407), reason=Why.PROXY_AUTH_REQUIRED, others=False
            ),
            ("not-assessed", "unreachable-no-page"),
        ),
        ((), ("not-assessed", "unsupported-not-asked")),
    ],
)
def test_the_sign_in_page(seen, expected):
    assert judged(no_captive_portal, place(sentinels=seen)) == [expected]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-10-01", ("pass", "recent")),
        ("2026-07-01", ("warn", "old")),
        ("2025-01-01", ("fail", "very-old")),
        ("", ("not-assessed", "unsupported-no-date")),
    ],
)
def test_the_age_of_the_list(date, expected):
    header = Header(datetime(2026, 11, 2, tzinfo=UTC), "test", "x", complete=True)
    assert judged(endpoint_list_current, place(catalogue_as_of=date), header) == [expected]
