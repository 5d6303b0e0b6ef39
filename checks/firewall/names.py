"""Names: resolvers that hide some, and new ones that old rules do not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checks.firewall.areas import CLAUSES, INTUNE, LISTS
from checks.firewall.facts import Places
from checks.firewall.words import ROLES
from scanner.api import (
    Affected,
    Effort,
    Finding,
    Owner,
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
from scanner.evidence.endpoints import EndpointRows, Row
from scanner.evidence.reachability import NameLookup, Probe, Vantage, Why

_SHOWN = 8
Seen = Mapping[tuple[str, str], Sequence[Probe]]
_FILTERED = {
    "nxdomain": said("do not exist"),
    "nodata": said("have no address"),
    "refused": said("are refused"),
}


@check(
    id="firewall.dns-not-filtered",
    title="No resolver hides a name of the catalogue",
    action="Exempt the named destinations from the filter of the resolver",
    why="Filtering resolvers act by category and by wildcard. A name that they hide fails for every"
    " caller behind them, and no firewall rule can help.",
    fix=[
        step(
            "Write an exception for the wildcards of this finding into the policy of the resolver."
        ),
        step(
            "Ask the resolver by hand, before and after.",
            command="Resolve-DnsName NAME -Server RESOLVER\ndig @RESOLVER NAME",
        ),
    ],
    verify="Each resolver answers with public addresses for every name.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["the service of the name"],
    documents=[LISTS, INTUNE],
    settle_after="1 h",
)
def dns_not_filtered(
    areas: tuple[EndpointRows, ...],
    lookups: tuple[NameLookup, ...],
    probes: tuple[Probe, ...],
) -> Iterator[Finding]:
    """One finding for each resolver at each place."""
    if not lookups:
        yield not_applicable(
            "no-name-asked",
            object_set("resolvers"),
            "No name was asked for: every destination is redirected, or behind a proxy.",
        )
        return
    seen: dict[tuple[str, str], list[Probe]] = {}
    for probe in probes:
        seen.setdefault((probe.vantage, probe.host), []).append(probe)
    rows = {
        (area.vantage, host): row
        for area in areas
        for row in area.rows
        for host in row.hosts
        if row.required and not row.guess and not row.revocation and not row.migrating
    }
    groups: dict[tuple[str, str], list[NameLookup]] = {}
    for one in lookups:
        groups.setdefault((one.resolver, one.vantage), []).append(one)
    for (resolver, vantage), mine in sorted(groups.items()):
        yield _resolver(resolver, vantage, mine, rows, seen)


def _resolver(
    resolver: str,
    vantage: str,
    lookups: list[NameLookup],
    rows: dict[tuple[str, str], Row],
    seen: Seen,
) -> Finding:
    subject = object_set(
        said("{resolver} at {place}", resolver=resolver, place=vantage) if vantage else resolver
    )
    if all(one.outcome in ("timeout", "servfail") for one in lookups):
        return not_assessed(
            "unreachable-silent",
            subject,
            "The resolver {resolver} answered for none of {count} names; see dns.resolver-works.",
            resolver=resolver,
            count=len(lookups),
        )
    hidden = [
        (one, rows[vantage, one.name])
        for one in lookups
        if one.outcome in _FILTERED and (vantage, one.name) in rows
    ]
    sunk = [
        (one, rows[vantage, one.name])
        for one in lookups
        if (vantage, one.name) in rows
        and any(it.reason is Why.DNS_SINKHOLE for it in seen.get((vantage, one.name), ()))
    ]
    if not hidden and not sunk:
        return passed(
            "names-shown",
            subject,
            "The resolver {resolver} shows all {count} names that exist.",
            resolver=resolver,
            count=len(lookups),
        )
    affected = Affected(("destination", "host", "answer", "addresses"), spoken=("answer",))
    for one, row in hidden + sunk:
        word = one.outcome if one.outcome in _FILTERED else "sinkhole"
        affected.add(row.destination, one.name, word, ", ".join([*one.a, *one.aaaa]))
    names = list(dict.fromkeys(row.destination for _, row in hidden + sunk))
    elsewhere = _shown_elsewhere(hidden + sunk, seen, vantage)
    return (
        _hidden(subject, resolver, names, elsewhere=elsewhere)
        .affecting(affected)
        .fixed_by(step("Exempt at {resolver}: {names}.", resolver=resolver, names=names))
    )


def _hidden(subject: Subject, resolver: str, names: list[str], *, elsewhere: bool) -> Finding:
    shown = names[:_SHOWN] + (
        [said("{count} more", count=len(names) - _SHOWN)] if len(names) > _SHOWN else []
    )
    if elsewhere:
        return warned(
            "hidden-by-one-resolver",
            subject,
            "The resolver {resolver} hides {count} names that another resolver of this host shows:"
            " {names}.",
            resolver=resolver,
            count=len(names),
            names=shown,
        )
    return failed(
        "hidden",
        subject,
        "The resolver {resolver} hides {count} names: {names}.",
        resolver=resolver,
        count=len(names),
        names=shown,
    )


def _shown_elsewhere(hidden: list[tuple[NameLookup, Row]], seen: Seen, vantage: str) -> bool:
    """Whether the names work all the same, by another resolver of the host."""
    return all(
        any(one.works for one in seen.get((vantage, lookup.name), ())) for lookup, _ in hidden
    )


@check(
    id="firewall.legacy-names-migrated",
    title="New CDN names work where old ones did",
    action="Add the new content names of Intune to the rules",
    why="Intune moved its content from *.azureedge.net to names below *.manage.microsoft.com (March"
    " 2025). Rules that were written for the old names let the old ones through only, and apps stop"
    " when the service drops them.",
    fix=step(
        "Allow *.manage.microsoft.com on TCP 443; keep the old names until the service drops them.",
        link=INTUNE,
    ),
    verify="Every new content name answers on port 443.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=CLAUSES,
    blocks=["Win32 apps", "scripts"],
    documents=[INTUNE],
    requires=["firewall.egress-available"],
    settle_after="5 min",
)
def legacy_names_migrated(
    areas: tuple[EndpointRows, ...], probes: tuple[Probe, ...], vantages: tuple[Vantage, ...]
) -> Iterator[Finding]:
    """Compare old and new names of one region."""
    places = Places.of(probes, vantages)
    for area in areas:
        pairs = list(_pairs(area, places))
        if pairs:
            yield _migrated(area, pairs)
    if not any(row.migrating for area in areas for row in area.rows):
        yield not_applicable(
            "no-old-names",
            object_set(said("content of Intune")),
            "No role of this run uses the content names that moved.",
        )


def _pairs(area: EndpointRows, places: Places) -> Iterator[tuple[Row, bool | None, bool | None]]:
    """Each old row with how it works, and how the new ones of its region do."""
    for row in area.rows:
        if not row.migrating:
            continue
        family = row.service.replace(" (legacy CDN)", "")
        fresh = [
            one for one in area.rows if one.service == family and not one.migrating and one.hosts
        ]
        if fresh and row.hosts:
            yield row, _works(area, row, places), _all(_works(area, one, places) for one in fresh)


def _works(area: EndpointRows, row: Row, places: Places) -> bool | None:
    found = [
        places.probe(area.vantage, host, port, protocol)
        for host in row.hosts
        for port, protocol in row.services
    ]
    known = [one for one in found if one is not None and not one.unknown]
    return all(one.works or one.reason is Why.TLS_INTERCEPTED for one in known) if known else None


def _all(values: Iterator[bool | None]) -> bool | None:
    found = list(values)
    if any(one is False for one in found):
        return False
    return None if any(one is None for one in found) else True


def _migrated(area: EndpointRows, pairs: list[tuple[Row, bool | None, bool | None]]) -> Finding:
    subject = object_set(_named(area))
    stuck = [row for row, old, new in pairs if old and new is False]
    dead = [row for row, old, new in pairs if old is False and new is False]
    unknown = [row for row, _, new in pairs if new is None]
    if stuck:
        return failed(
            "old-only",
            subject,
            "{count} old content names work and the new ones of their region do not: {names}.",
            count=len(stuck),
            names=[row.destination for row in stuck[:_SHOWN]],
        )
    if unknown:
        return not_assessed(
            "timeout-not-tried", subject, "The new content names were not tried to the end."
        )
    if len(dead) == len(pairs):
        return warned(
            "neither",
            subject,
            "Neither old nor new content names work; see firewall.intune-endpoints-reachable.",
        )
    return passed(
        "new-names-work",
        subject,
        "The new content names work beside {count} old ones.",
        count=len(pairs),
    )


def _named(area: EndpointRows) -> str:
    role = ROLES.say(area.role)
    if not area.vantage:
        return said("content of Intune from {role}", role=role)
    return said("content of Intune from {role} at {place}", role=role, place=area.vantage)
