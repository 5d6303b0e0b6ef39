"""Configuration Manager, certificate services and clients, as an inventory tells of them."""

from datetime import date

import pytest

from checks.infrastructure.certificate_services import (
    ACCESS,
    access_infrastructure_working,
    certification_authority_sound,
    ndes_ready,
)
from checks.infrastructure.clients import client_platforms_supported
from checks.infrastructure.site import configuration_manager_ready
from scanner.api import Answers, Missing, Reason, Scope
from scanner.evidence.answers import Answer, AnswerWord
from scanner.evidence.inventory import (
    BrowserGroup,
    CertificationAuthority,
    ClientGroup,
    InventoryClients,
    InventoryServer,
    NdesService,
)
from scanner.evidence.scope import Plans
from scanner.testing import run_check
from tests.checks.inventory import FACTS, SEEN, said, server, steps

UNCONFIGURED = Missing(Reason.UNCONFIGURED, "no inventory is named")


def planned(*workloads):
    return Scope(Plans(workloads=workloads))


@pytest.mark.parametrize(
    "check", [configuration_manager_ready, certification_authority_sound, ndes_ready]
)
def test_without_an_inventory_nothing_is_assessed(check):
    (found,) = run_check(check, FACTS, missing={InventoryServer: UNCONFIGURED})
    assert (found.status, found.reason) == ("not-assessed", "missing-unconfigured")


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("5.00.9132.1000", ("fail", "ended")),
        ("5.00.8790.1000", ("fail", "far-too-old")),
        ("5.00.9135.1000", ("warn", "ends-soon")),
        ("5.00.9141.1000", ("pass", "supported")),
        ("5.00.9999.1000", ("pass", "newer-than-known")),
        ("5.00.9140.1000", ("not-assessed", "unsupported-version")),
    ],
)
def test_a_site_is_judged_by_its_end_of_support(version, verdict):
    site = server(software=[("configuration-manager-site", version)])
    assert said(run_check(configuration_manager_ready, site, FACTS)) == {"s1.contoso.com": verdict}


def test_a_fact_that_was_not_read_at_its_source_says_so():
    site = server(software=[("configuration-manager-site", "5.00.9141.1000")])
    (found,) = run_check(configuration_manager_ready, site, FACTS)
    assert found.facts["certainty"] == "reported by others, not read at the source"


def test_no_site_is_a_gap_only_where_one_is_planned_for():
    (found,) = run_check(configuration_manager_ready, server(), FACTS)
    assert (found.status, found.reason) == ("not-applicable", "no-site")
    (found,) = run_check(configuration_manager_ready, server(), FACTS, planned("co-management"))
    assert (found.status, found.reason) == ("not-assessed", "unconfigured-no-site")


def test_clients_of_configuration_manager_are_counted():
    groups = (
        ClientGroup("windows", "10.0.26100", 5, configuration_manager="5.00.9132.1011"),
        ClientGroup("windows", "10.0.26100", 7, configuration_manager="5.00.9141.1011"),
        ClientGroup("windows", "10.0.26100", 9),
    )
    found = run_check(configuration_manager_ready, server(), FACTS, InventoryClients(SEEN, groups))
    behind = found[0]
    assert (behind.status, behind.reason) == ("warn", "clients-behind")
    assert behind.affected.rows == [("5.00.9132.1011", "5")]
    good = InventoryClients(SEEN, groups[1:])
    found = run_check(configuration_manager_ready, server(), FACTS, good)
    assert found[0].reason == "clients-supported"


GOOD = CertificationAuthority(
    "CA", "enterprise-subordinate", date(2035, 1, 1), "sha256", "RSA", 4096, date(2026, 11, 9)
)


def authority(**changes):
    values = {name: getattr(GOOD, name) for name in GOOD.__dataclass_fields__}
    return server(
        roles=changes.pop("roles", ()),
        authorities=(CertificationAuthority(**{**values, **changes}),),
    )


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, ("pass", "sound")),
        ({"expires": date(2026, 10, 1)}, ("fail", "ended")),
        ({"expires": date(2027, 1, 1)}, ("warn", "ends-soon")),
        ({"expires": None}, ("not-assessed", "unconfigured-no-end")),
        ({"hash_algorithm": "SHA-1"}, ("fail", "weak-hash")),
        ({"key_bits": 1024}, ("fail", "short-key")),
        ({"key_algorithm": "ECC", "key_bits": 256}, ("pass", "sound")),
        ({"crl_next_update": date(2026, 10, 20)}, ("fail", "list-ended")),
        ({"roles": ("domain-controller",)}, ("warn", "on-domain-controller")),
        ({"kind": "subordinate"}, ("fail", "standalone")),
    ],
)
def test_an_authority_is_judged(changes, verdict):
    found = run_check(
        certification_authority_sound, authority(**changes), planned("device-certificates")
    )
    assert said(found) == {"s1.contoso.com": verdict}


