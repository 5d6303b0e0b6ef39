"""Who holds the keys of the tenant."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.api import (
    Affected,
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_roles import (
    CONDITIONAL_ACCESS_ADMINISTRATOR,
    DIRECTORY_SYNCHRONIZATION_ACCOUNTS,
    GLOBAL_ADMINISTRATOR,
    HYBRID_IDENTITY_ADMINISTRATOR,
    INFORMATION_PROTECTION_ADMINISTRATOR,
    INTUNE_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    ExcludedMembers,
    RoleAssignments,
    RoleEligibilities,
    RoleHolder,
    RoleHolders,
)

PRIVILEGED = object_set(said("holders of directory roles"))
_ROLES = (
    "https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"
)
_PRACTICE = "https://learn.microsoft.com/entra/identity/role-based-access-control/best-practices"


def holders_of(
    assignments: RoleAssignments, holders: RoleHolders, *roles: str
) -> dict[str, RoleHolder]:
    """The users who hold one of those roles, directly or through a group, by id."""
    return {user.id: user for one in assignments.of(*roles) for user in holders.behind(one)}


@check(
    id="administration.global-admin-count",
    title="There are two to four Global Administrators",
    action="Bring the number of Global Administrators to between two and four",
    why="A single administrator is a lock-out waiting to happen; each one more is a further account"
    " whose theft costs the whole tenant. Onboarding needs one who can be reached.",
    fix=[
        step(
            "Give people the smallest role that their work needs, and take this one away.",
            portal="Entra admin center > Roles & admins > Global Administrator > Assignments",
        ),
        step("Make the remaining ones eligible instead of active where Entra ID P2 is there."),
    ],
    verify="The list of active assignments of the role shows two to four enabled users.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["A3", "G9"],
    blocks=["assessing the administration"],
    documents=[_PRACTICE, _ROLES],
    settle_after="5 min",
)
def global_admin_count(
    assignments: RoleAssignments,
    holders: RoleHolders,
    eligibilities: RoleEligibilities | Missing,
    scope: Scope,
) -> Iterator[Finding]:
    """Count permanent and eligible holders; eligibility is known with Entra ID P2 alone."""
    fewest = int(scope.threshold("global_admins_fewest", 2))
    most = int(scope.threshold("global_admins_most", 4))
    limit = int(scope.threshold("global_admins_limit", 8))
    permanent = {
        ident
        for ident, one in holders_of(assignments, holders, GLOBAL_ADMINISTRATOR).items()
        if one.enabled
    }
    eligible = set[str]()
    if not isinstance(eligibilities, Missing):
        eligible = {
            one.principal_id
            for one in eligibilities.rows
            if one.role_id.casefold() == GLOBAL_ADMINISTRATOR
        }
    affected = Affected(("id", "sign-in name", "since"))
    for one in holders.users:
        if one.id in permanent:
            affected.add(one.id, one.upn, one.created.date().isoformat() if one.created else "")
    numbers = {"permanent": len(permanent), "eligible": len(eligible - permanent)}
    total = len(permanent | eligible)
    if len(permanent) < fewest or len(permanent) > limit or total > limit:
        found = failed(
            "too-few-or-too-many",
            tenant(),
            "{permanent} enabled users are Global Administrators for good and {eligible} more may"
            " become one; {fewest} to {most} should be.",
            fewest=fewest,
            most=most,
            **numbers,
        )
    elif len(permanent) > most:
        found = warned(
            "rather-many",
            tenant(),
            "{permanent} enabled users are Global Administrators for good and {eligible} more may"
            " become one; {most} are enough.",
            most=most,
            **numbers,
        )
    else:
        found = passed(
            "right-number",
            tenant(),
            "{permanent} enabled users are Global Administrators for good and {eligible} more may"
            " become one.",
            **numbers,
        )
    if isinstance(eligibilities, Missing):
        found = found.showing(eligible=said("not known: {detail}", detail=eligibilities.said))
    yield found.affecting(affected)


@check(
    id="administration.emergency-access-accounts",
    title="Two emergency access accounts exist outside conditional access",
    action="Create two emergency access accounts and exclude them from conditional access",
    why="A policy with a mistake in it, or a federation that fails, locks everybody out at once."
    " Two accounts that neither depend on Active Directory nor on any policy are the way back in.",
    fix=[
        step(
            "Make two cloud-only accounts in the initial domain with FIDO2 keys or certificates,"
            " because the admin portals demand multi-factor authentication of them as well.",
            portal="Entra admin center > Users > New user",
        ),
        step(
            "Exclude both from every conditional access policy, alert on each of their sign-ins,"
            " and try them twice a year.",
            portal="Entra admin center > Conditional Access > Policies > Users > Exclude",
        ),
    ],
    verify="Two enabled cloud-only Global Administrators in the initial domain are excluded from"
    " every enabled policy.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G9", "A3"],
    blocks=["rolling out conditional access", "changing the federation"],
    documents=[
        "https://learn.microsoft.com/entra/identity/role-based-access-control/security-emergency-access"
    ],
    settle_after="5 min",
)
def emergency_access_accounts(
    assignments: RoleAssignments,
    holders: RoleHolders,
    policies: AccessPolicies,
    excluded: ExcludedMembers,
) -> Iterator[Finding]:
    """Look for accounts that have all marks of an emergency account."""
    enforced = [one for one in policies.rows if one.enabled]
    admins = holders_of(assignments, holders, GLOBAL_ADMINISTRATOR).values()
    affected = Affected(("id", "sign-in name", "not excluded from"))
    ready = 0
    for one in sorted(admins, key=lambda user: user.upn):
        if not (one.enabled and not one.synced and one.upn.casefold().endswith(_INITIAL)):
            continue
        caught = [policy.name for policy in enforced if not _excludes(policy, one.id, excluded)]
        ready += len(caught) <= (1 if len(enforced) > 1 else 0)
        affected.add(one.id, one.upn, ", ".join(caught))
    values = {"count": ready, "policies": len(enforced)}
    if ready >= 2:  # noqa: PLR2004 - the good state
        found = passed(
            "two-or-more",
            tenant(),
            "{count} Global Administrators have the marks of an emergency account, outside all or"
            " all but one of the {policies} enabled policies.",
            **values,
        )
    elif ready:
        found = warned(
            "only-one",
            tenant(),
            "Only one Global Administrator has the marks of an emergency account, outside all or"
            " all but one of the {policies} enabled policies.",
            **values,
        )
    else:
        found = failed(
            "none",
            tenant(),
            "No Global Administrator is enabled, cloud-only, in the initial domain and outside the"
            " {policies} enabled policies.",
            **values,
        )
    yield found.affecting(affected)


_INITIAL = (".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn")


def _excludes(policy: AccessPolicy, user_id: str, excluded: ExcludedMembers) -> bool:
    """Whether a policy leaves that user out, or does not reach all users in the first place."""
    included = {one.casefold() for one in policy.include_users}
    everybody = "all" in included or GLOBAL_ADMINISTRATOR in policy.include_roles
    if not everybody and user_id not in policy.include_users and not policy.include_groups:
        return True
    if user_id in policy.exclude_users or GLOBAL_ADMINISTRATOR in policy.exclude_roles:
        return True
    return any(user_id in excluded.of(group) for group in policy.exclude_groups)


@check(
    id="administration.privileged-accounts-cloud-only",
    title="Privileged accounts are cloud-only",
    action="Move directory roles from synchronised accounts to cloud-only ones",
    why="Whoever takes over Active Directory can set the password of a synchronised account, and"
    " with a role on it takes over the tenant as well.",
    fix=[
        step(
            "Make a cloud-only administrator account for each person who needs one.",
            portal="Entra admin center > Users > New user",
        ),
        step("Then take the role away from the synchronised account."),
    ],
    verify="None of the accounts that hold a directory role is synchronised from on premises.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G9", "A3"],
    blocks=["assessing the administration"],
    documents=[_PRACTICE],
    settle_after="5 min",
)
def privileged_accounts_cloud_only(
    assignments: RoleAssignments, holders: RoleHolders
) -> Iterator[Finding]:
    """Look at everybody who holds a role, directly or through a group."""
    global_ids = set(holders_of(assignments, holders, GLOBAL_ADMINISTRATOR))
    everyone = {
        user.id: user
        for one in assignments.rows
        if one.role_id.casefold() != DIRECTORY_SYNCHRONIZATION_ACCOUNTS
        for user in holders.behind(one)
    }
    affected = Affected(
        ("id", "sign-in name", "Global Administrator"), spoken=("Global Administrator",)
    )
    synced = [one for one in everyone.values() if one.synced]
    for one in sorted(synced, key=lambda user: user.upn):
        affected.add(one.id, one.upn, said("yes") if one.id in global_ids else said("no"))
    count = sum(one.id in global_ids for one in synced)
    if count:
        yield failed(
            "global-admin-synced",
            PRIVILEGED,
            "{count} of {synced} synchronised accounts with a directory role are Global"
            " Administrators.",
            count=count,
            synced=len(synced),
        ).affecting(affected)
    elif synced:
        yield warned(
            "role-holder-synced",
            PRIVILEGED,
            "{synced} of {total} accounts with a directory role are synchronised from on premises.",
            synced=len(synced),
            total=len(everyone),
        ).affecting(affected)
    else:
        yield passed(
            "cloud-only",
            PRIVILEGED,
            "None of the {total} accounts with a directory role is synchronised.",
            total=len(everyone),
        )


@check(
    id="administration.onboarding-roles-delegated",
    title="Onboarding roles are held by someone other than a Global Administrator",
    action="Give the roles of onboarding to the people who will do the work",
    why="Whoever does daily work with the highest role puts the whole tenant at risk for it, and"
    " the project has to know who does what.",
    fix=step(
        "Give each role to the people who will do that part of the work.",
        portal="Entra admin center > Roles & admins > (role) > Add assignments",
    ),
    verify="Each role of the list has at least one holder who is not a Global Administrator.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["A1", "E7"],
    blocks=["defining administrator roles"],
    documents=[_ROLES],
    settle_after="5 min",
)
def onboarding_roles_delegated(
    assignments: RoleAssignments, holders: RoleHolders, scope: Scope
) -> Iterator[Finding]:
    """Look for a holder of each role apart from the Global Administrators."""
    wanted = {
        said("Intune Administrator"): (INTUNE_ADMINISTRATOR,),
        said("Conditional Access or Security Administrator"): (
            CONDITIONAL_ACCESS_ADMINISTRATOR,
            SECURITY_ADMINISTRATOR,
        ),
    }
    if scope.hybrid is not False:
        wanted[said("Hybrid Identity Administrator")] = (HYBRID_IDENTITY_ADMINISTRATOR,)
    if scope.workload("information-protection"):
        wanted[said("Azure Information Protection Administrator")] = (
            INFORMATION_PROTECTION_ADMINISTRATOR,
        )
    highest = set(holders_of(assignments, holders, GLOBAL_ADMINISTRATOR))
    lacking = [
        name
        for name, roles in wanted.items()
        if not set(holders_of(assignments, holders, *roles)) - highest
    ]
    if lacking:
        yield warned(
            "not-delegated",
            tenant(),
            "Nobody but a Global Administrator can do the work of: {roles}.",
            roles=lacking,
        )
    else:
        yield passed(
            "delegated",
            tenant(),
            "Each of the {count} roles of onboarding has a holder of its own.",
            count=len(wanted),
        )
