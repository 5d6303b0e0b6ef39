"""The reach rule, by way of the checks of Intune, Microsoft 365, Apple and Google."""

import pytest

from checks.firewall.areas import (
    android_services_reachable,
    apple_services_reachable,
    device_registration_reachable,
    intune_endpoints_reachable,
    required_endpoints_reachable,
    rights_management_reachable,
    update_endpoints_reachable,
)
from checks.firewall.server_areas import (
    connector_endpoints_reachable,
    sync_server_endpoints_reachable,
)
from checks.firewall.words import SENTENCES
from scanner.evidence.reachability import Why
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import ServicePlan, Sku, Skus
from scanner.testing import run_check
from scanner.words import Severity, Status
from tests.checks.firewall.places import area, place, probe, row


def outcome(found):
    return [(str(one.status), one.reason) for one in found]


def intune(*items):
    return run_check(intune_endpoints_reachable, *items)


def test_everything_works():
    found = intune(area(), probe(), place())
    assert outcome(found) == [("pass", "all-reachable")]
    assert found[0].subject.name == "Intune from managed-device"


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_each_way_of_failing_has_its_reason_its_step_and_its_request(reason):
    rows = [row(inspection="no", set_id=163), row("b.example", inspection="no")]
    found = intune(
        area("Intune", *rows),
        probe(reason=reason, offender="192.0.2.1"),
        probe("b.example"),
        place(),
    )
    (one,) = found
    assert (one.status, one.reason) == (Status.FAIL, reason.value.replace("_", "-"))
    assert "1 of 2" in str(one.text)
    assert one.steps
    assert one.affected.rows[0][0] == "FW-Intune-managed-device-1"
    assert "a.example" in one.facts["request"]


def test_one_cause_is_one_finding_and_two_causes_are_two():
    names = [f"h{number}.example" for number in range(4)]
    rows = [row(name) for name in names]
    same = [probe(name, Why.ICMP_PROHIBITED, offender="192.0.2.1", detail="3/13") for name in names]
    assert outcome(intune(area("Intune", *rows), *same, place())) == [("fail", "icmp-prohibited")]
    mixed = [*same[:3], probe(names[3], Why.TCP_TIMEOUT)]
    found = intune(area("Intune", *rows), *mixed, place())
    assert outcome(found) == [("fail", "icmp-prohibited"), ("fail", "tcp-timeout")]
    assert len({one.subject.key for one in found}) == 2


def test_the_rule_names_the_wildcard_and_its_bare_parent():
    wild = row("*.manage.example", hosts=("a.manage.example",))
    found = intune(area("Intune", wild), probe("a.manage.example", Why.TCP_TIMEOUT), place())
    assert "*.manage.example, manage.example" in str(found[0].steps[0].text)
    assert found[0].affected.rows[0][6:8] == ("wildcard", "*.manage.example")


def test_published_ranges_are_an_alternative_and_never_more():
    found = intune(area(ranges=("198.51.100.0/24",)), probe(reason=Why.TCP_TIMEOUT), place())
    assert "198.51.100.0/24" in str(found[0].steps[1].text)


@pytest.mark.parametrize(
    ("inspection", "expected"),
    [("no", ("fail", "tls-intercepted")), ("discouraged", ("pass", "all-reachable"))],
)
def test_inspection_fails_where_it_is_unsupported(inspection, expected):
    found = intune(
        area("Intune", row(inspection=inspection)), probe(reason=Why.TLS_INTERCEPTED), place()
    )
    assert outcome(found) == [expected]


def test_a_private_root_is_not_taken_for_inspection():
    private = row(trust="microsoft-private-root (unverified)", inspection="no")
    found = intune(area("Intune", private), probe(reason=Why.TLS_UNTRUSTED), place())
    assert outcome(found) == [("pass", "all-reachable")]


def test_content_hosts_of_updates_count_by_connection_not_by_certificate():
    found = run_check(
        update_endpoints_reachable,
        area("WindowsUpdate", role="client"),
        probe(reason=Why.TLS_NAME_MISMATCH),
        place(),
    )
    assert outcome(found) == [("pass", "all-reachable")]


