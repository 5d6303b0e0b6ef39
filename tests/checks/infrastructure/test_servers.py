"""Systems, updates, TLS and agents of servers, as an inventory tells of them."""

from datetime import date

import pytest

from checks.infrastructure.agents import agents_supported
from checks.infrastructure.server_tls import server_tls_ready
from checks.infrastructure.servers import (
    inventory_recent,
    server_updates_current,
    servers_supported,
)
from scanner.api import Missing, Reason, Scope
from scanner.evidence.inventory import InventoryServer, TlsSettings, Updates
from scanner.testing import run_check
from tests.checks.inventory import FACTS, SEEN, server, steps

UNCONFIGURED = {InventoryServer: Missing(Reason.UNCONFIGURED, "no inventory is named")}
GOOD = TlsSettings(tls12_client=True, strong_crypto=True, system_default=True)


def one(check, *evidence, **more):
    (found,) = run_check(check, *evidence, **more)
    return found


@pytest.mark.parametrize(
    "check",
    [
        servers_supported,
        server_updates_current,
        server_tls_ready,
        inventory_recent,
        agents_supported,
    ],
)
def test_without_an_inventory_nothing_is_assessed(check):
    found = one(check, FACTS, missing=UNCONFIGURED)
    assert (found.status, found.reason) == ("not-assessed", "missing-unconfigured")


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("6.3.9600", ("fail", "ended")),
        ("10.0.14393.7000", ("warn", "ends-soon")),
        ("10.0.20348.1", ("pass", "in-support")),
        ("10.0.30000.1", ("pass", "newer-than-known")),
        ("10.0.17763.1", ("not-assessed", "unsupported-version")),
        ("", ("not-assessed", "unconfigured-no-version")),
    ],
)
def test_the_system_is_judged_by_its_end_of_support(version, verdict):
    found = one(servers_supported, server(version=version), FACTS)
    assert (found.status, found.reason) == verdict


def test_how_early_to_warn_can_be_set():
    scope = Scope(thresholds={"infrastructure.end-of-support-days": 10})
    assert one(servers_supported, server(version="10.0.14393"), FACTS, scope).status == "pass"


@pytest.mark.parametrize(
    ("updates", "verdict"),
    [
        (Updates(date(2026, 10, 14), 0, False), ("pass", "recent")),
        (Updates(None, 0, False), ("pass", "nothing-due")),
        (Updates(date(2026, 9, 10)), ("warn", "behind")),
        (Updates(date(2026, 7, 10), 4, True), ("fail", "long-behind")),
        (Updates(date(2026, 10, 14), 4), ("warn", "pending")),
        (Updates(None, None, True), ("warn", "restart-pending")),
        (Updates(), ("not-assessed", "unconfigured-no-updates")),
        (Updates(date(2026, 12, 24)), ("pass", "recent")),
    ],
)
def test_updates_are_judged_on_the_day_of_the_inventory(updates, verdict):
    found = one(server_updates_current, server(updates=updates))
    assert (found.status, found.reason) == verdict


def test_all_that_is_wrong_with_updates_is_told():
    found = one(server_updates_current, server(updates=Updates(date(2026, 7, 10), 4, True)))
    assert "4 updates are offered and not installed." in steps(found)
    assert "Restart the server in a maintenance window." in steps(found)


def test_an_old_inventory_is_told():
    assert one(inventory_recent, server(seen=SEEN)).status == "pass"
    found = one(inventory_recent, server(seen=date(2026, 9, 1)))
    assert (found.status, found.reason) == ("warn", "old")


@pytest.mark.parametrize(
    ("roles", "tls", "verdict"),
    [
        (("entra-connect",), GOOD, ("pass", "ready")),
        (("entra-connect",), TlsSettings(), ("warn", "dotnet-not-set")),
        (("entra-connect",), TlsSettings(tls12_client=False), ("fail", "client-off")),
        (("entra-connect",), None, ("not-assessed", "unconfigured-no-tls")),
        (("ad-fs",), TlsSettings(), ("pass", "ready")),
        (("ad-fs",), TlsSettings(tls12_server=False), ("fail", "server-off")),
        (("wap",), TlsSettings(tls11_server=True), ("warn", "old-server-on")),
        (("certificate-connector", "ndes"), GOOD, ("pass", "ready")),
    ],
)
def test_tls_is_judged_by_what_is_set(roles, tls, verdict):
    found = one(server_tls_ready, server(roles=roles, tls=tls))
    assert (found.status, found.reason) == verdict


def test_tls_of_servers_that_talk_to_nobody_outside_is_not_looked_at():
    assert run_check(server_tls_ready, server(roles=("nps",), tls=TlsSettings())) == []


@pytest.mark.parametrize(
    ("software", "dotnet", "verdict"),
    [
        ([("pass-through-agent", "1.5.2482.0")], 528040, ("pass", "recent-enough")),
        ([("pass-through-agent", "1.5.643.0")], 528040, ("fail", "too-old")),
        ([("pass-through-agent", "")], 528040, ("not-assessed", "unconfigured-no-version")),
        ([("provisioning-agent", "1.1.1")], None, ("pass", "recent-enough")),
        ([("certificate-connector", "6.2510.3.2002")], None, ("pass", "connector-supported")),
        ([("certificate-connector", "6.2406.0.2002")], None, ("warn", "support-ended")),
        ([("certificate-connector", "6.2301.1.0")], None, ("fail", "no-strong-mapping")),
        ([("certificate-connector", "6.2009.1.9")], None, ("fail", "too-old")),
        ([("pass-through-agent", "1.5.2482.0")], 461000, ("fail", "dotnet-too-old")),
    ],
)
def test_agents_are_judged_by_the_least_version(software, dotnet, verdict):
    found = one(agents_supported, server(software=software, dotnet_release=dotnet), FACTS)
    assert (found.status, found.reason) == verdict


def test_a_server_without_agents_is_not_spoken_of():
    assert run_check(agents_supported, server(software=[("mfa-server", "8.0")]), FACTS) == []


def test_of_several_agents_the_worst_speaks_and_the_others_are_told():
    software = [("certificate-connector", "6.2406.0.2002"), ("pass-through-agent", "1.5.1.0")]
    found = one(agents_supported, server(software=software), FACTS)
    assert found.reason == "too-old"
    assert any("support of version 6.2406.0.2002" in text.casefold() for text in steps(found))
