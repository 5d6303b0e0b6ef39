"""Every alias that the run met: where its chain ends, and what else stands at its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_zone import AliasFacts
from scanner.sources.dns.views import Views

_OF_DNSSEC = frozenset({"DS", "DNSKEY"})


async def alias_facts(views: Views, domains: Iterable[str]) -> list[AliasFacts]:
    """The facts of each alias below those domains, by name."""
    suffixes = frozenset(domains)
    by_name: dict[str, list[Lookup]] = {}
    for one in views.asked():
        by_name.setdefault(one.name, []).append(one)
    named = [
        name
        for name in sorted(by_name)
        if _within(name, suffixes)
        and any(one.chain or (one.type == "CNAME" and one.present) for one in by_name[name])
    ]
    return list(await asyncio.gather(*(_facts(views, name, by_name[name]) for name in named)))


def _within(name: str, suffixes: frozenset[str]) -> bool:
    """Whether a name is one of those domains or lies below one; linear in its labels."""
    labels = name.split(".")
    return any(".".join(labels[place:]) in suffixes for place in range(len(labels)))


async def _facts(views: Views, name: str, lookups: list[Lookup]) -> AliasFacts:
    direct = [one for one in lookups if one.type == "CNAME" and one.present]
    chained = [one for one in lookups if one.chain and one.known]
    if chained:
        end = chained[0]
        chain = end.chain
    else:
        chain = direct[0].values[:1] if direct else lookups[0].chain
        end = await views.public.ask(chain[-1], "A")
        chain = (*chain, *end.chain)
    beside = sorted(
        {
            one.type
            for one in lookups
            if one.present and not one.chain and one.type not in ({"CNAME"} | _OF_DNSSEC)
        }
    )
    targets = dict.fromkeys(value for one in direct for value in one.values)
    return AliasFacts(name, chain, end, tuple(beside) if direct else (), tuple(targets))
