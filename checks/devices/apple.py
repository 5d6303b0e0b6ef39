"""What ties Intune to Apple."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

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
    not_assessed,
    passed,
    said,
    step,
    tenant,
    warned,
)
from scanner.evidence.tenant import Skus
from scanner.evidence.tenant_connectors import AppleEnrolmentTokens, ApplePush, AppleVolumeTokens

_APPLE = ("ios", "macos")
_PERSONAL = (
    "icloud.com",
    "me.com",
    "mac.com",
    "gmail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "yahoo.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "qq.com",
    "163.com",
)


def days_until(end: datetime | None, now: datetime) -> int | None:
    """Whole days that are left, negative when it is over; None where no end is told."""
    return None if end is None else int((end - now).total_seconds() // 86400)


def _gate(scope: Scope, skus: Skus | None, *, there: bool) -> Finding | None:
    return outside(
        tenant(), said("management of Apple devices"), scope, platforms=_APPLE, there=there
    ) or unlicensed(tenant(), skus, "intune")


@check(
    id="devices.apple-push-certificate",
    title="The Apple MDM push certificate is present and current",
    action="Get or renew the Apple MDM push certificate",
    why="Without it no Apple device can be managed. It is the organisation's own task to get it and"
    " to renew it every year; once it has been expired for 30 days, every device has to be enrolled"
    " afresh.",
    fix=[
        step(
            "Request the certificate with a company Apple Account that more than one person can use.",
            portal="Intune admin center > Devices > Enrollment > Apple > Apple MDM Push certificate",
            link="https://identity.apple.com",
        ),
        step(
            "To renew, use the same Apple Account and renew the same certificate: a new one cuts all"
            " enrolled devices off."
        ),
    ],
    verify="The expiry moves a year ahead while the topic of the certificate stays the same.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.BLOCKER,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E5", "E7"],
    blocks=["enrolment of iOS and macOS devices"],
    documents=[
        "https://learn.microsoft.com/mem/intune/enrollment/apple-mdm-push-certificate-get",
        "https://learn.microsoft.com/graph/api/intune-devices-applepushnotificationcertificate-get",
    ],
    requires=["devices.mdm-authority-intune"],
    settle_after="5 min",
)
def apple_push_certificate(
    push: ApplePush, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge presence, expiry and the kind of account behind it."""
    there = push.expires is not None
    gate = _gate(scope, skus, there=there)
    if gate:
        yield gate
        return
    warn = scope.threshold("apple_warn_days", 30)
    days = days_until(push.expires, header.collected_at)
    personal = push.account.rpartition("@")[2].casefold() in _PERSONAL
    if days is None:
        yield failed("absent", tenant(), "There is no Apple MDM push certificate.")
        return
    expires = push.expires.date().isoformat() if push.expires else ""
    if days < 0:
        found = failed(
            "expired",
            tenant(),
            "The Apple MDM push certificate expired on {expires}.",
            expires=expires,
        )
    elif days <= warn:
        found = warned(
            "ends-soon",
            tenant(),
            "The Apple MDM push certificate ends on {expires}, in {days} days.",
            expires=expires,
            days=days,
        )
    elif personal:
        found = warned(
            "personal-account",
            tenant(),
            "The Apple MDM push certificate belongs to {account}, which looks like a personal"
            " account; whoever owns it alone can renew it.",
            account=push.account,
        )
    else:
        found = passed(
            "current",
            tenant(),
            "The Apple MDM push certificate is valid until {expires}.",
            expires=expires,
        )
    yield found.showing(account=push.account, topic=push.topic)


