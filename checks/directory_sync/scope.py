"""Which objects synchronise, and which ones had better not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.directory_sync.common import (
    DEFAULT_RULES,
    PREREQUISITES,
    USERS_AND_CONTACTS,
    too_damaged,
    unclear,
)
from checks.directory_sync.words import REASONS, SPOKEN, TYPES, VERDICTS
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Fold,
    Header,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.directory import (
    ACCOUNT_DISABLED,
    PASSWORD_NEVER_EXPIRES,
    PASSWORD_NOT_REQUIRED,
    PEOPLE,
    DirectoryInput,
    DirectoryObject,
    Verdict,
)

_OBJECTS = object_set(said("objects on premises"))
_ADMINS = object_set(said("administrators on premises"))
_USERS = object_set(said("users on premises"))
_FOREIGN = object_set(said("members from other forests"))
_UNEXPECTED = frozenset({"no-sam", "linked-mailbox", "not-mail-enabled", "no-mail", "no-proxy"})
"""Reasons that surprise people: the object looks like one in use."""
_MEANT = frozenset({"critical", "conflict", "filtered-ou"})
_AGES = ("lastLogonTimestamp", "userAccountControl")
_DAY = 86400


@check(
    id="directory_sync.sync-scope-known",
    title="What will and will not synchronise is known",
    action="Look through the objects that will not synchronise although they are in use",
    why="The default rules leave objects out without a word: a contact without mail, a"
    " distribution group"
    " that is not mail-enabled, the account behind a linked mailbox. Whoever expects them in the cloud"
    " notices weeks later. Disabled users do synchronise; membership by primary group and dynamic"
    " distribution groups do not.",
    fix=[
        step("Give each object what its reason names, or accept that it stays on premises."),
        step(
            "Name the organisational units of the filter in [directory] include and exclude, so that the"
            " check counts as the synchronisation will."
        ),
    ],
    verify="Repeat the check: nothing that is in use stays out without intention.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[DEFAULT_RULES, USERS_AND_CONTACTS],
)
class SyncScopeKnown(Fold[DirectoryObject]):
    """Counts verdicts and reasons by type; lists every object that stays or is undecided."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._synced: Counter[str] = Counter()
        self._verdicts: Counter[tuple[str, str]] = Counter()
        self._reasons: Counter[str] = Counter()
        self._rows = Affected(("dn", "type", "verdict", "reasons", "certainty"), spoken=SPOKEN)
        self._unexpected = 0
        self._open = 0

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not (item.reasons or item.open):
            self._synced[item.type] += 1
            return
        found = self._found
        verdict = found.verdict(item)
        self._verdicts[item.type, verdict.value] += 1
        if verdict is Verdict.SYNCS or item.type == "computer":
            return
        reasons = found.firm(item)
        unexpected = not _UNEXPECTED.isdisjoint(reasons) and not (
            reasons == ("linked-mailbox",) and self._has_other_users(item)
        )
        self._reasons.update(reasons or item.open)
        certainty = "disputed" if found.is_disputed(item) else "documented"
        self._rows.add(item.dn, item.type, str(verdict), ", ".join(reasons or item.open), certainty)
        self._open += verdict is Verdict.OPEN
        self._unexpected += (
            unexpected and _MEANT.isdisjoint(reasons) and (item.enabled or not item.is_user)
        )

    def _has_other_users(self, item: DirectoryObject) -> bool:
        """Whether another part was read too, with the account that owns the linked mailbox."""
        parts = self._found.parts
        return any(part.classes.get("user") for n, part in enumerate(parts) if n != item.source)

    def findings(self) -> Iterator[Finding]:
        """One table of verdicts; a warning where people probably expect otherwise."""
        for kind, count in self._synced.items():
            self._verdicts[kind, Verdict.SYNCS.value] += count
        if not self._verdicts:
            yield not_applicable("no-objects", _OBJECTS, "The input holds no object.")
            return
        table = [
            said(
                "{type} {verdict} {count}",
                type=TYPES.say(kind),
                verdict=VERDICTS.say(word),
                count=n,
            )
            for (kind, word), n in sorted(self._verdicts.items())
        ]
        reasons = REASONS.counted(self._reasons.most_common())
        if self._unexpected or self._open:
            finding = warned(
                "unexpected",
                _OBJECTS,
                "Objects that look like in use and will not synchronise: {unexpected}; undetermined:"
                " {open}. Verdicts: {table}.",
                unexpected=self._unexpected,
                open=self._open,
                table=table,
            ).at(Severity.HIGH if self._unexpected else Severity.INFO)
        elif too_damaged(self._found):
            finding = unclear(_OBJECTS, self._found)
        else:
            finding = passed(
                "known", _OBJECTS, "Nothing unexpected stays out. Verdicts: {table}.", table=table
            )
        yield finding.showing(reasons=reasons).affecting(self._rows)


