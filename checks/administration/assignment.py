"""Whether licences reach the people who need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from checks.administration.licences import plans_in_scope
from checks.administration.users import is_member
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
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.plans import PLAN_NAMES, SERVICE_PLANS, PlanState, carried
from scanner.evidence.tenant import Skus, User
from scanner.evidence.tenant_groups import LicenceErrors, PilotGroups

GROUPS = object_set(said("groups that assign licences"))
MEMBERS = object_set(said("users to be licensed"))

_MEANING = {
    "countviolation": said("not enough seats"),
    "mutuallyexclusiveviolation": said("conflicts with another product"),
    "dependencyviolation": said("lacks a product that it depends on"),
    "prohibitedinusagelocationviolation": said("usage location is missing or not allowed"),
    "uniquenessviolation": said("a mail address is used twice"),
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
    affected = Affected(("group", "member", "error", "meaning"), spoken=("meaning",))
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
        reasons=[f"{error} ({count})" for error, count in sorted(reasons.items())]
        or [said("no names")],
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
        self._lacking = Affected(("id", "sign-in name", "lacks"), spoken=("lacks",))

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
