"""Which service plans make up the suite, and in what state the tenant's products carry them.

Plan ids, never product ids: an id in the wrong column matches nothing and fails nowhere loudly.
Known as of autumn 2026 from
https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference; those in
`UNVERIFIED` come from secondary sources.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from scanner.evidence.tenant import ServicePlan, Sku, Skus
from scanner.text import said

SERVICE_PLANS = {
    "intune": (
        "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
        "da24caf9-af8e-485c-b7c8-e73336da2693",  # Education
        "d216f254-796f-4dab-bbfa-710686e646b9",  # government
        "3e170737-c728-4eae-bbb9-3f3360f7184c",  # volume licence
    ),
    "entra-p1": (
        "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
        "eec0eb4f-6444-4f95-aba0-50c24d67f998",  # P2 holds all of P1
    ),
    "entra-p2": ("eec0eb4f-6444-4f95-aba0-50c24d67f998",),
    "information-protection": (
        "6c57d4b6-3b23-47a5-9bc9-69f17b4947b3",
        "5689bec4-755d-4753-8b61-40975025187c",
    ),
    "endpoint-threat-defence": ("871d91ec-ec1a-452b-a83f-bd76c7d770ef",),
    "identity-threat-defence": ("14ab5db5-e6c4-4b20-b4bc-13e36fd2227f",),
    "cloud-app-security": ("2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2",),
}
PLAN_NAMES = {
    "intune": "Microsoft Intune",
    "entra-p1": "Entra ID P1",
    "entra-p2": "Entra ID P2",
    "information-protection": said("information protection"),
    "endpoint-threat-defence": "Defender for Endpoint",
    "identity-threat-defence": "Defender for Identity",
    "cloud-app-security": "Defender for Cloud Apps",
}
UNVERIFIED = frozenset(
    {
        "information-protection",
        "endpoint-threat-defence",
        "identity-threat-defence",
        "cloud-app-security",
    }
)

_USABLE = {"success", "pendingactivation", "pendingprovisioning"}
_BROKEN = {"disabled", "error"}
_ENDED = {"suspended", "deleted", "lockedout"}


class PlanState(IntEnum):
    """How far a plan can be used; of several products the best one counts, and larger is better."""

    ABSENT = 0
    UNUSABLE = 1
    UNKNOWN = 2
    PENDING = 3
    GRACE = 4
    PRESENT = 5


@dataclass(frozen=True, slots=True)
class Carried:
    """A product that carries a plan, and the state of the plan in it."""

    sku: Sku
    state: PlanState


def carried(skus: Skus, plan: str) -> Iterator[Carried]:
    """The products that carry a plan of SERVICE_PLANS. Raises KeyError for an unknown name."""
    wanted = SERVICE_PLANS[plan]
    for sku in skus.skus:
        states = [_state(sku, one) for one in sku.plans if one.id.casefold() in wanted]
        if states:
            yield Carried(sku, max(states))


def state_of(skus: Skus, plan: str) -> PlanState:
    """The best state of that plan in any product."""
    return max((one.state for one in carried(skus, plan)), default=PlanState.ABSENT)


def _state(sku: Sku, plan: ServicePlan) -> PlanState:
    product, status = sku.capability_status.casefold(), plan.status.casefold()
    if product in _ENDED or status in _BROKEN:
        return PlanState.UNUSABLE
    if product not in ("enabled", "warning"):
        return PlanState.UNKNOWN
    if status == "pendinginput":
        return PlanState.PENDING
    if status not in _USABLE:
        return PlanState.UNKNOWN
    return PlanState.GRACE if product == "warning" else PlanState.PRESENT
