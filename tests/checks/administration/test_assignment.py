"""Licences that reach people, or do not."""

import pytest

from checks.administration.accounts import GuestsUnderControl, LicensedAccountsActive
from checks.administration.assignment import UsersCarryPlans, no_group_licensing_errors
from checks.administration.groups import PilotGroupsPopulated
from checks.administration.subscriptions import subscription_outlasts_onboarding
from checks.administration.users import UpnEqualsMail
from scanner.evidence.tenant import User
from scanner.evidence.tenant_groups import (
    GroupInError,
    LicenceErrors,
    LicenceState,
    LicensedGroup,
    MemberInError,
    NamedGroup,
    PilotGroup,
    PilotGroups,
)
from scanner.evidence.tenant_services import Subscription, Subscriptions
from scanner.evidence.tenant_signin import Activity, HeldLicence, UserActivity
from scanner.testing import run_check
from tests.checks.judging import (
    BOUGHT,
    DENIED,
    NOT_PLANNED,
    NOTHING,
    PLANS,
    ago,
    ahead,
    assert_open,
    planned,
    verdict,
)

INTUNE = planned("intune")


def test_groups_without_errors_pass():
    assert verdict(no_group_licensing_errors, LicenceErrors(())) == ("pass", "no-errors")


def test_members_in_error_fail_with_their_reasons():
    group = LicensedGroup("g", "EMS licences", has_errors=True)
    states = (
        LicenceState("sku", "Error", "CountViolation", "g"),
        LicenceState("other", "Error", "Other", "another-group"),
    )
    errors = LicenceErrors((GroupInError(group, (MemberInError("1", "a@x", states),)),))
    (found,) = run_check(no_group_licensing_errors, errors)
    assert (found.status, found.reason) == ("fail", "members-in-error")
    assert found.affected.rows == [("EMS licences", "a@x", "CountViolation", "not enough seats")]


def test_a_group_in_error_whose_members_are_not_known_still_fails():
    group = LicensedGroup("g", "EMS licences", has_errors=True)
    (found,) = run_check(
        no_group_licensing_errors, LicenceErrors((GroupInError(group, unread="no"),))
    )
    assert found.status == "fail"
    assert found.affected.rows == [("EMS licences", "", "", "no")]


def users(count, *, lacking=0, **more):
    return [
        User(str(i), f"u{i}@x", license_ids=() if i < lacking else ("sku",), **more)
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("lacking", "expected"),
    [
        (0, ("pass", "all-equipped")),
        (3, ("warn", "few-plans-missing")),
        (20, ("fail", "plans-missing")),
    ],
)
def test_the_share_without_a_plan_decides(lacking, expected):
    people = {User: users(100, lacking=lacking)}
    assert verdict(UsersCarryPlans, BOUGHT, INTUNE, streams=people) == expected


def test_a_plan_that_is_switched_off_or_not_active_is_not_held():
    off = tuple(f"sku/{PLANS[one]}" for one in ("intune",))
    people = [User("1", "a@x", license_ids=("sku",), disabled_plans=off)]
    assert verdict(UsersCarryPlans, BOUGHT, INTUNE, streams={User: people})[0] == "fail"
    people = [User("1", "a@x", license_ids=("sku",), inactive_ids=("sku",))]
    assert verdict(UsersCarryPlans, BOUGHT, INTUNE, streams={User: people})[0] == "fail"


def test_a_pilot_without_any_equipped_user_fails():
    pilots = PilotGroups((PilotGroup("EMS pilot", (NamedGroup("g", "EMS pilot"),), ("0", "1")),))
    people = {User: users(100, lacking=2)}
    assert verdict(UsersCarryPlans, BOUGHT, pilots, INTUNE, streams=people) == (
        "fail",
        "no-pilot-user",
    )
    assert verdict(UsersCarryPlans, BOUGHT, pilots, INTUNE, streams=people, cut=DENIED) == (
        "not-assessed",
        "missing-denied",
    )


def test_without_a_plan_in_use_carrying_it_is_not_applicable():
    people = {User: users(2)}
    assert verdict(UsersCarryPlans, NOTHING, INTUNE, streams=people) == (
        "not-applicable",
        "no-plan",
    )
    assert_open(UsersCarryPlans, User, BOUGHT, INTUNE)


def guest(number, **more):
    return User(str(number), f"g{number}@x", user_type="Guest", **more)


