"""From a target to the addresses to connect to: redirections first, then names."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.evidence.reachability import Why
from scanner.sources.reachability.addresses import is_address, split_address
from scanner.sources.reachability.connect import Address
from scanner.sources.reachability.resolve import is_private, leads_nowhere, usable
from scanner.sources.reachability.sweep import Leg
from scanner.sources.reachability.work import Settings, Work

_PER_FAMILY = 3


class Ways:
    """Knows where a host and port are; `redirected` counts what did not ask any resolver."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.redirected = 0

    async def learn(self, works: Iterable[Work]) -> None:
        """Look up every name that the jobs need, and no other."""
        await self.settings.names.learn(name for work in works for name in self._names(work))

    def _names(self, work: Work) -> Iterable[str]:
        target, proxy = work.job.target, work.job.proxy
        host, port = (proxy.host, proxy.port) if proxy else (target.host, target.port)
        if proxy and proxy.scheme == "socks5" and not is_address(target.host):
            yield target.host
        if not is_address(host) and not self.redirection(host, port):
            yield host

    def redirection(self, host: str, port: int) -> str:
        """Where the configuration leads that destination instead, or ''."""
        rules = self.settings.connect
        return rules.get(f"{host}:{port}") or rules.get(f"*:{port}") or ""

    def addresses(self, host: str, port: int) -> tuple[list[Address], Why, str]:
        """The addresses to connect to, why there are none, and the resolver that says so."""
        to = self.redirection(host, port)
        if to:
            self.redirected += 1
            return [split_address(to, port)], Why.OK, ""
        if is_address(host):
            return [(host, port)], Why.OK, ""
        found, why, who = self.settings.names.addresses(host)
        four = [one for one in found if ":" not in one][:_PER_FAMILY]
        six = [one for one in found if ":" in one and usable(one)][:_PER_FAMILY]
        if found and not four and not six:
            return [], Why.DNS_NODATA, who
        return [(one, port) for one in four + six], why, who

    def aim(self, work: Work) -> None:
        """Set the legs of a direct job, or say at once why there are none.

        A public name that leads to nowhere or inside was answered by a filter; an inner server may
        well be inside.
        """
        target = work.job.target
        addresses, why, who = self.addresses(target.host, target.port)
        if why is not Why.OK:
            work.probe = work.made(why, offender=who)
            return
        by_name = not is_address(target.host) and not self.redirection(target.host, target.port)
        public = by_name and not target.inner
        if public and all(leads_nowhere(one[0]) for one in addresses):
            found = ", ".join(one[0] for one in addresses)
            work.probe = work.made(Why.DNS_SINKHOLE, found, who)
            return
        work.private = public and all(is_private(one[0]) for one in addresses)
        work.legs = [Leg(work, one) for one in addresses]

    def resolved(self, host: str) -> str:
        """The address that a proxy is asked for which does not resolve names itself."""
        if is_address(host):
            return host
        found, _, _ = self.settings.names.addresses(host)
        return next((one for one in found if ":" not in one), found[0] if found else host)
