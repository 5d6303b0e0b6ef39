"""The resolvers of the organisation's network: that they answer, quickly, honestly and unfiltered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median, quantiles

from checks.dns.asked import undetermined
from scanner.api import (
    RUN,
    Effort,
    Finding,
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
    warned,
)
from scanner.evidence.addresses import is_private
from scanner.evidence.dns import Lookup, Lookups, LookupStatus
from scanner.evidence.dns_inside import ForestNames, ResolverHealth, Round, SearchSuffixes

_PRINCIPLES = "https://learn.microsoft.com/microsoft-365/enterprise/microsoft-365-network-connectivity-principles"
_SILENT = frozenset({LookupStatus.TIMEOUT, LookupStatus.UNREACHABLE})


@check(
    id="dns.resolver-works",
    title="Every resolver of the network answers",
    action="Repair the resolvers that do not answer",
    why="Without a resolver nothing works; with one of several that is dead, every first lookup of a"
    " client waits for seconds before it asks the next one.",
    fix=[
        step("Repair the resolver, or take it out of the settings that clients get."),
        step("Let queries for AAAA through as well as those for A."),
    ],
    verify="Queries for the sign-in names of the cloud get an answer from each resolver.",
    topic=Topic.NETWORK,
    severity=Severity.BLOCKER,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["G7", "G11", "E2"],
    blocks=["everything"],
    documents=[_PRINCIPLES],
    settle_after="5 min",
)
def resolver_works(resolvers: tuple[ResolverHealth, ...]) -> Iterator[Finding]:
    """Judge each resolver, knowing of the others."""
    alive = [one for one in resolvers if _answers(one)]
    for one in resolvers:
        if one in alive:
            yield _alive(one)
        elif alive:
            yield warned(
                "one-dead",
                one.subject,
                "This resolver does not resolve the names of the cloud ({why}); others do.",
                why=_why(one),
            ).at(Severity.MEDIUM)
        else:
            yield failed(
                "all-dead",
                one.subject,
                "No resolver resolves the names of the cloud; this one says {why}.",
                why=_why(one),
            )


def _answers(health: ResolverHealth) -> bool:
    return any(health.of(name, "A").known for name in health.control)


def _why(health: ResolverHealth) -> str:
    first = health.of(health.control[0], "A")
    return first.detail or str(first.status)


def _alive(health: ResolverHealth) -> Finding:
    dropped = [
        name
        for name in health.control
        if health.of(name, "A").present and health.of(name, "AAAA").status in _SILENT
    ]
    if dropped:
        return warned(
            "aaaa-dropped",
            health.subject,
            "The resolver answers for A and stays silent for AAAA, which delays every connection.",
        ).at(Severity.MEDIUM)
    return passed("answers", health.subject, "The resolver answers.")


@check(
    id="dns.resolver-latency",
    title="Resolvers answer quickly",
    action="Bring a fast resolver near the users",
    why="A sign-in asks for a dozen names one after the other. A resolver at the other end of the world"
    " makes each of them slow, and sends users to a far entrance of the service besides.",
    fix=[
        step("Resolve names at the site where users reach the internet."),
        step("Look for overload or packet loss between clients and the resolver."),
    ],
    verify="The re-run shows 95 of 100 answers from the cache below 20 ms, and fresh ones below 200 ms.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=["G7", "G11"],
    documents=[_PRINCIPLES],
    requires=["dns.resolver-works"],
)
def resolver_latency(health: ResolverHealth, scope: Scope) -> Iterator[Finding]:
    """Judge the times of one resolver; the limits are this product's own."""
    subject, cold, warm = health.subject, health.cold, health.warm
    if not cold.times or not warm.times:
        yield not_assessed(
            "timeout-no-times", subject, "The resolver answered too few queries to be timed."
        )
        return
    slow_cold, slow_warm = _slowest(cold), _slowest(warm)
    limit_cold = scope.threshold("dns.cold-ms", 200)
    limit_warm = scope.threshold("dns.warm-ms", 20)
    limit_fail = scope.threshold("dns.cold-fail-ms", 1000)
    if slow_cold > limit_fail:
        finding = failed(
            "very-slow", subject, "Fresh answers take up to {cold} ms.", cold=slow_cold
        )
    elif slow_cold > limit_cold or slow_warm > limit_warm:
        finding = warned(
            "slow",
            subject,
            "Fresh answers take up to {cold} ms, those from the cache up to {warm} ms.",
            cold=slow_cold,
            warm=slow_warm,
        )
    else:
        finding = passed("quick", subject, "The resolver answers quickly.")
    yield finding.showing(
        observed=said(
            "fresh: median {cold} ms, p95 {slow_cold} ms; from the cache: median {warm} ms, p95"
            " {slow_warm} ms",
            cold=f"{median(cold.times):.0f}",
            slow_cold=f"{slow_cold:.0f}",
            warm=f"{median(warm.times):.0f}",
            slow_warm=f"{slow_warm:.0f}",
        ),
        expected=said(
            "p95 at most {limit_cold} ms fresh and {limit_warm} ms from the cache",
            limit_cold=f"{limit_cold:.0f}",
            limit_warm=f"{limit_warm:.0f}",
        ),
    )


