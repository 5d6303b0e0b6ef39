"""Configuration Manager as far as an inventory tells: the site and its clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from checks.infrastructure.words import CERTAINTY
from scanner.api import (
    RUN,
    Affected,
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Subject,
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
from scanner.evidence.inventory import InventoryClients, InventoryServer
from scanner.evidence.versions import VersionFacts, version_of

_PRODUCT = "configuration-manager"
_SITE = "configuration-manager-site"
_CLIENTS = object_set(said("Configuration Manager clients"))


@check(
    id="infrastructure.configuration-manager-ready",
    title="Configuration Manager can be co-managed with Intune",
    action="Update Configuration Manager to a supported version",
    why="Co-management and tenant attach need a current branch that is in support; each version is"
    " for 18 months. With an older one the cloud attach wizard fails or is not there.",
    fix=[
        step(
            "Install the newest version in the console: central site first, then the secondary sites,"
            " then the clients.",
            portal="Configuration Manager console > Administration > Updates and Servicing",
        ),
        step("Run the prerequisite check first, and back up the site database."),
    ],
    verify="The console shows a site version that is in support, and clients follow within a week.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G19", "G17"],
    blocks=["co-management"],
    documents=[
        "https://learn.microsoft.com/intune/configmgr/core/servers/manage/updates",
        "https://learn.microsoft.com/intune/configmgr/core/servers/manage/current-branch-versions-supported",
        "https://learn.microsoft.com/intune/configmgr/comanage/overview",
    ],
    settle_after="1 day",
)
def configuration_manager_ready(
    servers: tuple[InventoryServer, ...],
    clients: InventoryClients | None,
    facts: VersionFacts,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """Judge each site server's version, and the versions of the clients that were counted."""
    today = header.collected_at.date()
    sites = [(one.subject, one.version_of(_SITE)) for one in servers if one.version_of(_SITE)]
    for subject, version in sites:
        yield _site(subject, version, facts, today)
    if not sites:
        yield _no_site(scope)
    if clients and any(one.configuration_manager for one in clients.clients):
        yield _client_versions(clients, facts, today)


def _no_site(scope: Scope) -> Finding:
    if scope.workload("co-management"):
        return not_assessed(
            "unconfigured-no-site",
            RUN,
            "Co-management is planned, but no server of the inventory is a Configuration Manager site.",
        )
    return not_applicable("no-site", RUN, "The inventory has no Configuration Manager site.")


def _site(subject: Subject, version: str, facts: VersionFacts, today: date) -> Finding:
    number = version_of(version) or ()
    release = facts.release(_PRODUCT, number)
    if release is None or release.ends is None:
        return _unknown(subject, version, facts)
    named = {"release": release.name, "version": version, "ends": release.ends.isoformat()}
    if release.ends < today:
        found = failed(
            "ended", subject, "Support of {release} ({version}) ended on {ends}.", **named
        )
    elif release.ends - today <= timedelta(days=90):
        found = warned(
            "ends-soon", subject, "Support of {release} ({version}) ends on {ends}.", **named
        )
    else:
        found = passed(
            "supported", subject, "{release} ({version}) is in support until {ends}.", **named
        )
    return found.showing(
        observed=version, source=release.source, certainty=CERTAINTY.say(release.certainty)
    )


def _unknown(subject: Subject, version: str, facts: VersionFacts) -> Finding:
    number, day = version_of(version) or (), facts.as_of.isoformat()
    if facts.beyond(_PRODUCT, number):
        return passed(
            "newer-than-known",
            subject,
            "Version {version} is newer than all that were known on {day}.",
            version=version,
            day=day,
        )
    known = facts.at_or_below(_PRODUCT, number)
    if known is None:
        return failed(
            "far-too-old",
            subject,
            "Version {version} is older than all that were still in support on {day}.",
            version=version,
            day=day,
        )
    return not_assessed(
        "unsupported-version",
        subject,
        "Version {version} is no release that was known on {day}.",
        version=version,
        day=day,
    )


def _client_versions(clients: InventoryClients, facts: VersionFacts, today: date) -> Finding:
    old = Affected(("version", "clients"))
    behind = 0
    for one in clients.clients:
        number = version_of(one.configuration_manager) if one.configuration_manager else None
        release = facts.at_or_below(_PRODUCT, number) if number else None
        if number and (release is None or (release.ends and release.ends < today)):
            old.add(one.configuration_manager, str(one.count))
            behind += one.count
    if behind:
        return warned(
            "clients-behind",
            _CLIENTS,
            "{count} clients have a version whose support has ended.",
            count=behind,
        ).affecting(old)
    return passed("clients-supported", _CLIENTS, "All clients have a version in support.")
