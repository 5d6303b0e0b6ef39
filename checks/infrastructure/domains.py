"""The domains of a forest: their levels, names and password policies."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.forest import AGAIN, LEVEL_NAMES, LEVELS, MINIMUM, PREREQUISITES
from checks.infrastructure.unread import no_domains, of_domains, unread_in
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
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.REMEDIATE,
    clause=["G7", "G17"],
    documents=[LEVELS],
)
def domain_functional_levels_known(forests: tuple[Forest, ...]) -> Iterator[Finding]:
    """One finding for each domain whose level was read."""
    yield from no_domains(forests)
    for found, one in of_domains(forests):
        if one.level is None:
            yield unread_in(found, one, said("the domain object"))
            continue
        name = LEVEL_NAMES.get(one.level, str(one.level))
        if one.level < MINIMUM:
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
    id="infrastructure.netbios-names-without-dots",
    title="NetBIOS domain names have no dots",
    action="Plan for another domain: Entra Connect does not support a NetBIOS name with a dot",
    why="Entra Connect does not support forests or domains whose NetBIOS name contains a dot.",
    fix=[step("Move the users to a domain with another NetBIOS name.")],
    verify=AGAIN,
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G7"],
    blocks=["installing Entra Connect"],
    documents=[PREREQUISITES],
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
    verify=AGAIN,
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
    verify=AGAIN,
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
