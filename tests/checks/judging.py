"""Shorthand for tests of checks: one verdict, and the tenant that most of them need."""

from datetime import timedelta

from scanner.evidence.envelope import Missing
from scanner.evidence.scope import Plans, Scope
from scanner.evidence.tenant import ServicePlan, Sku, Skus
from scanner.testing import NOW, run_check
from scanner.words import Reason

PLANS = {
    "intune": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "entra-p1": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "information-protection": "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3",
    "endpoint-threat-defence": "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
    "identity-threat-defence": "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f",
    "cloud-app-security": "2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2",
}
DENIED = Missing(Reason.DENIED, "it is not granted", "Some.Read.All")
UNSUPPORTED = Missing(Reason.UNSUPPORTED, "not offered here")


def owning(*plans, sku="sku", seats=1000):
    """The products of a tenant that owns those plans, or all of them."""
    carried = tuple(
        ServicePlan(ident, name, "Success", "User")
        for name, ident in PLANS.items()
        if not plans or name in plans
    )
    return Skus((Sku(sku, "EMS", "Enabled", plans=carried, enabled=seats),))


BOUGHT, NOTHING = owning(), Skus(())


def planned(*workloads, platforms=None, identity=None, **more):
    """A scope that states those workloads."""
    return Scope(Plans(workloads=workloads, platforms=platforms, identity=identity), **more)


HYBRID = Scope(Plans(identity="hybrid"))
NOT_PLANNED = Scope(Plans(workloads=(), platforms=(), identity="cloud"))


def verdict(check, *evidence, **more):
    """(status, reason) of the one finding of a check."""
    (found,) = run_check(check, *evidence, **more)
    return str(found.status), found.reason


def ago(**amount):
    """A moment that long before the evidence was collected."""
    return NOW - timedelta(**amount)


def ahead(**amount):
    """A moment that long after the evidence was collected."""
    return NOW + timedelta(**amount)


def assert_open(check, kind, *evidence):
    """Assert that a denied read of that kind leaves the check open, and says so."""
    assert verdict(check, *evidence, missing={kind: DENIED}) == ("not-assessed", "missing-denied")
