"""The values of single attributes, judged by what Entra accepts."""

from __future__ import annotations

from functools import partial

from checks.directory_sync.common import EXPORT_AGAIN, PREPARE, SYNC_ERRORS, FaultFold
from scanner.api import Effort, Finding, Owner, Phase, Severity, Topic, check, step
from scanner.evidence.directory import SIGN_IN, DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest

_DOCUMENTS = [PREPARE, SYNC_ERRORS]
_SELECTED = step(
    "Correct the values in bulk: let the fixes be written, look through them, run the dry run first."
    " The file that undoes them lies beside.",
    command="emsready directory check <export> --fixes <folder>\n"
    "<folder>\\fix.ps1\n<folder>\\fix.ps1 -Apply",
)
_value_check = partial(
    check,
    verify=EXPORT_AGAIN,
    topic=Topic.DIRECTORY_SYNC,
    owner=Owner.DIRECTORY_ADMIN,
    phase=Phase.REMEDIATE,
    clause=["E3", "A4"],
    documents=_DOCUMENTS,
)
"""What all checks of values have in common."""


@_value_check(
    id="directory_sync.user-principal-names-valid",
    title="Sign-in names are well formed",
    action="Correct the sign-in names that Entra refuses",
    why="Entra refuses a user whose sign-in name it finds malformed, or silently gives the user a"
    " name at the initial domain. The person then cannot sign in with the name that everybody knows.",
    fix=[
        step(
            "Give the user a valid sign-in name, and tell the user: the name to sign in with changes.",
            command="Set-ADUser -Identity <guid> -UserPrincipalName <name>@<domain> -WhatIf\n"
            "Set-ADUser -Identity <guid> -UserPrincipalName <name>@<domain>",
        ),
        _SELECTED,
    ],
    severity=Severity.BLOCKER,
    effort=Effort.DAYS,
    blocks=["the first synchronisation", "sign-in under the expected name", "federation"],
)
class UserPrincipalNamesValid(FaultFold):
    """Faults of userPrincipalName, or of the attribute that users will sign in with instead."""

    def _names(self) -> tuple[str, ...]:
        login = self._found.login_attribute
        if login.casefold() == "userprincipalname":
            return ("userPrincipalName",)
        return (login + SIGN_IN,)


@_value_check(
    id="directory_sync.proxy-addresses-valid",
    title="Proxy addresses are well formed",
    action="Correct the proxy addresses that Entra refuses",
    why="A malformed address makes Entra refuse the object or drop its addresses: mail to it is lost"
    " and the mailbox cannot be provisioned.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADUser -Identity <guid> -Remove @{proxyAddresses='<old>'}"
            " -Add @{proxyAddresses='<new>'} -WhatIf\n"
            "Set-ADUser -Identity <guid> -Remove @{proxyAddresses='<old>'}"
            " -Add @{proxyAddresses='<new>'}",
        ),
        _SELECTED,
    ],
    severity=Severity.HIGH,
    effort=Effort.DAYS,
    blocks=["provisioning the mail addresses of the object"],
)
class ProxyAddressesValid(FaultFold):
    """Faults of proxyAddresses, value by value."""

    attributes = ("proxyAddresses",)


@_value_check(
    id="directory_sync.target-addresses-valid",
    title="Target addresses are well formed",
    action="Correct the target addresses that Entra refuses",
    why="Mail to a contact or a mail user is forwarded to its target address. A malformed one keeps"
    " the object from synchronising, or its mail from arriving.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADObject -Identity <guid> -Replace @{targetAddress='<new>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Replace @{targetAddress='<new>'}",
        ),
        _SELECTED,
    ],
    severity=Severity.MEDIUM,
    effort=Effort.DAYS,
    blocks=["synchronising these contacts and mail users"],
)
class TargetAddressesValid(FaultFold):
    """Faults of targetAddress."""

    attributes = ("targetAddress",)


@_value_check(
    id="directory_sync.mail-values-valid",
    title="Mail values are valid",
    action="Shorten the mail values that are too long",
    why="Entra takes at most 256 characters of a mail value; a longer one makes it refuse the object.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADObject -Identity <guid> -Replace @{mail='<new>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Replace @{mail='<new>'}",
        ),
        _SELECTED,
    ],
    severity=Severity.MEDIUM,
    effort=Effort.HOURS,
    blocks=["synchronising these objects"],
)
class MailValuesValid(FaultFold):
    """Faults of mail."""

    attributes = ("mail",)


@_value_check(
    id="directory_sync.mail-nicknames-valid",
    title="Mail nicknames are valid",
    action="Correct the mail nicknames that Entra refuses",
    why="The nickname becomes the alias of the mailbox and, where the sign-in name cannot be used, the"
    " name to sign in with. It may not begin with a dot and has at most 64 characters.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADObject -Identity <guid> -Replace @{mailNickname='<new>'} -WhatIf\n"
            "Set-ADObject -Identity <guid> -Replace @{mailNickname='<new>'}",
        ),
        _SELECTED,
    ],
    severity=Severity.MEDIUM,
    effort=Effort.HOURS,
    blocks=["synchronising these objects"],
)
class MailNicknamesValid(FaultFold):
    """Faults of mailNickname."""

    attributes = ("mailNickname",)


@_value_check(
    id="directory_sync.sam-account-names-valid",
    title="Account names are valid",
    action="Correct the account names that Entra refuses",
    why="The account name is written to the cloud as the on-premises name, and it names the user where"
    " there is no sign-in name. With a good sign-in name the user is created all the same.",
    fix=[
        step(
            "Give the account a valid name of at most 20 characters; look at the change first.",
            command="Set-ADUser -Identity <guid> -SamAccountName <name> -WhatIf\n"
            "Set-ADUser -Identity <guid> -SamAccountName <name>",
        ),
        _SELECTED,
    ],
    severity=Severity.MEDIUM,
    effort=Effort.HOURS,
    blocks=["synchronising users that have no sign-in name"],
)
class SamAccountNamesValid(FaultFold):
    """Faults of sAMAccountName; worse where the object has no sign-in name."""

    attributes = ("sAMAccountName",)

    def __init__(self, found: DirectoryInput, forests: tuple[Forest, ...] | None) -> None:
        super().__init__(found, forests)
        self._nameless = False

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        super().see(item)
        if item.faults and item.login is None and item.type != "group" and not self._nameless:
            self._nameless = self._found.counts(item) and any(
                one.kinds and one.attribute == "sAMAccountName" for one in item.faults
            )

    def findings(self) -> list[Finding]:
        """The finding, at a higher severity where a user has no other name."""
        found = list(super().findings())
        return [one.at(Severity.HIGH) for one in found] if self._nameless else found


@_value_check(
    id="directory_sync.names-valid",
    title="Display and given names are valid",
    action="Correct the display and given names that Entra refuses",
    why="A name that is too long or empty keeps the attribute, and sometimes the object, from"
    " synchronising. People are then shown without a name in every service.",
    fix=[
        step(
            "Replace the value; look at the change first.",
            command="Set-ADUser -Identity <guid> -DisplayName '<name>' -WhatIf\n"
            "Set-ADUser -Identity <guid> -DisplayName '<name>'",
        ),
        _SELECTED,
    ],
    severity=Severity.LOW,
    effort=Effort.HOURS,
)
class NamesValid(FaultFold):
    """Faults of displayName and givenName."""

    attributes = ("displayName", "givenName")
