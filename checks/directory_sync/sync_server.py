"""The synchronisation server: its version, its prerequisites, and that only one is active."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from checks.directory_sync.sync_accounts import (
    connect_accounts,
    installations,
    outdated_servers,
    rows_of,
)
from scanner.api import (
    Answers,
    Effort,
    Finding,
    Header,
    Owner,
    Question,
    Scope,
    Severity,
    Topic,
    answered,
    cause,
    check,
    combined,
    failed,
    manual,
    not_applicable,
    not_assessed,
    passed,
    step,
    tenant,
    warned,
)
from scanner.evidence.directory import DirectoryInput
from scanner.evidence.inventory import InventoryServer
from scanner.evidence.versions import VersionFacts, older, version_of

_PREREQUISITES = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-connect-install-prerequisites"
)
_HISTORY = (
    "https://learn.microsoft.com/entra/identity/hybrid/connect/reference-connect-version-history"
)
_PRODUCT = "entra-connect"
_DOTNET_472 = 461808
_BUILD_2016, _BUILD_2019, _BUILD_2025 = 14393, 17763, 26100
_SYNC_UPDATE = (10, 0, 26100, 6901)
"""The build that KB5070773 brings; every later one contains it."""

VERSION = Question(
    id="directory_sync.connect-version-supported",
    asked="Does every Entra Connect server run version 2.5.79.0 or newer?",
    yes="Programs and Features, or the file version of miiserver.exe, shows 2.5.79.0 or newer on"
    " every server, those in staging mode included. Not needed, if there is none and Cloud Sync or"
    " no synchronisation is planned.",
    evidence="The version of each server.",
    known_by="The identity administrator.",
)


def _servers(found: Sequence[InventoryServer] | None) -> list[InventoryServer]:
    return [one for one in found or () if _PRODUCT in one.roles or one.version_of(_PRODUCT)]


@check(
    id=VERSION.id,
    question=VERSION,
    title="The Entra Connect build is supported",
    action="Upgrade Entra Connect",
    why="Synchronisation has stopped for versions below 2.5.79.0 on 30 September 2026. Newer versions"
    " are supported until twelve months after the next one came.",
    fix=[
        step(
            "See the version that runs; Programs and Features may show an older one.",
            command="(Get-Item 'C:\\Program Files\\Microsoft Azure AD Sync\\Bin\\miiserver.exe')"
            ".VersionInfo.ProductVersion",
        ),
        step(
            "Download the newest version and upgrade in place, the server in staging mode first.",
            portal="Microsoft Entra admin center > Entra Connect > Connect Sync > Get started",
        ),
    ],
    verify="The version is at or above the least one on every server, and a synchronisation cycle ran.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.BLOCKER,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.HOURS,
    clause=["E3", "G17", "G8"],
    blocks=["the first or the continuing synchronisation"],
    documents=[_PREREQUISITES, _HISTORY],
    settle_after="1 h",
)
def connect_version_supported(
    servers: tuple[InventoryServer, ...] | None,
    directory: DirectoryInput | None,
    answers: Answers,
    facts: VersionFacts,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """By the inventory where it has such a server, else by the answer."""
    found = _servers(servers)
    today = header.collected_at.date()
    for server in found:
        yield _version(server, facts, today)
    if not found:
        yield _asked(VERSION, answers, scope, header, directory)


def _asked(
    question: Question,
    answers: Answers,
    scope: Scope,
    header: Header,
    directory: DirectoryInput | None,
) -> Finding:
    """What the answer says. An account in the directory shows that there is, or was, a server."""
    accounts = connect_accounts(directory)
    if scope.hybrid is False and not accounts and answers.of(question.id) is None:
        return not_applicable(
            "cloud-only", question.subject, "No synchronisation from a directory is planned."
        )
    found = answered(question, answers, header)
    return found.affecting(rows_of(accounts)) if accounts else found


def _version(server: InventoryServer, facts: VersionFacts, today: date) -> Finding:
    observed = server.version_of(_PRODUCT)
    version = version_of(observed) if observed else None
    if version is None:
        return not_assessed(
            "unconfigured-no-version",
            server.subject,
            "The inventory does not say which version of Entra Connect runs here.",
        )
    least = facts.minimum(_PRODUCT, today) or facts.coming(_PRODUCT, today)
    if least and older(version, version_of(least.version) or ()):
        return failed(
            "stopped",
            server.subject,
            "Version {version} is below {least}: synchronisation stops for such versions on {day}.",
            version=observed,
            least=least.version,
            day=least.since.isoformat() if least.since else "",
        ).showing(expected=least.version, observed=observed, source=least.source)
    release = facts.at_or_below(_PRODUCT, version)
    if release and release.ends and release.ends <= today:
        return warned(
            "retired",
            server.subject,
            "Version {version} still works, but its support is reported to have ended on {ends}.",
            version=observed,
            ends=release.ends.isoformat(),
        ).showing(observed=observed, source=release.source, certainty=release.certainty)
    return passed(
        "supported", server.subject, "Version {version} is supported.", version=observed
    ).showing(observed=observed)


SERVER = Question(
    id="directory_sync.connect-server-supported",
    asked="Does the Entra Connect server meet the prerequisites: Windows Server 2019 or 2022 with"
    " desktop experience, joined to a domain, .NET Framework 4.7.2, TLS 1.2?",
    yes="All of it holds for every server, those in staging mode included. Not needed, if there is no"
    " Entra Connect server.",
    evidence="The output of systeminfo.",
    known_by="The identity administrator.",
)


@check(
    id=SERVER.id,
    question=SERVER,
    title="The sync server meets the prerequisites",
    action="Bring the sync server to the prerequisites, or move to a new one",
    why="The installer refuses a server that does not meet them, and a server that falls behind later"
    " loses the next upgrade, and with it the synchronisation.",
    fix=[
        step(
            "Set up a second server with Windows Server 2022, install Entra Connect there in staging"
            " mode with the exported settings, compare, and make it the active one.",
            link="https://learn.microsoft.com/entra/identity/hybrid/connect/how-to-upgrade-previous-version",
        ),
    ],
    verify="A new inventory shows no fault, and the scheduler runs on the new server.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.IDENTITY_ADMIN,
    effort=Effort.DAYS,
    clause=["E3", "G7", "G17"],
    blocks=["the first or the continuing synchronisation"],
    documents=[_PREREQUISITES],
)
def connect_server_supported(
    servers: tuple[InventoryServer, ...] | None,
    directory: DirectoryInput | None,
    answers: Answers,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """By the inventory where it has such a server, else by the answer; by computer objects too."""
    found = _servers(servers)
    yield from outdated_servers(connect_accounts(directory), found)
    for server in found:
        faults = [*_system(server), *_surroundings(server)]
        if not server.system.version:
            faults.append(
                not_assessed(
                    "unconfigured-no-system",
                    server.subject,
                    "The inventory does not say which system this server runs.",
                )
            )
        good = passed("meets", server.subject, "The server meets the prerequisites.")
        yield combined([*faults, good]).showing(
            observed=server.system.name or server.system.version
        )
    if not found:
        yield _asked(SERVER, answers, scope, header, directory)


def _system(server: InventoryServer) -> Iterator[Finding]:
    """Faults of the operating system."""
    subject, build = server.subject, _build(server)
    if build and build < _BUILD_2016:
        yield failed("system-too-old", subject, "The system is older than Windows Server 2016.")
    elif build == _BUILD_2016:
        yield warned(
            "system-2016", subject, "Windows Server 2016 still works; 2019 or 2022 are asked for."
        )
    elif build == _BUILD_2025 and not _has_sync_update(server):
        yield failed(
            "system-2025",
            subject,
            "Windows Server 2025 is not supported without the update KB5070773 or a later one.",
        ).fixed_by(step("Install the newest cumulative update, or move to Windows Server 2022."))
    elif build == _BUILD_2025:
        yield warned(
            "system-2025-updated",
            subject,
            "Windows Server 2025 has the update that is needed; 2022 is still the safer choice.",
        )
    old_essentials = server.system.installation == "essentials" and 0 < build < _BUILD_2019
    if old_essentials or server.system.installation in ("core", "nano", "small-business"):
        yield failed(
            "no-desktop", subject, "Entra Connect needs an installation with desktop experience."
        )


def _has_sync_update(server: InventoryServer) -> bool:
    version = version_of(server.system.version) or ()
    return "KB5070773" in server.updates.installed or not older(version, _SYNC_UPDATE)


def _build(server: InventoryServer) -> int:
    """The build of Windows; that of 2012 R2 and older for 6.x, and 0 where it is not known."""
    version = version_of(server.system.version) if server.system.version else None
    match version:
        case (10, _, build, *_):
            return build
        case (major, *_) if major < 10:  # noqa: PLR2004 - Windows Server 2012 R2 is 6.3
            return 9600
        case _:
            return 0


def _surroundings(server: InventoryServer) -> Iterator[Finding]:
    """Faults of everything around it."""
    subject = server.subject
    if server.domain_joined is False:
        yield failed("not-joined", subject, "The server is not joined to a domain.")
    if server.dotnet_release is not None and server.dotnet_release < _DOTNET_472:
        yield failed("dotnet-too-old", subject, ".NET Framework is older than 4.7.2.").fixed_by(
            step("Install .NET Framework 4.8 and restart the server.")
        )
    if server.tls and server.tls.tls12_client is False:
        yield failed("tls-off", subject, "TLS 1.2 is switched off.").fixed_by(
            step("Switch TLS 1.2 on and restart the server.")
        )
    if server.sync and server.sync.database == "azure-sql":
        yield failed("azure-sql", subject, "The database is in Azure SQL, which is not supported.")
    if server.sync and server.sync.case_sensitive:
        yield failed("case-sensitive", subject, "The database has a case-sensitive collation.")


ACTIVE = Question(
    id="directory_sync.single-active-sync-server",
    asked="Is exactly one synchronisation server active, and every other one in staging mode or gone?",
    yes="It is known which server is active; Get-ADSyncScheduler shows staging mode on every other"
    " one; accounts and servers of earlier installations are removed. Not needed, if there is none.",
    evidence="The name of the active server.",
    known_by="The identity administrator.",
)


@check(
    id=ACTIVE.id,
    question=ACTIVE,
    title="One sync server is active",
    action="Leave one sync server active, and put the others into staging mode",
    why="Two active servers write to the same tenant by turns. Objects change back and forth, or are"
    " deleted, and nobody can tell which server did it.",
    fix=[
        step(
            "See on each server whether it is in staging mode.",
            command="Get-ADSyncScheduler | Select-Object StagingModeEnabled, SyncCycleEnabled",
        ),
        step(
            "Put all but one into staging mode, or take Entra Connect off them.",
            portal="Microsoft Entra Connect > Configure > Configure staging mode",
        ),
    ],
    verify="A new inventory shows one server without staging mode.",
    topic=Topic.DIRECTORY_SYNC,
    severity=Severity.HIGH,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.HOURS,
    clause=["E3", "G15"],
    blocks=["the first or the continuing synchronisation"],
    documents=["https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-topologies"],
)
def single_active_sync_server(
    servers: tuple[InventoryServer, ...] | None,
    directory: DirectoryInput | None,
    answers: Answers,
    scope: Scope,
    header: Header,
) -> Iterator[Finding]:
    """By the inventory where it knows the mode of every such server, else by the answer.

    Each installation leaves an account MSOL_… in each forest that it reads: where more servers have
    made them than are known, somebody has to say whose they are.
    """
    found = _servers(servers)
    accounts = connect_accounts(directory)
    active = [one.name for one in found if one.sync and one.sync.staging is False]
    unknown = [one.name for one in found if one.sync is None or one.sync.staging is None]
    if len(active) > 1:
        yield failed(
            "several-active", tenant(), "{servers} are active at the same time.", servers=active
        )
    elif installations(accounts) > max(1, len(found)) and answers.of(ACTIVE.id) is None:
        yield (
            manual(
                "several-accounts",
                ACTIVE.subject,
                "The directory holds {count} accounts of synchronisation servers, and {known} servers"
                " are known. Which of them belongs to the active server, which to one in staging"
                " mode, and which was left over?",
                count=len(accounts),
                known=len(found),
            )
            .fixed_by(
                step(
                    "See in the description of each account which server made it; delete those that"
                    " no server uses any more.",
                    command="Get-ADUser -Filter \"sAMAccountName -like 'MSOL_*'\" -Properties"
                    " Description, Enabled, WhenCreated",
                ),
                step(ACTIVE.yes),
                step(
                    "Write the answer into the answers file, or give it on a terminal.",
                    command="emsready answer",
                ),
            )
            .affecting(rows_of(accounts))
        )
    elif not found or unknown:
        yield _asked(ACTIVE, answers, scope, header, directory)
    elif active:
        yield passed("one-active", tenant(), "{server} alone is active.", server=active[0])
    else:
        yield failed(
            "none-active",
            tenant(),
            "All synchronisation servers are in staging mode: {servers}.",
            servers=[one.name for one in found],
        )


OUTDATED = cause(
    id="directory_sync.outdated-connect",
    members=["directory_sync.connect-version-supported", "directory_sync.client-version-supported"],
    tie=lambda _: "connect",
    title="Upgrade Entra Connect",
    why="Inventory and tenant see the same installation: its version is too old, or soon will be.",
    fix=[
        step(
            "Download the newest version and upgrade in place, the server in staging mode first.",
            portal="Microsoft Entra admin center > Entra Connect > Connect Sync > Get started",
        ),
    ],
)
