"""Asking: retries, TCP where UDP is not enough, a cache for the run, and one query for many askers.

A view is one Resolver with one or several servers behind it; views never share an answer. Everything
runs in one event loop.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from scanner.deadline import Deadline
from scanner.evidence.dns import Lookup, LookupStatus, View, not_asked
from scanner.sources.dns.channels import Channel, Silence, StreamChannel, UdpChannel, Unreachable
from scanner.sources.dns.https import HttpsChannel
from scanner.sources.dns.servers import Server
from scanner.sources.dns.wire import (
    Question,
    Reply,
    is_name,
    is_truncated,
    rcode_of,
    read_reply,
    to_lookup,
)
from scanner.text import said

_TRIES = 2
_IN_FLIGHT = 100
_SILENT_AT_FIRST = 8
_SILENT_LATER = 60
_ALIASES = 8
_FORMERR, _NOTIMP, _BADVERS_LOW = 1, 4, 0
_USABLE = frozenset({LookupStatus.ANSWER, LookupStatus.NODATA, LookupStatus.NXDOMAIN})


@dataclass(slots=True)
class Settings:
    """What all views of a run share: seconds per try, the end of the source's time, and trust."""

    timeout: float
    deadline: Deadline
    context: ssl.SSLContext | None = None


@dataclass(slots=True)
class _Outcome:
    """One query at one server, before it becomes a lookup."""

    reply: Reply
    transport: str
    attempts: int
    size: int = 0
    detail: str = ""


def _failed(status: LookupStatus, transport: str, attempts: int, detail: str) -> _Outcome:
    return _Outcome(Reply(status), transport, attempts, 0, detail)


class Peer:
    """One server with its channels, and what was learned about it."""

    def __init__(self, server: Server, settings: Settings) -> None:
        self.server = server
        self._settings = settings
        self._udp = UdpChannel(server)
        self._stream = StreamChannel(
            server, settings.context if server.transport == "tls" else None
        )
        self._https: HttpsChannel | None = None
        self._slots = asyncio.Semaphore(_IN_FLIGHT)
        self._replies = 0
        self._silent = 0
        self._plain_dns = False

    @property
    def dead(self) -> bool:
        """Whether asking again is a waste: it never answered, or has not for a long row."""
        return self._silent >= (_SILENT_LATER if self._replies else _SILENT_AT_FIRST)

    async def ask(self, question: Question) -> _Outcome:
        """One question, with retries, within the time there is."""
        async with self._slots:
            if self.dead:
                told = said(
                    "earlier queries to this server got no reply, so it was not asked again"
                )
                return _failed(LookupStatus.TIMEOUT, self.server.transport, 0, told)
            outcome = await self._ask(question)
        if outcome.reply.status in (LookupStatus.TIMEOUT, LookupStatus.UNREACHABLE):
            self._silent += 1
        else:
            self._silent, self._replies = 0, self._replies + 1
        return outcome

    async def _ask(self, question: Question) -> _Outcome:
        if self._plain_dns:
            question = replace(question, edns=None)
        outcome = await self._transact(question)
        if outcome.reply.status is LookupStatus.UNSUPPORTED and question.edns is not None:
            again = await self._transact(replace(question, edns=None))
            if again.reply.status is not LookupStatus.UNSUPPORTED:
                self._plain_dns = True
                again.detail = said("the server refuses EDNS")
            again.attempts += outcome.attempts
            return again
        return outcome

    async def _transact(self, question: Question) -> _Outcome:
        if self.server.transport != "udp":
            channel, name = self._secure(), self.server.transport
            return await self._over(channel, name, question, tries=_TRIES)
        outcome = await self._over(self._udp, "udp", question, tries=_TRIES)
        if "tc" in outcome.reply.flags:
            return await self._over_tcp(question, outcome)
        if outcome.reply.status is LookupStatus.TIMEOUT and not self._replies:
            tcp = await self._over(self._stream, "tcp", question, tries=1)
            if tcp.reply.status not in (LookupStatus.TIMEOUT, LookupStatus.UNREACHABLE):
                tcp.detail = said("no reply over UDP")
                tcp.attempts += outcome.attempts
                return tcp
        return outcome

    def _secure(self) -> Channel:
        if self.server.transport == "tls":
            return self._stream
        if self._https is None:
            self._https = HttpsChannel(self.server, self._settings.context or _trusting())
        return self._https

    async def _over_tcp(self, question: Question, cut: _Outcome) -> _Outcome:
        tcp = await self._over(self._stream, "tcp", question, tries=1)
        tcp.attempts += cut.attempts
        if tcp.reply.status in (LookupStatus.TIMEOUT, LookupStatus.UNREACHABLE):
            told = said(
                "truncated over UDP, and over TCP: {detail}", detail=tcp.detail or said("no reply")
            )
            return _failed(LookupStatus.TRUNCATED, "tcp", tcp.attempts, told)
        return tcp

    async def over_udp(self, question: Question) -> _Outcome:
        """One question over UDP alone, whatever the answer."""
        return await self._over(self._udp, "udp", question, tries=_TRIES)

    async def over_tcp(self, question: Question) -> _Outcome:
        """One question over TCP alone."""
        return await self._over(self._stream, "tcp", question, tries=1)

    async def _over(
        self, channel: Channel, name: str, question: Question, *, tries: int
    ) -> _Outcome:
        odd = ""
        for attempt in range(1, tries + 1):
            query, section = question.encode()
            try:
                seconds = self._settings.deadline.left(self._settings.timeout)
                data = await channel.exchange(query, section, seconds)
                return self._read(data, question, name, attempt)
            except Unreachable as error:
                return _failed(LookupStatus.UNREACHABLE, name, attempt, str(error))
            except TimeoutError:
                told = said("the time for DNS was used up")
                return _failed(LookupStatus.TIMEOUT, name, attempt, told)
            except Silence as silence:
                odd = silence.odd or odd
            except ValueError as error:
                odd = str(error)
        return _failed(LookupStatus.TIMEOUT, name, tries, odd)

    def _read(self, data: bytes, question: Question, name: str, attempt: int) -> _Outcome:
        """The outcome of a reply. Raises ValueError for garbage, which counts as silence."""
        if is_truncated(data) and name == "udp":
            return _Outcome(Reply(LookupStatus.TRUNCATED, flags=("tc",)), name, attempt, len(data))
        if rcode_of(data) in (_FORMERR, _NOTIMP):
            return _Outcome(Reply(LookupStatus.UNSUPPORTED), name, attempt, len(data))
        return _Outcome(read_reply(data, question), name, attempt, len(data))

    async def close(self) -> None:
        """Close all channels."""
        await self._udp.close()
        await self._stream.close()
        if self._https is not None:
            await self._https.close()


