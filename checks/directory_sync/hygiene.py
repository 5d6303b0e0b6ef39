"""Small things that make trouble later: conflicts, names of units, characters, an old key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from checks.directory_sync.common import PREPARE, too_damaged, unclear
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
from scanner.evidence.directory import DirectoryInput, DirectoryObject

_CONFLICTS = object_set(said("conflict objects"))
_UNITS = object_set(said("organisational units"))
_MAIL = object_set(said("mail attributes"))
_SSO = object_set(said("seamless sign-on account"))
_SSO_FAQ = "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sso-faq"
_DAY = 86400
SSO_KEY_DAYS = 30


@check(
    id="directory_sync.no-conflict-objects",
    title="No replication conflict objects exist",
    action="Delete or merge the objects that replication conflicts left behind",
    why="When two domain controllers create the same name at once, one object is renamed with CNF in its"
    " name. It does not synchronise, and often it holds the addresses or members that people miss.",
    fix=[
        step(
            "Find them, compare each with its twin, then delete the one that is not needed.",
            command="Get-ADObject -LDAPFilter '(cn=*\\0ACNF:*)'\n"
            "Remove-ADObject -Identity <guid> -WhatIf",
        )
    ],
    verify="The search finds nothing any more.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[
        "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/troubleshoot-adreplication-event-id-2108-1084"
    ],
)
def no_conflict_objects(found: DirectoryInput) -> Iterator[Finding]:
    """Judge whether any name speaks of a conflict."""
    if found.conflicts:
        rows = Affected(("dn",))
        for dn in found.conflicts:
            rows.add(dn)
        yield (
            warned(
                "conflicts",
                _CONFLICTS,
                "Objects left behind by replication conflicts: {count}.",
                count=len(found.conflicts),
            )
            .at(Severity.LOW)
            .affecting(rows)
        )
    elif too_damaged(found):
        yield unclear(_CONFLICTS, found)
    else:
        yield passed("no-conflicts", _CONFLICTS, "No object is left over from a conflict.")


@check(
    id="directory_sync.organizational-unit-names-clean",
    title="OU names have no awkward characters",
    action="Rename the organisational units whose names make trouble in filters",
    why="Units are the usual filter of the synchronisation. A name with a slash, a control"
    " character or a"
    " blank at its end is hard to select and to write in a script. This is experience, not documented.",
    fix=[
        step(
            "Rename the unit; look at the change first.",
            command="Rename-ADObject -Identity <guid> -NewName '<name>' -WhatIf\n"
            "Rename-ADObject -Identity <guid> -NewName '<name>'",
        )
    ],
    verify="Repeat the check: no name is listed.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-sync-configure-filtering"
    ],
)
def organizational_unit_names_clean(found: DirectoryInput) -> Iterator[Finding]:
    """Judge the names of the units that were read."""
    read = sum(part.classes.get("organizationalUnit", 0) for part in found.parts)
    if found.units:
        rows = Affected(("dn",))
        for dn in found.units:
            rows.add(dn)
        yield (
            warned(
                "awkward-names",
                _UNITS,
                "Organisational units with names that are awkward to filter by: {count}.",
                count=len(found.units),
            )
            .at(Severity.LOW)
            .affecting(rows)
        )
    elif not read:
        yield not_applicable("no-units", _UNITS, "The input holds no organisational unit.")
    elif too_damaged(found):
        yield unclear(_UNITS, found)
    else:
        yield passed("names-clean", _UNITS, "The names of all {count} units are clean.", count=read)


@check(
    id="directory_sync.synced-attributes-ascii",
    title="Mail attributes are ASCII",
    action="Use plain letters in mail attributes",
    why="Microsoft's preparation guide says that values beyond ASCII do not synchronise. For"
    " display names"
    " everyday experience says otherwise, so those are only counted; for addresses it holds.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADObject -Identity <guid> -Replace @{mail='<new>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Replace @{mail='<new>'}",
        )
    ],
    verify="Repeat the check: no mail attribute is listed.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[PREPARE],
)
class SyncedAttributesAscii(Fold[DirectoryObject]):
    """Counts attributes with letters beyond ASCII."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._seen = 0
        self._names: Counter[str] = Counter()
        self._rows = Affected(("dn", "attributes"))

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        self._seen += 1
        if item.beyond_ascii and self._found.counts(item):
            self._names.update(item.beyond_ascii)
            mail = [name for name in item.beyond_ascii if name in ("mail", "mailnickname")]
            if mail:
                self._rows.add(item.dn, ", ".join(mail))

    def findings(self) -> Iterator[Finding]:
        """Mail attributes warn, names are counted."""
        names = sum(self._names[one] for one in ("displayname", "givenname", "sn"))
        if not self._seen:
            yield not_applicable("no-objects", _MAIL, "The input holds no object.")
        elif self._rows:
            yield warned(
                "mail-beyond-ascii",
                _MAIL,
                "{objects} objects have letters beyond ASCII in a mail attribute; {names} names"
                " have them"
                " too, which usually does no harm.",
                objects=len(self._rows),
                names=names,
            ).affecting(self._rows)
        elif too_damaged(self._found):
            yield unclear(_MAIL, self._found)
        else:
            yield passed(
                "mail-ascii",
                _MAIL,
                "All mail attributes are ASCII; {names} names are not, which usually does no harm.",
                names=names,
            )


