"""The tree of an SPF record: what each term leads to, what it costs, and where it breaks."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass, field, replace

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_domain import DnsDomain
from scanner.evidence.dns_mail import SpfBranch, SpfFacts, SpfNode, SpfTrial
from scanner.sources.dns.spf.evaluate import Ask, evaluate
from scanner.sources.dns.spf.macros import Message
from scanner.sources.dns.spf.record import SpfRecord, SpfSyntaxError, Term, is_spf, parse_record
from scanner.text import said

_MOST_RECORDS = 60
"""How many records of one tree are read: a hostile one may be endless, and ten is the limit."""
_LONGEST_KEPT = 2000

UNLISTED = (
    (said("an unlisted IPv4 address"), "192.88.99.1"),
    (said("an unlisted IPv6 address"), "100::1"),
)
"""Addresses that no sender has: a former relay prefix, and the discard prefix (RFC 6666)."""


@dataclass(slots=True)
class _Tree:
    """A reading under way."""

    ask: Ask
    nodes: list[SpfNode] = field(default_factory=list)
    voids: dict[str, None] = field(default_factory=dict)
    includes: dict[str, None] = field(default_factory=dict)
    ptr: bool = False
    unread: Lookup | None = None

    def note(self, lookup: Lookup) -> None:
        """Keep a lookup that said nothing, or that found nothing."""
        if not lookup.known:
            self.unread = self.unread or lookup
        elif lookup.absent:
            self.voids.setdefault(f"{lookup.type} {lookup.name}")


@dataclass(frozen=True, slots=True)
class _Read:
    """One record with what is below it."""

    lookups: int
    terminal: str
    branches: tuple[SpfBranch, ...] = ()


async def analyse(about: DnsDomain, ask: Ask, cloud_include: str) -> SpfFacts:
    """The facts about the SPF of a domain; `cloud_include` is what its mail service publishes."""
    text, retired = await asyncio.gather(ask(about.domain, "TXT"), ask(about.domain, "SPF"))
    records = tuple(one for one in text.values if is_spf(one))
    facts = SpfFacts((text, retired), about, records)
    if len(records) != 1:
        return facts
    tree = _Tree(ask)
    read = await _read(tree, about.domain, "", 0, ())
    return replace(
        facts,
        records=(records[0][:_LONGEST_KEPT],),
        nodes=tuple(tree.nodes),
        branches=read.branches,
        lookups=read.lookups,
        voids=tuple(tree.voids),
        terminal=read.terminal,
        includes=tuple(tree.includes),
        duplicates=_duplicates(records[0]),
        ptr=tree.ptr,
        unread=tree.unread,
        trials=await _trials(about.domain, ask, cloud_include),
    )


def _duplicates(record: str) -> tuple[str, ...]:
    """Includes that stand more than once in one record."""
    words = [word.casefold() for word in record.split() if word.casefold().startswith("include:")]
    return tuple(word for word in dict.fromkeys(words) if words.count(word) > 1)


async def _read(tree: _Tree, domain: str, via: str, depth: int, above: tuple[str, ...]) -> _Read:
    """Read the record of one domain and all that it leads to."""
    place = len(tree.nodes)
    tree.nodes.append(SpfNode(domain, via, depth))
    if domain in above:
        return _fault(tree, place, "loop", said("the record leads back to itself"))
    if place >= _MOST_RECORDS:
        return _Read(0, "?")
    lookup = await tree.ask(domain, "TXT")
    tree.note(lookup)
    record = _record_in(tree, place, lookup) if lookup.known else None
    if record is None:
        return _Read(0, "?")
    read = await _below(tree, record, domain, depth, (*above, domain))
    tree.nodes[place] = replace(tree.nodes[place], lookups=read.lookups)
    return read


def _record_in(tree: _Tree, place: int, lookup: Lookup) -> SpfRecord | None:
    """The one valid record of an answer; None, with the fault noted, where there is none."""
    found = [text for text in lookup.values if is_spf(text)]
    if not found:
        _fault(tree, place, "none", said("there is no SPF record"))
        return None
    if len(found) > 1:
        _fault(tree, place, "multiple", said("there are {count} SPF records", count=len(found)))
        return None
    tree.nodes[place] = replace(tree.nodes[place], record=found[0][:_LONGEST_KEPT])
    try:
        return parse_record(found[0])
    except SpfSyntaxError as error:
        _fault(tree, place, error.code, str(error))
        return None


def _fault(tree: _Tree, place: int, code: str, detail: str) -> _Read:
    tree.nodes[place] = replace(tree.nodes[place], problem=code, detail=detail)
    return _Read(0, "?")


async def _below(
    tree: _Tree, record: SpfRecord, domain: str, depth: int, above: tuple[str, ...]
) -> _Read:
    """Follow the terms in order; nothing behind the first 'all' can ever be reached."""
    branches = []
    for term in record.reachable:
        if term.costs:
            cost = 1 + await _term(tree, term, domain, depth, above)
            branches.append(SpfBranch(term.text[:300], cost))
    end = record.all_term
    if end is not None:
        terminal = f"{end.qualifier}all"
    elif record.redirect:
        cost, terminal = await _redirect(tree, record.redirect, depth, above)
        branches.append(SpfBranch(f"redirect={record.redirect}"[:300], cost))
    else:
        terminal = ""
    return _Read(sum(one.lookups for one in branches), terminal, tuple(branches))


async def _redirect(
    tree: _Tree, target: str, depth: int, above: tuple[str, ...]
) -> tuple[int, str]:
    if "%" in target:
        return 1, "?"
    name = _plain(target)
    tree.includes.setdefault(name)
    read = await _read(tree, name, f"redirect={target}", depth + 1, above)
    return 1 + read.lookups, read.terminal


async def _term(tree: _Tree, term: Term, domain: str, depth: int, above: tuple[str, ...]) -> int:
    """What lies below one term. Macros depend on the message, so they are not followed."""
    if term.kind == "ptr":
        tree.ptr = True
        return 0
    if "%" in term.domain:
        return 0
    target = _plain(term.domain) or domain
    if term.kind == "include":
        tree.includes.setdefault(target)
        return (await _read(tree, target, term.text[:300], depth + 1, above)).lookups
    if len(tree.nodes) < _MOST_RECORDS:
        await _look(tree, term, target)
    return 0


async def _look(tree: _Tree, term: Term, target: str) -> None:
    """Whether the names of a term are there at all: what is not counts as void."""
    if term.kind == "a":
        four, six = await asyncio.gather(tree.ask(target, "A"), tree.ask(target, "AAAA"))
        if not four.present and not six.present:
            tree.note(four)
    else:
        tree.note(await tree.ask(target, "MX" if term.kind == "mx" else "A"))


def _plain(name: str) -> str:
    return name.casefold().removesuffix(".")


async def _trials(domain: str, ask: Ask, cloud_include: str) -> tuple[SpfTrial, ...]:
    """check_host() for an address of the cloud, and for two that nobody sends from."""
    addresses = list(UNLISTED)
    sender = await _an_address(ask, cloud_include)
    if sender:
        addresses.insert(0, (said("an address of the mail service"), sender))
    return tuple([await _trial(domain, ask, *one) for one in addresses])


async def _trial(domain: str, ask: Ask, what: str, ip: str) -> SpfTrial:
    message = Message(ipaddress.ip_address(ip), f"postmaster@{domain}", domain)
    done = await evaluate(message, domain, ask)
    return SpfTrial(what, ip, done.result, done.reason, done.matched[:300])


async def _an_address(ask: Ask, domain: str) -> str:
    """Some address that the record of the mail service lists itself."""
    lookup = await ask(domain, "TXT")
    for text in lookup.values:
        if is_spf(text):
            try:
                networks = [term.network for term in parse_record(text).terms if term.network]
            except SpfSyntaxError:
                return ""
            return next((str(one.network_address + 1) for one in networks if one.version == 4), "")  # noqa: PLR2004 - IPv4
    return ""
