"""Probing: names, connections, and a talk with whoever answers, on the path that each job names."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.deadline import Deadline
from scanner.evidence.reachability import Attempt, Burst, HttpSeen, Probe, Why
from scanner.sources.reachability.addresses import is_address, split_address
from scanner.sources.reachability.connect import Address, connect, drop
from scanner.sources.reachability.edge import Edge
from scanner.sources.reachability.exposure import examine_exposure
from scanner.sources.reachability.http import BadAnswerError, ask, basic, made_by_proxy
from scanner.sources.reachability.proxy import (
    Proxy,
    ProxyRefusal,
    connect_through,
    proxy_reason,
)
from scanner.sources.reachability.resolve import Names, is_private, leads_nowhere, usable
from scanner.sources.reachability.services import SPOKEN, greet
from scanner.sources.reachability.sites import same_site
from scanner.sources.reachability.sweep import Leg, Shape, Sweep
from scanner.sources.reachability.targets import Target
from scanner.sources.reachability.tls import Looker, Verdict
from scanner.sources.reachability.udp import DATAGRAMS, ask_udp

_TALKS = 50
_PROXIED = 40
_PER_FAMILY = 3
_TIME_SAMPLES = 3
_BURST, _BURST_SECONDS = 20, 1.0
_OUTCOMES = {
    "prohibited": Why.ICMP_PROHIBITED,
    "unreachable": Why.ICMP_UNREACHABLE,
    "refused": Why.TCP_REFUSED,
    "no-route": Why.HOST_UNREACHABLE,
    "timeout": Why.TCP_TIMEOUT,
    "unknown": Why.UNKNOWN,
    "": Why.UNKNOWN,
}
_OTHER_ADDRESS = {
    Why.TLS_RESET,
    Why.TLS_TIMEOUT,
    Why.TLS_ALERT,
    Why.TLS_PLAINTEXT,
    Why.HTTP_RESET,
    Why.HTTP_TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Job:
    """A target on a path; no proxy means direct. `path` asks for something else than '/'."""

    target: Target
    proxy: Proxy | None = None
    url_path: str = "/"


@dataclass(slots=True, eq=False)
class Work:
    """A job under way."""

    job: Job
    legs: list[Leg] = field(default_factory=list)
    private: bool = False
    busy: bool = False
    verdict: Verdict | None = None
    probe: Probe | None = None


@dataclass(slots=True)
class Settings:
    """What a run is made with. `related` knows which redirects stay with the same service."""

    vantage: str
    looker: Looker
    names: Names
    connect: Mapping[str, str]
    seconds: float
    deadline: Deadline
    descriptors: int
    told: Callable[[int, int | None], None] = lambda _done, _total: None
    related: Callable[[str, str], bool] = same_site


class Prober:
    """Runs jobs and gives a Probe for each of them, whatever happens."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.edge = Edge(settings.deadline, settings.descriptors)
        self.shape = Shape()
        self.redirected = 0
        self._talks: set[asyncio.Task[None]] = set()
        self._talking = asyncio.Semaphore(_TALKS)
        self._proxied = asyncio.Semaphore(_PROXIED)
        self._done = 0

    async def run(self, jobs: Sequence[Job]) -> list[Probe]:
        """Probe all of them side by side, within the deadline."""
        works = [Work(job) for job in jobs]
        direct = [one for one in works if one.job.proxy is None]
        await self.settings.names.learn(self._names(works))
        for work in direct:
            self._aim(work)
        tcp = [one for one in direct if one.legs and one.job.target.protocol not in DATAGRAMS]
        udp = [one for one in direct if one.legs and one.job.target.protocol in DATAGRAMS]
        await asyncio.gather(
            self._sweep(tcp),
            *(self._udp(one) for one in udp),
            *(self._through(one) for one in works if one.job.proxy),
        )
        return [self._probe(one) for one in works]

    # Names and addresses.

    def _names(self, works: Iterable[Work]) -> list[str]:
        wanted = []
        for work in works:
            target, proxy = work.job.target, work.job.proxy
            host, port = (proxy.host, proxy.port) if proxy else (target.host, target.port)
            if proxy and proxy.scheme == "socks5" and not is_address(target.host):
                wanted.append(target.host)
            if not is_address(host) and not self._redirect(host, port):
                wanted.append(host)
        return wanted

    def _redirect(self, host: str, port: int) -> str:
        rules = self.settings.connect
        return rules.get(f"{host}:{port}") or rules.get(f"*:{port}") or ""

    def _addresses(self, host: str, port: int) -> tuple[list[Address], Why, str]:
        to = self._redirect(host, port)
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

    def _aim(self, work: Work) -> None:
        """Set the legs of a direct job, or say at once why there are none."""
        target = work.job.target
        addresses, why, who = self._addresses(target.host, target.port)
        by_name = not is_address(target.host) and not self._redirect(target.host, target.port)
        if why is not Why.OK:
            work.probe = self._made(work, why, offender=who)
        elif by_name and addresses and all(leads_nowhere(one[0]) for one in addresses):
            found = ", ".join(one[0] for one in addresses)
            resolver = self._resolver_of(target.host)
            work.probe = self._made(work, Why.DNS_SINKHOLE, found, resolver)
        else:
            work.private = by_name and all(is_private(one[0]) for one in addresses)
            work.legs = [Leg(work, one) for one in addresses]

    def _resolver_of(self, name: str) -> str:
        found = self.settings.names.resolvers
        return next(
            (one.label for one in found if (name, one.label) in self.settings.names.lookups), ""
        )

    # Direct TCP.

    async def _sweep(self, works: Sequence[Work]) -> None:
        legs = [leg for work in works for leg in work.legs]
        if not legs:
            return
        sweep = Sweep(self.edge, legs, self._opened, self._settled)
        self.shape = await sweep.run()
        await self._settled()
        await asyncio.gather(*(self._elsewhere(one) for one in works))

    def _opened(self, leg: Leg, sock: socket.socket) -> None:
        work = leg.target
        assert isinstance(work, Work)  # noqa: S101 - legs are made above
        if work.busy or work.job.target.protocol == "tcp":
            work.busy = True
            drop(sock)
            self.edge.free()
            return
        work.busy = True
        task = asyncio.create_task(self._talk_and_free(work, leg, sock))
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _settled(self) -> None:
        while self._talks:
            await asyncio.wait(self._talks)

    async def _talk_and_free(self, work: Work, leg: Leg, sock: socket.socket) -> None:
        try:
            async with self._talking:
                await self._talk(work, leg, sock)
        finally:
            sock.close()
            self.edge.free()
        self._count()

    def _count(self) -> None:
        self._done += 1
        self.settings.told(self._done, None)

    async def _talk(self, work: Work, leg: Leg, sock: socket.socket) -> None:
        """Say what the protocol says over an open connection, and keep what came back."""

        async def dial(segment: int) -> socket.socket | None:
            return (await self.edge.reach(leg.address, segment))[0].sock

        target = work.job.target
        if self.settings.deadline.remaining() <= 0:
            return
        if target.protocol == "tls":
            work.verdict = await self.settings.looker.examine(sock, target.host, dial)
        elif target.protocol == "http":
            work.probe = await self._http(work, sock)
        elif target.protocol == "exposure":
            reason, detail = await examine_exposure(sock, leg.address, self.edge)
            work.probe = self._made(work, reason, detail)
        elif target.protocol in SPOKEN:
            work.probe = self._made(work, await greet(sock, target.protocol, target.host))
        if self.settings.deadline.remaining() <= 0 and not _good(work):
            work.verdict, work.probe = None, None  # cut off, not refused

    async def _elsewhere(self, work: Work) -> None:
        """Where the talk broke off at one address, another one may do."""
        reason = work.verdict.reason if work.verdict else work.probe.reason if work.probe else None
        if reason not in _OTHER_ADDRESS:
            return
        others = [leg for leg in work.legs if leg.outcome == "open"][1:3]
        kept = work.verdict, work.probe
        for leg in others:
            sock = (await self.edge.reach(leg.address))[0].sock
            if sock:
                await self._talk(work, leg, sock)
                sock.close()
                if _good(work):
                    return
        work.verdict, work.probe = kept

    async def _http(self, work: Work, sock: socket.socket) -> Probe:
        target, proxy = work.job.target, work.job.proxy
        asked = work.job.url_path
        headers: tuple[tuple[str, str], ...] = ()
        if proxy and proxy.scheme == "http":
            asked = f"http://{target.host}:{target.port}{asked}"
            if proxy.user and not target.anonymous:
                headers = (basic(proxy.user, proxy.password),)
        seconds = min(self.settings.seconds, max(0.01, self.settings.deadline.remaining()))
        try:
            seen = await ask(sock, target.host, asked, seconds=seconds, headers=headers)
        except TimeoutError:
            return self._made(work, Why.HTTP_TIMEOUT)
        except BadAnswerError as error:
            return self._made(work, Why.HTTP_RESET, str(error))
        except OSError:
            return self._made(work, Why.HTTP_RESET)
        reason = self._http_reason(seen, target, proxy)
        offender = _proxy_name(seen, proxy) if reason is not Why.OK else ""
        detail = f"status {seen.status}" + (f" to {seen.location}" if seen.location else "")
        return replace(self._made(work, reason, detail, offender), http=seen)

    def _http_reason(self, seen: HttpSeen, target: Target, proxy: Proxy | None) -> Why:
        if seen.status == 407:  # noqa: PLR2004
            return _unauthorised(target)
        if seen.status == 511:  # noqa: PLR2004 - RFC 6585, 6
            return Why.CAPTIVE_PORTAL
        if made_by_proxy(seen, expected=proxy is not None):
            return Why.PROXY_DENIED
        moved = 300 <= seen.status < 400 and bool(seen.location)  # noqa: PLR2004
        if moved and not self.settings.related(target.host, seen.location):
            return Why.CAPTIVE_PORTAL
        return Why.OK

    async def burst(self, probes: Sequence[Probe]) -> Burst | None:
        """Twenty new connections at once to one host that is open; how many of them get lost."""
        lead = next(
            (one for one in probes if one.path == "direct" and one.works and _open(one)), None
        )
        if lead is None or self.edge.rate or self.settings.deadline.remaining() < _BURST_SECONDS:
            return None
        address = (_open(lead)[0].address, self._port(lead))
        found = await asyncio.gather(*(connect(address, _BURST_SECONDS) for _ in range(_BURST)))
        for one in found:
            if one.sock:
                drop(one.sock)
        return Burst(1, _BURST, sum(one.sock is None for one in found))

    def _port(self, probe: Probe) -> int:
        to = self._redirect(probe.host, probe.port)
        return split_address(to, probe.port)[1] if to else probe.port

    # UDP.

    async def _udp(self, work: Work) -> None:
        target = work.job.target
        samples = _TIME_SAMPLES if target.protocol == "ntp" else 1
        for leg in work.legs[:2]:
            remaining = self.settings.deadline.remaining()
            if remaining <= 0:
                break
            asked = await ask_udp(leg.address, target.protocol, target.host, samples, remaining)
            leg.outcome = "open" if asked.reason is Why.OK else "timeout"
            leg.tries = asked.seen.sent
            offender = asked.icmp.offender if asked.icmp else ""
            if asked.icmp:
                leg.outcome, leg.icmp, leg.offender = "refused", asked.icmp.word, offender
            work.probe = replace(self._made(work, asked.reason, "", offender), udp=asked.seen)
            if asked.reason is Why.OK:
                break
        self._count()

    # Through a proxy.

    async def _through(self, work: Work) -> None:
        async with self._proxied:
            if self.settings.deadline.remaining() > 0:
                await self._through_now(work)
        self._count()

    async def _through_now(self, work: Work) -> None:
        target, proxy = work.job.target, work.job.proxy
        assert proxy is not None  # noqa: S101 - told apart by the caller
        refusals: list[ProxyRefusal] = []
        plain = target.protocol == "http" and proxy.scheme == "http"

        async def dial(segment: int) -> socket.socket | None:
            return await self._dial(target, proxy, segment, refusals, tunnel=not plain)

        sock = await dial(0)
        if sock is None:
            last = refusals[-1]
            reason = last.reason
            if reason is Why.PROXY_AUTH_REQUIRED:
                reason = _unauthorised(target)
            work.probe = self._made(work, reason, last.detail, proxy.label)
            work.probe = replace(work.probe, http=last.answer)
            return
        try:
            if target.protocol == "tls":
                work.verdict = await self.settings.looker.examine(sock, target.host, dial)
            elif target.protocol == "http":
                work.probe = await self._http(work, sock)
            else:
                work.probe = self._made(work, Why.OK)
        finally:
            sock.close()
        if self.settings.deadline.remaining() <= 0 and not _good(work):
            work.verdict, work.probe = None, None

    async def _dial(
        self,
        target: Target,
        proxy: Proxy,
        segment: int,
        refusals: list[ProxyRefusal],
        *,
        tunnel: bool,
    ) -> socket.socket | None:
        """A connection to the target by way of the proxy; why not is added to `refusals`."""
        addresses, why, _ = self._addresses(proxy.host, proxy.port)
        for address in addresses[:2]:
            sock = (await self.edge.reach(address, segment))[0].sock
            if sock is None:
                continue
            if not tunnel:
                return sock
            try:
                await connect_through(
                    sock,
                    proxy,
                    target.host,
                    target.port,
                    seconds=min(
                        self.settings.seconds, max(0.01, self.settings.deadline.remaining())
                    ),
                    sign_in=not target.anonymous,
                    address=self._resolved(target) if proxy.scheme == "socks5" else "",
                )
            except ProxyRefusal as refusal:
                refusals.append(refusal)
            except TimeoutError:
                refusals.append(ProxyRefusal(Why.TCP_TIMEOUT, "no answer by way of the proxy"))
            except OSError as error:
                refusals.append(ProxyRefusal(Why.PROXY_DENIED, f"the proxy hung up: {error}"))
            else:
                return sock
            sock.close()
            return None
        detail = "its name cannot be resolved" if why is not Why.OK else "it does not answer"
        refusals.append(ProxyRefusal(Why.PROXY_UNREACHABLE, detail))
        return None

    def _resolved(self, target: Target) -> str:
        if is_address(target.host):
            return target.host
        found, _, _ = self.settings.names.addresses(target.host)
        return next((one for one in found if ":" not in one), found[0] if found else target.host)

    # Results.

    def _made(self, work: Work, reason: Why, detail: str = "", offender: str = "") -> Probe:
        target, proxy = work.job.target, work.job.proxy
        return Probe(
            vantage=self.settings.vantage,
            host=target.host,
            port=target.port,
            protocol=target.protocol,
            path=proxy.path if proxy else "direct",
            reason=reason,
            detail=detail[:300],
            offender=offender,
            attempts=tuple(leg.attempt() for leg in work.legs),
        )

    def _probe(self, work: Work) -> Probe:
        """What a finished (or cut off) job amounts to."""
        if work.verdict:
            verdict = self.settings.looker.reconsider(work.verdict)
            found = self._made(work, verdict.reason, verdict.detail)
            if verdict.reason is Why.TLS_INTERCEPTED:
                found = replace(found, offender=verdict.seen.issuer)
            found = replace(found, tls=verdict.seen)
            if verdict.retried and verdict.reason is Why.OK:
                found = replace(found, reason=Why.NEEDED_RETRY)
        elif work.probe:
            attempts = tuple(leg.attempt() for leg in work.legs)
            found = replace(work.probe, attempts=attempts)
        elif any(leg.outcome == "open" for leg in work.legs):
            done = work.job.target.protocol == "tcp"
            found = self._made(work, Why.OK if done else Why.UNKNOWN, "" if done else "time was up")
        else:
            found = self._unopened(work)
        if (
            work.private
            and found.reason is not Why.OK
            and work.job.target.protocol in ("tls", "http")
        ):
            where = ", ".join(leg.address[0] for leg in work.legs)
            found = replace(found, reason=Why.DNS_SINKHOLE, detail=where)
        return self._with_tries(found, work)

    def _unopened(self, work: Work) -> Probe:
        if not work.legs:
            return self._made(work, Why.UNKNOWN, "time was up")
        order = list(_OUTCOMES)
        worst = min(work.legs, key=lambda leg: order.index(leg.outcome))
        reason = _OUTCOMES[worst.outcome]
        if self.shape.breaker and reason is Why.UNKNOWN:
            return self._made(work, reason, "nothing gets out directly")
        return self._made(work, reason, worst.icmp, worst.offender)

    def _with_tries(self, found: Probe, work: Work) -> Probe:
        """Whether it took more than one attempt to open."""
        opened = [leg for leg in work.legs if leg.outcome == "open"]
        if found.reason is not Why.OK or not opened or found.udp:
            return found
        if min(leg.tries for leg in opened) == 1:
            return found
        limited = self.shape.limited_at or self.shape.connection_limit
        return replace(found, reason=Why.RATE_LIMITED_EDGE if limited else Why.NEEDED_RETRY)


def _open(probe: Probe) -> list[Attempt]:
    tcp = probe.protocol in ("tls", "http")
    return [one for one in probe.attempts if one.outcome == "open" and tcp]


def _good(work: Work) -> bool:
    if work.verdict:
        return work.verdict.reason is Why.OK
    return bool(work.probe and work.probe.reason is Why.OK)


def _unauthorised(target: Target) -> Why:
    return Why.PROXY_AUTH_UNSUPPORTED if target.anonymous else Why.PROXY_AUTH_REQUIRED


def _proxy_name(seen: HttpSeen, proxy: Proxy | None) -> str:
    return proxy.label if proxy else (seen.via or seen.server)


__all__ = ["Job", "Prober", "Settings", "proxy_reason"]