@check(
    id="directory_sync.seamless-sso-key-fresh",
    title="The seamless sign-on key is rolled over",
    action="Roll the key of seamless sign-on over",
    why="The password of the computer account AZUREADSSOACC decrypts the tickets of seamless"
    " sign-on: whoever"
    " has it signs in as anybody. Microsoft advises to roll it over every 30 days; it does not happen by"
    " itself.",
    fix=[
        step(
            "On the Entra Connect server, in PowerShell as administrator.",
            command="Import-Module 'C:\\Program Files\\Microsoft Azure Active Directory"
            " Connect\\AzureADSSO.psd1'\n"
            "New-AzureADSSOAuthenticationContext\n"
            "Update-AzureADSSOForest -OnPremCredentials (Get-Credential)",
        )
    ],
    verify="pwdLastSet of AZUREADSSOACC is not older than 30 days.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=[_SSO_FAQ],
)
class SeamlessSsoKeyFresh(Fold[DirectoryObject]):
    """Looks for the computer account and the age of its password."""

    def __init__(self, found: DirectoryInput, header: Header) -> None:
        self._found = found
        self._now = header.collected_at.timestamp()
        self._ages: list[int | None] = []
        self._computers = False

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type == "computer":
            self._computers = True
            if (item.sam or "").casefold() == "azureadssoacc$":
                age = item.password_set
                self._ages.append(None if age is None else int((self._now - age) // _DAY))

    def findings(self) -> Iterator[Finding]:
        """The oldest key counts."""
        known = [age for age in self._ages if age is not None]
        if not self._computers:
            yield not_assessed(
                "unconfigured-no-computers",
                _SSO,
                "The input holds no computer; export them too to have the key of seamless sign-on"
                " judged.",
            )
        elif not self._ages:
            yield not_applicable("not-used", _SSO, "Seamless sign-on is not set up here.")
        elif not known:
            yield not_assessed(
                "unconfigured-not-exported",
                _SSO,
                "The account AZUREADSSOACC was exported without pwdLastSet; export that too.",
            )
        elif max(known) > SSO_KEY_DAYS:
            yield warned(
                "key-old",
                _SSO,
                "The key of seamless sign-on is {days} days old; it should be at most {limit}.",
                days=max(known),
                limit=SSO_KEY_DAYS,
            ).at(Severity.MEDIUM)
        else:
            yield passed(
                "key-fresh", _SSO, "The key of seamless sign-on is at most {limit} days old.",
                limit=SSO_KEY_DAYS,
            )  # fmt: skip
