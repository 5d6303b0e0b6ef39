"""The groups that every Enable step is first done with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from checks.administration.users import is_member
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Owner,
    Phase,
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
from scanner.evidence.tenant import User
from scanner.evidence.tenant_groups import PilotGroups

PILOTS = object_set(said("pilot groups"))


@check(
    id="administration.pilot-groups-populated",
    title="Pilot and test groups exist and have usable members",
    action="Create the pilot groups and put licensed test users into them",
    why="Every service is first switched on for a pilot. A group that is missing, empty or without"
    " licensed users turns the first day of the pilot into a search for the reason.",
    fix=[
        step(
            "Make the group and add enabled, licensed users.",
            command="New-MgGroup -DisplayName '<name>' -MailEnabled:$false -SecurityEnabled"
            " -MailNickname <nickname> -WhatIf\n"
            "New-MgGroupMember -GroupId <group> -DirectoryObjectId <user> -WhatIf",
        ),
        step("Or correct the name in scope.pilot_groups of the configuration."),
    ],
    verify="The group exists once and has at least one enabled user with a licence.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.TENANT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["G16", "G10", "E7"],
    blocks=["test groups of device management", "pilot of information protection"],
    documents=["https://learn.microsoft.com/graph/api/group-list-transitivemembers"],
    settle_after="5 min",
)
class PilotGroupsPopulated(Fold[User]):
    """Counts the usable users in each pilot group."""

    def __init__(self, pilots: PilotGroups) -> None:
        self._pilots = pilots
        self._groups_of: dict[str, list[str]] = {}
        for group in pilots.groups:
            for ident in group.member_ids:
                self._groups_of.setdefault(ident, []).append(group.wanted)
        self._usable: Counter[str] = Counter()

    def see(self, item: User) -> None:
        """Take one user in."""
        groups = self._groups_of.get(item.id)
        if groups and is_member(item) and set(item.license_ids) - set(item.inactive_ids):
            self._usable.update(groups)

    def findings(self) -> Iterable[Finding]:
        """Judge all groups together."""
        if not self._pilots.groups:
            yield not_applicable(
                "none-named",
                PILOTS,
                "No pilot group is named; scope.pilot_groups says which ones there are to be.",
            )
            return
        affected = Affected(
            ("group", "found", "members", "usable members", "state"), spoken=("state",)
        )
        bad, odd = [], []
        for group in self._pilots.groups:
            usable = self._usable[group.wanted]
            state = said("in order")
            paused = any((one.rule_state or "").casefold() == "paused" for one in group.matches)
            if not group.matches or not usable:
                state = said("has no usable member") if group.matches else said("does not exist")
                bad.append(group.wanted)
            elif len(group.matches) > 1 or paused:
                state = (
                    said("its membership rule is paused")
                    if paused
                    else said("exists more than once")
                )
                odd.append(group.wanted)
            numbers = (len(group.matches), len(group.member_ids), usable)
            affected.add(group.wanted, *map(str, numbers), state)
        total = len(self._pilots.groups)
        if bad:
            yield (
                failed(
                    "missing-or-empty",
                    PILOTS,
                    "{count} of {total} pilot groups do not exist or have no enabled, licensed member:"
                    " {groups}.",
                    count=len(bad),
                    total=total,
                    groups=bad,
                )
                .of_the_whole()
                .affecting(affected)
            )
        elif odd:
            yield warned(
                "ambiguous",
                PILOTS,
                "{count} of {total} pilot groups exist more than once or have a paused rule:"
                " {groups}.",
                count=len(odd),
                total=total,
                groups=odd,
            ).affecting(affected)
        else:
            yield passed(
                "populated", PILOTS, "All {total} pilot groups have usable members.", total=total
            ).affecting(affected)
