"""Service plans and seats."""

import pytest

from checks.administration.licences import SeatsCoverUsers, licence_plans_present
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import ServicePlan, Sku, Skus, User
from scanner.testing import run_check
from scanner.words import Reason, Severity

INTUNE = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5"
P1 = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"
PROTECTION = "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3"


def sku(*plans, status="Enabled", plan_status="Success", **more):
    carried = tuple(ServicePlan(one, one[:4], plan_status, "User") for one in plans)
    return Sku("sku", "EMS", status, plans=carried, **more)


def plans(*skus, workloads=("intune",)):
    scope = Scope(Plans(workloads=workloads))
    (found,) = run_check(licence_plans_present, Skus(skus), scope)
    return found.status, found.reason


def test_plans_in_good_order_pass():
    assert plans(sku(INTUNE, P1)) == ("pass", "plans-present")


def test_ids_compare_without_case():
    assert plans(sku(INTUNE.upper(), P1)) == ("pass", "plans-present")


def test_a_missing_plan_fails():
    assert plans(sku(INTUNE)) == ("fail", "plan-missing")


@pytest.mark.parametrize("status", ["Suspended", "Deleted", "LockedOut"])
def test_a_plan_in_an_ended_product_fails(status):
    assert plans(sku(INTUNE, P1, status=status)) == ("fail", "plan-missing")


@pytest.mark.parametrize("status", ["Disabled", "Error"])
def test_a_plan_that_is_off_fails(status):
    assert plans(sku(INTUNE, P1, plan_status=status)) == ("fail", "plan-missing")


def test_a_product_in_its_grace_period_warns():
    assert plans(sku(INTUNE, P1, status="Warning")) == ("warn", "plan-at-risk")


def test_a_plan_that_waits_for_input_warns():
    assert plans(sku(INTUNE, P1, plan_status="PendingInput")) == ("warn", "plan-at-risk")


def test_the_better_of_two_products_counts():
    assert plans(sku(INTUNE, P1, status="Suspended"), sku(INTUNE, P1)) == ("pass", "plans-present")


def test_an_unknown_state_is_not_assessed():
    assert plans(sku(INTUNE, P1, status="NewWord")) == ("not-assessed", "unsupported-state")


def test_no_plan_in_scope_is_not_applicable():
    assert plans(sku(INTUNE), workloads=()) == ("not-applicable", "no-plan-in-scope")


def test_basic_mobility_is_not_intune():
    assert plans(sku("882e1d05-acd1-4ccb-8708-6ee03664b117", P1)) == ("fail", "plan-missing")


def test_an_unverified_id_alone_does_not_block():
    scope = Scope(Plans(workloads=("information-protection",)))
    (found,) = run_check(licence_plans_present, Skus(()), scope)
    assert found.severity is Severity.HIGH


def test_denied_products_are_not_assessed():
    denied = {Skus: Missing(Reason.DENIED, "", "LicenseAssignment.Read.All")}
    (found,) = run_check(licence_plans_present, missing=denied)
    assert (found.status, found.reason) == ("not-assessed", "missing-denied")


def users(count, *, held=0):
    return [User(str(i), f"u{i}@x", license_ids=("sku",) if i < held else ()) for i in range(count)]


def seats(product, people, **more):
    scope = Scope(Plans(workloads=("intune",)))
    (found,) = run_check(SeatsCoverUsers, Skus((product,)), scope, streams={User: people}, **more)
    return found.status, found.reason


def test_enough_seats_pass():
    assert seats(sku(INTUNE, P1, enabled=110, consumed=90), users(100, held=90)) == (
        "pass",
        "seats-suffice",
    )


def test_fewer_seats_than_members_fail():
    assert seats(sku(INTUNE, P1, enabled=99, consumed=0), users(100)) == ("fail", "too-few-seats")


def test_little_headroom_warns():
    assert seats(sku(INTUNE, P1, enabled=102), users(100)) == ("warn", "seats-tight")


def test_seats_held_by_others_warn():
    assert seats(sku(INTUNE, P1, enabled=200, consumed=190), users(100, held=0)) == (
        "warn",
        "seats-tight",
    )


def test_guests_and_leavers_need_no_seat():
    people = [User("1", "a@x", enabled=False), User("2", "b@x", user_type="Guest")]
    assert seats(sku(INTUNE, P1, enabled=1), people)[0] == "pass"


def test_no_plan_to_count_is_not_applicable():
    assert seats(sku(PROTECTION), users(3)) == ("not-applicable", "no-plan")


def test_a_part_of_the_users_never_passes_but_may_fail():
    cut = Missing(Reason.UNREACHABLE, "only the first 100 users were read")
    assert seats(sku(INTUNE, P1, enabled=500), users(100), cut=cut) == (
        "not-assessed",
        "missing-unreachable",
    )
    assert seats(sku(INTUNE, P1, enabled=50), users(100), cut=cut) == ("fail", "too-few-seats")
