"""Whether the tenant owns what is to be onboarded, and enough of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.plans import PLAN_NAMES, UNVERIFIED, PlanState, carried, state_of
from scanner.evidence.tenant import Skus, User

_PLAN_LIST = (
    "https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference"
    "#product-names-and-service-plan-identifiers-for-licensing"
)
_NEEDS = {
    "intune": ("intune", "autopilot", "co-management", "app-protection", "device-certificates"),
    "entra-p1": ("conditional-access", "app-proxy", "autopilot", "intune"),
    "information-protection": ("information-protection",),
    "endpoint-threat-defence": ("endpoint-threat-defence",),
    "identity-threat-defence": ("identity-threat-defence",),
    "cloud-app-security": ("cloud-app-security",),
}
_WORDS = {
    PlanState.ABSENT: said("in no product"),
    PlanState.UNUSABLE: said("only in products that are suspended, or switched off in them"),
    PlanState.UNKNOWN: said("in a state that this version does not know"),
    PlanState.PENDING: said("waiting for somebody to open the service once"),
    PlanState.GRACE: said("only in a product that has expired and is in its grace period"),
    PlanState.PRESENT: said("ready for use"),
}


def plans_in_scope(scope: Scope, skus: Skus) -> list[str]:
    """The plans that the stated workloads need.

    Where nothing was stated: the core of the suite, and whatever else the tenant has bought.
    """
    if scope.plans.workloads is not None:
        stated = set(scope.plans.workloads)
        return [plan for plan, workloads in _NEEDS.items() if stated.intersection(workloads)]
    bought = [plan for plan in PLAN_NAMES if state_of(skus, plan) > PlanState.ABSENT]
    return list(dict.fromkeys(["intune", "entra-p1", *bought]))


@check(
    id="administration.licence-plans-present",
    title="Every EMS service plan in scope is present and enabled",
    action="Buy or reactivate the service plans in scope",
    why="Onboarding covers services that the tenant is licensed for, and nothing else. Without an"
    " active plan the service refuses its settings with licence errors, and whatever depends on it"
    " can neither be configured nor assessed.",
    fix=[
        step(
            "Buy, renew or reactivate the product that carries the plan; there is no API for it.",
            portal="Microsoft 365 admin center > Billing > Your products",
        ),
        step(
            "Where a plan waits for input, open its service once; for Intune, sign in to its admin"
            " center.",
            link="https://intune.microsoft.com",
        ),
    ],
    verify="The list of subscribed products shows the plan with status Success in an enabled"
    " product; a purchase appears within the hour. The ids of the information protection plans"
    " come from secondary sources, so compare them with Microsoft's list before acting on them.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.BLOCKER,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["I1", "E7"],
    blocks=["defining the eligible services", "enabling every workload"],
    documents=["https://learn.microsoft.com/graph/api/subscribedsku-list", _PLAN_LIST],
    settle_after="1 h",
)
def licence_plans_present(skus: Skus, scope: Scope) -> Iterator[Finding]:
    """Judge the best state of each plan in scope."""
    plans = plans_in_scope(scope, skus)
    if not plans:
        yield not_applicable(
            "no-plan-in-scope", tenant(), "None of the workloads in scope needs a service plan."
        )
        return
    states = {plan: state_of(skus, plan) for plan in plans}
    named = [
        said("{plan} ({state})", plan=PLAN_NAMES[plan], state=_WORDS[state])
        for plan, state in states.items()
    ]
    affected = _affected(skus, states)
    bad = {plan for plan, state in states.items() if state <= PlanState.UNUSABLE}
    worst = min(states.values())
    if bad:
        found = failed(
            "plan-missing",
            tenant(),
            "{count} of {total} service plans in scope cannot be used: {plans}.",
            count=len(bad),
            total=len(plans),
            plans=[one for plan, one in zip(states, named, strict=True) if plan in bad],
        )
        # What rests on an id from secondary sources alone does not block anybody.
        found = found.at(Severity.HIGH) if bad <= UNVERIFIED else found
    elif worst is PlanState.UNKNOWN:
        found = not_assessed(
            "unsupported-state", tenant(), "The service plans are in states: {plans}.", plans=named
        )
    elif worst is PlanState.PRESENT:
        found = passed(
            "plans-present",
            tenant(),
            "All service plans in scope can be used: {plans}.",
            plans=named,
        )
    else:
        found = warned(
            "plan-at-risk",
            tenant(),
            "Not every service plan is in good order: {plans}.",
            plans=named,
        )
    yield found.showing(expected=[PLAN_NAMES[plan] for plan in plans]).affecting(affected)


def _affected(skus: Skus, states: dict[str, PlanState]) -> Affected:
    """One row for each plan that is not ready for use and each product that carries it."""
    affected = Affected(
        ("plan", "state", "product", "product state"), spoken=("plan", "state", "product state")
    )
    for plan, state in states.items():
        if state is PlanState.PRESENT:
            continue
        products = [one.sku for one in carried(skus, plan)]
        for sku in products:
            cells = (sku.part_number, sku.capability_status)
            affected.add(PLAN_NAMES[plan], _WORDS[state], *cells)
        if not products:
            affected.add(PLAN_NAMES[plan], _WORDS[state], "", "")
    return affected


@check(
    id="administration.seats-cover-users",
    title="Seats of each plan cover the users in scope",
    action="Add or release seats until they cover the users in scope",
    why="A licence cannot be assigned beyond the number of seats. Group-based licensing then leaves"
    " some members without one, in an order that nobody chose, and their enrolment fails.",
    fix=[
        step("Add seats.", portal="Microsoft 365 admin center > Billing > Licenses"),
        step("Or release the seats that guests, leavers and stale accounts hold."),
        step("Or license only the group of the first wave, and add seats before the next."),
    ],
    verify="The seats of the enabled products that carry the plan are at least as many as the"
    " enabled members, and the free ones cover the members without the plan.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["I1", "E6", "G10"],
    blocks=["licensing end users"],
    documents=["https://learn.microsoft.com/graph/api/subscribedsku-list", _PLAN_LIST],
    requires=["administration.licence-plans-present"],
    settle_after="1 h",
)
class SeatsCoverUsers(Fold[User]):
    """Counts enabled members, and those who lack each plan."""

    def __init__(self, skus: Skus, scope: Scope) -> None:
        self._headroom = scope.threshold("seat_headroom_percent", 5)
        self._products = {
            plan: [
                one.sku
                for one in carried(skus, plan)
                if one.state is PlanState.PRESENT and one.sku.applies_to != "Company"
            ]
            for plan in plans_in_scope(scope, skus)
        }
        self._products = {plan: found for plan, found in self._products.items() if found}
        self._carriers = {
            plan: {sku.sku_id.casefold() for sku in found} for plan, found in self._products.items()
        }
        self._members = 0
        self._lacking: Counter[str] = Counter()

    def see(self, item: User) -> None:
        """Count one user."""
        if not item.enabled or item.user_type.casefold() != "member":
            return
        self._members += 1
        held = {one.casefold() for one in item.license_ids}
        self._lacking.update(plan for plan, ids in self._carriers.items() if not ids & held)

    def findings(self) -> Iterable[Finding]:
        """Compare the seats of each plan with the members."""
        if not self._products:
            yield not_applicable(
                "no-plan", tenant(), "No plan in scope is in an enabled product with user seats."
            )
            return
        affected = Affected(
            ("plan", "seats", "assigned", "members", "members without it"), spoken=("plan",)
        )
        short, tight = [], []
        for plan, products in self._products.items():
            seats = sum(sku.enabled for sku in products)
            used = sum(sku.consumed for sku in products)
            told = said("{plan} ({seats} seats)", plan=PLAN_NAMES[plan], seats=seats)
            if seats < self._members:
                short.append(told)
            elif self._is_tight(seats, used, self._lacking[plan]):
                tight.append(told)
            numbers = (seats, used, self._members, self._lacking[plan])
            affected.add(PLAN_NAMES[plan], *map(str, numbers))
        yield self._said(short, tight).affecting(affected)

    def _is_tight(self, seats: int, used: int, lacking: int) -> bool:
        headroom = 100 * (seats - self._members) / seats if seats else 0
        return headroom < self._headroom or used > seats or seats - used < lacking

    def _said(self, short: list[str], tight: list[str]) -> Finding:
        if short:
            return failed(
                "too-few-seats",
                tenant(),
                "There are {members} enabled members, but fewer seats of: {plans}.",
                members=self._members,
                plans=short,
            )
        if tight:
            return warned(
                "seats-tight",
                tenant(),
                "The seats of {plans} just cover the {members} enabled members, with less than"
                " {percent} percent to spare or too many of them taken by others.",
                members=self._members,
                plans=tight,
                percent=self._headroom,
            )
        return passed(
            "seats-suffice",
            tenant(),
            "The seats of every plan cover the {members} enabled members.",
            members=self._members,
        )
