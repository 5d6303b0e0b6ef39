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
    said,
    step,
    warned,
)
from scanner.evidence.directory import DirectoryInput, DirectoryObject
from scanner.evidence.forest import Forest

_CONTROLLER = 0x2000
_READ_ONLY = 0x4000000
_RELEASE = re.compile(r"Windows (?:Server\D{0,3}(\d{4})|2000)")
_ENDED = 2016
_LEVEL_2016 = 7
_ASKED = "(userAccountControl:1.2.840.113556.1.4.803:=8192) operatingSystem"
_DAY = 86400
KRBTGT_DAYS = 180
_ASKED_KRBTGT = "(sAMAccountName=krbtgt) pwdLastSet"
_CONTROLLERS = object_set(said("domain controllers"))
_KRBTGT = object_set(said("krbtgt accounts"))


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
    """Looks at the operating system of every computer that is a domain controller.

    Where the computers were not read, the entries below CN=Sites tell at least what each version can do.
    """

    def __init__(self, found: DirectoryInput, forests: tuple[Forest, ...] | None) -> None:
        self._found = found
        self._forests = forests or ()
        self._systems: dict[str, str] = {}

    def see(self, item: DirectoryObject) -> None:
        """Take one object in."""
        if item.type == "computer" and (item.control or 0) & (_CONTROLLER | _READ_ONLY):
            self._systems[f"{item.name}.{item.domain}"] = item.system

    def findings(self) -> Iterator[Finding]:
        """One finding for each controller, and one where none is new enough for cloud Kerberos."""
        years = {name: release_year(system) for name, system in self._systems.items()}
        for name, system in sorted(self._systems.items()):
            yield _controller(name, system, years[name]).showing(asked=_ASKED)
        known = {one.split(".")[0].casefold() for one in self._systems}
        others = [
            (found, one)
            for found in self._forests
            for one in found.controllers
            if one.name.casefold() not in known
        ]
        levels = [one.level for _, one in others]
        for found, one in others:
            yield _by_level(found, one.name, one.level)
        if not self._systems and not levels:
            yield not_assessed(
                "unconfigured-no-controllers",
                _CONTROLLERS,
                "The input holds no domain controller; export computers with userAccountControl and"
                " operatingSystem too.",
            )
        elif _all_too_old(list(years.values()), levels):
            yield passed(
                "no-cloud-kerberos",
                _CONTROLLERS,
                "No domain controller runs Windows Server 2016 or later: cloud Kerberos trust is not"
                " possible.",
            ).at(Severity.INFO)


def _all_too_old(years: list[int | None], levels: list[int | None]) -> bool:
    """Whether every one is known to be older than 2016."""
    old = [year is not None and year < _ENDED for year in years]
    return all(old + [level is not None and level < _LEVEL_2016 for level in levels])


def release_year(system: str) -> int | None:
    """The year in the name of a Windows Server; None for another system, or where none was read."""
    match = _RELEASE.search(system)
    if not match:
        return None
    return int(match[1]) if match[1] else 2000


def _controller(name: str, system: str, year: int | None) -> Finding:
    if year is None:
        return not_assessed(
            "unsupported-unknown-system",
            host(name),
            "What {name} runs on is not known: {system}.",
            name=name,
            system=system or said("no operatingSystem was read"),
        )
    if year <= _ENDED:
        return warned(
            "old-system",
            host(name),
            "{name} runs on {system}; plan to replace it.",
            name=name,
            system=system,
        ).at(Severity.MEDIUM)
    return passed(
        "current-system", host(name), "{name} runs on {system}.", name=name, system=system
    )


def _by_level(found: Forest, name: str, level: int | None) -> Finding:
    """What msDS-Behavior-Version says: a 7 may be 2016 and any later one up to 2022."""
    subject = host(f"{name}.{found.name}")
    asked = found.asked("controllers", "msDS-Behavior-Version")
    if level is not None and level < _LEVEL_2016:
        finding = warned(
            "old-level",
            subject,
            "{name} is older than Windows Server 2016; plan to replace it.",
            name=name,
        ).at(Severity.MEDIUM)
    elif level is not None and level > _LEVEL_2016:
        finding = passed(
            "current-level", subject, "{name} runs on Windows Server 2025 or later.", name=name
        )
    else:
        finding = not_assessed(
            "unconfigured-system",
            subject,
            "Which version {name} runs was not read; export computers with userAccountControl and"
            " operatingSystem too.",
            name=name,
        )
    return finding.showing(asked=asked)


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
                yield (
                    warned(
                        "old-password",
                        domain(name),
                        "The krbtgt password of {domain} is {days} days old.",
                        domain=name,
                        days=days,
                    )
                    .at(Severity.LOW)
                    .showing(asked=_ASKED_KRBTGT)
                )
            else:
                yield passed(
                    "fresh-password",
                    domain(name),
                    "The krbtgt password of {domain} is at most {limit} days old.",
                    domain=name,
                    limit=KRBTGT_DAYS,
                ).showing(asked=_ASKED_KRBTGT)
