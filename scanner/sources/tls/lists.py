"""Hosts that publish the revocation lists of private authorities, and the lists that they publish."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from scanner.config.model import Config
from scanner.evidence.envelope import Missing
from scanner.evidence.revocation import CrlHost
from scanner.evidence.tls import PathOutcome, TlsChain
from scanner.sources.interface import Gather
from scanner.sources.tls.anchors import Anchors
from scanner.sources.tls.certificate import Parsed, parse
from scanner.sources.tls.crl import published
from scanner.sources.tls.revocation import Asker
from scanner.subject import host
from scanner.text import said
from scanner.words import Reason

_MOST_LISTS = 10


def list_addresses(config: Config, chains: Iterable[TlsChain]) -> dict[str, list[str]]:
    """Addresses of lists by the host that publishes them: configured, and in private chains."""
    found: dict[str, list[str]] = {
        one.name.casefold(): list(one.crls) for one in config.hosts if one.role == "cdp"
    }
    for chain in chains:
        for one in chain.served:
            if one.path.roots == "public" or one.path.outcome is PathOutcome.SELF_SIGNED:
                continue
            for certificate in one.path.certificates:
                for url in certificate.crl_urls:
                    _add(found, url)
    return found


def _add(found: dict[str, list[str]], url: str) -> None:
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return
    urls = found.setdefault(name.casefold(), [])
    if name and url not in urls and len(urls) < _MOST_LISTS:
        urls.append(url)


async def look_at_lists(
    gather: Gather, asker: Asker, anchors: Anchors, chains: list[TlsChain]
) -> None:
    """Fetch every list and keep how it looks; say so where there is none."""
    addresses = list_addresses(gather.config, chains)
    addresses.pop("", None)
    if not addresses:
        gather.nothing(CrlHost)
        return
    issuers = list(_issuers(anchors, chains))
    for name, urls in addresses.items():
        if not urls:
            detail = said("name the lists that {name} publishes in hosts.crls", name=name)
            gather.miss(CrlHost, Missing(Reason.UNCONFIGURED, detail), host(name))
            continue
        read = await asyncio.gather(*(asker.list_at(url) for url in urls))
        lists = (published(fetched, found, issuers, asker.now) for fetched, found in read)
        gather.put(CrlHost(name, tuple(lists)))


def _issuers(anchors: Anchors, chains: list[TlsChain]) -> Iterable[Parsed]:
    """Every certificate that may have signed a list: all that were seen, and the own roots."""
    for pairs in anchors.by_subject.values():
        yield from (one for one, name in pairs if name == "private")
    yield from anchors.intermediates
    for chain in chains:
        for one in chain.served:
            for facts in (*one.certificates, *one.path.certificates):
                if isinstance(parsed := parse(facts.der), Parsed):
                    yield parsed
