"""The Intune account and the MDM authority."""

import pytest

from checks.devices.tenant import intune_subscription_active, mdm_authority_intune
from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import IntuneTenant, MdmAuthority, ServicePlan, Sku, Skus
from scanner.testing import run_check
from scanner.words import Reason

INTUNE = ServicePlan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A", "Success")
BOUGHT = Skus((Sku("sku", "EMS", "Enabled", plans=(INTUNE,)),))
NOTHING = Skus(())
PLANNED, NOT_PLANNED = Scope(Plans(workloads=("intune",))), Scope(Plans(workloads=()))


@pytest.mark.parametrize(
    ("state", "scope", "skus", "expected"),
    [
        ("active", PLANNED, BOUGHT, ("pass", "active")),
        ("Active", Scope(), NOTHING, ("pass", "active")),
        ("pending", PLANNED, BOUGHT, ("warn", "not-in-order")),
        ("warning", PLANNED, BOUGHT, ("warn", "not-in-order")),
        ("lockedOut", PLANNED, BOUGHT, ("fail", "ended")),
        (None, PLANNED, BOUGHT, ("fail", "no-account")),
        (None, Scope(), BOUGHT, ("fail", "no-account")),
        (None, Scope(), NOTHING, ("not-applicable", "intune-not-stated")),
        ("active", NOT_PLANNED, BOUGHT, ("not-applicable", "intune-not-planned")),
        ("unknownFutureValue", PLANNED, BOUGHT, ("not-assessed", "unsupported-state")),
    ],
)
def test_the_subscription(state, scope, skus, expected):
    (found,) = run_check(intune_subscription_active, IntuneTenant(state), skus, scope)
    assert (found.status, found.reason) == expected


@pytest.mark.parametrize(
    ("authority", "scope", "skus", "expected"),
    [
        ("intune", PLANNED, BOUGHT, ("pass", "intune")),
        ("office365", PLANNED, BOUGHT, ("warn", "basic-mobility")),
        ("sccm", PLANNED, BOUGHT, ("fail", "configuration-manager")),
        ("unknown", PLANNED, BOUGHT, ("fail", "not-set")),
        (None, PLANNED, BOUGHT, ("fail", "not-set")),
        ("another", PLANNED, BOUGHT, ("not-assessed", "unsupported-authority")),
        ("intune", PLANNED, NOTHING, ("not-assessed", "unsupported-no-plan")),
        ("intune", NOT_PLANNED, BOUGHT, ("not-applicable", "intune-not-planned")),
        ("intune", Scope(), NOTHING, ("not-applicable", "intune-not-stated")),
    ],
)
def test_the_authority(authority, scope, skus, expected):
    (found,) = run_check(mdm_authority_intune, MdmAuthority(authority), skus, scope)
    assert (found.status, found.reason) == expected


def test_denied_reads_are_not_assessed():
    for check, kind in (
        (intune_subscription_active, IntuneTenant),
        (mdm_authority_intune, MdmAuthority),
    ):
        denied = {kind: Missing(Reason.DENIED, "", "DeviceManagementConfiguration.Read.All")}
        (found,) = run_check(check, BOUGHT, PLANNED, missing=denied)
        assert (found.status, found.reason) == ("not-assessed", "missing-denied")


def test_a_denied_product_list_leaves_the_authority_to_its_own_answer():
    missing = {Skus: Missing(Reason.DENIED)}
    (found,) = run_check(mdm_authority_intune, MdmAuthority("intune"), PLANNED, missing=missing)
    assert found.status == "pass"
