"""The sign-in and Graph hosts of Microsoft's cloud, to see whether somebody opens TLS on the way."""

from __future__ import annotations

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

from scanner.config.model import Config
from scanner.evidence.envelope import Missing
from scanner.evidence.tls import CloudHost, CloudPath, TlsOutcome
from scanner.sources.graph.clouds import endpoints_of
from scanner.sources.tls.addresses import AddressBook, split_address
from scanner.sources.tls.anchors import Anchors
from scanner.sources.tls.chains import path_of, sent_lists
from scanner.sources.tls.conversation import Proxy
from scanner.sources.tls.probe import Probe
from scanner.sources.tls.targets import Target
from scanner.text import said
from scanner.words import Reason

_HTTPS = 443


def cloud_hosts(config: Config) -> list[str]:
    """The hosts of the known clouds; none where their addresses are configured by hand."""
    by_hand = config.tenant.endpoints
    if by_hand.login or by_hand.graph:
        return []
    known = endpoints_of(config.tenant)
    return list(dict.fromkeys(urlsplit(url).hostname or "" for url in (known.login, known.graph)))


async def look_at_cloud(
    config: Config, book: AddressBook, anchors: Anchors, now: datetime
) -> CloudPath | Missing:
    """The certificates that these hosts seem to send, by way of the proxy where there is one."""
    hosts = cloud_hosts(config)
    if not hosts:
        return Missing(Reason.UNSUPPORTED, "the addresses of the cloud are configured by hand")
    seconds = config.network.timeout
    proxy = config.network.http_proxy
    found = await asyncio.gather(
        *(_one(name, proxy, book, anchors, seconds, now) for name in hosts)
    )
    return CloudPath(tuple(found), proxy)


async def _one(
    name: str, proxy: str, book: AddressBook, anchors: Anchors, seconds: float, now: datetime
) -> CloudHost:
    through = Proxy(split_address(proxy), f"{name}:{_HTTPS}") if proxy else None
    probe = Probe(Target(name, _HTTPS, "web", through=through), book, seconds)
    try:
        async with asyncio.timeout(2 * seconds):
            await probe.reach()
    except TimeoutError:
        return CloudHost(name, TlsOutcome.TIMEOUT, said("no answer in time"))
    looked = probe.looked
    lists = sent_lists(looked)
    path = path_of(lists[0], anchors, name, now) if lists else None
    return CloudHost(name, looked.outcome, looked.detail, path)