def test_the_proxy_path_counts_where_there_is_one():
    direct = probe(reason=Why.TCP_TIMEOUT)
    proxied = probe(path="proxy")
    assert outcome(intune(area(), direct, proxied, place())) == [("pass", "all-reachable")]


def test_a_caller_that_cannot_sign_in_to_a_proxy():
    cannot = row(proxy_auth="no")
    refused = probe(reason=Why.PROXY_AUTH_REQUIRED, path="proxy", offender="http://proxy:8080")
    found = intune(area("Intune", cannot), refused, place())
    assert outcome(found) == [("fail", "proxy-auth-unsupported")]


def test_port_80_alone_is_silent_while_it_works_elsewhere():
    both = row(tcp="80,443")
    other = row("b.example", tcp="80,443")
    silent = probe(reason=Why.TCP_TIMEOUT, port=80, protocol="http")
    works = [probe(), probe("b.example"), probe("b.example", port=80, protocol="http")]
    works.append(probe("c.example", port=80, protocol="http"))
    found = intune(area("Intune", both, other), silent, *works, place())
    assert outcome(found) == [("warn", "port-80-silent")]
    every = [silent, probe("b.example", Why.TCP_TIMEOUT, port=80, protocol="http"), *works[:2]]
    found = intune(area("Intune", both, other), *every, place())
    assert outcome(found) == [("fail", "tcp-timeout")]


def test_a_guessed_host_that_does_not_exist_says_nothing():
    wild = row("*.guess.example", hosts=("x.guess.example",), guess=True)
    gone = probe("x.guess.example", Why.DNS_NXDOMAIN)
    found = intune(area("Intune", row(), wild), probe(), gone, place())
    assert outcome(found) == [("pass", "all-tested-reachable")]


def test_late_ones_warn_where_there_are_many():
    names = [f"h{number}.example" for number in range(100)]
    rows = [row(name) for name in names]
    one = [probe(name, Why.NEEDED_RETRY if name == "h0.example" else Why.OK) for name in names]
    assert outcome(intune(area("Intune", *rows), *one, place())) == [("pass", "all-reachable")]
    many = [probe(name, Why.NEEDED_RETRY) for name in names]
    assert outcome(intune(area("Intune", *rows), *many, place())) == [("warn", "needed-retry")]
    limited = [probe(name, Why.RATE_LIMITED_EDGE) for name in names]
    assert outcome(intune(area("Intune", *rows), *limited, place())) == [
        ("warn", "rate-limited-edge")
    ]


@pytest.mark.parametrize(
    ("egress", "reason"),
    [("closed", "unreachable-no-way-out"), ("no-names", "unreachable-no-resolver")],
)
def test_without_a_way_out_nothing_is_said_of_single_areas(egress, reason):
    found = intune(area(), probe(reason=Why.TCP_TIMEOUT), place(egress=egress))
    assert outcome(found) == [("not-assessed", reason)]


def test_what_was_not_tried_is_not_assessed_and_a_fail_beside_it_stays_a_fail():
    rows = [row(), row("b.example")]
    cut = probe("b.example", Why.UNKNOWN)
    assert outcome(intune(area("Intune", *rows), probe(), cut, place())) == [
        ("not-assessed", "timeout-not-all-tried")
    ]
    blocked = probe(reason=Why.TCP_TIMEOUT)
    assert outcome(intune(area("Intune", *rows), blocked, cut, place())) == [
        ("fail", "tcp-timeout")
    ]


def test_wildcards_without_a_host_are_never_a_pass_of_their_own():
    found = intune(area("Intune", row("*.unknown.example")), probe("b.example"), place())
    assert outcome(found) == [("not-assessed", "unsupported-no-host")]


def test_roles_without_rows_and_services_out_of_scope_do_not_apply():
    assert outcome(intune(area("AIP"), probe(), place())) == [
        ("not-applicable", "no-role-needs-it")
    ]
    planned = Scope(plans=Plans(workloads=("co-management",)))
    assert outcome(intune(area(), probe(), place(), planned)) == [
        ("not-applicable", "intune-not-planned")
    ]


def test_the_worst_of_several_places_decides_and_is_named():
    items = [area(place="Berlin"), area(place="Lyon"), place("Berlin"), place("Lyon")]
    found = intune(*items, probe(place="Berlin"), probe(reason=Why.TCP_TIMEOUT, place="Lyon"))
    assert outcome(found) == [("fail", "tcp-timeout")]
    assert found[0].facts["places"] == ["Lyon"]


