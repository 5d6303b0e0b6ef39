"""Whether what was bought lasts as long as the onboarding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from checks.administration.licences import plans_in_scope
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.plans import carried
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_services import Subscription, Subscriptions

_ENDED = {"suspended", "deleted", "lockedout", "warning"}


@check(
    id="administration.subscription-outlasts-onboarding",
    title="No subscription lapses during onboarding",
    action="Renew the subscriptions that end during onboarding",
    why="A subscription that lapses takes enrolment and conditional access with it half-way, and"
    " the data behind it is removed once its periods of grace are over.",
    fix=[
        step(
            "Renew the subscription, or switch recurring billing on.",
            portal="Microsoft 365 admin center > Billing > Your products",
        ),
        step("Buy the product behind a trial before the first pilot device is enrolled."),
    ],
    verify="The subscription is enabled and its next date lies more than 90 days ahead, or it"
    " renews itself.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["I1", "G8"],
    blocks=["enabling every workload"],
    documents=["https://learn.microsoft.com/graph/api/resources/companysubscription"],
    requires=["administration.licence-plans-present"],
    settle_after="1 h",
)
def subscription_outlasts_onboarding(
    subscriptions: Subscriptions, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the subscriptions that carry a plan in scope; without products, all of them."""
    relevant = list(_relevant(subscriptions, skus, scope))
    if not relevant:
        yield not_applicable(
            "no-plan-in-scope", tenant(), "No subscription carries a service plan in scope."
        )
        return
    soon = scope.threshold("subscription_warn_days", 90)
    short = scope.threshold("subscription_fail_days", 30)
    affected = Affected(("product", "state", "trial", "days left"), spoken=("state", "trial"))
    bad, late = [], []
    for one in relevant:
        days = _days(one, header.collected_at)
        ended = one.status.casefold() in _ENDED
        lapsing = days is not None and days < (short if one.trial else 0)
        if ended or lapsing:
            bad.append(one.part_number)
        elif one.trial or (days is not None and days < max(short, soon)):
            late.append(one.part_number)
        else:
            continue
        told = "" if days is None else str(round(days))
        affected.add(one.part_number, one.status, "yes" if one.trial else "no", told)
    if bad:
        yield failed(
            "lapses",
            tenant(),
            "{count} of {total} subscriptions in scope have ended or are a trial with less than"
            " {days} days left: {products}.",
            count=len(bad),
            total=len(relevant),
            days=short,
            products=bad,
        ).affecting(affected)
    elif late:
        yield warned(
            "ends-soon",
            tenant(),
            "{count} of {total} subscriptions in scope are a trial or end within {days} days:"
            " {products}.",
            count=len(late),
            total=len(relevant),
            days=soon,
            products=late,
        ).affecting(affected)
    else:
        yield passed(
            "lasts",
            tenant(),
            "All {total} subscriptions in scope last longer than {days} days or renew themselves.",
            total=len(relevant),
            days=soon,
        )


def _relevant(
    subscriptions: Subscriptions, skus: Skus | None, scope: Scope
) -> Iterator[Subscription]:
    """Expired remains of a product that is subscribed elsewhere do not matter."""
    wanted = None
    if skus is not None:
        wanted = {
            one.sku.sku_id.casefold()
            for plan in plans_in_scope(scope, skus)
            for one in carried(skus, plan)
        }
    alive = {
        one.sku_id.casefold()
        for one in subscriptions.rows
        if one.status.casefold() not in _ENDED and not one.trial
    }
    for one in subscriptions.rows:
        ident = one.sku_id.casefold()
        replaced = one.status.casefold() in _ENDED and ident in alive
        if (wanted is None or ident in wanted) and not replaced:
            yield one


def _days(one: Subscription, now: datetime) -> float | None:
    return None if one.ends is None else (one.ends - now).total_seconds() / 86400
