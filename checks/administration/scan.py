"""Whether the scan itself may see what it has to."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    RUN,
    Affected,
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Reason,
    Severity,
    Topic,
    check,
    failed,
    not_applicable,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.permissions import satisfied
from scanner.evidence.tenant import SignedIn


@check(
    id="administration.scanner-permissions-granted",
    title="The scan has the permissions that the selected checks need",
    action="Grant the scan the permissions that it lacks",
    why="A permission that is missing does not show as a fault of the tenant: it blinds the checks"
    " that need it, and they end as not assessed. It is granted in minutes, and better before the"
    " kickoff meeting than in it.",
    fix=step(
        "Add the missing permissions to the scan's application and grant admin consent; `emsready"
        " permissions` prints the full list.",
        portal="Entra admin center > App registrations > (application) > API permissions > Grant"
        " admin consent",
    ),
    verify="The next sign-in shows every permission of the list among those granted.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.BLOCKER,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ASSESS,
    clause=["A2"],
    blocks=["the assessment of the tenant"],
    documents=[
        "https://learn.microsoft.com/graph/permissions-reference",
        "https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
    ],
    settle_after="5 min",
)
def scanner_permissions_granted(signed_in: SignedIn | Missing) -> Iterator[Finding]:
    """Compare what the token says with what the collected evidence needs."""
    if isinstance(signed_in, Missing):
        yield _unknown(signed_in)
        return
    held = satisfied(signed_in.granted)
    lacking = [one for one in signed_in.needed if one.name.casefold() not in held]
    affected = Affected(("permission", "evidence that needs it"))
    for one in lacking:
        affected.add(one.name, ", ".join(one.feeds))
    names = [one.name for one in lacking]
    if not lacking:
        yield passed(
            "all-granted",
            RUN,
            "All {count} permissions that this scan needs are granted.",
            count=len(signed_in.needed),
        )
    elif len(lacking) == len(signed_in.needed):
        yield failed(
            "none-granted",
            RUN,
            "None of the permissions that this scan needs is granted: {permissions}.",
            permissions=names,
        ).affecting(affected)
    else:
        yield warned(
            "some-missing",
            RUN,
            "{count} of {total} permissions are not granted, so that part of the tenant stays"
            " unseen: {permissions}.",
            count=len(lacking),
            total=len(signed_in.needed),
            permissions=names,
        ).affecting(affected)


def _unknown(missing: Missing) -> Finding:
    if missing.reason is Reason.UNCONFIGURED:
        return not_applicable(
            "no-tenant",
            RUN,
            "This scan does not sign in to a tenant. {detail}",
            detail=missing.said,
        )
    return not_assessed(
        f"{missing.reason}-sign-in",
        RUN,
        "It is not known what the scan is permitted to see. {detail}",
        detail=missing.said,
    )