@check(
    id="devices.apple-enrolment-token",
    title="Apple Automated Device Enrollment tokens are valid and syncing",
    action="Renew the Automated Device Enrollment token and mend its synchronisation",
    why="Devices that the organisation buys arrive in Intune by this token. When it has ended, or"
    " Apple waits for new terms to be accepted, they do not arrive.",
    fix=[
        step(
            "Accept new terms in Apple Business Manager, download a new token and upload it.",
            portal="Intune admin center > Devices > Enrollment > Apple > Enrollment program tokens",
            link="https://business.apple.com",
        )
    ],
    verify="The token shows a later expiry and a synchronisation of today without an error.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E5"],
    blocks=["corporate iOS and macOS devices"],
    documents=[
        "https://learn.microsoft.com/mem/intune/enrollment/device-enrollment-program-enroll-ios",
        "https://learn.microsoft.com/graph/api/resources/intune-enrollment-deponboardingsetting",
    ],
    settle_after="1 day",
)
def apple_enrolment_token(
    tokens: AppleEnrolmentTokens, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge all tokens together; the worst one decides."""
    gate = _gate(scope, skus, there=bool(tokens.rows))
    if gate:
        yield gate
        return
    if not tokens.rows:
        yield not_applicable(
            "no-token",
            tenant(),
            "There is no token; it is needed for corporate Apple devices only.",
        )
        return
    warn = scope.threshold("apple_warn_days", 30)
    affected = Affected(
        ("token", "expires", "last synchronisation", "problem"), spoken=("problem",)
    )
    bad = late = 0
    for one in tokens.rows:
        left = days_until(one.expires, header.collected_at)
        age = days_until(header.collected_at, one.last_sync) if one.last_sync else None
        problem = ""
        if left is not None and left < 0:
            problem = said("it has expired")
        elif one.error:
            problem = said("its synchronisation ends with error {error}", error=one.error)
        elif age is not None and age >= _SYNC_FAIL:
            problem = said("it has not synchronised for a week")
        bad += bool(problem)
        if not problem and left is not None and left <= warn:
            problem = said("it ends soon")
            late += 1
        elif not problem and (age is None or age >= 1):
            problem = said("it has not synchronised for a day")
            late += 1
        affected.add(one.name, _day(one.expires), _day(one.last_sync), problem)
    yield _tokens_said(bad, late, len(tokens.rows)).affecting(affected)


_SYNC_FAIL = 7


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


def _tokens_said(bad: int, late: int, total: int) -> Finding:
    if bad:
        return failed(
            "token-broken",
            tenant(),
            "{count} of {total} tokens have expired, end with an error or have not synchronised for"
            " a week.",
            count=bad,
            total=total,
        )
    if late:
        return warned(
            "token-at-risk",
            tenant(),
            "{count} of {total} tokens end soon or have not synchronised for a day.",
            count=late,
            total=total,
        )
    return passed(
        "tokens-valid", tenant(), "All {total} tokens are valid and synchronise.", total=total
    )


@check(
    id="devices.apple-volume-purchase-token",
    title="Apple volume purchase tokens are valid and syncing",
    action="Renew the volume purchase token",
    why="Licensed apps cannot be handed out without it; a token that another management system uses"
    " as well revokes the licences that Intune gave.",
    fix=step(
        "Download the token of the location in Apple Business Manager and upload it.",
        portal="Intune admin center > Tenant administration > Connectors and tokens > Apple VPP tokens",
        link="https://business.apple.com",
    ),
    verify="The token is in state valid and has synchronised today.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.HOURS,
    phase=Phase.ENABLE,
    clause=["E5"],
    blocks=["application deployment on Apple devices"],
    documents=[
        "https://learn.microsoft.com/mem/intune/apps/vpp-apps-ios",
        "https://learn.microsoft.com/graph/api/intune-onboarding-vpptoken-list",
    ],
    settle_after="1 day",
)
def apple_volume_purchase_token(
    tokens: AppleVolumeTokens, skus: Skus | None, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge all tokens together; the worst one decides."""
    gate = _gate(scope, skus, there=bool(tokens.rows))
    if gate:
        yield gate
        return
    if not tokens.rows:
        yield not_applicable("no-token", tenant(), "There is no volume purchase token.")
        return
    states = {one.state.casefold() for one in tokens.rows}
    known = {"valid", "expired", "invalid", "assignedtoexternalmdm"}
    if states - known:
        yield not_assessed(
            "unsupported-state",
            tenant(),
            "Tokens are in states that this version does not know: {states}.",
            states=sorted(states - known),
        )
        return
    warn = scope.threshold("apple_warn_days", 30)
    affected = Affected(
        ("token", "expires", "last synchronisation", "problem"), spoken=("problem",)
    )
    bad = late = 0
    for one in tokens.rows:
        left = days_until(one.expires, header.collected_at)
        age = days_until(header.collected_at, one.last_sync) if one.last_sync else None
        problem = ""
        if one.state.casefold() != "valid" or (left is not None and left < 0):
            bad += 1
            problem = said("it is in state {state}", state=one.state)
        elif one.sync_status.casefold() == "failed" or age is None or age >= 1:
            late += 1
            problem = said("its last synchronisation failed or is older than a day")
        elif left is not None and left <= warn:
            late += 1
            problem = said("it ends soon")
        affected.add(one.account, _day(one.expires), _day(one.last_sync), problem)
    total = len(tokens.rows)
    if bad:
        found = failed(
            "token-unusable",
            tenant(),
            "{count} of {total} volume purchase tokens have expired, are invalid or are used by"
            " another management system.",
            count=bad,
            total=total,
        )
    elif late:
        found = warned(
            "token-at-risk",
            tenant(),
            "{count} of {total} volume purchase tokens end soon or did not synchronise.",
            count=late,
            total=total,
        )
    else:
        found = passed(
            "tokens-valid",
            tenant(),
            "All {total} volume purchase tokens are valid and synchronise.",
            total=total,
        )
    yield found.affecting(affected)
