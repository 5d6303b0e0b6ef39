"""Addresses for other sources: the same resolvers, redirections and care, behind one blocking call."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence.dns import Lookups
from scanner.sources.dns.inside import inside
from scanner.sources.dns.views import Views, ask_addresses, once, open_views


def addresses_of(
    config: Config, names: Iterable[str], deadline: Deadline, *, internal: bool = False
) -> Lookups:
    """A and AAAA of those names, all side by side, by the resolvers that [dns] names.

    `addresses` of the result gives the addresses of a name, `resolves` tells a name that has none
    from one about which nothing is known. With `internal` the resolvers of [dns] internal are asked.
    Blocks until the deadline at most; must not be called from within an event loop.
    Raises BadServer for a resolver that is none.
    """
    wanted = list(dict.fromkeys(names))
    return asyncio.run(_ask(config, wanted, deadline, internal=internal))


async def _ask(config: Config, names: list[str], deadline: Deadline, *, internal: bool) -> Lookups:
    views = await open_views(config, deadline)
    try:
        if internal:
            return await _inside(views, names)
        return Lookups(once(await ask_addresses(views.public, *names)))
    finally:
        await views.close()


async def _inside(views: Views, names: list[str]) -> Lookups:
    questions = [(name, rdtype) for name in names for rdtype in ("A", "AAAA")]
    found = await asyncio.gather(*(inside(views, *one) for one in questions))
    return Lookups(once(found))
