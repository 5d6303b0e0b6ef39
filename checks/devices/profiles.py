"""Profiles that carry certificates, Wi-Fi and VPN to devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.gate import outside, unlicensed
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
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
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_profiles import CertificateFacts, DeviceProfile, DeviceProfiles

CHAINS = object_set(said("Wi-Fi and VPN profiles"))
ROOTS = object_set(said("trusted root profiles"))
_EVERYBODY = {"allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"}
_WEAK_RSA = 2048


def _gate(profiles: DeviceProfiles, skus: Skus | None, scope: Scope) -> Finding | None:
    return outside(
        CHAINS,
        said("certificates for devices"),
        scope,
        workloads=("device-certificates",),
        there=bool(profiles.profiles),
    ) or unlicensed(CHAINS, skus, "intune")


@check(
    id="devices.certificate-profile-chain-complete",
    title="Wi-Fi and VPN profiles have their root and client certificate profiles",
    action="Complete the certificate profiles behind Wi-Fi and VPN profiles",
    why="A Wi-Fi or VPN profile whose root or client certificate does not reach the same device"
    " fails there without a clear message. The certification authority, Wi-Fi and VPN themselves"
    " have to work in production already.",
    fix=step(
        "Add the missing profile, or assign all profiles of the chain to the same groups.",
        portal="Intune admin center > Devices > Configuration > Policies",
    ),
    verify="For each platform, root, client certificate and Wi-Fi or VPN profile are assigned to the"
    " same groups, and a test device connects.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["Wi-Fi and VPN profiles"],
    documents=[
        "https://learn.microsoft.com/mem/intune/protect/certificates-configure",
        "https://learn.microsoft.com/mem/intune/configuration/wi-fi-settings-configure",
    ],
    settle_after="1 h",
)
def certificate_profile_chain_complete(
    profiles: DeviceProfiles, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Look for what is missing behind every assigned enterprise Wi-Fi and VPN profile."""
    gate = _gate(profiles, skus, scope)
    if gate:
        yield gate
        return
    using = [
        one
        for one in profiles.profiles
        if one.targets and (one.part == "vpn" or (one.part == "wifi" and one.enterprise))
    ]
    if not using:
        yield not_applicable(
            "no-profile", CHAINS, "No enterprise Wi-Fi or VPN profile is assigned."
        )
        return
    affected = Affected(("profile", "platform", "problem"), spoken=("platform", "problem"))
    for one in using:
        for problem in _problems(one, profiles):
            affected.add(one.name, one.platform, problem)
    if len(affected):
        yield warned(
            "incomplete",
            CHAINS,
            "{count} things are missing behind {total} Wi-Fi and VPN profiles.",
            count=len(affected),
            total=len(using),
        ).affecting(affected)
    else:
        yield passed(
            "complete",
            CHAINS,
            "All {total} Wi-Fi and VPN profiles have their certificates in the same groups.",
            total=len(using),
        )


def _problems(using: DeviceProfile, profiles: DeviceProfiles) -> Iterator[str]:
    """A root is needed always; a client certificate only where the platform has such profiles."""
    for part, word in (
        ("root", said("trusted root")),
        ("client-certificate", said("client certificate")),
    ):
        found = [
            one for one in profiles.profiles if one.part == part and one.platform == using.platform
        ]
        if not found and (part == "root" or using.part == "wifi"):
            yield said("no {word} profile for this platform", word=word)
        elif found and not any(_reaches(one, using) for one in found):
            yield said("no {word} profile goes to the same groups", word=word)


def _reaches(one: DeviceProfile, using: DeviceProfile) -> bool:
    """Whether everybody whom the one profile reaches gets the other as well."""
    targets = set(one.targets)
    return bool(targets & _EVERYBODY) or set(using.targets) <= targets


@check(
    id="devices.trusted-root-profile-valid",
    title="Trusted root certificates in profiles are valid",
    action="Replace the root certificates in profiles that end or are too weak",
    why="A device refuses the RADIUS or VPN server as soon as the root in its profile has expired.",
    fix=[
        step("Export the new root and upload it in a second profile for the same groups."),
        step(
            "Retire the old profile once every device has the new one.",
            portal="Intune admin center > Devices > Configuration > Policies",
        ),
    ],
    verify="Each profile holds a CA certificate that is valid for more than 180 days.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.PKI_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G20"],
    blocks=["Wi-Fi and VPN profiles"],
    documents=["https://learn.microsoft.com/mem/intune/protect/certificates-trusted-root"],
    settle_after="1 day",
)
def trusted_root_profile_valid(
    profiles: DeviceProfiles, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the certificate in every profile; the signature of a root harms nobody by itself."""
    gate = _gate(profiles, skus, scope)
    if gate:
        yield gate
        return
    roots = [one for one in profiles.profiles if one.part == "root"]
    if not roots:
        yield not_applicable("no-root", ROOTS, "There is no trusted root profile.")
        return
    soon = header.collected_at + timedelta(days=scope.threshold("root_warn_days", 180))
    affected = Affected(
        ("profile", "platform", "subject", "expires", "key", "problem"),
        spoken=("platform", "problem"),
    )
    bad = odd = 0
    for one in roots:
        facts = one.certificate or CertificateFacts(problem="the tenant does not give its content")
        broken = facts.problem or (
            said("it has expired") if facts.expires and facts.expires <= header.collected_at else ""
        )
        weak = "" if broken else _weakness(facts)
        if not broken and not weak and facts.expires and facts.expires < soon:
            weak = said("it ends soon")
        bad += bool(broken)
        odd += bool(weak)
        ends = facts.expires.date().isoformat() if facts.expires else ""
        affected.add(one.name, one.platform, facts.subject, ends, facts.key, broken or weak)
    total = len(roots)
    if bad:
        found = failed(
            "expired-or-unreadable",
            ROOTS,
            "{count} of {total} trusted root profiles hold a certificate that has expired or cannot"
            " be read.",
            count=bad,
            total=total,
        )
    elif odd:
        found = warned(
            "ends-soon-or-weak",
            ROOTS,
            "{count} of {total} trusted root profiles hold a certificate that ends soon, is weak or"
            " is none of a certification authority.",
            count=odd,
            total=total,
        )
    else:
        found = passed(
            "valid",
            ROOTS,
            "All {total} trusted root profiles hold a good certificate.",
            total=total,
        )
    yield found.affecting(affected)


def _weakness(facts: CertificateFacts) -> str:
    if not facts.is_ca:
        return said("it is not the certificate of a certification authority")
    if facts.key.startswith("RSA") and facts.key_bits < _WEAK_RSA:
        return said("its key is {key}", key=facts.key)
    if facts.signature.casefold() in ("sha1", "md5"):
        return said("it is signed with {signature}", signature=facts.signature)
    return ""