def test_all_that_is_wrong_with_an_authority_is_told():
    (found,) = run_check(
        certification_authority_sound, authority(hash_algorithm="sha1", key_bits=1024)
    )
    assert "The authority's key has 1024 bits." in steps(found)


def test_no_authority_is_not_applicable():
    (found,) = run_check(certification_authority_sound, server())
    assert found.status == "not-applicable"


SET = NdesService("a", True, True, False)


def ndes(roles=("ndes",), connector="6.2510.3.2002", settings=SET, **more):
    software = [("certificate-connector", connector)] if connector else []
    return server(roles=roles, software=software, ndes=settings, **more)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (ndes(), ("pass", "ready")),
        (ndes(roles=("ndes", "domain-controller")), ("fail", "on-domain-controller")),
        (ndes(roles=("ndes", "certification-authority")), ("fail", "on-authority")),
        (ndes(domain_joined=False), ("fail", "not-joined")),
        (ndes(installation="core"), ("fail", "no-desktop")),
        (ndes(connector=""), ("fail", "no-connector")),
        (ndes(settings=None), ("not-assessed", "unconfigured-no-settings")),
        (ndes(settings=NdesService(policy_module=False)), ("fail", "no-policy-module")),
        (ndes(settings=NdesService(https_binding=False)), ("fail", "no-https")),
        (ndes(settings=NdesService(enhanced_security=True)), ("fail", "enhanced-security")),
    ],
)
def test_ndes_is_judged(found, verdict):
    assert said(run_check(ndes_ready, found)) == {"s1.contoso.com": verdict}


def test_ndes_is_judged_without_the_connector_where_intune_is_not_planned():
    (found,) = run_check(ndes_ready, ndes(connector=""), planned("hybrid-join"))
    assert found.status == "pass"
    (found,) = run_check(ndes_ready, server())
    assert found.status == "not-applicable"


def test_wifi_and_vpn_are_asked_for_where_they_may_be_planned():
    (found,) = run_check(access_infrastructure_working, Answers())
    assert found.status == "manual"
    (found,) = run_check(access_infrastructure_working, Answers(), planned("intune"))
    assert (found.status, found.reason) == ("not-applicable", "not-planned")
    no = Answers((Answer(ACCESS.id, AnswerWord.NO, "A", date(2026, 10, 1)),))
    (found,) = run_check(access_infrastructure_working, no, planned("intune"))
    assert found.status == "fail"


def clients(*groups, browsers=()):
    return InventoryClients(SEEN, groups, browsers)


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        (ClientGroup("windows", "10.0.26100.1", 5, "enterprise"), ("pass", "windows-supported")),
        (ClientGroup("windows", "10.0.26100.1", 5, "pro"), ("fail", "windows-ended")),
        (ClientGroup("windows", "10.0.26100.1", 5), ("warn", "windows-ending")),
        (ClientGroup("windows", "10.0.19045.1", 5), ("fail", "windows-ended")),
        (ClientGroup("windows", "10.0.10240", 5, "home"), ("fail", "windows-ended")),
        (ClientGroup("windows", "10.0.19044.1", 5, "ltsc"), ("warn", "windows-ending")),
        (ClientGroup("windows", "10.0.30000.1", 5), ("pass", "windows-supported")),
        (
            ClientGroup("windows", "10.0.26090.1", 5, "ltsc"),
            ("not-assessed", "unsupported-windows"),
        ),
        (ClientGroup("ios", "16.7", 5), ("fail", "below-least")),
        (ClientGroup("ios", "17.2", 5), ("warn", "below-announced")),
        (ClientGroup("ios", "18", 5), ("pass", "supported")),
        (ClientGroup("android", "9", 5), ("fail", "below-least")),
        (ClientGroup("android", "10", 5), ("pass", "supported")),
    ],
)
def test_clients_are_judged_by_their_version(group, verdict):
    (found,) = run_check(client_platforms_supported, clients(group), FACTS)
    assert (found.status, found.reason) == verdict


def test_platforms_out_of_scope_are_left_out():
    scope = Scope(Plans(platforms=("windows",)))
    found = run_check(client_platforms_supported, clients(ClientGroup("ios", "9", 5)), FACTS, scope)
    assert said(found) == {"iOS and iPadOS clients": ("not-applicable", "not-in-scope")}


@pytest.mark.parametrize(
    ("browser", "verdict"),
    [("internet-explorer", ("fail", "browser-retired")), ("edge", ("pass", "browser-kinds"))],
)
def test_browsers_are_judged_by_their_kind(browser, verdict):
    found = run_check(
        client_platforms_supported, clients(browsers=(BrowserGroup(browser, 3),)), FACTS
    )
    assert said(found) == {"browsers": verdict}


def test_without_a_count_of_clients_nothing_is_assessed():
    (found,) = run_check(
        client_platforms_supported, FACTS, missing={InventoryClients: UNCONFIGURED}
    )
    assert found.status == "not-assessed"