def test_one_whole_region_of_attestation_is_enough():
    def region(name, word):
        return row(name, service=f"Azure Attestation (device health) {word}")

    rows = [region("na.example", "North America"), region("eu.example", "Europe")]
    one = [probe("na.example", Why.TCP_TIMEOUT), probe("eu.example")]
    assert outcome(intune(area("Intune", *rows), *one, place())) == [("pass", "all-reachable")]
    none = [probe("na.example", Why.TCP_TIMEOUT), probe("eu.example", Why.TCP_TIMEOUT)]
    found = intune(area("Intune", *rows), *none, place())
    assert outcome(found) == [("fail", "tcp-timeout")]
    assert found[0].severity is Severity.HIGH


def test_apple_push_on_443_alone_is_second_best():
    push = row(tcp="443,5223,2197")
    found = run_check(
        apple_services_reachable,
        area("Apple", push, role="apple-device"),
        probe(),
        probe(reason=Why.TCP_TIMEOUT, port=5223),
        place(),
    )
    assert outcome(found) == [("warn", "second-best-port")]


def test_google_push_needs_one_of_its_ports():
    push = row(tcp="443,5228-5230")

    def judged(*dead):
        probes = [
            probe(reason=Why.TCP_TIMEOUT if port in dead else Why.OK, port=port)
            for port in (443, 5228, 5229, 5230)
        ]
        found = run_check(
            android_services_reachable,
            area("Google", push, role="android-device"),
            *probes,
            place(),
        )
        return outcome(found)[0]

    assert judged(5229, 5230) == ("pass", "all-reachable")
    assert judged(5228, 5229, 5230) == ("warn", "second-best-port")
    assert judged(443, 5228, 5229, 5230) == ("fail", "tcp-timeout")


def test_sign_in_hosts_block_and_suites_that_nobody_bought_warn():
    blocked = probe("login.microsoftonline.com", Why.TCP_TIMEOUT)
    common = area("M365-Common", row("login.microsoftonline.com", set_id=56), role="client")
    (found,) = run_check(required_endpoints_reachable, common, blocked, place())
    assert (found.status, found.severity) == (Status.FAIL, Severity.BLOCKER)
    exchange = area("M365-Exchange", role="client")
    silent = probe(reason=Why.TCP_TIMEOUT)
    (found,) = run_check(required_endpoints_reachable, exchange, silent, place())
    assert found.status is Status.WARN
    plans = (ServicePlan("x", "EXCHANGE_S_ENTERPRISE", "Success"),)
    bought = Skus((Sku("s", "SPE_E3", "Enabled", plans=plans),))
    (found,) = run_check(required_endpoints_reachable, exchange, silent, place(), bought)
    assert found.status is Status.FAIL


@pytest.mark.parametrize(
    ("check", "name", "scope"),
    [
        (apple_services_reachable, "Apple", Plans(platforms=("windows",))),
        (android_services_reachable, "Google", Plans(platforms=("windows",))),
        (device_registration_reachable, "DeviceRegistration", Plans(workloads=("autopilot",))),
        (sync_server_endpoints_reachable, "EntraConnect", Plans(identity="cloud")),
        (rights_management_reachable, "AIP", Plans(workloads=("intune",))),
    ],
)
def test_what_is_not_planned_does_not_apply(check, name, scope):
    (found,) = run_check(check, area(name), probe(), place(), Scope(plans=scope))
    assert found.status is Status.NOT_APPLICABLE
    (found,) = run_check(check, area(name), probe(), place())
    assert found.status is Status.PASS


def test_both_kinds_of_agent_are_judged_each_by_itself():
    found = run_check(
        connector_endpoints_reachable,
        area("PTA", role="pta-agent"),
        area("PrivateNetworkConnector", row("b.example"), role="connector"),
        probe(),
        probe("b.example", Why.TLS_RESET),
        place(),
    )
    assert outcome(found) == [("pass", "all-reachable"), ("fail", "tls-reset")] or outcome(
        found
    ) == [
        ("fail", "tls-reset"),
        ("pass", "all-reachable"),
    ]