def _slowest(measured: Round) -> float:
    """The 95th percentile."""
    times = measured.times
    return round(quantiles(times, n=20)[-1], 1) if len(times) > 1 else times[0]


@check(
    id="dns.resolver-unfiltered",
    title="No resolver hides a name that the services need",
    action="Exempt the names of the services from the DNS filter",
    why="A filter that answers wrongly for a name of the service looks like an outage of the service:"
    " sign-in or enrolment fail inside the network and work everywhere else.",
    fix=[
        step("Exempt the names by wildcard, as the published list of endpoints gives them."),
        step(
            "Compare the answers inside and outside afterwards.",
            command="Resolve-DnsName <name> -Server <resolver> -DnsOnly",
        ),
    ],
    verify="Inside and outside resolve the same names.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.HIGH,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E2", "E4"],
    blocks=["sign-in", "enrolment"],
    documents=["https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges"],
    requires=["dns.resolver-works"],
    settle_after="1 h",
)
def resolver_unfiltered(health: ResolverHealth) -> Iterator[Finding]:
    """Compare the class of the answers, never the addresses: those differ by place."""
    subject, outside = health.subject, Lookups(health.outside)
    compared = [(name, health.of(name, "A"), outside.of(name, "A")) for name in health.control]
    hidden = [name for name, here, there in compared if there.present and _hides(here)]
    odd = [
        name for name, here, there in compared if there.present and _leads_elsewhere(here, there)
    ]
    silent = next((here for _, here, there in compared if there.present and not here.known), None)
    if hidden:
        yield failed(
            "hidden",
            subject,
            "The resolver hides names that resolve outside: {names}.",
            names=hidden,
        )
    elif silent is not None:
        yield undetermined(subject, silent)
    elif not any(there.present for _, _, there in compared):
        yield (
            undetermined(subject, compared[0][2])
            if not compared[0][2].known
            else not_assessed(
                "unsupported-outside", subject, "The names do not resolve outside either."
            )
        )
    elif odd:
        yield warned(
            "other-chain",
            subject,
            "These names lead through other aliases inside than outside: {names}.",
            names=odd,
        )
    else:
        yield passed("same", subject, "The resolver answers as the world outside does.")


def _hides(here: Lookup) -> bool:
    return here.absent or (here.present and all(is_private(one) for one in here.values))


def _leads_elsewhere(here: Lookup, there: Lookup) -> bool:
    return here.present and bool(there.chain or here.chain) and _top(here) != _top(there)


def _top(lookup: Lookup) -> list[str]:
    return lookup.owner.split(".")[-2:]


@check(
    id="dns.edns-and-tcp",
    title="EDNS and DNS over TCP work",
    action="Let EDNS and DNS over TCP through",
    why="Large answers need one of the two. Where a firewall inspects DNS by the rules of 1987, text"
    " records and signed answers are lost, and SPF or verification look as if they were missing.",
    fix=[
        step(
            "Switch off the inspection of DNS on the firewall, or raise its limit to 4096 octets."
        ),
        step("Let TCP port 53 through to the resolver."),
    ],
    verify="One name is answered over plain UDP, over UDP with EDNS, and over TCP.",
    topic=Topic.NETWORK,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E2"],
    documents=[
        "https://www.rfc-editor.org/rfc/rfc6891",
        "https://www.rfc-editor.org/rfc/rfc7766",
    ],
    requires=["dns.resolver-works"],
    settle_after="5 min",
)
def edns_and_tcp(health: ResolverHealth) -> Iterator[Finding]:
    """Judge the three ways to one resolver."""
    subject = health.subject
    plain, edns, tcp = health.plain_udp, health.edns, health.over_tcp
    if plain is None or edns is None or tcp is None:
        yield not_applicable(
            "secure-transport", subject, "The resolver is asked over TLS or HTTPS."
        )
    elif plain.status is LookupStatus.TRUNCATED and not tcp.known:
        yield failed(
            "large-answers-lost", subject, "An answer does not fit UDP, and TCP does not work."
        )
    elif not (plain.known or edns.known or tcp.known):
        yield undetermined(subject, plain)
    elif not tcp.known:
        yield warned("no-tcp", subject, "The resolver does not answer over TCP.")
    elif not edns.known:
        yield warned("no-edns", subject, "The resolver does not answer queries with EDNS.")
    else:
        yield passed("both-work", subject, "EDNS and TCP work.")