def _is_dead(peer: Peer) -> bool:
    return peer.dead


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()


@dataclass(slots=True)
class Resolver:
    """One view of DNS. `recursion` is off where authoritative servers are asked directly."""

    peers: Sequence[Peer]
    view: View = "public"
    recursion: bool = True
    _cache: dict[tuple[str, str, bool, bool], asyncio.Future[Lookup]] = field(default_factory=dict)

    async def ask(
        self, name: str, rdtype: str, *, dnssec: bool = False, checking_disabled: bool = False
    ) -> Lookup:
        """The outcome of one question; the same question is asked once, however many want it."""
        key = (name.rstrip(".").lower(), rdtype, dnssec, checking_disabled)
        found = self._cache.get(key)
        if found is not None:
            return found.result() if found.done() else await asyncio.shield(found)
        found = self._cache[key] = asyncio.get_running_loop().create_future()
        try:
            lookup = await self._fetch(*key)
        except BaseException:
            # Whoever waits for this asker's answer must not wait for ever; the next one asks again.
            del self._cache[key]
            found.cancel()
            raise
        found.set_result(lookup)
        return lookup

    async def ask_all(self, *questions: tuple[str, str]) -> tuple[Lookup, ...]:
        """Several questions side by side, in the order given."""
        return tuple(await asyncio.gather(*(self.ask(*one) for one in questions)))

    async def _fetch(self, name: str, rdtype: str, dnssec: bool, checking_disabled: bool) -> Lookup:
        question = Question(name, rdtype, self.recursion, dnssec, checking_disabled)
        worst = not_asked(name, rdtype, self.view)
        if not is_name(name):
            told = said("DNS cannot carry this name")
            return replace(worst, status=LookupStatus.UNSUPPORTED, detail=told)
        for peer in sorted(self.peers, key=_is_dead):
            lookup = await self._at(peer, question)
            if lookup.status is LookupStatus.SERVFAIL and self._may_be_bogus(question, lookup):
                lookup = await self._why_servfail(peer, question, lookup)
            if lookup.status in _USABLE or lookup.status is LookupStatus.BOGUS:
                return lookup
            worst = lookup if worst.status is LookupStatus.UNCONFIGURED else worst
        return worst

    def _may_be_bogus(self, question: Question, lookup: Lookup) -> bool:
        return self.recursion and not question.checking_disabled and "aa" not in lookup.flags

    async def _why_servfail(self, peer: Peer, question: Question, failed: Lookup) -> Lookup:
        """SERVFAIL is bogus where data comes with checking disabled and the failure repeats."""
        unchecked = await self._at(peer, replace(question, checking_disabled=True))
        if unchecked.status not in _USABLE:
            return failed
        again = await self._at(peer, question)
        if again.status is not LookupStatus.SERVFAIL:
            return replace(again, attempts=again.attempts + failed.attempts)
        return replace(failed, status=LookupStatus.BOGUS, detail=again.detail or failed.detail)

    async def _at(self, peer: Peer, question: Question) -> Lookup:
        began = time.perf_counter()
        outcome = await peer.ask(question)
        reply, current = outcome.reply, question
        for _ in range(_ALIASES):
            if not reply.unfinished:
                break
            current = replace(question, name=reply.chain[-1])
            outcome = await peer.ask(current)
            reply = _joined(reply, outcome.reply)
        return to_lookup(
            question,
            reply,
            view=self.view,
            server=peer.server.label,
            elapsed=round((time.perf_counter() - began) * 1000),
            attempts=outcome.attempts,
            transport=outcome.transport,
            size=outcome.size,
            detail=outcome.detail,
        )

    def asked(self) -> list[Lookup]:
        """Everything that was asked so far and has ended."""
        return [found.result() for found in self._cache.values() if found.done()]

    async def close(self) -> None:
        """Close the channels of all servers."""
        for peer in self.peers:
            await peer.close()


def _joined(first: Reply, then: Reply) -> Reply:
    """The reply of an alias and that of its target as one."""
    ttls = [ttl for ttl in (first.ttl, then.ttl) if ttl is not None]
    return replace(
        then, chain=first.chain + then.chain, ttl=min(ttls, default=None), flags=then.flags
    )
