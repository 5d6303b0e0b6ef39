"""Which methods prove who somebody is: migration, password reset, legacy protocols."""

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
    not_applicable,
    not_assessed,
    object_set,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_signin import (
    AuthenticationMethods,
    LegacySignIns,
    RegistrationSummary,
)
from scanner.evidence.tenant_sync import SyncFeatures

LEGACY = object_set(said("legacy sign-ins"))
_METHODS = "Entra admin center > Authentication methods"


@check(
    id="administration.authentication-methods-migrated",
    title="Authentication methods policy migration is complete",
    action="Complete the migration of the authentication methods policy",
    why="As long as the legacy policies are in force beside the new one, users get methods that"
    " nobody planned; and Microsoft has announced the end of the legacy policies for 30 September"
    " 2025, a date to be confirmed for your tenant.",
    fix=step(
        "Switch on in the new policy what users rely on, then complete the migration.",
        portal=f"{_METHODS} > Policies > Manage migration",
    ),
    verify="The policy of authentication methods reports its migration as complete.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["G14", "G9"],
    blocks=["multi-factor authentication", "self-service password reset"],
    documents=[
        "https://learn.microsoft.com/graph/api/resources/authenticationmethodspolicy",
        "https://learn.microsoft.com/entra/identity/authentication/how-to-authentication-methods-manage",
    ],
    settle_after="5 min",
)
def authentication_methods_migrated(methods: AuthenticationMethods) -> Iterator[Finding]:
    """Judge the state of the migration, and whether any method is left."""
    state = (methods.migration or "").casefold()
    enabled = [one.id for one in methods.methods if one.state.casefold() == "enabled"]
    if state not in ("migrationcomplete", "premigration", "migrationinprogress"):
        yield not_assessed(
            "unsupported-state",
            tenant(),
            "The tenant gives a state of the migration that this version does not know: {state}.",
            state=methods.migration or "none",
        )
    elif (
        state == "migrationcomplete"
        and methods.methods
        and not _SECOND & set(map(str.casefold, enabled))
    ):
        yield failed(
            "no-method",
            tenant(),
            "The migration is complete, but no method that serves as a second factor is enabled.",
        )
    elif state == "migrationcomplete":
        yield passed(
            "migrated",
            tenant(),
            "The migration is complete; enabled are: {methods}.",
            methods=sorted(enabled) or [said("not told")],
        )
    else:
        yield warned(
            "not-migrated",
            tenant(),
            "The migration of the authentication methods policy is in state {state}.",
            state=methods.migration or "",
        ).showing(expected="migrationComplete", observed=methods.migration or "")


_SECOND = {
    "microsoftauthenticator",
    "sms",
    "voice",
    "softwareoath",
    "hardwareoath",
    "fido2",
    "x509certificate",
}


@check(
    id="administration.self-service-password-reset-enabled",
    title="Self-service password reset is enabled for its target",
    action="Enable self-service password reset for its target group",
    why="The help desk is relieved by it, and after a breach people can change their passwords at"
    " once. For synchronised users it needs password writeback.",
    fix=step(
        "Enable it for a group or for all.",
        portal="Entra admin center > Password reset > Properties",
    ),
    verify="The summary of registrations counts users for whom password reset is enabled.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E7", "G14"],
    blocks=["self-service password reset"],
    documents=[
        "https://learn.microsoft.com/entra/identity/authentication/tutorial-enable-sspr",
        "https://learn.microsoft.com/graph/api/authenticationmethodsroot-usersregisteredbyfeature",
    ],
    requires=["directory_sync.sync-features-as-planned"],
    settle_after="2 days",
)
def self_service_password_reset_enabled(
    summary: RegistrationSummary | Missing,
    features: SyncFeatures | Missing,
    skus: Skus | None,
    scope: Scope,
) -> Iterator[Finding]:
    """Infer it from the counts: the mode of the tenant is not offered by Graph."""
    enabled = None if isinstance(summary, Missing) else summary.of("ssprEnabled")
    gate = outside(
        tenant(),
        said("self-service password reset"),
        scope,
        workloads=("self-service-password-reset",),
        there=isinstance(summary, Missing) or bool(enabled),
    ) or unlicensed(tenant(), skus, "entra-p1")
    if gate:
        yield gate
        return
    if isinstance(summary, Missing):
        yield unread(tenant(), summary)
        return
    if enabled is None:
        yield not_assessed(
            "unsupported-summary",
            tenant(),
            "The summary does not say for how many users password reset is enabled.",
        )
    elif not enabled:
        yield failed("for-nobody", tenant(), "Password reset is enabled for nobody.")
    elif (
        not isinstance(features, Missing) and features.password_writeback is False and scope.hybrid
    ):
        yield failed(
            "no-writeback",
            tenant(),
            "Password reset is enabled for {enabled} users, but without password writeback the"
            " password of a synchronised user does not change on premises.",
            enabled=enabled,
        )
    elif enabled < summary.total:
        yield warned(
            "for-some",
            tenant(),
            "Password reset is enabled for {enabled} of {total} members.",
            enabled=enabled,
            total=summary.total,
        )
    else:
        yield passed(
            "enabled",
            tenant(),
            "Password reset is enabled for all {total} members.",
            total=summary.total,
        )


@check(
    id="administration.no-legacy-sign-ins",
    title="No legacy-protocol sign-ins in the last seven days",
    action="Move the last users of legacy protocols to modern authentication",
    why="Whoever still signs in by an old mail protocol is cut off on the day on which it is"
    " blocked. It is better to know them before.",
    fix=[
        step(
            "Find the clients behind the sign-ins and replace or reconfigure them.",
            portal="Entra admin center > Sign-in logs > Client app > Legacy authentication clients",
        ),
        step("Exclude a known device account from the block for a limited time."),
    ],
    verify="The sign-in log of the last seven days shows no legacy client.",
    topic=Topic.ADMINISTRATION,
    severity=Severity.MEDIUM,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G9", "G15"],
    blocks=["conditional access"],
    documents=["https://learn.microsoft.com/graph/api/signin-list"],
    settle_after="7 days",
)
def no_legacy_sign_ins(found: LegacySignIns, skus: Skus | None) -> Iterator[Finding]:
    """Warn where there was any; the list is a sample."""
    if not bought(skus, "entra-p1") and skus is not None:
        yield not_applicable("no-plan", LEGACY, "The sign-in log is kept with Entra ID P1 only.")
    elif not found.rows:
        yield passed("none", LEGACY, "No sign-in by a legacy protocol in the last seven days.")
    else:
        affected = Affected(("sign-in name", "client", "at"))
        for one in found.rows:
            affected.add(one.upn, one.client, one.at.isoformat() if one.at else "")
        yield warned(
            "still-used",
            LEGACY,
            "There were sign-ins by legacy protocols in the last seven days; the latest {count} come"
            " from {users} users.",
            count=len(found.rows),
            users=len({one.upn.casefold() for one in found.rows}),
        ).affecting(affected)
