"""Accounts that hold what they do not need: guests, and whoever is not there any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from checks.administration.licences import plans_in_scope
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    not_applicable,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.plans import carried
from scanner.evidence.tenant import Skus, User
from scanner.evidence.tenant_signin import UserActivity

MEMBERS = object_set(said("users to be licensed"))
GUESTS = object_set("guests")


@check(
    id="administration.guests-under-control",
    title="Guests hold no EMS seats and invitations are not forgotten",
    action="Release the seats of guests and remove stale invitations",
    why="A seat that a guest holds is missing for an employee. An invitation that nobody accepted"
    " stays a way in, and policies for all users reach guests too.",
    fix=[
        step("Remove the licences from guests, after asking the sponsor of each."),
        step(
            "Delete invitations that were never accepted.",
            command="Get-MgUser -Filter \"userType eq 'Guest' and externalUserState eq"
            " 'PendingAcceptance'\" -All\nRemove-MgUser -UserId <id> -WhatIf",
        ),
    ],
    verify="No guest holds a plan of the suite, and no invitation has been open for 90 days.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G9", "E6"],
    blocks=["scoping conditional access"],
    documents=["https://learn.microsoft.com/graph/api/resources/user"],
    settle_after="1 h",
)
class GuestsUnderControl(Fold[User]):
    """Looks at every guest."""

    def __init__(self, skus: Skus | None, scope: Scope, header: Header) -> None:
        self._days = scope.threshold("invitation_days", 90)
        self._before = header.collected_at - timedelta(days=self._days)
        plans = plans_in_scope(scope, skus) if skus else []
        self._products = {
            one.sku.sku_id.casefold() for plan in plans for one in carried(skus or Skus(()), plan)
        }
        self._count = 0
        self._found = Affected(("id", "sign-in name", "what"), spoken=("what",))

    def see(self, item: User) -> None:
        """Take one user in."""
        if item.user_type.casefold() != "guest":
            return
        self._count += 1
        if self._products.intersection(one.casefold() for one in item.license_ids):
            self._found.add(item.id, item.upn, said("holds a seat"))
        pending = (item.invited or "").casefold() == "pendingacceptance"
        if pending and item.created and item.created < self._before:
            self._found.add(item.id, item.upn, said("invited and never came"))

    def findings(self) -> Iterable[Finding]:
        """Warn where any guest holds a seat or never came."""
        if not self._count:
            yield not_applicable("no-guests", GUESTS, "The tenant has no guests.")
        elif not len(self._found):
            yield passed("in-order", GUESTS, "All {count} guests are in order.", count=self._count)
        else:
            yield warned(
                "guests-to-review",
                GUESTS,
                "{found} of {count} guests hold a seat, or were invited more than {days} days ago"
                " and never came.",
                found=len(self._found),
                count=self._count,
                days=self._days,
            ).affecting(self._found)


@check(
    id="administration.licensed-accounts-active",
    title="Enabled licensed accounts are in use",
    action="Review the licensed accounts that nobody uses",
    why="Accounts that nobody uses inflate the number of seats to buy, and each of them is a way in"
    " that nobody watches.",
    fix=step(
        "Review the accounts, disable those that are not needed and release their seats.",
        portal="Entra admin center > Identity Governance > Access reviews",
    ),
    verify="At most a fifth of the licensed accounts have not signed in for 90 days.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.LOW,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["I1", "G15"],
    blocks=["the number of seats"],
    documents=["https://learn.microsoft.com/graph/api/resources/signinactivity"],
    settle_after="1 day",
)
class LicensedAccountsActive(Fold[UserActivity]):
    """Counts enabled licensed accounts without a recent sign-in."""

    def __init__(self, scope: Scope, header: Header) -> None:
        self._days = scope.threshold("inactive_days", 90)
        self._limit = scope.threshold("inactive_percent", 20)
        self._before = header.collected_at - timedelta(days=self._days)
        self._count = 0
        self._idle = Affected(("id", "sign-in name", "last sign-in"))

    def see(self, item: UserActivity) -> None:
        """Take one user in; who was made recently need not have signed in yet."""
        if not item.enabled or not item.licences:
            return
        self._count += 1
        last = item.last or item.created
        if last is not None and last < self._before:
            self._idle.add(
                item.id, item.upn, item.last.date().isoformat() if item.last else "never"
            )

    def findings(self) -> Iterable[Finding]:
        """Judge the share of idle accounts."""
        idle = len(self._idle)
        percent = round(100 * idle / self._count, 1) if self._count else 0.0
        values = {"idle": idle, "count": self._count, "percent": percent, "days": self._days}
        if not self._count:
            yield not_applicable("nobody", MEMBERS, "No enabled account holds a licence.")
        elif percent > self._limit:
            yield warned(
                "many-idle",
                MEMBERS,
                "{idle} of {count} licensed accounts ({percent} %) have not signed in for {days}"
                " days.",
                **values,
            ).affecting(self._idle)
        else:
            yield passed(
                "in-use",
                MEMBERS,
                "{idle} of {count} licensed accounts ({percent} %) have not signed in for {days}"
                " days; few.",
                **values,
            ).affecting(self._idle)
