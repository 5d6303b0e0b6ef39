"""DMARC: the record, the walk up the tree, and whether report targets agree (RFC 9989, 9990)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from urllib.parse import urlsplit

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_mail import DmarcFacts, DmarcRecord, ReportTarget
from scanner.sources.dns.case import Case
from scanner.sources.dns.resolver import Resolver
from scanner.sources.dns.tags import loose_tags

_VERSION = re.compile(r"^v\s*=\s*DMARC1\s*(;|$)")
_POLICIES = frozenset({"none", "quarantine", "reject"})
_QUERIES = 8
_MOST_TARGETS = 10
_REMOVED = ("pct", "rf", "ri")


def looks_like_dmarc(text: str) -> bool:
    """Whether a TXT begins as a DMARC record: version first, and its value in capitals (4.7)."""
    return bool(_VERSION.match(text))


def parse_dmarc(name: str, text: str) -> DmarcRecord:
    """The record of a text that begins as one. Unknown tags are ignored, bad values too."""
    tags = loose_tags(text)
    policies = {tag: tags.get(tag, "").lower() for tag in ("p", "sp", "np")}
    invalid = [tag for tag, value in policies.items() if tag in tags and value not in _POLICIES]
    rua = tuple(one.strip() for one in tags.get("rua", "").split(",") if one.strip())
    good = {tag: value if value in _POLICIES else "" for tag, value in policies.items()}
    return DmarcRecord(
        name,
        text[:1000],
        good["p"],
        good["sp"],
        good["np"],
        testing=tags.get("t", "n").lower() == "y",
        psd=tags.get("psd", "u").lower(),
        rua=rua[:_MOST_TARGETS],
        pct=tags.get("pct", "")[:20],
        removed=tuple(tag for tag in _REMOVED if tag in tags),
        invalid=tuple(invalid),
    )


def walk_of(domain: str) -> list[str]:
    """The names to ask, at most eight: the domain, then its parents up to one label (4.10)."""
    labels = domain.split(".")
    rest = labels[1:] if len(labels) <= _QUERIES else labels[-(_QUERIES - 1) :]
    return [domain, *(".".join(rest[place:]) for place in range(len(rest)))]


def valid_record(name: str, lookup: Lookup) -> DmarcRecord | None:
    """The one record at a name; several are all discarded (4.10), and one may have no effect."""
    found = [text for text in lookup.values if looks_like_dmarc(text)]
    if len(found) != 1:
        return None
    record = parse_dmarc(name, found[0])
    return record if record.p or record.rua or record.psd == "y" else None


async def dmarc_facts(case: Case) -> DmarcFacts:
    """The tree walk of a domain, and what its record says."""
    names = walk_of(case.domain)
    own = await case.public.ask(f"_dmarc.{case.domain}", "TXT")
    lookups, record = [own], valid_record(case.domain, own)
    walked, organisation = [case.domain], case.domain
    inherited = False
    if record is None:
        record, organisation, more = await _climb(case.public, case.domain, names[1:])
        lookups += more
        walked += names[1 : 1 + len(more)]
        inherited = record is not None
        lost = (f"dmarc.{case.domain}", f"_dmarc.{case.domain}.{case.domain}")
        lookups += await asyncio.gather(*(case.public.ask(name, "TXT") for name in lost))
    facts = DmarcFacts(
        tuple(lookups),
        case.about,
        own=tuple(text[:500] for text in own.values[:20]),
        candidates=sum(looks_like_dmarc(text) for text in own.values),
        record=record,
        inherited=inherited,
        organisation=organisation,
        walk=tuple(walked),
    )
    return replace(facts, targets=await _targets(case.public, record))


async def _climb(
    resolver: Resolver, domain: str, names: list[str]
) -> tuple[DmarcRecord | None, str, list[Lookup]]:
    """The record of the organisational domain, else of the public suffix above it."""
    lookups: list[Lookup] = []
    found: list[DmarcRecord] = []
    for name in names:
        lookup = await resolver.ask(f"_dmarc.{name}", "TXT")
        lookups.append(lookup)
        record = valid_record(name, lookup)
        if record is None:
            continue
        if record.psd == "n":
            return record, name, lookups
        if record.psd == "y":
            below = domain.split(".")[-(name.count(".") + 2) :]
            organisation = ".".join(below)
            mine = next((one for one in found if one.name == organisation), None)
            return mine or record, organisation, lookups
        found.append(record)
    last = found[-1] if found else None
    return last, last.name if last else domain, lookups


async def _targets(resolver: Resolver, record: DmarcRecord | None) -> tuple[ReportTarget, ...]:
    if record is None:
        return ()
    return tuple(await asyncio.gather(*(_target(resolver, record, uri) for uri in record.rua)))


async def _target(resolver: Resolver, record: DmarcRecord, uri: str) -> ReportTarget:
    """Where reports go, and whether a target of somebody else agrees to take them (RFC 9990, 4)."""
    host = target_domain(uri)
    if not host:
        return ReportTarget(uri[:300])
    policy = record.name
    if _related(host, policy) or await _same_organisation(resolver, host, policy):
        return ReportTarget(uri[:300], host)
    lookup = await resolver.ask(f"{policy}._report._dmarc.{host}", "TXT")
    agreed = any(looks_like_dmarc(text) for text in lookup.values)
    return ReportTarget(
        uri[:300], host, external=True, authorised=agreed if lookup.known else None, lookup=lookup
    )


def target_domain(uri: str) -> str:
    """The domain of a mailto URI; empty for anything else."""
    try:
        parts = urlsplit(uri.partition("!")[0].strip())
    except ValueError:
        return ""
    return parts.path.rpartition("@")[2].lower().rstrip(".") if parts.scheme == "mailto" else ""


def _related(host: str, policy: str) -> bool:
    return host == policy or host.endswith(f".{policy}") or policy.endswith(f".{host}")


async def _same_organisation(resolver: Resolver, host: str, policy: str) -> bool:
    """Whether two names have one organisational domain, by the tree walk of each."""
    if host.split(".")[-2:] != policy.split(".")[-2:]:
        return False  # they share a top label at most: no walk can join them
    mine, theirs = await asyncio.gather(
        *(_climb(resolver, name, walk_of(name)) for name in (policy, host))
    )
    return mine[1] == theirs[1]
