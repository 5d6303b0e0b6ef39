"""Who holds the keys of the tenant."""

import pytest

from checks.administration.roles import (
    emergency_access_accounts,
    global_admin_count,
    onboarding_roles_delegated,
    privileged_accounts_cloud_only,
)
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_roles import (
    CONDITIONAL_ACCESS_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    HYBRID_IDENTITY_ADMINISTRATOR,
    INTUNE_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    Eligibility,
    ExcludedMembers,
    MembersOfGroup,
    Principal,
    RoleAssignment,
    RoleAssignments,
    RoleEligibilities,
    RoleHolder,
    RoleHolders,
)
from scanner.testing import run_check
from tests.checks.judging import DENIED, HYBRID, NOT_PLANNED, UNSUPPORTED, assert_open, verdict

NOBODY = RoleEligibilities(())
USER = Principal("#microsoft.graph.user", "A")


def admins(count, *, role=GLOBAL_ADMINISTRATOR, **more):
    people = tuple(
        RoleHolder(f"a{i}", f"a{i}@contoso.onmicrosoft.com", **more) for i in range(count)
    )
    rows = tuple(RoleAssignment(one.id, role, "/", USER) for one in people)
    return RoleAssignments(rows), RoleHolders(people)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, ("fail", "too-few-or-too-many")),
        (1, ("fail", "too-few-or-too-many")),
        (2, ("pass", "right-number")),
        (4, ("pass", "right-number")),
        (6, ("warn", "rather-many")),
        (9, ("fail", "too-few-or-too-many")),
    ],
)
def test_the_number_of_global_administrators(count, expected):
    assert verdict(global_admin_count, *admins(count), NOBODY) == expected


def test_disabled_accounts_do_not_count():
    assert verdict(global_admin_count, *admins(3, enabled=False), NOBODY)[0] == "fail"


def test_members_of_a_group_with_the_role_count_each():
    group = RoleAssignment("g", GLOBAL_ADMINISTRATOR, "/", Principal("#microsoft.graph.group", "G"))
    people = tuple(RoleHolder(f"a{i}", f"a{i}@x") for i in range(3))
    holders = RoleHolders(people, (MembersOfGroup("g", ("a0", "a1", "a2")),))
    assert verdict(global_admin_count, RoleAssignments((group,)), holders, NOBODY)[0] == "pass"


def test_eligible_ones_count_towards_the_limit():
    eligible = tuple(Eligibility(f"e{i}", GLOBAL_ADMINISTRATOR) for i in range(7))
    assert verdict(global_admin_count, *admins(3), RoleEligibilities(eligible))[0] == "fail"


def test_without_entra_p2_the_permanent_ones_are_judged_and_it_is_told():
    (found,) = run_check(global_admin_count, *admins(3), missing={RoleEligibilities: UNSUPPORTED})
    assert found.status == "pass"
    assert "not known" in found.facts["eligible"]


def test_roles_that_cannot_be_read_stay_open():
    assignments, holders = admins(2)
    for check in (global_admin_count, privileged_accounts_cloud_only, onboarding_roles_delegated):
        assert_open(check, RoleAssignments, holders)
        assert_open(check, RoleHolders, assignments)


ALL = AccessPolicy("p", "MFA", "enabled", include_users=("All",))
NONE_EXCLUDED = ExcludedMembers(())


def excluding(*users, groups=(), state="enabled"):
    return AccessPolicy(
        "p", "MFA", state, include_users=("All",), exclude_users=users, exclude_groups=groups
    )


@pytest.mark.parametrize(
    ("count", "more", "policies", "expected"),
    [
        (2, {}, [excluding("a0", "a1")], ("pass", "two-or-more")),
        (2, {}, [excluding("a0")], ("warn", "only-one")),
        (2, {}, [ALL], ("fail", "none")),
        (2, {"synced": True}, [excluding("a0", "a1")], ("fail", "none")),
        (2, {"enabled": False}, [excluding("a0", "a1")], ("fail", "none")),
        (2, {}, [], ("pass", "two-or-more")),
        (2, {}, [excluding("a0", "a1", state="disabled"), ALL], ("fail", "none")),
    ],
)
def test_emergency_accounts(count, more, policies, expected):
    found = verdict(
        emergency_access_accounts,
        *admins(count, **more),
        AccessPolicies(tuple(policies)),
        NONE_EXCLUDED,
    )
    assert found == expected


def test_an_emergency_account_may_be_excluded_by_a_group():
    policies = AccessPolicies((excluding(groups=("g",)),))
    excluded = ExcludedMembers((MembersOfGroup("g", ("a0", "a1")),))
    assert verdict(emergency_access_accounts, *admins(2), policies, excluded)[0] == "pass"
    missing = {ExcludedMembers: DENIED}
    found = verdict(emergency_access_accounts, *admins(2), policies, missing=missing)
    assert found == ("not-assessed", "missing-denied")


@pytest.mark.parametrize(
    ("role", "synced", "expected"),
    [
        (GLOBAL_ADMINISTRATOR, None, ("pass", "cloud-only")),
        (GLOBAL_ADMINISTRATOR, True, ("fail", "global-admin-synced")),
        (INTUNE_ADMINISTRATOR, True, ("warn", "role-holder-synced")),
        (INTUNE_ADMINISTRATOR, False, ("pass", "cloud-only")),
    ],
)
def test_synchronised_role_holders(role, synced, expected):
    assert verdict(privileged_accounts_cloud_only, *admins(2, role=role, synced=synced)) == expected


def delegation(*roles):
    rows = [RoleAssignment("a0", GLOBAL_ADMINISTRATOR, "/", USER)]
    rows += [RoleAssignment("b", role, "/", USER) for role in roles]
    holders = RoleHolders((RoleHolder("a0", "a0@x"), RoleHolder("b", "b@x")))
    return RoleAssignments(tuple(rows)), holders


def test_roles_of_onboarding():
    everything = (INTUNE_ADMINISTRATOR, SECURITY_ADMINISTRATOR, HYBRID_IDENTITY_ADMINISTRATOR)
    assert verdict(onboarding_roles_delegated, *delegation(*everything), HYBRID)[0] == "pass"
    assert verdict(onboarding_roles_delegated, *delegation(), HYBRID) == ("warn", "not-delegated")
    cloud = (INTUNE_ADMINISTRATOR, CONDITIONAL_ACCESS_ADMINISTRATOR)
    assert verdict(onboarding_roles_delegated, *delegation(*cloud), NOT_PLANNED)[0] == "pass"
    assert verdict(onboarding_roles_delegated, *delegation(*cloud), HYBRID)[0] == "warn"
