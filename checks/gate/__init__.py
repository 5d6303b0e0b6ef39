"""Whether a question arises at all: scope and service plans, asked the same way by every check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scanner.api import Finding, Missing, Scope, Subject, not_applicable, not_assessed
from scanner.evidence.plans import PLAN_NAMES, PlanState, state_of
from scanner.evidence.tenant import Skus


def outside(
    subject: Subject,
    what: str,
    scope: Scope,
    *,
    workloads: Iterable[str] = (),
    platforms: Iterable[str] = (),
    there: bool = False,
) -> Finding | None:
    """Why something is not to be judged; None where it is planned, or unstated and `there`.

    `what` is its name in a sentence. Any of the workloads and platforms makes the question arise.
    """
    stated = [scope.workload(one) for one in workloads]
    stated += [scope.platform(one) for one in platforms]
    if any(stated):
        return None
    if None not in stated:
        return not_applicable("not-planned", subject, "Not in scope: {what}.", what=what)
    if there:
        return None
    return not_applicable(
        "not-stated",
        subject,
        "Nobody has said that {what} is planned; name it in the scope to have it judged.",
        what=what,
    )


def unlicensed(subject: Subject, skus: Skus | None, *plans: str) -> Finding | None:
    """Why an answer would mean nothing: a plan that it needs cannot be used.

    Where the products could not be read, the service itself has the word.
    """
    if skus is None:
        return None
    lacking = [PLAN_NAMES[one] for one in plans if state_of(skus, one) <= PlanState.UNUSABLE]
    if not lacking:
        return None
    return not_assessed(
        "unsupported-no-plan",
        subject,
        "This means nothing before the tenant has a usable plan of {plans}.",
        plans=lacking,
    )


def bought(skus: Skus | None, plan: str) -> bool:
    """Whether the tenant has bought a plan, in whatever state."""
    return skus is not None and state_of(skus, plan) > PlanState.ABSENT


def unread(subject: Subject, missing: Missing) -> Finding:
    """What stands in the way of an answer, for a check that looked at the scope before."""
    found = not_assessed(
        f"{missing.reason}-unread",
        subject,
        "This could not be read. {detail}",
        detail=missing.said,
    )
    return replace(found, permission=missing.permission)
