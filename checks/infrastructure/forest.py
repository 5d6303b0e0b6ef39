"""The forest itself: levels, schema, names, recycle bin, passwords."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.unread import no_domains, of_domains, unread, unread_in
from scanner.api import (
    Effort,
    Finding,
    Owner,
    Phase,
    Severity,
    Topic,
    Value,
    check,
    domain,
    failed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.forest import Forest, ForestDomain

_PREREQUISITES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
)
_LEVELS = (
    "https://learn.microsoft.com/windows-server/identity/ad-ds/active-directory-functional-levels"
)
_SCHEMA = (
    "https://learn.microsoft.com/windows-server/identity/ad-ds/deploy/find-active-directory-schema"
)
_AGAIN = (
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
_CONNECT, _MINIMUM, _RECYCLE_BIN = 2, 3, 4
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
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    blocks=["installing Entra Connect"],
    documents=[_PREREQUISITES, _LEVELS],
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
    elif level < _MINIMUM:
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
    id="infrastructure.domain-functional-levels-known",
    title="Domain functional levels are known",
    action="Raise the functional level of old domains",
    why="The level of a domain decides which features its controllers offer, such as managed service"
    " accounts and current Kerberos encryption.",
    fix=[
        step(
            "Retire older domain controllers, then raise the level.",
            command="Set-ADDomainMode -Identity <domain> -DomainMode Windows2016Domain -WhatIf",
        )
    ],
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    documents=[_LEVELS],
)
def domain_functional_levels_known(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """One finding for each domain whose level was read."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        if one.level is None:
            yield unread_in(found, one, said("the domain object"))
            continue
        name = LEVEL_NAMES.get(one.level, str(one.level))
        if one.level < _MINIMUM:
            finding = warned(
                "old-level",
                domain(one.dns),
                "The functional level of {domain} is Windows Server {level}.",
                domain=one.dns,
                level=name,
            ).at(Severity.LOW)
        else:
            finding = passed(
                "level-known",
                domain(one.dns),
                "The functional level of {domain} is Windows Server {level}.",
                domain=one.dns,
                level=name,
            )
        yield finding.showing(asked=found.asked("domain", "msDS-Behavior-Version", domain=one.dns))


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
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    blocks=["installing Entra Connect"],
    documents=[_PREREQUISITES, _SCHEMA],
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
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["G7"],
    documents=[_PREREQUISITES],
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
    id="infrastructure.netbios-names-without-dots",
    title="NetBIOS domain names have no dots",
    action="Plan for another domain: Entra Connect does not support a NetBIOS name with a dot",
    why="Entra Connect does not support forests or domains whose NetBIOS name contains a dot.",
    fix=[step("Move the users to a domain with another NetBIOS name.")],
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G7"],
    blocks=["installing Entra Connect"],
    documents=[_PREREQUISITES],
)
def netbios_names_without_dots(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """One finding for each domain whose NetBIOS name was read."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        asked = found.asked("domain names", "nETBIOSName")
        if not one.netbios:
            yield unread_in(found, one, "the NetBIOS name")
        elif "." in one.netbios:
            yield failed(
                "dot",
                domain(one.dns),
                "The NetBIOS name {netbios} of {domain} contains a dot.",
                netbios=one.netbios,
                domain=one.dns,
            ).showing(asked=asked)
        else:
            yield passed(
                "no-dot",
                domain(one.dns),
                "The NetBIOS name {netbios} of {domain} has no dot.",
                netbios=one.netbios,
                domain=one.dns,
            ).showing(asked=asked)


@check(
    id="infrastructure.domain-names-multi-label",
    title="Domain names have more than one label",
    action="Give users of a single-label domain a public sign-in suffix",
    why="A domain name of one label can never be verified, and several clients do not resolve it."
    " That it"
    " makes trouble is experience; Microsoft's pages advise against such names.",
    fix=[
        step(
            "Add a public suffix to the forest and give it to the users.",
            command="Set-ADForest -Identity <forest> -UPNSuffixes @{Add='<domain>'} -WhatIf",
        ),
        step("Plan to move to a domain with a name of several labels."),
    ],
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G7"],
    documents=[
        "https://learn.microsoft.com/troubleshoot/windows-server/active-directory/deployment-operation-ad-domains"
    ],
)
def domain_names_multi_label(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """One finding for each domain."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        asked = found.asked("domain names", "dnsRoot")
        if "." in one.dns:
            yield passed(
                "several-labels", domain(one.dns), "{domain} has several labels.", domain=one.dns
            ).showing(asked=asked)
        else:
            yield failed(
                "single-label", domain(one.dns), "{domain} has one label only.", domain=one.dns
            ).showing(asked=asked)


@check(
    id="infrastructure.password-policy-known",
    title="The on-premises password policy is known",
    action="Decide on the password policy before passwords are synchronised",
    why="With password hash synchronisation the rules on premises hold for synchronised users, and their"
    " password in the cloud does not expire by default. Fine-grained policies are visible to domain"
    " administrators only.",
    fix=[
        step(
            "Set the length of passwords.",
            command="Get-ADDefaultDomainPasswordPolicy\n"
            "Set-ADDefaultDomainPasswordPolicy -Identity <domain> -MinPasswordLength 12 -WhatIf",
        )
    ],
    verify=_AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A4"],
    documents=[
        "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-password-hash-synchronization"
    ],
)
def password_policy_known(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """One finding for each domain; a minimum below eight warns."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        if one.minimum_length is None:
            yield unread_in(found, one, said("the password policy"))
            continue
        told: dict[str, Value] = {
            "domain": one.dns,
            "length": one.minimum_length,
            "age": _age(one),
        }
        if one.minimum_length < 8:  # noqa: PLR2004 - characters
            finding = warned(
                "short-passwords",
                domain(one.dns),
                "{domain}: the least length of a password is {length} characters, its greatest age"
                " {age}.",
                **told,
            )
        else:
            finding = passed(
                "policy-known",
                domain(one.dns),
                "{domain}: the least length of a password is {length} characters, its greatest age"
                " {age}.",
                **told,
            ).at(Severity.INFO)
        yield finding.showing(**_policy(found, one))


def _age(one: ForestDomain) -> str:
    if one.never_expires:
        return "unlimited"
    if one.maximum_age is None:
        return said("unknown")
    return said("{count} days", count=f"{one.maximum_age:g}")


def _policy(found: Forest, one: ForestDomain) -> dict[str, Value]:
    """The rest of the policy, for the facts of a finding; what was not read is left out."""
    rest: dict[str, Value] = {
        "asked": found.asked(
            "domain",
            "minPwdLength",
            "maxPwdAge",
            "pwdProperties",
            "lockoutThreshold",
            domain=one.dns,
        ),
        # administrators alone see these by default, so that none seen means nothing
        "fine_grained": list(one.fine_grained) or said("none that this account may see"),
    }
    if one.complexity is not None:
        rest["complexity"] = said("required") if one.complexity else said("not required")
    if one.lockout_threshold is not None:
        rest["lockout_threshold"] = one.lockout_threshold
    return rest


@check(
    id="infrastructure.device-recovery-schema-known",
    title="Schema for LAPS, BitLocker and Hello is known",
    action="Look at what the schema offers for LAPS, BitLocker and Hello",
    why="Whether local passwords and recovery keys are kept on premises today decides how they"
    " move to the"
    " cloud with Intune.",
    fix=[step("Plan where LAPS passwords and BitLocker keys will be kept.")],
    verify=_AGAIN,
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
