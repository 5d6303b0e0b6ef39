"""Probing: every job on its path, side by side, each with its result whatever happens."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace

from scanner.evidence.reachability import Attempt, Burst, Probe, Why
from scanner.sources.reachability.addresses import split_address
from scanner.sources.reachability.connect import connect, drop
from scanner.sources.reachability.edge import Edge
from scanner.sources.reachability.proxied import Proxied
from scanner.sources.reachability.results import probe_of
from scanner.sources.reachability.sweep import Leg, Shape, Sweep
from scanner.sources.reachability.talk import talk
from scanner.sources.reachability.udp import DATAGRAMS, ask_udp
from scanner.sources.reachability.ways import Ways
from scanner.sources.reachability.work import Job, Settings, Work

_TALKS = 50
_PROXIED = 40
_TIME_SAMPLES = 3
_UDP_ADDRESSES = 2
_OTHER_ADDRESSES = 2
_BURST, _BURST_SECONDS = 20, 1.0
_OTHER_ADDRESS = {
    Why.TLS_RESET,
    Why.TLS_TIMEOUT,
    Why.TLS_ALERT,
    Why.TLS_PLAINTEXT,
    Why.HTTP_RESET,
    Why.HTTP_TIMEOUT,
}
"""Where the talk broke off like that, another address of the same name may do."""


class Prober:
    """Runs jobs. `shape` says how the connecting went, once a run is over."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ways = Ways(settings)
        self.edge = Edge(settings.deadline, settings.descriptors)
        self.shape = Shape()
        self._by_proxy = Proxied(settings, self.ways, self.edge)
        self._talks: set[asyncio.Task[None]] = set()
        self._talking = asyncio.Semaphore(_TALKS)
        self._proxied = asyncio.Semaphore(_PROXIED)
        self._done = 0

    async def run(self, jobs: Sequence[Job]) -> list[Probe]:
        """Probe all of them, within the deadline."""
        works = [Work(job, self.settings.vantage) for job in jobs]
        direct = [one for one in works if one.job.proxy is None]
        await self.ways.learn(works)
        for work in direct:
            self.ways.aim(work)
        aimed = [one for one in direct if one.legs]
        await asyncio.gather(
            self._sweep([one for one in aimed if one.job.target.protocol not in DATAGRAMS]),
            *(self._udp(one) for one in aimed if one.job.target.protocol in DATAGRAMS),
            *(self._through(one) for one in works if one.job.proxy),
        )
        return [probe_of(one, self.shape, self.settings.looker) for one in works]

    async def _sweep(self, works: Sequence[Work]) -> None:
        """Connect to all legs; whoever opens is talked to meanwhile."""
        legs = [leg for work in works for leg in work.legs]
        if not legs:
            return
        self.shape = await Sweep(self.edge, legs, self._opened, self._settled).run()
        await self._settled()
        await asyncio.gather(*(self._elsewhere(one) for one in works))

    def _opened(self, leg: Leg, sock: socket.socket) -> None:
        """One connection of a job is talked over; the others have shown that they open."""
        work = leg.target
        assert isinstance(work, Work)  # noqa: S101 - legs are made for works
        if work.talked or work.job.target.protocol == "tcp":
            drop(sock)
            self.edge.free()
            return
        work.talked = leg
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

    async def _talk(self, work: Work, leg: Leg, sock: socket.socket) -> None:
        async def dial(segment: int) -> socket.socket | None:
            return (await self.edge.reach(leg.address, segment))[0].sock

        await talk(work, self.settings, self.edge, sock, leg.address, dial)

    async def _elsewhere(self, work: Work) -> None:
        """Try the talk again at other addresses; where none does better, the first one counts."""
        if work.reason not in _OTHER_ADDRESS:
            return
        kept = work.verdict, work.probe
        others = [leg for leg in work.legs if leg.outcome == "open" and leg is not work.talked]
        for leg in others[:_OTHER_ADDRESSES]:
            sock = (await self.edge.reach(leg.address))[0].sock
            if sock is None:
                continue
            work.forget()
            with sock:
                await self._talk(work, leg, sock)
            if work.reason is Why.OK:
                return
        work.verdict, work.probe = kept

    async def _udp(self, work: Work) -> None:
        target = work.job.target
        samples = _TIME_SAMPLES if target.protocol == "ntp" else 1
        for leg in work.legs[:_UDP_ADDRESSES]:
            if self.settings.over:
                break
            remaining = self.settings.deadline.remaining()
            asked = await ask_udp(leg.address, target.protocol, target.host, samples, remaining)
            leg.outcome = "open" if asked.reason is Why.OK else "timeout"
            leg.tries = asked.seen.sent
            if asked.icmp:
                leg.outcome = "refused"
                leg.icmp, leg.offender = asked.icmp.word, asked.icmp.offender
            work.probe = replace(work.made(asked.reason, "", leg.offender), udp=asked.seen)
            if asked.reason is Why.OK:
                break
        self._count()

    async def _through(self, work: Work) -> None:
        async with self._proxied:
            if work.job.proxy and not self.settings.over:
                await self._by_proxy.probe(work, work.job.proxy)
        self._count()

    def _count(self) -> None:
        self._done += 1
        self.settings.told(self._done, None)

    async def burst(self, probes: Sequence[Probe]) -> Burst | None:
        """Twenty new connections at once to one host that is open; how many of them get lost."""
        lead = next((one for one in probes if one.works and _open(one)), None)
        if lead is None or self.edge.rate or self.settings.deadline.remaining() < _BURST_SECONDS:
            return None
        to = self.ways.redirection(lead.host, lead.port)
        port = split_address(to, lead.port)[1] if to else lead.port
        address = (_open(lead)[0].address, port)
        found = await asyncio.gather(*(connect(address, _BURST_SECONDS) for _ in range(_BURST)))
        for one in found:
            if one.sock:
                drop(one.sock)
        return Burst(1, _BURST, sum(one.sock is None for one in found))


def _open(probe: Probe) -> list[Attempt]:
    """The attempts of a direct TCP probe that opened."""
    tcp = probe.path == "direct" and probe.protocol in ("tls", "http")
    return [one for one in probe.attempts if one.outcome == "open" and tcp]
