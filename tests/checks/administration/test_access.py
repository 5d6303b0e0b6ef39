"""Conditional access: what it protects, what it stops, and what the model cannot decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.administration import model
from checks.administration.access import (
    legacy_authentication_blocked,
    managed_device_required,
    mfa_required,
    security_defaults_settled,
)
from checks.administration.enrolment import policies_permit_enrolment
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy, SecurityDefaults
from scanner.evidence.tenant_devices import ManagedDevices
from scanner.evidence.tenant_enrolment import Assignment, CompliancePolicies, CompliancePolicy
from tests.checks.judging import (
    BOUGHT,
    DENIED,
    NOT_PLANNED,
    assert_open,
    owning,
    planned,
    verdict,
)

OFF, ON = SecurityDefaults(enabled=False), SecurityDefaults(enabled=True)
WITHOUT_P1 = owning("intune")
REPORT = "enabledForReportingButNotEnforced"


def policy(*controls, state="enabled", users=("All",), applications=("All",), **more):
    return AccessPolicy(
        "p",
        "policy",
        state,
        include_users=users,
        include_applications=applications,
        controls=controls,
        **more,
    )


def policies(*rows):
    return AccessPolicies(rows)


@pytest.mark.parametrize(
    ("defaults", "rows", "skus", "expected"),
    [
        (OFF, (policy("mfa"),), BOUGHT, ("pass", "policies")),
        (OFF, (policy("mfa", state=REPORT),), BOUGHT, ("fail", "neither")),
        (OFF, (), BOUGHT, ("fail", "neither")),
        (ON, (), BOUGHT, ("warn", "defaults-with-premium")),
        (ON, (), WITHOUT_P1, ("pass", "defaults")),
        (SecurityDefaults(), (), BOUGHT, ("not-assessed", "unsupported-silent")),
    ],
)
def test_security_defaults(defaults, rows, skus, expected):
    assert verdict(security_defaults_settled, defaults, policies(*rows), skus) == expected


def test_security_defaults_without_policies_to_compare():
    found = verdict(security_defaults_settled, OFF, BOUGHT, missing={AccessPolicies: DENIED})
    assert found == ("not-assessed", "denied-unread")
    assert_open(security_defaults_settled, SecurityDefaults, BOUGHT)


LEGACY = ("exchangeActiveSync", "other")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((policy("block", client_app_types=LEGACY),), ("pass", "blocked")),
        (
            (
                policy("block", client_app_types=LEGACY[:1]),
                policy("block", client_app_types=LEGACY[1:]),
            ),
            ("pass", "blocked"),
        ),
        ((policy("block", client_app_types=LEGACY[:1]),), ("warn", "partly-blocked")),
        ((policy("block", client_app_types=LEGACY, state=REPORT),), ("warn", "partly-blocked")),
        ((policy("block", client_app_types=LEGACY, users=("a",)),), ("warn", "partly-blocked")),
        (
            (policy("block", client_app_types=LEGACY, applications=("Office365",)),),
            ("warn", "partly-blocked"),
        ),
        (
            (policy("block", client_app_types=LEGACY, include_locations=("loc",)),),
            ("warn", "partly-blocked"),
        ),
        ((policy("mfa"),), ("fail", "not-blocked")),
        ((), ("fail", "not-blocked")),
    ],
)
def test_legacy_authentication(rows, expected):
    assert verdict(legacy_authentication_blocked, policies(*rows), OFF, BOUGHT) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((policy("mfa"),), ("pass", "for-everybody")),
        ((policy(strength="s"),), ("pass", "for-everybody")),
        ((policy("mfa", "compliantDevice"),), ("pass", "for-everybody")),
        ((policy("mfa", "approvedApplication"),), ("fail", "for-nobody")),
        ((policy("mfa", "approvedApplication", operator="AND"),), ("pass", "for-everybody")),
        ((policy("mfa", custom_controls=("duo",)),), ("fail", "for-nobody")),
        ((policy("mfa", users=(), include_roles=("r",)),), ("warn", "for-some")),
        ((policy("mfa", exclude_applications=("a",)),), ("warn", "for-some")),
        ((policy("mfa", sign_in_risk=("high",)),), ("warn", "for-some")),
        ((policy("mfa", device_filter="device.x -eq 1"),), ("warn", "for-some")),
        ((policy("mfa", include_platforms=("all",)),), ("pass", "for-everybody")),
        ((policy("mfa", exclude_locations=("AllTrusted",)),), ("warn", "for-some")),
        ((policy("mfa", state=REPORT),), ("fail", "for-nobody")),
        ((policy("mfa", state="disabled"),), ("fail", "for-nobody")),
        ((), ("fail", "for-nobody")),
    ],
)
def test_mfa(rows, expected):
    assert verdict(mfa_required, policies(*rows), OFF, BOUGHT) == expected


@pytest.mark.parametrize("check", [mfa_required, legacy_authentication_blocked])
def test_security_defaults_take_care_and_no_plan_leaves_open(check):
    assert verdict(check, policies(), ON, BOUGHT) == ("not-applicable", "security-defaults")
    assert verdict(check, policies(), OFF, WITHOUT_P1) == ("not-assessed", "unsupported-no-plan")
    assert_open(check, AccessPolicies, OFF, BOUGHT)


ASSIGNED = CompliancePolicies(
    (CompliancePolicy("#x.iosCompliancePolicy", "i", (Assignment("1"),)),)
)
UNASSIGNED = CompliancePolicies(())
DEVICES, NO_DEVICES = ManagedDevices(enrolled=5), ManagedDevices()
PLANNED = planned("conditional-access", "intune")


@pytest.mark.parametrize(
    ("rows", "compliance", "devices", "scope", "expected"),
    [
        ((policy("compliantDevice"),), ASSIGNED, DEVICES, PLANNED, ("pass", "in-use")),
        ((policy("compliantDevice"),), UNASSIGNED, DEVICES, PLANNED, ("fail", "too-early")),
        ((policy("compliantDevice"),), ASSIGNED, NO_DEVICES, PLANNED, ("fail", "too-early")),
        (
            (policy("compliantDevice", users=("g",)),),
            UNASSIGNED,
            DEVICES,
            PLANNED,
            ("pass", "in-use"),
        ),
        ((policy("mfa", "compliantDevice"),), UNASSIGNED, DEVICES, PLANNED, ("pass", "in-use")),
        (
            (policy("compliantDevice", state=REPORT),),
            ASSIGNED,
            DEVICES,
            PLANNED,
            ("warn", "not-yet"),
        ),
        ((policy("mfa"),), ASSIGNED, DEVICES, PLANNED, ("warn", "not-yet")),
        ((policy("mfa"),), ASSIGNED, DEVICES, NOT_PLANNED, ("not-applicable", "not-planned")),
    ],
)
def test_managed_devices(rows, compliance, devices, scope, expected):
    found = verdict(managed_device_required, policies(*rows), compliance, devices, BOUGHT, scope)
    assert found == expected


ENROLMENT = "d4ebce55-015a-49b5-a083-c84d1797ae8c"
INTUNE = "0000000a-0000-0000-c000-000000000000"
REGISTER = ("urn:user:registerdevice",)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((policy("mfa"),), ("pass", "enrolment-free")),
        ((policy("compliantDevice"),), ("pass", "enrolment-free")),  # documented not to stop it
        ((policy("domainJoinedDevice"),), ("fail", "enrolment-stopped")),
        ((policy("mfa", "domainJoinedDevice"),), ("pass", "enrolment-free")),
        ((policy("mfa", "domainJoinedDevice", operator="AND"),), ("fail", "enrolment-stopped")),
        ((policy("compliantDevice", "domainJoinedDevice"),), ("pass", "enrolment-free")),
        ((policy("block"),), ("fail", "enrolment-stopped")),
        ((policy("block", client_app_types=LEGACY),), ("pass", "enrolment-free")),
        (
            (policy("block", include_locations=("somewhere",)),),
            ("warn", "enrolment-may-be-stopped"),
        ),
        ((policy("block", include_platforms=("linux",)),), ("warn", "enrolment-may-be-stopped")),
        ((policy("compliantDevice", applications=(ENROLMENT,)),), ("fail", "enrolment-stopped")),
        (
            (policy("compliantDevice", applications=(), user_actions=REGISTER),),
            ("fail", "enrolment-stopped"),
        ),
        (
            (policy("compliantDevice", applications=(ENROLMENT,), state=REPORT),),
            ("warn", "enrolment-may-be-stopped"),
        ),
        (
            (policy("domainJoinedDevice", exclude_applications=(ENROLMENT, INTUNE)),),
            ("pass", "enrolment-free"),
        ),
        ((policy("domainJoinedDevice", applications=("Office365",)),), ("pass", "enrolment-free")),
        ((policy("compliantApplication"),), ("fail", "enrolment-stopped")),
        (
            (policy("mfa", frequency_on=True, frequency_interval="everyTime"),),
            ("warn", "enrolment-may-be-stopped"),
        ),
        ((policy(custom_controls=("duo",)),), ("warn", "enrolment-may-be-stopped")),
        ((policy("block", state="disabled"),), ("not-applicable", "no-policy")),
        ((), ("not-applicable", "no-policy")),
    ],
)
def test_enrolment(rows, expected):
    assert (
        verdict(policies_permit_enrolment, policies(*rows), BOUGHT, planned("intune")) == expected
    )


def test_enrolment_out_of_scope_or_denied():
    rows = policies(policy("block"))
    found = verdict(policies_permit_enrolment, rows, BOUGHT, NOT_PLANNED)
    assert found == ("not-applicable", "not-planned")
    assert_open(policies_permit_enrolment, AccessPolicies, BOUGHT, planned("intune"))


words = st.lists(
    st.sampled_from(
        [
            "mfa",
            "block",
            "compliantDevice",
            "domainJoinedDevice",
            "approvedApplication",
            "passwordChange",
        ]
    ),
    max_size=4,
    unique=True,
)


@given(controls=words, operator=st.sampled_from(["OR", "AND"]))
def test_whoever_demands_mfa_leaves_no_weaker_way(controls, operator):
    found = policy(*controls, operator=operator)
    if model.demands_mfa(found) and operator == "OR":
        assert "approvedApplication" not in controls
        assert "passwordChange" not in controls
    if model.demands_mfa(found):
        assert "mfa" in controls