@check(
    id="dns.nxdomain-honest",
    title="Names that do not exist are reported so",
    action="Use resolvers that report names that do not exist",
    why="Clients try several names to discover a service and rely on hearing that one does not exist."
    " A resolver that answers with a search page makes them talk to a stranger instead.",
    fix=step("Switch the search help of the resolver off, or use another resolver."),
    verify="A query for a made-up name answers NXDOMAIN.",
    topic=Topic.NETWORK_SECURITY,
    severity=Severity.MEDIUM,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.HOURS,
    clause=["G11", "E4"],
    documents=["https://www.rfc-editor.org/rfc/rfc2308"],
    requires=["dns.resolver-works"],
    settle_after="5 min",
)
def nxdomain_honest(health: ResolverHealth) -> Iterator[Finding]:
    """Judge what one resolver says of a name that nobody has."""
    subject, made_up = health.subject, health.made_up
    if made_up is None or not made_up.known:
        yield (
            undetermined(subject, made_up)
            if made_up
            else not_assessed("unconfigured-name", subject, "No made-up name was asked for.")
        )
    elif made_up.present:
        yield failed(
            "invented",
            subject,
            "The resolver answers {address} for a name that does not exist.",
            address=made_up.value,
        )
    else:
        yield passed("honest", subject, "A made-up name is reported as such.")


@check(
    id="dns.search-suffix-safe",
    title="Search suffixes do not mislead",
    action="Clean up the search suffixes",
    why="Windows tries short names, and in part long ones too, below each search suffix. A suffix with"
    " a wildcard turns every typing error into somebody's host, and a missing one hides the domain"
    " controllers.",
    fix=[
        step(
            "Give clients the DNS names of the Active Directory domains as suffixes, and no others."
        ),
        step("Remove wildcards from zones that serve as a search suffix."),
    ],
    verify="A made-up name below each suffix does not exist.",
    topic=Topic.NETWORK,
    severity=Severity.LOW,
    owner=Owner.NETWORK_ADMIN,
    effort=Effort.DAYS,
    phase=Phase.IMPROVE,
    clause=["G11"],
    documents=[
        "https://learn.microsoft.com/troubleshoot/windows-client/networking/configure-domain-suffix-search-list-domain-name-system-clients"
    ],
)
def search_suffix_safe(
    search: SearchSuffixes, forests: tuple[ForestNames, ...] | None
) -> Iterator[Finding]:
    """Judge the search list as a whole."""
    wild = [one for one in search.suffixes if search.of(f"*.{one}", "A").present]
    misled = [one for one in search.suffixes if search.of(f"{search.host}.{one}", "A").present]
    missing = _missing(search.suffixes, forests or ())
    if not search.suffixes:
        yield not_applicable("no-list", RUN, "This host has no search suffixes.")
    elif misled or wild:
        yield warned(
            "swallows",
            RUN,
            "Made-up names exist below these search suffixes: {suffixes}.",
            suffixes=misled or wild,
        )
    elif missing:
        yield warned(
            "domain-missing",
            RUN,
            "These Active Directory domains are not among the search suffixes: {names}.",
            names=missing,
        )
    else:
        silent = search.undetermined()
        yield (
            undetermined(RUN, silent)
            if silent
            else passed("safe", RUN, "Nothing made-up exists below the search suffixes.")
        )


def _missing(suffixes: Sequence[str], forests: Sequence[ForestNames]) -> list[str]:
    return [one.name for one in forests if one.name not in suffixes]
