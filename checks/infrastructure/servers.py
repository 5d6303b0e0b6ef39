"""The operating systems of servers: in support, and kept up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from checks.infrastructure.words import CERTAINTY, SERVER_ROLES
from scanner.api import (
    Effort,
    Finding,
    Header,
    Owner,
    Phase,
    Scope,
    Severity,
    Topic,
    Value,
    check,
    combined,
    failed,
    not_assessed,
    passed,
    step,
    warned,
)
from scanner.evidence.inventory import InventoryServer
from scanner.evidence.versions import VersionFacts, version_of

_LIFECYCLE = "https://learn.microsoft.com/lifecycle/products/"


@check(
    id="infrastructure.servers-supported",
    title="Servers run a supported operating system",
    action="Move servers to a supported operating system",
    why="A system out of support gets no security updates, and Microsoft does not help with a"
    " synchronisation, federation or connector server that runs on one.",
    fix=[
        step(
            "Install the role on a new server with a supported version, move it there, and retire the"
            " old one. Upgrading in place is the second choice for identity servers."
        ),
        step(
            "See the version of a server.",
            command="Get-CimInstance Win32_OperatingSystem | Select-Object Caption, Version",
        ),
    ],
    verify="The new server is in the inventory with a version in support, and the old one is not.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    clause=["G17", "G8"],
    documents=[f"{_LIFECYCLE}windows-server-2016", f"{_LIFECYCLE}windows-server-2019"],
)
def servers_supported(
    server: InventoryServer, facts: VersionFacts, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the end of support of the server's Windows Server release."""
    version = version_of(server.system.version) if server.system.version else None
    if version is None:
        yield not_assessed(
            "unconfigured-no-version",
            server.subject,
            "The inventory does not say which version of Windows Server this is.",
        )
        return
    release = facts.release("windows-server", version)
    today = header.collected_at.date()
    if release is None or release.ends is None:
        yield _unknown(server, facts)
        return
    warn_days = int(scope.threshold("infrastructure.end-of-support-days", 180))
    named = {"release": release.name, "ends": release.ends.isoformat()}
    if release.ends < today:
        found = failed("ended", server.subject, "Support of {release} ended on {ends}.", **named)
    elif release.ends - today <= timedelta(days=warn_days):
        found = warned("ends-soon", server.subject, "Support of {release} ends on {ends}.", **named)
    else:
        found = passed(
            "in-support", server.subject, "{release} is in support until {ends}.", **named
        )
    yield found.showing(
        observed=server.system.version,
        roles=SERVER_ROLES.say_all(server.roles),
        source=release.source,
        certainty=CERTAINTY.say(release.certainty),
    )


def _unknown(server: InventoryServer, facts: VersionFacts) -> Finding:
    version = version_of(server.system.version) or ()
    if facts.beyond("windows-server", version):
        return passed(
            "newer-than-known",
            server.subject,
            "Version {version} is newer than all that were known on {day}.",
            version=server.system.version,
            day=facts.as_of.isoformat(),
        )
    return not_assessed(
        "unsupported-version",
        server.subject,
        "Version {version} is no release of Windows Server that was known on {day}.",
        version=server.system.version,
        day=facts.as_of.isoformat(),
    )


@check(
    id="infrastructure.server-updates-current",
    title="Servers have the current updates",
    action="Install the pending updates on the servers",
    why="Security updates come every month. A server that is months behind is open to known attacks,"
    " and prerequisites of connectors and agents arrive with updates too.",
    fix=[
        step(
            "See what is missing, install it in the next maintenance window, and restart.",
            command="Get-HotFix | Sort-Object InstalledOn -Descending | Select-Object -First 5",
        ),
        step("Put the server into the group that gets updates every month."),
    ],
    verify="A new inventory shows an update of the last 45 days, nothing pending, and no restart due.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    clause=["G17"],
    documents=[
        "https://learn.microsoft.com/windows/deployment/update/release-cycle",
    ],
)
def server_updates_current(server: InventoryServer, scope: Scope) -> Iterator[Finding]:
    """Judge the age of the last update on the day of the inventory, what is pending, and a restart."""
    state, found = server.updates, []
    if state.last_installed is not None:
        found.append(_age(server, scope))
    if state.pending:
        found.append(
            warned(
                "pending",
                server.subject,
                "{count} updates are offered and not installed.",
                count=state.pending,
            )
        )
    if state.restart_pending:
        found.append(
            warned(
                "restart-pending", server.subject, "A restart is pending to finish an installation."
            ).fixed_by(step("Restart the server in a maintenance window."))
        )
    if not found and state.pending is None:
        yield not_assessed(
            "unconfigured-no-updates",
            server.subject,
            "The inventory does not say which updates the server has.",
        )
        return
    nothing_due = passed("nothing-due", server.subject, "No update is pending.")
    yield combined([*found, nothing_due]).showing(seen=server.seen.isoformat())


def _age(server: InventoryServer, scope: Scope) -> Finding:
    last = server.updates.last_installed or server.seen
    days = (server.seen - last).days
    named: dict[str, Value] = {"last": last.isoformat(), "days": days}
    if days > scope.threshold("infrastructure.update-fail-days", 90):
        return failed(
            "long-behind",
            server.subject,
            "The last update is of {last}, {days} days before the inventory.",
            **named,
        )
    if days > scope.threshold("infrastructure.update-warn-days", 45):
        return warned(
            "behind",
            server.subject,
            "The last update is of {last}, {days} days before the inventory: a month was missed.",
            **named,
        )
    return passed("recent", server.subject, "The last update is of {last}.", last=last.isoformat())


@check(
    id="infrastructure.inventory-recent",
    title="The inventory is recent",
    action="Take the inventory anew",
    why="Versions, updates and pending restarts are judged as they were on the day of the inventory."
    " What was mended since then still shows as open, and what broke does not show.",
    fix=step(
        "Run the collector on the servers again, and replace the file.",
        command="emsready inventory script > emsready-inventory.ps1",
    ),
    verify="The day of the inventory lies at most 30 days back.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.LOW,
    owner=Owner.PROJECT_MANAGER,
    effort=Effort.MINUTES,
    phase=Phase.ASSESS,
    clause=["A2"],
    documents=["https://learn.microsoft.com/powershell/module/cimcmdlets/get-ciminstance"],
)
def inventory_recent(server: InventoryServer, scope: Scope, header: Header) -> Iterator[Finding]:
    """Judge how old each server's part of the inventory is."""
    days = (header.collected_at.date() - server.seen).days
    named: dict[str, Value] = {"seen": server.seen.isoformat(), "days": days}
    if days > scope.threshold("infrastructure.inventory-days", 30):
        yield warned(
            "old",
            server.subject,
            "The server was last looked at on {seen}, {days} days ago.",
            **named,
        )
    else:
        yield passed(
            "recent", server.subject, "The server was looked at on {seen}.", seen=named["seen"]
        )
