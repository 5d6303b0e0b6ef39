"""Who may administer the tenant.

https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.envelope import evidence
from scanner.evidence.graph import graph_call, graph_read, prop

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
INTUNE_ADMINISTRATOR = "3a2c62db-5318-420d-8d74-23affee5d9d5"
HYBRID_IDENTITY_ADMINISTRATOR = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"
CONDITIONAL_ACCESS_ADMINISTRATOR = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"
SECURITY_ADMINISTRATOR = "194ae4cb-b126-40b2-bd5b-6091b380977d"
INFORMATION_PROTECTION_ADMINISTRATOR = "7495fdc4-34c4-4d15-a289-98788ce399fd"
DIRECTORY_SYNCHRONIZATION_ACCOUNTS = "d29b2b05-8046-44ba-8758-1e26182fcf32"


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a role is given to: a user, a group or a service principal."""

    type: str = prop("@odata.type", "")
    name: str = prop("displayName", "")

    @property
    def is_group(self) -> bool:
        """Whether the role is given to a group."""
        return self.type.casefold().endswith(".group")

    @property
    def is_service(self) -> bool:
        """Whether the role is given to an application."""
        return self.type.casefold().endswith(".serviceprincipal")


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role given for good. `scope` '/' is the whole directory."""

    principal_id: str = prop("principalId", "")
    role_id: str = prop("roleDefinitionId", "")
    scope: str = prop("directoryScopeId", "/")
    principal: Principal | None = prop("principal")


# Neither filtered nor selected: $expand and $select do not go together here, and the list is short.
@graph_read(
    "tenant-role-assignments",
    "/roleManagement/directory/roleAssignments",
    "RoleManagement.Read.Directory",
    query=(("$expand", "principal"),),
)
@dataclass(frozen=True, slots=True)
class RoleAssignments:
    """All permanent role assignments."""

    rows: tuple[RoleAssignment, ...]

    def of(self, *roles: str) -> list[RoleAssignment]:
        """The assignments of those roles."""
        return [one for one in self.rows if one.role_id.casefold() in roles]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """A role that somebody may activate."""

    principal_id: str = prop("principalId", "")
    role_id: str = prop("roleDefinitionId", "")
    ends: datetime | None = prop("endDateTime")


@graph_read(
    "tenant-role-eligibilities",
    "/roleManagement/directory/roleEligibilityScheduleInstances",
    "RoleEligibilitySchedule.Read.Directory",
    query=(("$filter", f"roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'"),),
    local=True,
)
@dataclass(frozen=True, slots=True)
class RoleEligibilities:
    """Who may become a Global Administrator."""

    rows: tuple[Eligibility, ...]


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A user who holds a role, directly or through a group."""

    id: str = prop("id", "")
    upn: str = prop("userPrincipalName", "")
    enabled: bool = prop("accountEnabled", default=True)
    synced: bool | None = prop("onPremisesSyncEnabled")
    created: datetime | None = prop("createdDateTime")


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member of a group, by its id alone."""

    id: str = prop("id", "")


HOLDERS = graph_call(
    "/users",
    RoleHolder,
    "User.Read.All",
    select=True,
    query=(("$filter", "id in ({ids})"),),
)
MEMBERS = graph_call(
    "/groups/{id}/transitiveMembers",
    GroupMember,
    "GroupMember.Read.All",
    select=True,
    query=(("$top", "999"),),
)


@dataclass(frozen=True, slots=True)
class MembersOfGroup:
    """The members of one group, by their ids."""

    group_id: str
    member_ids: tuple[str, ...]


@evidence("tenant-role-holders", source="graph", calls=(HOLDERS, MEMBERS))
@dataclass(frozen=True, slots=True)
class RoleHolders:
    """The users behind the role assignments, and the members of groups that hold a role."""

    users: tuple[RoleHolder, ...]
    groups: tuple[MembersOfGroup, ...] = ()

    def behind(self, assignment: RoleAssignment) -> list[RoleHolder]:
        """The users whom an assignment reaches."""
        found = next((one for one in self.groups if one.group_id == assignment.principal_id), None)
        ids = set(found.member_ids) if found else {assignment.principal_id}
        return [one for one in self.users if one.id in ids]


@evidence("tenant-excluded-members", source="graph", calls=(MEMBERS,))
@dataclass(frozen=True, slots=True)
class ExcludedMembers:
    """The members of groups that conditional access policies exclude."""

    groups: tuple[MembersOfGroup, ...]

    def of(self, group_id: str) -> tuple[str, ...]:
        """The member ids of one group; nothing where it was not read."""
        return next((one.member_ids for one in self.groups if one.group_id == group_id), ())
