"""Exchange as the directory reveals it: its schema, and the builds of its servers."""

from __future__ import annotations

from collections.abc import Iterator

from checks.infrastructure.unread import unread
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
    Value,
    check,
    not_applicable,
    not_assessed,
    passed,
    said,
    step,
    warned,
)
from scanner.evidence.forest import Forest
from scanner.evidence.versions import VersionFacts

_EXCHANGE = "https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates"


@check(
    id="infrastructure.exchange-schema-present",
    title="The Exchange schema's presence is known",
    action="Know whether the Exchange schema is there",
    why="Without it there is no mailNickname and no msExch attribute: checks on them do not apply,"
    " and Exchange"
    " attributes cannot be managed on premises.",
    fix=[step("Nothing is to be done; it explains what else is told.")],
    verify="The report says whether the schema is there.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.INFO,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.MINUTES,
    phase=Phase.REMEDIATE,
    clause=["A4"],
    documents=["https://learn.microsoft.com/exchange/plan-and-deploy/prepare-ad-and-domains"],
)
def exchange_schema_present(found: Forest, facts: VersionFacts) -> Iterator[Finding]:
    """Tell whether the schema has the Exchange attributes, and of which version they are."""
    asked = found.asked("schema", "CN=ms-Exch-Schema-Version-Pt", "rangeUpper")
    if found.exchange_schema is not None:
        yield (
            passed(
                "present",
                found.subject,
                "The Exchange schema is there, with version {version} ({release}).",
                version=found.exchange_schema,
                release=_named(facts, "exchange-schema", found.exchange_schema),
            )
            .at(Severity.INFO)
            .showing(asked=asked)
        )
    elif found.absent("schema"):
        yield (
            passed("absent", found.subject, "There is no Exchange schema.")
            .at(Severity.INFO)
            .showing(asked=asked)
        )
    else:
        yield unread(found, "CN=Schema")


def _named(facts: VersionFacts, product: str, number: int) -> str:
    release = facts.release(product, (number,))
    return release.name if release else said("of a release that is not known here")


@check(
    id="infrastructure.exchange-version-supported",
    title="Exchange is recent enough for hybrid",
    action="Update Exchange, or retire it",
    why="Exchange 2016 and 2019 are out of support since 14 October 2025, and hybrid needs a"
    " supported server."
    " A schema outlives its servers, so that the builds of the servers count.",
    fix=[
        step(
            "Upgrade to Exchange Server Subscription Edition, or remove the last server as documented.",
            command="Get-ExchangeServer | Select-Object Name, AdminDisplayVersion",
            link="https://learn.microsoft.com/exchange/manage-hybrid-exchange-recipients-with-management-tools",
        )
    ],
    verify="The servers in the configuration partition have the new build.",
    topic=Topic.INFRASTRUCTURE,
    severity=Severity.MEDIUM,
    owner=Owner.DIRECTORY_ADMIN,
    effort=Effort.WEEKS,
    phase=Phase.REMEDIATE,
    clause=["G17", "A4"],
    documents=[_EXCHANGE, "https://learn.microsoft.com/lifecycle/products/exchange-server-2019"],
)
def exchange_version_supported(
    found: Forest, facts: VersionFacts, scope: Scope, header: Header
) -> Iterator[Finding]:
    """Judge the newest server by its build: a schema outlives its servers."""
    if not found.absent("services") and not found.exchange_servers:
        yield unread(found, "CN=Microsoft Exchange,CN=Services")
        return
    if not found.exchange_servers:
        yield not_applicable("no-servers", found.subject, "The forest has no Exchange server.")
        return
    rows = Affected(("server", "version", "roles"), spoken=("roles",))
    for one in found.exchange_servers:
        rows.add(one.name, one.version, _roles(one.roles))
    builds = [build for one in found.exchange_servers if (build := build_of(one.version))]
    yield (
        _newest(found, max(builds, default=None), facts, scope, header)
        .showing(
            asked=found.asked(
                "services", "CN=Microsoft Exchange", "serialNumber", "msExchCurrentServerRoles"
            ),
            **_prepared(found, facts),
        )
        .affecting(rows)
    )


def _newest(
    found: Forest,
    build: tuple[int, ...] | None,
    facts: VersionFacts,
    scope: Scope,
    header: Header,
) -> Finding:
    """The verdict about the newest server of a forest."""
    subject = found.subject
    release = facts.at_or_below(_EXCHANGE_SERVER, build) if build else None
    if build is None:
        return not_assessed(
            "unsupported-unknown-build",
            subject,
            "The builds of the Exchange servers cannot be read.",
        )
    told = {
        "build": ".".join(map(str, build)),
        "release": release.name if release else said("an older version"),
    }
    ended = release is None or (release.ends and release.ends <= header.collected_at.date())
    ended = ended or build < _NEWER_THAN_2016
    if not ended:
        return passed(
            "supported",
            subject,
            "The newest Exchange server has build {build} ({release}).",
            **told,
        )
    if scope.hybrid is False:
        return passed(
            "out-of-support-unused",
            subject,
            "The newest Exchange server has build {build} ({release}), which is out of support; no"
            " hybrid is planned.",
            **told,
        ).at(Severity.INFO)
    return warned(
        "out-of-support",
        subject,
        "The newest Exchange server has build {build} ({release}), which is out of support.",
        **told,
    ).at(Severity.MEDIUM)


def _prepared(found: Forest, facts: VersionFacts) -> dict[str, Value]:
    """What the forest was prepared for, for the facts of the finding."""
    told: dict[str, Value] = {}
    if found.exchange_schema is not None:
        number = found.exchange_schema
        told["schema"] = f"{number}: {_named(facts, 'exchange-schema', number)}"
    if found.exchange_organisation is not None:
        number = found.exchange_organisation
        told["organisation"] = f"{number}: {_named(facts, 'exchange-organisation', number)}"
    domains = [f"{one.dns} {one.exchange}" for one in found.domains if one.exchange is not None]
    if domains:
        told["domains"] = domains
    return told


_NEWER_THAN_2016 = (15, 2)
_EXCHANGE_SERVER = "exchange"
_ROLES = {
    2: said("mailbox"),
    4: said("client access"),
    16: said("unified messaging"),
    32: said("transport"),
    64: said("edge"),
}


def _roles(bits: int | None) -> str:
    return ", ".join(name for bit, name in _ROLES.items() if (bits or 0) & bit)


def build_of(text: str) -> tuple[int, int, int] | None:
    """'Version 15.2 (Build 32562.17)' as (15, 2, 2562): the directory adds 30,000 to the build."""
    words = text.replace("(", " ").replace(")", " ").split()
    numbers = [one for one in words if one[:1].isdigit()]
    if len(numbers) < 2:  # noqa: PLR2004 - version and build
        return None
    major, _, minor = numbers[0].partition(".")
    build = numbers[1].partition(".")[0]
    if not (major.isdecimal() and minor.isdecimal() and build.isdecimal()):
        return None
    return int(major), int(minor), int(build) % 30_000
