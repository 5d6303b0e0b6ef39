"""Groups: their errors, their licences, and those that the organisation names as its pilots."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.evidence.envelope import evidence
from scanner.evidence.graph import LARGEST_PAGE, graph_call, prop
from scanner.evidence.tenant import ProvisioningError
from scanner.evidence.tenant_roles import MEMBERS


@dataclass(frozen=True, slots=True)
class ObjectInError:
    """A group or contact that did not come through the synchronisation whole."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    errors: tuple[ProvisioningError, ...] = prop("onPremisesProvisioningErrors", ())


# No filter works on this property: the lists are read whole, and what is in order is forgotten.
GROUPS = graph_call("/groups", ObjectInError, "Group.Read.All", select=True, query=(LARGEST_PAGE,))
CONTACTS = graph_call(
    "/contacts", ObjectInError, "OrgContact.Read.All", select=True, query=(LARGEST_PAGE,)
)


@evidence("tenant-groups-in-error", source="graph", calls=(GROUPS,))
@dataclass(frozen=True, slots=True)
class GroupsInError:
    """The groups with a provisioning error, and how many groups were looked at."""

    objects: tuple[ObjectInError, ...]
    total: int = 0


@evidence("tenant-contacts-in-error", source="graph", calls=(CONTACTS,))
@dataclass(frozen=True, slots=True)
class ContactsInError:
    """The contacts with a provisioning error, and how many contacts were looked at."""

    objects: tuple[ObjectInError, ...]
    total: int = 0


@dataclass(frozen=True, slots=True)
class LicensedGroup:
    """A group whose licences could not be assigned to all of its members."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    has_errors: bool = prop("hasMembersWithLicenseErrors", default=False)
    processing: str | None = prop("licenseProcessingState/state")


@dataclass(frozen=True, slots=True)
class LicenceState:
    """How one licence of a user stands, and through which group it comes."""

    sku_id: str = prop("skuId", "")
    state: str = prop("state", "")
    error: str = prop("error", "")
    group_id: str | None = prop("assignedByGroup")


@dataclass(frozen=True, slots=True)
class MemberInError:
    """A member whose licence could not be assigned."""

    id: str = prop("id", "")
    upn: str = prop("userPrincipalName", "")
    states: tuple[LicenceState, ...] = prop("licenseAssignmentStates", ())


ERROR_GROUPS = graph_call(
    "/groups",
    LicensedGroup,
    "Group.Read.All",
    select=True,
    query=(("$filter", "hasMembersWithLicenseErrors eq true"),),
    local=True,
)
ERROR_MEMBERS = graph_call(
    "/groups/{id}/membersWithLicenseErrors",
    MemberInError,
    "GroupMember.Read.All",
    "User.Read.All",
    select=True,
)


@dataclass(frozen=True, slots=True)
class GroupInError:
    """A group and those of its members who went without; `unread` says why they are not known."""

    group: LicensedGroup
    members: tuple[MemberInError, ...] = ()
    unread: str = ""


@evidence("tenant-licence-errors", source="graph", calls=(ERROR_GROUPS, ERROR_MEMBERS))
@dataclass(frozen=True, slots=True)
class LicenceErrors:
    """All groups with members in error."""

    groups: tuple[GroupInError, ...]


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group that was looked up by its name or id."""

    id: str = prop("id", "")
    name: str = prop("displayName", "")
    rule: str | None = prop("membershipRule")
    rule_state: str | None = prop("membershipRuleProcessingState")


GROUP_BY_NAME = graph_call(
    "/groups",
    NamedGroup,
    "Group.Read.All",
    select=True,
    query=(("$filter", "displayName eq '{name}'"),),
)
GROUP_BY_ID = graph_call("/groups/{id}", NamedGroup, "Group.Read.All", select=True, absence=(404,))


@dataclass(frozen=True, slots=True)
class PilotGroup:
    """A pilot group of the configuration: the groups that match, and the users in them."""

    wanted: str
    matches: tuple[NamedGroup, ...] = ()
    member_ids: tuple[str, ...] = ()


@evidence("tenant-pilot-groups", source="graph", calls=(GROUP_BY_NAME, GROUP_BY_ID, MEMBERS))
@dataclass(frozen=True, slots=True)
class PilotGroups:
    """All pilot groups of the configuration, in its order; empty where none is named."""

    groups: tuple[PilotGroup, ...]

    @property
    def member_ids(self) -> frozenset[str]:
        """The ids of everybody in a pilot group."""
        return frozenset(one for group in self.groups for one in group.member_ids)
