"""Client operating systems and browsers: new enough for the services in scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

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
    step,
    warned,
)
from scanner.evidence.inventory import ClientGroup, InventoryClients
from scanner.evidence.versions import Release, VersionFacts, older, version_of

_NAMES = {"windows": "Windows", "ios": "iOS and iPadOS", "macos": "macOS", "android": "Android"}
_BROWSERS = object_set("browsers")
_RETIRED = {"internet-explorer", "edge-legacy"}
_TRACKS = {"enterprise": "enterprise", "education": "enterprise", "ltsc": "ltsc"}
_SOON = timedelta(days=180)


@check(
    id="infrastructure.client-platforms-supported",
    title="Clients and browsers in scope meet the least versions of the services",
    action="Bring clients and browsers to a supported version",
    why="Devices below the least version cannot enrol, get no app protection, or get no security"
    " updates any more; conditional access then locks their users out.",
    fix=[
        step("Update what can be updated, and plan the replacement of devices that cannot."),
        step("Leave those users out of the first waves, and tell them why."),
        step("Use the newest Edge, Chrome, Firefox or Safari for the portals."),
    ],
    verify="A new count shows no client and no browser below the least version.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.ENABLE,
    clause=["E5", "G8"],
    blocks=["enrolling devices"],
    documents=[
        "https://learn.microsoft.com/intune/fundamentals/ref-supported-platforms",
        "https://learn.microsoft.com/windows/release-health/windows11-release-information",
    ],
)
def client_platforms_supported(
    found: InventoryClients, facts: VersionFacts, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge each platform in scope, and the kinds of browsers in use."""
    today = header.collected_at.date()
    for platform in sorted({one.platform for one in found.clients}):
        subject = object_set(f"{_NAMES[platform]} clients")
        groups = [one for one in found.clients if one.platform == platform]
        if scope.platform(platform) is False:
            yield not_applicable("not-in-scope", subject, "The platform is not in scope.")
        elif platform == "windows":
            yield _windows(groups, facts, today)
        else:
            yield _mobile(platform, groups, facts, today)
    if found.browsers:
        yield _browsers(found)


def _table() -> Affected:
    return Affected(("version", "edition", "clients", "support ends"))


def _windows(groups: list[ClientGroup], facts: VersionFacts, today: date) -> Finding:
    """By the end of support of each release; without an edition, both ends are looked at."""
    subject = object_set("Windows clients")
    ended, soon = _table(), _table()
    behind = ending = total = 0
    for one in groups:
        total += one.count
        sure, unsure = _ends(one, facts)
        row = (one.version, one.edition, str(one.count), sure.isoformat() if sure else "long ago")
        if sure is None or sure < today:
            ended.add(*row)
            behind += one.count
        elif sure - today <= _SOON or (unsure and unsure < today):
            soon.add(*row)
            ending += one.count
    if behind:
        return failed(
            "windows-ended",
            subject,
            "{count} of {total} Windows clients run a version whose support has ended.",
            count=behind,
            total=total,
        ).affecting(ended)
    if ending:
        return warned(
            "windows-ending",
            subject,
            "Support ends within 180 days for {count} of {total} Windows clients, or has ended if"
            " they are Home or Pro.",
            count=ending,
            total=total,
        ).affecting(soon)
    return passed(
        "windows-supported", subject, "All {total} Windows clients are in support.", total=total
    )


def _ends(group: ClientGroup, facts: VersionFacts) -> tuple[date | None, date | None]:
    """The end of support for certain, and the earlier one that holds if the edition is a small one."""
    version = version_of(group.version) or ()
    if facts.beyond("windows", version):
        return date.max, None
    if group.edition:
        return _end(facts.release("windows", version, _TRACKS.get(group.edition, "home-pro"))), None
    large = _end(facts.release("windows", version, "enterprise"))
    return large, _end(facts.release("windows", version, "home-pro"))


def _end(release: Release | None) -> date | None:
    return release.ends if release else None


def _mobile(platform: str, groups: list[ClientGroup], facts: VersionFacts, today: date) -> Finding:
    subject = object_set(f"{_NAMES[platform]} clients")
    total = sum(one.count for one in groups)
    least = facts.minimum(platform, today)
    announced = facts.minimum(f"{platform}-announced", today)
    below = _below(groups, least.version if least else "")
    if below.rows and least:
        return failed(
            "below-least",
            subject,
            "{count} of {total} clients are below version {least}, the least that Intune supports.",
            count=_count(below),
            total=total,
            least=least.version,
        ).affecting(below)
    coming = _below(groups, announced.version if announced else "")
    if coming.rows and announced:
        return warned(
            "below-announced",
            subject,
            "{count} of {total} clients are below version {least}, which is announced as the next"
            " least one.",
            count=_count(coming),
            total=total,
            least=announced.version,
        ).affecting(coming)
    return passed(
        "supported",
        subject,
        "All {total} clients have version {least} or newer.",
        total=total,
        least=least.version if least else "",
    )


def _below(groups: list[ClientGroup], least: str) -> Affected:
    floor = version_of(least) or ()
    below = Affected(("version", "clients"))
    for one in groups:
        if older(version_of(one.version) or (), floor):
            below.add(one.version, str(one.count))
    return below


def _count(affected: Affected) -> int:
    return sum(int(row[1]) for row in affected.rows)


def _browsers(found: InventoryClients) -> Finding:
    """Support is for the newest version of four browsers, so only retired kinds can be told."""
    retired = Affected(("browser", "clients"))
    for one in found.browsers:
        if one.browser in _RETIRED and one.count:
            retired.add(one.browser, str(one.count))
    if retired.rows:
        return failed(
            "browser-retired",
            _BROWSERS,
            "{count} clients use a browser that the services no longer work with.",
            count=_count(retired),
        ).affecting(retired)
    return passed(
        "browser-kinds",
        _BROWSERS,
        "All browsers are of a supported kind; whether each is the newest version was not looked at.",
    )