@check(
    id="directory_sync.privileged-accounts-not-synced",
    title="On-premises administrators are not in scope",
    action="Leave administrators out of the synchronisation",
    why="An account that rules the forest and exists in the cloud too carries a takeover of either"
    " side to"
    " the other. The protection of such accounts (AdminSDHolder) also takes away the permission that"
    " writing back needs.",
    fix=[
        step(
            "Put the administrators into an organisational unit of their own and leave it out of"
            " the filter.",
            command="Move-ADObject -Identity <guid> -TargetPath '<unit>' -WhatIf\n"
            "Move-ADObject -Identity <guid> -TargetPath '<unit>'",
        ),
        step("Use cloud-only accounts for the administration of the cloud."),
    ],
    verify="Repeat the check with the filter in [directory] exclude: no administrator is in scope.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[
        PREREQUISITES,
        "https://learn.microsoft.com/entra/architecture/protect-m365-from-on-premises-attacks",
    ],
)
class PrivilegedAccountsNotSynced(Fold[DirectoryObject]):
    """Looks for adminCount = 1 and for members of the groups that rule the forest."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._members = {name.casefold() for name in found.privileged}
        self._rows = Affected(("dn", "type", "why"), spoken=("type",))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if not (item.admin or self._members) or item.type in ("computer", "contact"):
            return
        member = bool(self._members) and item.dn.casefold() in self._members
        if (item.admin or member) and self._found.counts(item):
            self._rows.add(item.dn, item.type, "member" if member else "adminCount")

    def findings(self) -> Iterator[Finding]:
        """A list of those who are in scope."""
        found = self._found
        if self._rows:
            yield (
                warned(
                    "administrators-in-scope",
                    _ADMINS,
                    "Accounts and groups that rule the forest and are in the scope of the"
                    " synchronisation: {count}.",
                    count=len(self._rows),
                )
                .at(Severity.HIGH)
                .affecting(self._rows)
            )
        elif not found.carries("admincount") and not found.privileged:
            yield not_assessed(
                "unconfigured-not-exported",
                _ADMINS,
                "The input carries neither adminCount nor the members of the administrators'"
                " groups; export"
                " them too.",
            )
        elif too_damaged(found):
            yield unclear(_ADMINS, found)
        else:
            yield passed(
                "administrators-outside", _ADMINS, "No account that rules the forest is in scope."
            )


@check(
    id="directory_sync.stale-accounts-reviewed",
    title="Stale accounts were reviewed",
    action="Disable the accounts that nobody uses, and leave them out",
    why="Every account that synchronises can take a licence and be attacked. An account that was"
    " not used"
    " for half a year, or that needs no password, is worth neither. The time of the last logon is"
    " replicated with a delay of up to two weeks.",
    fix=[
        step(
            "Look at the accounts, then disable them.",
            command="Search-ADAccount -AccountInactive -TimeSpan 180.00:00:00 -UsersOnly\n"
            "Disable-ADAccount -Identity <guid> -WhatIf",
        ),
        step(
            "Require a password.",
            command="Set-ADUser -Identity <guid> -PasswordNotRequired $false -WhatIf",
        ),
    ],
    verify="Repeat the check: the counts are as intended.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[
        "https://learn.microsoft.com/windows/win32/adschema/a-lastlogontimestamp",
        "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties",
    ],
)
class StaleAccountsReviewed(Fold[DirectoryObject]):
    """Counts enabled users by the age of their last logon, as of the day of collection."""

    def __init__(self, found: DirectoryInput, header: Header) -> None:
        self._found = found
        self._now = header.collected_at.timestamp()
        self._users = 0
        self._count: Counter[str] = Counter()
        self._rows = Affected(("dn", "what", "days"), spoken=("what",))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type not in PEOPLE or (item.reasons and not self._found.counts(item)):
            return
        self._users += 1
        control = item.control or 0
        if control & ACCOUNT_DISABLED:
            self._count["disabled"] += 1
            return
        if control & PASSWORD_NEVER_EXPIRES:
            self._count["never-expires"] += 1
        if control & PASSWORD_NOT_REQUIRED:
            self._count["no-password"] += 1
            self._rows.add(item.dn, said("needs no password"), "")
        if item.last_logon is not None:
            days = int((self._now - item.last_logon) // _DAY)
            if days > 90:  # noqa: PLR2004 - days of the first count
                self._count["over-90"] += 1
                self._count["over-180"] += days > 180  # noqa: PLR2004 - of the second
                self._rows.add(item.dn, said("last logon"), str(days))

    def findings(self) -> Iterator[Finding]:
        """Numbers to look at; an account that needs no password warns."""
        found, count = self._found, self._count
        if not self._users:
            yield not_applicable("no-users", _USERS, "No user of the input synchronises.")
            return
        if not (found.carries("lastlogontimestamp") or found.carries("useraccountcontrol")):
            yield not_assessed(
                "unconfigured-not-exported",
                _USERS,
                "The input carries neither lastLogonTimestamp nor userAccountControl; export them too.",
            )
            return
        if count["no-password"]:
            finding = warned(
                "no-password-needed",
                _USERS,
                "{open} enabled accounts need no password; {old} were not used for more than 180 days.",
                open=count["no-password"],
                old=count["over-180"],
            ).at(Severity.LOW)
        else:
            finding = passed(
                "counted",
                _USERS,
                "{old} enabled accounts were not used for more than 180 days, {recent} for more than 90;"
                " {disabled} are disabled, and the password of {never} never expires.",
                old=count["over-180"],
                recent=count["over-90"],
                disabled=count["disabled"],
                never=count["never-expires"],
            ).at(Severity.INFO)
        lacking = [name for name in _AGES if not found.carries(name)]
        if lacking:
            finding = finding.showing(not_exported=", ".join(lacking))
        yield finding.affecting(self._rows)


@check(
    id="directory_sync.foreign-principals-in-scope",
    title="Members from other forests are provided for",
    action="Keep members from other forests in the scope of the synchronisation",
    why="A member from another forest stands in the group as a foreign security principal. If its"
    " container"
    " is filtered out, or the other forest is not synchronised, the group reaches the cloud without it.",
    fix=[
        step(
            "Keep CN=ForeignSecurityPrincipals in the filter, and connect the other forests too.",
            portal="Entra Connect > Configure > Customize synchronization options > Domain and OU"
            " filtering",
        )
    ],
    verify="After the first cycle the groups have the same members in the cloud.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[USERS_AND_CONTACTS],
)
def foreign_principals_in_scope(found: DirectoryInput) -> Iterator[Finding]:
    """Judge whether other forests take part in groups."""
    if found.foreign_groups or found.trusts:
        yield warned(
            "other-forests",
            _FOREIGN,
            "{groups} groups have members from other forests, and {trusts} trusts were read.",
            groups=found.foreign_groups,
            trusts=found.trusts,
        ).at(Severity.MEDIUM)
    elif not found.carries("member"):
        yield not_assessed(
            "unconfigured-not-exported",
            _FOREIGN,
            "No entry of the input carries member; export it too to have it judged.",
        )
    else:
        yield passed("none", _FOREIGN, "No group of the input has a member from another forest.")
