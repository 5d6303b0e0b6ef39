"""Configuration Manager as the directory reveals it."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.unread import unread, unseen
from checks.infrastructure.words import ALL_FORESTS, CERTAINTY
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Severity,
    Topic,
    check,
    failed,
    host,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.forest import Forest, ManagementPoint
from scanner.evidence.versions import VersionFacts, version_of

_MANAGER = "configuration-manager"


@check(
    id="infrastructure.configuration-manager-known",
    title="Configuration Manager sites are known",
    action="Complete the container of Configuration Manager, or accept that sites are not published",
    why="Where Configuration Manager manages the computers today, co-management is the way to"
    " Intune. Its"
    " servers publish themselves into the container System Management, on which they need full control.",
    fix=[
        step(
            "Make the container and give the site servers full control.",
            link="https://learn.microsoft.com/intune/configmgr/core/plan-design/network/extend-the-active-directory-schema",
        )
    ],
    verify="CN=System Management,CN=System of the domain holds the management points.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["G19"],
    documents=[
        "https://learn.microsoft.com/intune/configmgr/core/plan-design/network/extend-the-active-directory-schema"
    ],
)
def configuration_manager_known(found: Forest) -> Iterator[Finding]:
    """Tell what is published. A site without a management point of its own is a central one."""
    subject = found.subject
    sites = sorted({one.site or one.name for one in found.management_points})
    published = {one.code for one in found.management_sites}
    central = sorted(published - set(sites)) if sites else []
    asked = found.asked("system", "mSSMSSiteCode", "mSSMSMPName", "mSSMSVersion", "dNSHostName")
    if sites and central:
        finding = passed(
            "published-with-central",
            subject,
            "Configuration Manager publishes the sites {sites}, and {central} without a management"
            " point, which is how a central site looks. Co-management starts at the highest site.",
            sites=sites,
            central=central,
        ).at(Severity.INFO)
    elif sites:
        finding = passed(
            "published",
            subject,
            "Configuration Manager publishes the sites {sites}: computers can come to Intune by"
            " co-management.",
            sites=sites,
        ).at(Severity.INFO)
    elif published:
        finding = passed(
            "sites-only",
            subject,
            "Configuration Manager publishes the sites {sites}, and no management point.",
            sites=sorted(published),
        ).at(Severity.INFO)
    elif not found.absent("system"):
        yield unread(found, said("CN=System of every domain"))
        return
    elif found.management_schema and not found.management_container:
        finding = warned(
            "container-missing",
            subject,
            "The schema is extended for Configuration Manager, and the container System Management"
            " is missing.",
        )
    else:
        finding = not_applicable("none", subject, "The forest publishes no Configuration Manager.")
    yield finding.showing(asked=asked)


@check(
    id="infrastructure.configuration-manager-version-supported",
    title="Site versions are supported",
    action="Update Configuration Manager to a supported version",
    why="A version gets updates for eighteen months. Co-management and the cloud services are"
    " supported with"
    " those versions only.",
    fix=[
        step(
            "Install the newest update from the console.",
            portal="Configuration Manager console > Administration > Updates and Servicing",
        )
    ],
    verify="The management points publish the new version.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.ENDPOINT_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.ENABLE,
    clause=["G19"],
    blocks=["co-management"],
    documents=["https://learn.microsoft.com/intune/configmgr/core/servers/manage/updates"],
)
def configuration_manager_version_supported(
    forests: tuple[Forest, ...], facts: VersionFacts, header: Header
) -> Iterator[Finding]:
    """Judge the version that each management point publishes by the dated facts."""
    points = {one.host or one.name: one for found in forests for one in found.management_points}
    if not points and (hidden := unseen(forests, "system")):
        yield unread(hidden, said("CN=System of every domain"))
    elif not points:
        yield not_applicable("none", ALL_FORESTS, "No management point is published.")
    for name, point in sorted(points.items()):
        yield _point(name, point, facts, header).showing(
            asked=forests[0].asked("system", "mSSMSVersion")
        )


def _point(name: str, point: ManagementPoint, facts: VersionFacts, header: Header) -> Finding:
    version = version_of(point.version) if point.version else None
    release = facts.release(_MANAGER, version) if version else None
    told = {"name": name, "version": point.version or "unknown"}
    if version and facts.beyond(_MANAGER, version):
        return passed("newer", host(name), "{name} has version {version}.", **told)
    if version and facts.at_or_below(_MANAGER, version) is None:
        return failed(
            "far-too-old",
            host(name),
            "{name} has version {version}, older than all that were still in support on {day}.",
            **told,
            day=facts.as_of.isoformat(),
        )
    if release is None or release.ends is None:
        return not_assessed(
            "unsupported-unknown-version",
            host(name),
            "The support of version {version} on {name} is not known.",
            **told,
        )
    told["ends"] = release.ends.isoformat()
    if release.ends < header.collected_at.date():
        finding = failed(
            "out-of-support",
            host(name),
            "{name} has version {version}, whose support ended on {ends}.",
            **told,
        )
    else:
        finding = passed(
            "in-support",
            host(name),
            "{name} has version {version}, supported until {ends}.",
            **told,
        )
    return finding.showing(source=release.source, certainty=CERTAINTY.say(release.certainty))
