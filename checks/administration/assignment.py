"""Whether licences reach the people who need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from checks.administration.licences import plans_in_scope
from checks.administration.users import is_member
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
    failed,
    not_applicable,
    object_set,
    passed,
    step,
    warned,
)
from scanner.evidence.plans import PLAN_NAMES, SERVICE_PLANS, PlanState, carried
from scanner.evidence.tenant import Skus, User
from scanner.evidence.tenant_groups import LicenceErrors, PilotGroups
from scanner.evidence.tenant_signin import UserActivity

GROUPS = object_set("groups that assign licences")
MEMBERS = object_set("users to be licensed")
GUESTS = object_set("guests")

_MEANING = {
    "countviolation": "not enough seats",
    "mutuallyexclusiveviolation": "conflicts with another product",
    "dependencyviolation": "lacks a product that it depends on",
    "prohibitedinusagelocationviolation": "usage location is missing or not allowed",
    "uniquenessviolation": "a mail address is used twice",
}


@check(
    id="administration.no-group-licensing-errors",
    title="Group-based licensing assigns without errors",
    action="Clear the errors of group-based licensing",
    why="A member whose licence could not be assigned has no service and no message about it. What"
    " has to be mended depends on the reason that the directory gives for each of them.",
    fix=[
        step(
            "Mend the reason: add seats for a count violation, set the usage location, remove the"
            " conflicting product, or correct the mail address that is used twice."
        ),
        step(
            "Then have the group processed again.",
            portal="Microsoft 365 admin center > Billing > Licenses > (product) > Groups > Reprocess",
        ),
    ],
    verify="No group is listed any more as having members with licence errors.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E6", "G10"],
    blocks=["provisioning and licensing users"],
    documents=[
        "https://learn.microsoft.com/graph/api/group-list-memberswithlicenseerrors",
        "https://learn.microsoft.com/graph/api/user-reprocesslicenseassignment",
    ],
    requires=["administration.seats-cover-users", "administration.users-have-usage-location"],
    settle_after="1 h",
)
def no_group_licensing_errors(found: LicenceErrors) -> Iterator[Finding]:
    """List every group in error, and its members by reason."""
    if not found.groups:
        yield passed("no-errors", GROUPS, "No group has members whose licence has an error.")
        return
    affected = Affected(("group", "member", "error", "meaning"))
    reasons: Counter[str] = Counter()
    for one in found.groups:
        for member in one.members:
            errors = {
                state.error
                for state in member.states
                if state.group_id == one.group.id and state.error.casefold() not in ("", "none")
            }
            for error in sorted(errors) or ["unknown"]:
                reasons[error] += 1
                affected.add(one.group.name, member.upn, error, _MEANING.get(error.casefold(), ""))
        if not one.members:
            affected.add(one.group.name, "", "", one.unread)
    yield failed(
        "members-in-error",
        GROUPS,
        "{groups} groups have members whose licence could not be assigned; {members} of them are"
        " known: {reasons}.",
        groups=len(found.groups),
        members=sum(len(one.members) for one in found.groups),
        reasons=[f"{error} ({count})" for error, count in sorted(reasons.items())] or ["no names"],
    ).affecting(affected)


@check(
    id="administration.users-carry-plans",
    title="Users in scope hold the plans that onboarding needs",
    action="Assign the plans in scope to the users who lack them",
    why="A user without an Intune plan is refused at enrolment, and conditional access is licensed"
    " for each user whom a policy reaches.",
    fix=step(
        "Assign the product to a group and put the users into it; look at who is in it first.",
        command="Get-MgGroupMember -GroupId <group> -All\n"
        "Set-MgGroupLicense -GroupId <group> -AddLicenses @{SkuId='<product>'} -RemoveLicenses @()"
        " -WhatIf\n"
        "Set-MgGroupLicense -GroupId <group> -AddLicenses @{SkuId='<product>'} -RemoveLicenses @()",
        portal="Microsoft 365 admin center > Billing > Licenses > (product) > Groups",
    ),
    verify="The licences of the user show the product as active, and the plan is not switched off.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E6", "G10"],
    blocks=["licensing end users", "enrolling test devices"],
    documents=[
        "https://learn.microsoft.com/graph/api/resources/user",
        "https://learn.microsoft.com/graph/api/group-assignlicense",
    ],
    requires=["administration.seats-cover-users"],
    settle_after="1 h",
)
class UsersCarryPlans(Fold[User]):
    """Counts the enabled members who lack a plan, and the pilot users who hold all of them."""

    def __init__(self, skus: Skus, pilots: PilotGroups | None, scope: Scope) -> None:
        self._limit = scope.threshold("users_without_plan_percent", 5)
        self._pilots = pilots.member_ids if pilots else frozenset()
        self._carriers = {
            plan: frozenset(_carriers(skus, plan)) for plan in plans_in_scope(scope, skus)
        }
        self._carriers = {plan: found for plan, found in self._carriers.items() if found}
        self._count = 0
        self._equipped_pilots = 0
        self._lacking = Affected(("id", "sign-in name", "lacks"))

    def see(self, item: User) -> None:
        """Take one user in."""
        if not is_member(item):
            return
        self._count += 1
        held = self._held(item)
        lacking = [plan for plan, found in self._carriers.items() if not held & found]
        if lacking:
            self._lacking.add(item.id, item.upn, ", ".join(PLAN_NAMES[one] for one in lacking))
        elif item.id in self._pilots:
            self._equipped_pilots += 1

    @staticmethod
    def _held(item: User) -> frozenset[str]:
        """What a user really holds, as 'product/plan' of everything that is not switched off."""
        held = {one.casefold() for one in item.license_ids} - set(item.inactive_ids)
        return frozenset(
            f"{sku}/{plan}"
            for sku in held
            for plan in _EVERY_PLAN
            if f"{sku}/{plan}" not in item.disabled_plans
        )

    def findings(self) -> Iterable[Finding]:
        """Judge the share of members who lack a plan."""
        missing = len(self._lacking)
        percent = round(100 * missing / self._count, 1) if self._count else 0.0
        if not self._carriers or not self._count:
            yield not_applicable(
                "no-plan", MEMBERS, "No plan in scope is in use, or there is no enabled member."
            )
        elif self._pilots and not self._equipped_pilots:
            yield (
                failed(
                    "no-pilot-user",
                    MEMBERS,
                    "None of the users in the pilot groups holds all plans in scope.",
                )
                .of_the_whole()
                .affecting(self._lacking)
            )
        elif not missing:
            yield passed(
                "all-equipped",
                MEMBERS,
                "All {count} enabled members hold the plans in scope.",
                count=self._count,
            )
        elif percent > self._limit:
            yield failed(
                "plans-missing",
                MEMBERS,
                "{missing} of {count} enabled members ({percent} %) lack a plan in scope.",
                missing=missing,
                count=self._count,
                percent=percent,
            ).affecting(self._lacking)
        else:
            yield warned(
                "few-plans-missing",
                MEMBERS,
                "{missing} of {count} enabled members ({percent} %) lack a plan in scope.",
                missing=missing,
                count=self._count,
                percent=percent,
            ).affecting(self._lacking)


_EVERY_PLAN = tuple(dict.fromkeys(one for ids in SERVICE_PLANS.values() for one in ids))


def _carriers(skus: Skus, plan: str) -> Iterator[str]:
    """'product/plan' for every product that carries the plan in a usable state."""
    for one in carried(skus, plan):
        if one.state >= PlanState.PENDING and one.sku.applies_to != "Company":
            held = {each.id.casefold() for each in one.sku.plans}
            yield from (
                f"{one.sku.sku_id.casefold()}/{ident}"
                for ident in SERVICE_PLANS[plan]
                if ident in held
            )


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
        self._found = Affected(("id", "sign-in name", "what"))

    def see(self, item: User) -> None:
        """Take one user in."""
        if item.user_type.casefold() != "guest":
            return
        self._count += 1
        if self._products.intersection(one.casefold() for one in item.license_ids):
            self._found.add(item.id, item.upn, "holds a seat")
        pending = (item.invited or "").casefold() == "pendingacceptance"
        if pending and item.created and item.created < self._before:
            self._found.add(item.id, item.upn, "invited and never came")

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
