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
    not_assessed,
    object_set,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.inventory import ClientGroup, InventoryClients
from scanner.evidence.versions import VersionFacts, older, version_of

_NAMES = {
    "windows": "Windows",
    "ios": said("iOS and iPadOS"),
    "macos": "macOS",
    "android": "Android",
}
_BROWSERS = object_set("browsers")
_RETIRED = {"internet-explorer", "edge-legacy"}
_TRACKS = {"enterprise": "enterprise", "education": "enterprise", "ltsc": "ltsc"}
_SOON = timedelta(days=180)
_COLUMNS = ("version", "clients", "edition", "support ends")


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
        subject = object_set(said("{names} clients", names=_NAMES[platform]))
        groups = [one for one in found.clients if one.platform == platform]
        if scope.platform(platform) is False:
            yield not_applicable("not-in-scope", subject, "The platform is not in scope.")
        elif platform == "windows":
            yield _windows(groups, facts, today)
        else:
            yield _mobile(platform, groups, facts, today)
    if found.browsers:
        yield _browsers(found)


def _windows(groups: list[ClientGroup], facts: VersionFacts, today: date) -> Finding:
    """By the end of support of each release and edition; the worst that is found speaks."""
    subject = object_set(said("Windows clients"))
    tables: dict[str, Affected] = {}
    for one in groups:
        state, ends = _windows_state(one, facts, today)
        row = (one.version, str(one.count), one.edition, ends)
        tables.setdefault(state, Affected(_COLUMNS, spoken=("edition",))).add(*row)
    total = sum(one.count for one in groups)
    if ended := tables.get("ended"):
        return failed(
            "windows-ended",
            subject,
            "{count} of {total} Windows clients run a version whose support has ended.",
            count=_count(ended),
            total=total,
        ).affecting(ended)
    if ending := tables.get("ending"):
        return warned(
            "windows-ending",
            subject,
            "Support ends within 180 days for {count} of {total} Windows clients, or has ended if"
            " they are Home or Pro.",
            count=_count(ending),
            total=total,
        ).affecting(ending)
    if unknown := tables.get("unknown"):
        return not_assessed(
            "unsupported-windows",
            subject,
            "{count} of {total} Windows clients run a version that was not known on {day}.",
            count=_count(unknown),
            total=total,
            day=facts.as_of.isoformat(),
        ).affecting(unknown)
    return passed(
        "windows-supported", subject, "All {total} Windows clients are in support.", total=total
    )


def _windows_state(group: ClientGroup, facts: VersionFacts, today: date) -> tuple[str, str]:
    """One of ended, ending, unknown and supported; and the end of support for the reader.

    Without an edition the longer support counts, and the shorter one is warned of.
    """
    version = version_of(group.version) or ()
    track = _TRACKS.get(group.edition, "home-pro") if group.edition else "enterprise"
    release = facts.release("windows", version, track)
    if release is None or release.ends is None:
        alive = [
            version_of(one.version) or ()
            for one in facts.releases
            if (one.product, one.track) == ("windows", track) and one.ends and one.ends >= today
        ]
        if facts.beyond("windows", version):
            return "supported", ""
        return "ended" if not alive or older(version, min(alive)) else "unknown", ""
    told = release.ends.isoformat() + ("" if release.verified else " (reported)")
    if release.ends < today:
        return "ended", told
    small = None if group.edition else facts.release("windows", version, "home-pro")
    if release.ends - today <= _SOON or (small and small.ends and small.ends < today):
        return "ending", told
    return "supported", told


def _mobile(platform: str, groups: list[ClientGroup], facts: VersionFacts, today: date) -> Finding:
    subject = object_set(said("{names} clients", names=_NAMES[platform]))
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