@pytest.mark.parametrize(
    ("guests", "expected"),
    [
        ([], ("not-applicable", "no-guests")),
        ([guest(1)], ("pass", "in-order")),
        ([guest(1, license_ids=("sku",))], ("warn", "guests-to-review")),
        ([guest(1, license_ids=("other",))], ("pass", "in-order")),
        (
            [guest(1, invited="PendingAcceptance", created=ago(days=100))],
            ("warn", "guests-to-review"),
        ),
        ([guest(1, invited="PendingAcceptance", created=ago(days=10))], ("pass", "in-order")),
    ],
)
def test_guests(guests, expected):
    assert verdict(GuestsUnderControl, BOUGHT, INTUNE, streams={User: guests}) == expected


def pilots(*matches, members=("0", "1")):
    return PilotGroups((PilotGroup("EMS pilot", matches, members if matches else ()),))


GROUP = NamedGroup("g", "EMS pilot")


@pytest.mark.parametrize(
    ("named", "people", "expected"),
    [
        (PilotGroups(()), users(3), ("not-applicable", "none-named")),
        (pilots(GROUP), users(3), ("pass", "populated")),
        (pilots(GROUP), users(3, lacking=2), ("fail", "missing-or-empty")),
        (pilots(GROUP), users(3, enabled=False), ("fail", "missing-or-empty")),
        (pilots(), users(3), ("fail", "missing-or-empty")),
        (pilots(GROUP, NamedGroup("h", "EMS pilot")), users(3), ("warn", "ambiguous")),
        (pilots(NamedGroup("g", "EMS pilot", "rule", "Paused")), users(3), ("warn", "ambiguous")),
    ],
)
def test_pilot_groups(named, people, expected):
    assert verdict(PilotGroupsPopulated, named, streams={User: people}) == expected


def test_pilot_groups_that_cannot_be_read_stay_open():
    assert verdict(
        PilotGroupsPopulated, missing={PilotGroups: DENIED}, streams={User: users(1)}
    ) == ("not-assessed", "missing-denied")
    found = verdict(
        PilotGroupsPopulated, pilots(GROUP), streams={User: users(3, lacking=3)}, cut=DENIED
    )
    assert found == ("not-assessed", "missing-denied")


def subscription(days=None, *, status="Enabled", trial=False, sku="sku"):
    return Subscription(sku, "EMS", status, trial, 10, None if days is None else ahead(days=days))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([subscription()], ("pass", "lasts")),
        ([subscription(200)], ("pass", "lasts")),
        ([subscription(60)], ("warn", "ends-soon")),
        ([subscription(60, trial=True)], ("warn", "ends-soon")),
        ([subscription(10, trial=True)], ("fail", "lapses")),
        ([subscription(10)], ("warn", "ends-soon")),
        ([subscription(100, status="Suspended")], ("fail", "lapses")),
        ([subscription(100, status="Warning")], ("fail", "lapses")),
        ([subscription(-5, status="Deleted"), subscription(200)], ("pass", "lasts")),
        ([subscription(1, trial=True, sku="other")], ("not-applicable", "no-plan-in-scope")),
        ([], ("not-applicable", "no-plan-in-scope")),
    ],
)
def test_subscriptions(rows, expected):
    found = verdict(subscription_outlasts_onboarding, Subscriptions(tuple(rows)), BOUGHT, INTUNE)
    assert found == expected


def test_subscriptions_that_cannot_be_read_stay_open():
    assert_open(subscription_outlasts_onboarding, Subscriptions, BOUGHT, NOT_PLANNED)


def active(number, days, *, licensed=True, created=400):
    held = (HeldLicence("sku"),) if licensed else ()
    seen = Activity(None if days is None else ago(days=days), None)
    return UserActivity(str(number), f"u{number}@x", True, ago(days=created), held, seen)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([active(1, 3)], ("pass", "in-use")),
        ([active(1, 200)], ("warn", "many-idle")),
        ([active(1, None)], ("warn", "many-idle")),
        ([active(1, None, created=5)], ("pass", "in-use")),
        ([active(1, 200, licensed=False)], ("not-applicable", "nobody")),
    ],
)
def test_idle_accounts(people, expected):
    assert verdict(LicensedAccountsActive, streams={UserActivity: people}) == expected


@pytest.mark.parametrize(
    ("mails", "expected"),
    [
        (["U0@X"], ("pass", "one-name")),
        (["other@x"], ("warn", "two-names")),
        ([None], ("not-applicable", "no-mail")),
    ],
)
def test_two_names(mails, expected):
    people = [User(str(i), f"u{i}@x", mail=one) for i, one in enumerate(mails)]
    assert verdict(UpnEqualsMail, streams={User: people}) == expected
