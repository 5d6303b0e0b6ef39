"""Domain controllers and the krbtgt account, as their objects in the directory show them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.api import (
    Effort,
    Finding,
    Fold,
    Header,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    domain,
    host,
    not_assessed,
    object_set,
    passed,
    step,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject

_CONTROLLER = 0x2000
_READ_ONLY = 0x4000000
_RELEASE = re.compile(r"Windows (?:Server|2000)\D{0,3}(\d{4})?( R2)?")
_ENDED = 2016
_DAY = 86400
KRBTGT_DAYS = 180
_CONTROLLERS = object_set("domain controllers")
_KRBTGT = object_set("krbtgt accounts")


@check(
    id="infrastructure.domain-controllers-supported",
    title="Domain controllers run supported versions",
    action="Replace old domain controllers",
    why="Entra Connect reads from any version, but Microsoft helps with old ones only against"
    " payment, and"
    " cloud Kerberos trust needs controllers with Windows Server 2016 or later.",
    fix=[
        step(
            "Add controllers with a current version, move the roles, then demote the old ones.",
            command="Get-ADDomainController -Filter * | Select-Object HostName, OperatingSystem\n"
            "Move-ADDirectoryServerOperationMasterRole -Identity <server>"
            " -OperationMasterRole PDCEmulator -WhatIf",
        )
    ],
    verify="The computer objects of all domain controllers show Windows Server 2019 or later.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G17"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites",
        "https://learn.microsoft.com/lifecycle/products/windows-server-2016",
    ],
)
class DomainControllersSupported(Fold[DirectoryObject]):
    """Looks at the operating system of every computer that is a domain controller."""

    def __init__(self, found: DirectoryInput) -> None:
        self._found = found
        self._computers = False
        self._systems: dict[str, str] = {}

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type == "computer":
            self._computers = True
            if (item.control or 0) & (_CONTROLLER | _READ_ONLY):
                self._systems[f"{item.name}.{item.domain}"] = item.system

    def findings(self) -> Iterator[Finding]:
        """One finding for each controller."""
        if not self._systems:
            yield not_assessed(
                "unconfigured-no-controllers",
                _CONTROLLERS,
                "The input holds no domain controller; export computers with userAccountControl and"
                " operatingSystem too.",
            )
        for name, system in sorted(self._systems.items()):
            match = _RELEASE.search(system)
            year = int(match[1]) if match and match[1] else None
            if year is None:
                yield not_assessed(
                    "unsupported-unknown-system",
                    host(name),
                    "What {name} runs on is not known: {system}.",
                    name=name,
                    system=system or "no operatingSystem was read",
                )
            elif year <= _ENDED:
                yield warned(
                    "old-system",
                    host(name),
                    "{name} runs on {system}; plan to replace it.",
                    name=name,
                    system=system,
                ).at(Severity.MEDIUM)
            else:
                yield passed(
                    "current-system",
                    host(name),
                    "{name} runs on {system}.",
                    name=name,
                    system=system,
                )


@check(
    id="infrastructure.krbtgt-password-fresh",
    title="The krbtgt password is fresh",
    action="Reset the krbtgt password twice, with a pause",
    why="Whoever ever got the key of krbtgt can make tickets until it has been reset twice. Six"
    " months is the"
    " age that security reviews accept.",
    fix=[
        step(
            "Reset the password, wait at least ten hours until all controllers have it, reset it again.",
            command="Get-ADUser krbtgt -Properties PasswordLastSet\n"
            "Set-ADAccountPassword -Identity krbtgt -Reset -WhatIf",
            link="https://learn.microsoft.com/windows-server/identity/ad-ds/manage/forest-recovery-guide/ad-forest-recovery-reset-the-krbtgt-password",
        )
    ],
    verify="pwdLastSet of krbtgt is not older than 180 days.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.REMEDIATE,
    clause=["G9"],
    documents=[
        "https://learn.microsoft.com/windows-server/identity/ad-ds/manage/forest-recovery-guide/ad-forest-recovery-reset-the-krbtgt-password"
    ],
)
class KrbtgtPasswordFresh(Fold[DirectoryObject]):
    """Looks at the age of the password of each krbtgt."""

    def __init__(self, found: DirectoryInput, header: Header) -> None:
        self._found = found
        self._now = header.collected_at.timestamp()
        self._ages: dict[str, int | None] = {}

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.sam == "krbtgt":
            age = item.password_set
            self._ages[item.domain] = None if age is None else int((self._now - age) // _DAY)

    def findings(self) -> Iterator[Finding]:
        """One finding for each domain."""
        if not self._ages:
            yield not_assessed(
                "unconfigured-not-exported", _KRBTGT, "The input holds no account krbtgt."
            )
        for name, days in sorted(self._ages.items()):
            if days is None:
                yield not_assessed(
                    "unconfigured-no-date",
                    domain(name),
                    "When the krbtgt password of {domain} was set was not exported (pwdLastSet).",
                    domain=name,
                )
            elif days > KRBTGT_DAYS:
                yield warned(
                    "old-password",
                    domain(name),
                    "The krbtgt password of {domain} is {days} days old.",
                    domain=name,
                    days=days,
                ).at(Severity.LOW)
            else:
                yield passed(
                    "fresh-password",
                    domain(name),
                    "The krbtgt password of {domain} is at most {limit} days old.",
                    domain=name,
                    limit=KRBTGT_DAYS,
                )
