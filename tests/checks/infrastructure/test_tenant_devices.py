"""Configuration Manager and sensors as the tenant sees them."""

import pytest

from checks.infrastructure.tenant_devices import (
    CoManagementWorkloads,
    ConfigurationManagerClientSupported,
    co_management_eligibility,
    tenant_attach_enabled,
)
from checks.infrastructure.tenant_sensors import identity_sensors_healthy
from scanner.evidence.scope import Scope
from scanner.evidence.tenant_devices import (
    CO_MANAGED,
    CoManagedDevice,
    CoManagementEligible,
    ConfigurationManagerClient,
    TenantAttach,
    Workloads,
)
from scanner.evidence.tenant_services import (
    IdentityIssue,
    IdentityIssues,
    IdentitySensor,
    IdentitySensors,
)
from tests.checks.judging import BOUGHT, DENIED, NOT_PLANNED, assert_open, planned, verdict

PLANNED = planned("co-management")


def device(build="10.0.26100.1", agent=CO_MANAGED):
    return CoManagedDevice("1", "pc", agent, build, Workloads(compliance=True))


@pytest.mark.parametrize(
    ("devices", "scope", "expected"),
    [
        ([device()], PLANNED, ("pass", "co-managed")),
        ([device("10.0.15063.0")], PLANNED, ("warn", "old-windows")),
        ([device(agent="mdm")], PLANNED, ("warn", "none")),
        ([], PLANNED, ("warn", "none")),
        ([], NOT_PLANNED, ("not-applicable", "not-planned")),
        ([], Scope(), ("not-applicable", "not-stated")),
    ],
)
def test_co_management(devices, scope, expected):
    found = verdict(CoManagementWorkloads, BOUGHT, scope, streams={CoManagedDevice: devices})
    assert found == expected
    assert_open(CoManagementWorkloads, CoManagedDevice, BOUGHT, PLANNED)


def test_none_co_managed_in_a_part_of_the_list_is_not_none():
    found = verdict(
        CoManagementWorkloads, BOUGHT, PLANNED, streams={CoManagedDevice: []}, cut=DENIED
    )
    assert found == ("not-assessed", "missing-denied")


def client(version="5.00.9132.1011", health="healthy"):
    return ConfigurationManagerClient("1", "pc", CO_MANAGED, version, health)


@pytest.mark.parametrize(
    ("clients", "expected"),
    [
        ([client()], ("pass", "supported")),
        ([client("5.00.8500.1000")], ("fail", "below-minimum")),
        ([client("5.00.9000.1000")], ("warn", "old-or-unhealthy")),
        ([client(health="communicationError")], ("fail", "unhealthy")),
        ([client(), *[client()] * 18, client(health="updateFailed")], ("warn", "old-or-unhealthy")),
        ([client(None, None)], ("not-assessed", "unsupported-silent")),
        ([], ("not-applicable", "none")),
    ],
)
def test_clients(clients, expected):
    streams = {ConfigurationManagerClient: clients}
    found = verdict(ConfigurationManagerClientSupported, BOUGHT, PLANNED, streams=streams)
    assert found == expected
    assert_open(ConfigurationManagerClientSupported, ConfigurationManagerClient, BOUGHT, PLANNED)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (CoManagementEligible(5, 100, 0, 2, 1), ("pass", "eligible")),
        (CoManagementEligible(5, 100, 0, 40, 1), ("warn", "not-eligible")),
        (CoManagementEligible(), ("not-applicable", "not-attached")),
    ],
)
def test_eligibility(found, expected):
    assert verdict(co_management_eligibility, found, BOUGHT, PLANNED) == expected
    assert_open(co_management_eligibility, CoManagementEligible, BOUGHT, PLANNED)
    assert verdict(co_management_eligibility, found, BOUGHT, NOT_PLANNED)[0] == "not-applicable"


def test_tenant_attach():
    check = tenant_attach_enabled
    assert verdict(check, TenantAttach(enabled=True), BOUGHT, PLANNED) == ("pass", "attached")
    assert verdict(check, TenantAttach(enabled=False), BOUGHT, PLANNED) == ("pass", "not-attached")
    assert verdict(check, TenantAttach(), BOUGHT, PLANNED)[0] == "not-assessed"
    assert verdict(check, TenantAttach(), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, TenantAttach, BOUGHT, PLANNED)


def test_sensors():
    check, scope = identity_sensors_healthy, planned("identity-threat-defence")
    good = IdentitySensors((IdentitySensor("dc1", "healthy"),))
    bad = IdentitySensors((IdentitySensor("dc1", "notHealthyHigh"),))
    issue = IdentityIssues((IdentityIssue("Sensor stopped", "high", "open"),))
    assert verdict(check, good, BOUGHT, scope) == ("pass", "healthy")
    assert verdict(check, bad, BOUGHT, scope) == ("warn", "unhealthy")
    assert verdict(check, good, issue, BOUGHT, scope) == ("warn", "unhealthy")
    assert verdict(check, IdentitySensors(()), BOUGHT, scope) == ("fail", "none")
    assert verdict(check, IdentitySensors(()), BOUGHT, NOT_PLANNED)[0] == "not-applicable"
    assert_open(check, IdentitySensors, BOUGHT, scope)
