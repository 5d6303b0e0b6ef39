"""Reads that follow from others: who is behind a role, in a group, or without a licence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from scanner.evidence.envelope import GraphCall, kind_of
from scanner.evidence.tenant_access import AccessPolicies, AccessPolicy
from scanner.evidence.tenant_groups import (
    CONTACTS,
    ERROR_GROUPS,
    ERROR_MEMBERS,
    GROUP_BY_ID,
    GROUP_BY_NAME,
    GROUPS,
    ContactsInError,
    GroupInError,
    GroupsInError,
    LicenceErrors,
    LicensedGroup,
    MemberInError,
    NamedGroup,
    ObjectInError,
    PilotGroup,
    PilotGroups,
)
from scanner.evidence.tenant_profiles import (
    AUTHORITIES,
    PROFILE,
    PROFILES,
    DeviceProfiles,
    RawAuthorities,
    RawProfile,
    SignInAuthorities,
)
from scanner.evidence.tenant_roles import (
    HOLDERS,
    MEMBERS,
    ExcludedMembers,
    MembersOfGroup,
    RoleAssignment,
    RoleAssignments,
    RoleHolder,
    RoleHolders,
)
from scanner.sources.graph import profiles
from scanner.sources.graph.answers import GraphFailure
from scanner.sources.graph.client import GraphClient
from scanner.sources.graph.crew import Job
from scanner.sources.graph.offer import Offer
from scanner.sources.graph.read import text
from scanner.sources.graph.rows import row
from scanner.sources.interface import Gather
from scanner.text import said

_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_IDS_AT_ONCE = 15  # what one `in` of a $filter takes
_RESTARTS = 2
_MOST_GROUPS = 25
_MOST_MEMBERS = 20_000


class Following:
    """Jobs of more than one request each. A list that is wanted besides is kept on the way."""

    def __init__(self, gather: Gather, client: GraphClient, offer: Offer) -> None:
        self._gather = gather
        self._client = client
        self._offer = offer

    def jobs(self) -> Iterator[Job]:
        """The jobs for what is wanted."""
        every: dict[type, Callable[[], None]] = {
            RoleHolders: self._holders,
            ExcludedMembers: self._excluded,
            LicenceErrors: self._licence_errors,
            PilotGroups: self._pilots,
            DeviceProfiles: self._profiles,
            SignInAuthorities: self._authorities,
            GroupsInError: partial(self._in_trouble, GROUPS, GroupsInError),
            ContactsInError: partial(self._in_trouble, CONTACTS, ContactsInError),
        }
        for kind, job in every.items():
            if kind in self._gather.wanted:
                yield self._guarded(kind, job)

    def _guarded(self, kind: type, job: Callable[[], None]) -> Job:
        """The job; a read that fails is why the kind is missing."""

        def run() -> None:
            refusals = (self._offer.refusal(call) for call in kind_of(kind).calls)
            refusal = next((one for one in refusals if one), None)
            if refusal is not None:
                self._gather.miss(kind, refusal)
                return
            try:
                job()
            except GraphFailure as failure:
                self._gather.miss(kind, failure.missing)

        return run

    def _list(
        self, call: GraphCall, ident: str = "", most: int = _MOST_MEMBERS
    ) -> list[dict[str, object]]:
        return self._client.listing(call, ident, most=most)

    def _holders(self) -> None:
        (call,) = kind_of(RoleAssignments).calls
        assignments = [row(RoleAssignment, one) for one in self._list(call)]
        groups = {
            one.principal_id for one in assignments if one.principal and one.principal.is_group
        }
        members = [self._members(one) for one in sorted(groups)]
        people = {
            one.principal_id
            for one in assignments
            if one.principal is None or not (one.principal.is_group or one.principal.is_service)
        }
        people.update(ident for one in members for ident in one.member_ids)
        users = [row(RoleHolder, one) for one in self._by_id(sorted(people))]
        self._gather.put(RoleHolders(tuple(users), tuple(members)))

    def _by_id(self, idents: list[str]) -> Iterable[dict[str, object]]:
        """The users with those ids, some at a time."""
        known = [one for one in idents if _GUID.match(one)]
        for start in range(0, len(known), _IDS_AT_ONCE):
            some = ",".join(f"'{one}'" for one in known[start : start + _IDS_AT_ONCE])
            yield from self._list(HOLDERS, some)

    def _members(self, group_id: str) -> MembersOfGroup:
        found = self._list(MEMBERS, group_id)
        return MembersOfGroup(group_id, tuple(text(one.get("id")) for one in found))

    def _excluded(self) -> None:
        (call,) = kind_of(AccessPolicies).calls
        policies = [row(AccessPolicy, one) for one in self._list(call)]
        groups = dict.fromkeys(
            group for one in policies if one.enabled for group in one.exclude_groups
        )
        members = [self._members(one) for one in list(groups)[:_MOST_GROUPS]]
        self._gather.put(ExcludedMembers(tuple(members)))

    def _licence_errors(self) -> None:
        groups = [row(LicensedGroup, one) for one in self._list(ERROR_GROUPS)]
        found = [
            self._in_error(group, read=place < _MOST_GROUPS)
            for place, group in enumerate(one for one in groups if one.has_errors)
        ]
        self._gather.put(LicenceErrors(tuple(found)))

    def _in_trouble(self, call: GraphCall, kind: type[GroupsInError | ContactsInError]) -> None:
        """Read a long list and keep what carries a provisioning error; restarted like any other."""
        for attempt in range(_RESTARTS + 1):
            found: list[ObjectInError] = []
            total = 0
            try:
                for page in self._client.pages(call):
                    total += len(page)
                    named = (one for one in page if one.get("onPremisesProvisioningErrors"))
                    found += [row(ObjectInError, one) for one in named]
            except GraphFailure as failure:
                if failure.expired and attempt < _RESTARTS:
                    continue
                raise
            return self._gather.put(kind(tuple(found[:_MOST_MEMBERS]), total))
        return None

    def _in_error(self, group: LicensedGroup, *, read: bool) -> GroupInError:
        """A group with its members; not knowing them does not make the group any better."""
        if not read:
            return GroupInError(group, unread=said("there are too many such groups"))
        try:
            members = self._list(ERROR_MEMBERS, group.id)
        except GraphFailure as failure:
            return GroupInError(group, unread=failure.missing.detail)
        return GroupInError(group, tuple(row(MemberInError, one) for one in members))

    def _pilots(self) -> None:
        wanted = self._gather.config.scope.pilot_groups
        self._gather.put(PilotGroups(tuple(self._pilot(one) for one in wanted)))

    def _pilot(self, wanted: str) -> PilotGroup:
        matches = tuple(row(NamedGroup, one) for one in self._matching(wanted))
        members = (ident for one in matches for ident in self._members(one.id).member_ids)
        return PilotGroup(wanted, matches, tuple(dict.fromkeys(members)))

    def _matching(self, wanted: str) -> list[dict[str, object]]:
        if not _GUID.match(wanted):
            return self._list(GROUP_BY_NAME, wanted)
        try:
            return [self._client.single(GROUP_BY_ID, wanted)]
        except GraphFailure as failure:
            if failure.absent:
                return []
            raise

    def _profiles(self) -> None:
        raw = [row(RawProfile, one) for one in self._list(PROFILES)]
        complete = [
            row(RawProfile, self._client.single(PROFILE, one.id))
            if profiles.lacks_certificate(one) and one.id
            else one
            for one in raw
        ]
        found = (
            profiles.profile(whole, listed.assignments)
            for whole, listed in zip(complete, raw, strict=True)
        )
        self._gather.put(DeviceProfiles(tuple(one for one in found if one)))

    def _authorities(self) -> None:
        found = self._list(AUTHORITIES, self._offer.tenant_id)
        authorities = (one for item in found for one in row(RawAuthorities, item).authorities)
        self._gather.put(SignInAuthorities(tuple(map(profiles.authority, authorities))))
