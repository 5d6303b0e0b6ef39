"""Exposure, registration through a proxy, and what only people can tell."""

from datetime import date

import pytest

from checks.firewall import told
from checks.firewall.exposure import no_dangerous_exposure
from checks.firewall.signing_in import proxy_allows_device_registration
from scanner.evidence.answers import Answer, Answers, AnswerWord
from scanner.evidence.reachability import Why
from scanner.testing import run_check
from tests.checks.firewall.places import area, place, probe, row


def judged(check, *items):
    return [(str(one.status), one.reason) for one in run_check(check, *items)]


def exposed(reason):
    return probe("198.51.100.7", reason, port=3389, protocol="exposure")


@pytest.mark.parametrize(
    ("seen", "roles", "expected"),
    [
        (exposed(Why.EXPOSED), ("internet",), ("fail", "exposed")),
        (exposed(Why.TCP_TIMEOUT), ("internet",), ("pass", "closed")),
        (exposed(Why.UNKNOWN), ("internet",), ("not-assessed", "unsupported-accepts-all")),
        (exposed(Why.EXPOSED), ("client",), ("not-assessed", "unsupported-inside")),
        (probe(), ("internet",), ("not-applicable", "not-asked")),
    ],
)
def test_exposure(seen, roles, expected):
    assert judged(no_dangerous_exposure, place(roles=roles), seen) == [expected]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (probe(path="proxy"), ("pass", "lets-through")),
        (probe(reason=Why.PROXY_AUTH_UNSUPPORTED, path="proxy"), ("fail", "stopped-by-proxy")),
        (probe(reason=Why.TLS_INTERCEPTED, path="proxy"), ("fail", "stopped-by-proxy")),
        (probe(reason=Why.TCP_TIMEOUT, path="proxy"), ("not-assessed", "unreachable-behind-proxy")),
        (probe(), ("not-applicable", "no-proxy")),
    ],
)
def test_registration_through_the_proxy(seen, expected):
    items = [area("DeviceRegistration", row(proxy_auth="machine-context-only")), place()]
    assert judged(proxy_allows_device_registration, *items, seen) == [expected]


@pytest.mark.parametrize(
    ("check", "question"),
    [
        (told.idle_timeouts_sufficient, told.IDLE),
        (told.nat_capacity, told.NAT),
        (told.radius_ports, told.RADIUS),
        (told.proxy_settings_consistent, told.PROXY),
    ],
)
@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (AnswerWord.YES, ("pass", "answered-yes")),
        (AnswerWord.NO, ("fail", "answered-no")),
        (AnswerWord.NOT_NEEDED, ("not-applicable", "not-needed")),
    ],
)
def test_what_people_say(check, question, word, expected):
    given = Answer(question.id, word, "A. Admin", date(2026, 10, 1), reason="none")
    assert judged(check, Answers((given,))) == [expected]
    assert judged(check, Answers()) == [("manual", "unanswered")]
