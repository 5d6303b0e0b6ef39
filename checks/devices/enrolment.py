"""Whether devices may come under management at all."""

from __future__ import annotations

from collections.abc import Iterator

from checks.gate import bought, outside, unlicensed, unread
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Missing,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    check,
    failed,
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_enrolment import (
    DeviceRegistration,
    EnrolmentConfigurations,
    MamScope,
    MdmScope,
    MobilityPolicy,
)
from scanner.evidence.tenant_groups import PilotGroups

INTUNE = "0000000a-0000-0000-c000-000000000000"
_PORTAL = "Intune admin center > Devices > Enrollment"


@check(
    id="devices.registration-allowed",
    title="Users in scope may register and join devices",
    action="Let the users in scope register and join devices",
    why="Registration is the step before enrolment on every platform. A quota that is too small"
    " stops the second or third device of a user with a message about neither.",
    fix=step(
        "Allow joining and registering for all or for the pilot group, and raise the quota.",
        portal="Entra admin center > Devices > Device settings",
    ),
    verify="The device settings allow the users in scope to join and register at least five devices.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["enrolling devices", "Windows Autopilot"],
    documents=[
        "https://learn.microsoft.com/graph/api/deviceregistrationpolicy-get",
        "https://learn.microsoft.com/entra/identity/devices/manage-device-identities",
    ],
    settle_after="5 min",
)
def registration_allowed(
    policy: DeviceRegistration, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge who may join and register, and how many devices."""
    gate = outside(
        tenant(),
        said("registration of devices"),
        scope,
        workloads=("intune", "autopilot", "co-management"),
        there=bought(skus, "intune"),
    )
    if gate:
        yield gate
        return
    join, register = _kind(policy.join), _kind(policy.register)
    if "unknown" in (join, register):
        yield not_assessed(
            "unsupported-membership",
            tenant(),
            "The tenant does not say who may join and register devices.",
        )
        return
    least = int(scope.threshold("device_quota", 5))
    shut = []
    joins = any(scope.workload(one) for one in ("autopilot", "co-management"))
    mobile = any(scope.platform(one) for one in ("ios", "android"))
    if join == "no" and joins:
        shut.append("join")
    if register == "no" and (mobile or scope.plans.platforms is None):
        shut.append("register")
    if shut:
        yield failed(
            "not-allowed", tenant(), "Nobody may do this with a device: {what}.", what=shut
        )
    elif policy.quota is not None and policy.quota < least:
        yield warned(
            "small-quota",
            tenant(),
            "A user may register {quota} devices; at least {least} should be allowed.",
            quota=policy.quota,
            least=least,
        )
    elif (policy.multi_factor or "").casefold() == "required":
        yield warned(
            "mfa-required-here",
            tenant(),
            "Joining demands multi-factor authentication by this setting; conditional access is the"
            " place for it.",
        )
    else:
        yield passed(
            "allowed",
            tenant(),
            "Devices may be joined by {join} and registered by {register}.",
            join=_WHO[join],
            register=_WHO[register],
        )


_WHO = {"all": said("all users"), "enumerated": said("selected users"), "no": said("nobody")}


def _kind(type_name: str | None) -> str:
    plain = (type_name or "").rpartition(".")[2].casefold()
    return next((one for one in _WHO if plain.startswith(one)), "unknown")


@check(
    id="devices.automatic-enrolment-scope",
    title="Automatic enrolment scope includes the users in scope",
    action="Put the users in scope into the MDM user scope",
    why="A Windows device that joins does not enrol by itself unless its user is in this scope, and"
    " co-management waits for it as well.",
    fix=step(
        "Set the MDM user scope to All, or to Some with the pilot group.",
        portal=f"{_PORTAL} > Windows > Automatic Enrollment",
    ),
    verify="The MDM user scope shows All, or a group that holds the users in scope.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["automatic enrolment of Windows", "co-management"],
    documents=["https://learn.microsoft.com/mem/intune/enrollment/windows-enroll"],
    settle_after="1 h",
)
def automatic_enrolment_scope(
    mdm: MdmScope | Missing,
    mam: MamScope | Missing,
    pilots: PilotGroups | None,
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Judge the entry of Intune, and whether another one competes with it."""
    gate = outside(
        tenant(),
        said("management of Windows devices"),
        scope,
        platforms=("windows",),
        workloads=("co-management",),
        there=bought(skus, "intune"),
    ) or unlicensed(tenant(), skus, "intune", "entra-p1")
    if gate:
        yield gate
        return
    if isinstance(mdm, Missing):
        yield unread(tenant(), mdm)
        return
    entry = next((one for one in mdm.rows if _is_intune(one)), None)
    applies = entry.applies_to.casefold() if entry else "none"
    others = [
        one.name for one in mdm.rows if one is not entry and one.applies_to.casefold() != "none"
    ]
    if applies not in ("none", "all", "selected"):
        yield not_assessed(
            "unsupported-scope",
            tenant(),
            "The MDM user scope has a value that this version does not know: {scope}.",
            scope=applies,
        )
    elif applies == "none":
        yield failed("nobody", tenant(), "The MDM user scope of Intune includes nobody.")
    elif applies == "selected" and not _holds_pilot(entry, pilots):
        yield failed(
            "without-pilot",
            tenant(),
            "The MDM user scope of Intune is limited to groups, and none of them is a pilot group.",
        )
    elif others:
        yield warned(
            "competing",
            tenant(),
            "Other applications have a scope for managing devices as well: {names}.",
            names=others,
        )
    elif applies == "all" and not isinstance(mam, Missing) and _all_apps(mam):
        yield warned(
            "mam-competes",
            tenant(),
            "Both the MDM and the MAM scope include everybody; personal Windows devices then follow"
            " the MAM scope and do not enrol.",
        )
    else:
        yield passed(
            "included", tenant(), "The MDM user scope of Intune is {scope}.", scope=applies
        )


def _is_intune(one: MobilityPolicy) -> bool:
    return one.id.casefold() == INTUNE or one.name.casefold() == "microsoft intune"


def _all_apps(mam: MamScope) -> bool:
    return any(_is_intune(one) and one.applies_to.casefold() == "all" for one in mam.rows)


def _holds_pilot(entry: MobilityPolicy | None, pilots: PilotGroups | None) -> bool:
    """Without named pilot groups any group will do."""
    groups = {one.id for one in entry.groups} if entry else set()
    named = {match.id for one in pilots.groups for match in one.matches} if pilots else set()
    return bool(groups & named) if named else bool(groups)


@check(
    id="devices.enrolment-restrictions-fit-platforms",
    title="Enrolment restrictions allow the platforms in scope",
    action="Allow the platforms in scope in the enrolment restrictions",
    why="A device of a blocked platform is refused at the last step of its enrolment, with a message"
    " that says nothing about the restriction.",
    fix=step(
        "Allow the platform, and raise the device limit to at least five.",
        portal=f"{_PORTAL} > Device platform restriction, and Device limit restriction",
    ),
    verify="No restriction that reaches the users in scope blocks one of their platforms.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["enrolling two test devices per platform"],
    documents=["https://learn.microsoft.com/mem/intune/enrollment/enrollment-restrictions-set"],
    settle_after="5 min",
)
def enrolment_restrictions_fit_platforms(
    found: EnrolmentConfigurations, skus: Skus | None, scope: Scope
) -> Iterator[Finding]:
    """Judge the default restriction and those that are assigned."""
    gate = outside(
        tenant(), "Intune", scope, workloads=("intune",), there=bought(skus, "intune")
    ) or unlicensed(tenant(), skus, "intune")
    if gate:
        yield gate
        return
    stated = scope.plans.platforms
    platforms = [
        one for one in ("ios", "android", "windows", "macos") if stated is None or one in stated
    ]
    affected = Affected(("restriction", "platform", "what"), spoken=("platform", "what"))
    reaching = [one for one in found.rows if one.applies]
    for one in reaching:
        for platform in platforms:
            rule = getattr(one, platform)
            if rule is not None and rule.blocked:
                affected.add(one.name, platform, said("blocked"))
    least = int(scope.threshold("enrolment_limit", 5))
    limits = [one for one in reaching if one.limit is not None and one.limit < least]
    if len(affected) and stated is not None:
        yield failed(
            "platform-blocked",
            tenant(),
            "Enrolment restrictions block platforms in scope: {platforms}.",
            platforms=sorted({row[1] for row in affected.rows}),
        ).affecting(affected)
    elif len(affected):
        yield warned(
            "platform-blocked-unstated",
            tenant(),
            "Enrolment restrictions block platforms, and nobody has said which ones are in scope:"
            " {platforms}.",
            platforms=sorted({row[1] for row in affected.rows}),
        ).affecting(affected)
    elif limits:
        yield warned(
            "small-limit",
            tenant(),
            "A user may enrol only {limit} devices; at least {least} should be allowed.",
            limit=min(one.limit or 0 for one in limits),
            least=least,
        )
    else:
        yield passed(
            "allowed",
            tenant(),
            "No enrolment restriction blocks one of the platforms: {platforms}.",
            platforms=platforms,
        )
