"""The forest itself: level, schema, recycle bin."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.unread import unread
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    Value,
    check,
    failed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.forest import Forest

PREREQUISITES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
)
LEVELS = (
    "https://learn.microsoft.com/windows-server/identity/ad-ds/active-directory-functional-levels"
)
_SCHEMA = (
    "https://learn.microsoft.com/windows-server/identity/ad-ds/deploy/find-active-directory-schema"
)
AGAIN = (
    "Read the same attribute again and repeat the scan; the report says where each fact was read."
)

LEVEL_NAMES = {
    0: "2000", 1: "2003 interim", 2: "2003", 3: "2008", 4: "2008 R2", 5: "2012", 6: "2012 R2",
    7: "2016", 10: "2025",
}  # fmt: skip
SCHEMA_NAMES = {
    13: "2000", 30: "2003", 31: "2003 R2", 44: "2008", 47: "2008 R2", 56: "2012", 69: "2012 R2",
    87: "2016", 88: "2019 or 2022", 91: "2025",
}  # fmt: skip
_CONNECT, MINIMUM, _RECYCLE_BIN = 2, 3, 4
_SCHEMA_LEAST, _SCHEMA_GMSA, _SCHEMA_CLOUD_SYNC = 30, 56, 87


@check(
    id="infrastructure.forest-functional-level-supported",
    title="The forest functional level meets the onboarding minimum",
    action="Raise the forest functional level",
    why="Onboarding expects Windows Server 2008 or higher, and Entra Connect needs at least 2003."
    " From 2008"
    " R2 on the recycle bin can be switched on, which saves the day after an accidental deletion.",
    fix=[
        step(
            "Retire older domain controllers, then raise the level. It cannot be lowered again.",
            command="Get-ADForest | Select-Object ForestMode\n"
            "Set-ADForestMode -Identity <forest> -ForestMode Windows2016Forest -WhatIf",
        )
    ],
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    blocks=["installing Entra Connect"],
    documents=[PREREQUISITES, LEVELS],
)
def forest_functional_level_supported(forest: Forest) -> Iterator[Finding]:
    """Judge msDS-Behavior-Version of the forest."""
    level, subject = forest.level, forest.subject
    if level is None:
        yield unread(forest, said("the functional level"))
        return
    name = LEVEL_NAMES.get(level, str(level))
    facts = {"observed": name, "asked": forest.asked("partitions", "msDS-Behavior-Version")}
    if level < _CONNECT:
        finding = failed(
            "too-old-for-connect",
            subject,
            "The forest functional level is Windows Server {level}; Entra Connect needs 2003.",
            level=name,
        )
    elif level < MINIMUM:
        finding = failed(
            "below-minimum",
            subject,
            "The forest functional level is Windows Server {level}; onboarding expects 2008 or higher.",
            level=name,
        ).at(Severity.HIGH)
    elif level < _RECYCLE_BIN:
        finding = warned(
            "no-recycle-bin",
            subject,
            "The forest functional level is Windows Server {level}; there is no recycle bin below"
            " 2008 R2.",
            level=name,
        )
    else:
        finding = passed(
            "supported",
            subject,
            "The forest functional level is Windows Server {level}.",
            level=name,
        )
    yield finding.showing(**facts)


@check(
    id="infrastructure.schema-version-supported",
    title="The schema is recent enough",
    action="Extend the schema of the forest",
    why="Entra Connect needs the schema of Windows Server 2003 or later. Managed service accounts,"
    " which its"
    " service and the agent of Cloud Sync use, came with 2012; Cloud Sync wants an attribute of 2016.",
    fix=[
        step(
            "Extend the schema from the media of a current Windows Server, as schema administrator.",
            command="(Get-ADObject (Get-ADRootDSE).schemaNamingContext -Properties objectVersion)."
            "objectVersion\nadprep /forestprep",
        )
    ],
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    blocks=["installing Entra Connect"],
    documents=[PREREQUISITES, _SCHEMA],
)
def schema_version_supported(forest: Forest) -> Iterator[Finding]:
    """Judge objectVersion of the schema."""
    version, subject = forest.schema, forest.subject
    if version is None:
        yield unread(forest, said("the schema version"))
        return
    name = SCHEMA_NAMES.get(version, "unknown")
    told: dict[str, Value] = {"version": version, "release": name}
    if version < _SCHEMA_LEAST:
        finding = failed(
            "schema-too-old",
            subject,
            "The schema has version {version} (Windows Server {release}), too old for Entra Connect.",
            **told,
        )
    elif version < _SCHEMA_GMSA:
        finding = warned(
            "no-managed-accounts",
            subject,
            "The schema has version {version} (Windows Server {release}): managed service accounts are"
            " missing.",
            **told,
        )
    elif version < _SCHEMA_CLOUD_SYNC:
        finding = passed(
            "too-old-for-cloud-sync",
            subject,
            "The schema has version {version} (Windows Server {release}); Cloud Sync would want"
            " that of 2016.",
            **told,
        ).at(Severity.INFO)
    else:
        finding = passed(
            "schema-recent",
            subject,
            "The schema has version {version} (Windows Server {release}).",
            **told,
        )
    yield finding.showing(asked=forest.asked("schema version", "objectVersion"))


@check(
    id="infrastructure.recycle-bin-enabled",
    title="The AD Recycle Bin is on",
    action="Switch the recycle bin of Active Directory on",
    why="Whoever deletes a user on premises deletes the user in the cloud too. With the recycle bin the"
    " object comes back whole, with its anchor and its groups; without it a new one has to be"
    " made, which"
    " the cloud takes for somebody else.",
    fix=[
        step(
            "Switch it on; it cannot be switched off again.",
            command="Enable-ADOptionalFeature 'Recycle Bin Feature' -Scope ForestOrConfigurationSet"
            " -Target <forest> -WhatIf\n"
            "Enable-ADOptionalFeature 'Recycle Bin Feature' -Scope ForestOrConfigurationSet"
            " -Target <forest>",
        )
    ],
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["G7"],
    documents=[PREREQUISITES],
)
def recycle_bin_enabled(forest: Forest) -> Iterator[Finding]:
    """Judge msDS-EnabledFeature of the partitions container."""
    asked = forest.asked("partitions", "msDS-EnabledFeature")
    if forest.recycle_bin is None:
        yield unread(forest, "CN=Partitions")
    elif forest.recycle_bin:
        yield passed("on", forest.subject, "The recycle bin is on.").showing(asked=asked)
    else:
        yield (
            warned("off", forest.subject, "The recycle bin is off.")
            .at(Severity.MEDIUM)
            .showing(asked=asked)
        )


@check(
    id="infrastructure.device-recovery-schema-known",
    title="Schema for LAPS, BitLocker and Hello is known",
    action="Look at what the schema offers for LAPS, BitLocker and Hello",
    why="Whether local passwords and recovery keys are kept on premises today decides how they"
    " move to the"
    " cloud with Intune.",
    fix=[step("Plan where LAPS passwords and BitLocker keys will be kept.")],
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A5"],
    documents=["https://learn.microsoft.com/windows-server/identity/laps/laps-overview"],
)
def device_recovery_schema_known(forest: Forest) -> Iterator[Finding]:
    """Tell which of the attributes exist."""
    if not forest.absent("schema"):
        yield unread(forest, "CN=Schema")
        return
    names = {one.casefold() for one in forest.schema_names}
    there = [label for name, label in _RECOVERY.items() if name.casefold() in names]
    yield (
        passed(
            "known",
            forest.subject,
            "The schema has attributes for: {there}.",
            there=there or ["none"],
        )
        .at(Severity.INFO)
        .showing(asked=forest.asked("schema", "lDAPDisplayName"))
    )


_RECOVERY = {
    "msLAPS-Password": "Windows LAPS",
    "ms-Mcs-AdmPwd": "legacy LAPS",
    "msFVE-RecoveryPassword": "BitLocker",
    "msDS-KeyCredentialLink": "Windows Hello",
}
