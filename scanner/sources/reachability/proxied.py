"""Jobs that go through a proxy."""

from __future__ import annotations

import socket
from dataclasses import replace

from scanner.evidence.reachability import Why
from scanner.sources.reachability.edge import Edge
from scanner.sources.reachability.proxy import Proxy, ProxyRefusal, connect_through
from scanner.sources.reachability.talk import talk, unauthorised
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.ways import Ways
from scanner.sources.reachability.work import Settings, Work
from scanner.text import said


class Proxied:
    """Reaches targets by way of the proxy that their job names."""

    def __init__(self, settings: Settings, ways: Ways, edge: Edge) -> None:
        self.settings, self.ways, self.edge = settings, ways, edge

    async def probe(self, work: Work, proxy: Proxy) -> None:
        """Reach the target and talk to it; the work keeps what came of it."""
        target = work.job.target
        refusals: list[ProxyRefusal] = []
        plain = target.protocol == "http" and proxy.scheme == "http"

        async def dial(segment: int) -> socket.socket | None:
            try:
                return await self._dial(target, proxy, segment, tunnel=not plain)
            except ProxyRefusal as refusal:
                refusals.append(refusal)
                return None

        sock = await dial(0)
        if sock is None:
            last = refusals[-1]
            reason = last.reason
            if reason is Why.PROXY_AUTH_REQUIRED:
                reason = unauthorised(target)
            work.probe = replace(work.made(reason, last.detail, proxy.label), http=last.answer)
            return
        with sock:
            await talk(work, self.settings, self.edge, sock, (target.host, target.port), dial)

    async def _dial(
        self, target: Target, proxy: Proxy, segment: int, *, tunnel: bool
    ) -> socket.socket | None:
        """A connection to the target by way of the proxy. Raises ProxyRefusal."""
        sock = await self._to_proxy(proxy, segment)
        if not tunnel:
            return sock
        try:
            await connect_through(
                sock,
                proxy,
                target.host,
                target.port,
                seconds=self.settings.left,
                sign_in=not target.anonymous,
                address=self.ways.resolved(target.host) if proxy.scheme == "socks5" else "",
            )
        except ProxyRefusal:
            sock.close()
            raise
        except TimeoutError as error:
            sock.close()
            raise ProxyRefusal(Why.TCP_TIMEOUT, said("no answer by way of the proxy")) from error
        except OSError as error:
            sock.close()
            raise ProxyRefusal(
                Why.PROXY_DENIED, said("the proxy hung up: {error}", error=str(error))
            ) from error
        return sock

    async def _to_proxy(self, proxy: Proxy, segment: int) -> socket.socket:
        """A connection to the proxy itself. Raises ProxyRefusal."""
        addresses, why, _ = self.ways.addresses(proxy.host, proxy.port)
        for address in addresses[:2]:
            sock = (await self.edge.reach(address, segment))[0].sock
            if sock is not None:
                return sock
        detail = (
            said("its name cannot be resolved") if why is not Why.OK else said("it does not answer")
        )
        raise ProxyRefusal(Why.PROXY_UNREACHABLE, detail)
