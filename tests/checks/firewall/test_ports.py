"""Ports between the organisation's own servers."""

import pytest

from checks.firewall.ports import (
    adfs_ports,
    certificate_services_ports,
    configuration_manager_ports,
    domain_controller_ports,
    inbound_published,
)
from scanner.evidence.reachability import Attempt, Why
from scanner.evidence.scope import Plans, Scope
from scanner.testing import run_check
from scanner.words import Severity
from tests.checks.firewall.places import area, place, probe, row

PROTOCOLS = {53: "tcp", 88: "kerberos", 389: "ldap", 445: "smb"}


def controllers(role="connect-server"):
    rows = [
        row("", hosts=(), tcp=str(port), towards="domain controllers", inspection="n/a")
        for port in PROTOCOLS
    ]
    return area("HybridIdentity", *rows, role=role)


def answers(host, *dead, reason=Why.TCP_TIMEOUT):
    return [
        probe(host, reason if port in dead else Why.OK, port=port, protocol=protocol)
        for port, protocol in PROTOCOLS.items()
    ]


def here(*names, kind="domain-controller", roles=("connect-server",)):
    return place(servers=tuple((kind, name) for name in names), roles=roles)


def judged(check, *items):
    return [(str(one.status), one.reason) for one in run_check(check, *items)]


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        ([*answers("dc1"), *answers("dc2")], ("pass", "all-answer")),
        ([*answers("dc1", 389), *answers("dc2")], ("warn", "half-open")),
        ([*answers("dc1", 389), *answers("dc2", 389)], ("fail", "closed")),
        ([*answers("dc1", 445), *answers("dc2", 445)], ("warn", "half-open")),
        ([*answers("dc1", 88, reason=Why.SERVICE_SILENT), *answers("dc2", 88)], ("fail", "closed")),
        (
            [*answers("dc1", 88, reason=Why.UNKNOWN), *answers("dc2")],
            ("not-assessed", "timeout-not-all-tried"),
        ),
    ],
)
def test_domain_controllers(probes, expected):
    assert judged(domain_controller_ports, controllers(), here("dc1", "dc2"), *probes) == [expected]


def test_what_blocks_synchronisation_is_a_blocker_and_the_rest_is_not():
    dead = answers("dc1", 389)
    (found,) = run_check(domain_controller_ports, controllers(), here("dc1"), *dead)
    assert found.severity is None
    (found,) = run_check(
        domain_controller_ports, controllers("adfs"), here("dc1", roles=("adfs",)), *dead
    )
    assert found.severity is Severity.HIGH


def test_servers_that_nobody_named_are_asked_for():
    assert judged(domain_controller_ports, controllers(), here(), probe()) == [
        ("not-assessed", "unconfigured-no-server")
    ]
    assert judged(domain_controller_ports, area(), here("dc1"), probe()) == [
        ("not-applicable", "no-role-needs-it")
    ]


def test_dynamic_ports_are_said_not_to_have_been_tried():
    rpc = row("", hosts=(), tcp="135,49152-65535", towards="issuing CA", inspection="n/a")
    items = [area("PKI", rpc, role="ndes"), here("ca1", kind="issuing-ca", roles=("ndes",))]
    mapper = probe("ca1", port=135, protocol="rpc")
    assert judged(certificate_services_ports, *items, mapper) == [("pass", "fixed-ports-answer")]
    shut = probe("ca1", Why.TCP_REFUSED, port=135, protocol="rpc")
    assert judged(certificate_services_ports, *items, shut) == [("fail", "closed")]
    planned = Scope(plans=Plans(workloads=("intune",)))
    assert judged(certificate_services_ports, *items, shut, planned) == [
        ("not-applicable", "not-planned")
    ]


FARM = area("HybridIdentity", row("", hosts=(), towards="AD FS", kind="lateral"), role="client")


def test_ad_fs_from_inside():
    server = here("sts", kind="adfs", roles=("client",))
    assert judged(adfs_ports, FARM, server, probe("sts")) == [("pass", "all-answer")]
    assert judged(adfs_ports, FARM, server, probe("sts", Why.TLS_UNTRUSTED)) == [
        ("pass", "all-answer")
    ]
    assert judged(adfs_ports, FARM, server, probe("sts", Why.TCP_TIMEOUT)) == [("fail", "closed")]
    assert judged(adfs_ports, FARM, here(), probe()) == [("not-applicable", "no-adfs")]
    federated = Scope(sign_in={"contoso.com": "federated"})
    assert judged(adfs_ports, FARM, here(), probe(), federated) == [
        ("not-assessed", "unconfigured-no-server")
    ]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [(Why.OK, ("fail", "local-port-open")), (Why.TCP_REFUSED, ("pass", "local-ports-closed"))],
)
def test_local_ports_of_ad_fs(reason, expected):
    server = here("sts", kind="adfs", roles=("client",))
    local = probe("sts", reason, port=808, protocol="tcp")
    assert expected in judged(adfs_ports, FARM, server, probe("sts"), local)


OUTSIDE = area("HybridIdentity", row("", hosts=(), towards="WAP", kind="inbound"), role="internet")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (probe("wap"), ("pass", "all-answer")),
        (probe("wap", Why.TCP_TIMEOUT), ("fail", "not-reachable")),
        (
            probe("wap", attempts=(Attempt("10.0.0.1", "open"),)),
            ("not-assessed", "unsupported-inside"),
        ),
    ],
)
def test_published_services(seen, expected):
    outside = here("wap", kind="wap", roles=("internet",))
    assert judged(inbound_published, OUTSIDE, outside, seen) == [expected]


def test_a_run_inside_says_nothing_of_outside():
    assert judged(inbound_published, OUTSIDE, here("wap", kind="wap"), probe("wap")) == [
        ("not-applicable", "not-outside")
    ]


def test_configuration_manager():
    point = row("", hosts=(), tcp="443", towards="management point", kind="lateral")
    database = row("", hosts=(), tcp="1433", towards="SQL", kind="lateral")
    items = [area("ConfigMgr", point, role="client")]
    server = here("cm1", kind="management-point", roles=("client",))
    assert judged(configuration_manager_ports, *items, server, probe("cm1")) == [
        ("pass", "all-answer")
    ]
    assert judged(configuration_manager_ports, *items, server, probe("cm1", Why.TCP_TIMEOUT)) == [
        ("warn", "half-open")
    ]
    assert judged(configuration_manager_ports, *items, here(), probe()) == [
        ("not-applicable", "no-site")
    ]
    site = [
        area("ConfigMgr", database, role="configuration-manager"),
        here("db1", kind="site-database", roles=("configuration-manager",)),
    ]
    shut = probe("db1", Why.TCP_REFUSED, port=1433, protocol="tcp")
    assert judged(configuration_manager_ports, *site, shut) == [("fail", "closed")]
