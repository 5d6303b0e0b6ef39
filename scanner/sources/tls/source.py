"""The source of TLS evidence: every service side by side on one event loop, each within its time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scanner.config.model import Config
from scanner.evidence.envelope import Missing
from scanner.evidence.tls import (
    TlsChain,
    TlsEndpoint,
    TlsOutcome,
    TlsProtocol,
)
from scanner.sources.interface import Contact, Gather
from scanner.sources.tls.addresses import AddressBook
from scanner.sources.tls.anchors import Anchors, read_anchors
from scanner.sources.tls.chains import path_of, sent_lists, served
from scanner.sources.tls.off_loop import off_loop
from scanner.sources.tls.probe import Looked, Probe, client_view, endpoint_of, hello_answers
from scanner.sources.tls.targets import Target, configured, once
from scanner.words import Reason

_AT_ONCE = 20
_KINDS: tuple[type, ...] = (TlsEndpoint, TlsProtocol, TlsChain)
_NO_HOSTS = Missing(
    Reason.UNCONFIGURED, "no TLS service is named; list the published servers in [[hosts]]"
)


class TlsSource:
    """Looks at the TLS services of the organisation, as any client on the network could."""

    name = "tls"
    kinds = _KINDS
    after: tuple[type, ...] = ()
    budget = 300.0

    def touches(self, config: Config, wanted: frozenset[type]) -> Iterator[Contact]:
        """Each service with its port."""
        if wanted:
            for target in once(configured(config)):
                where = f"{target.host}:{target.port}"
                yield Contact("tls", where, "tls", "read the certificate and what is offered")

    def collect(self, gather: Gather) -> None:
        """Gather what is wanted of every service."""
        asyncio.run(_Round(gather).run())


@dataclass(slots=True)
class _Shared:
    """What all services of one round have in common."""

    book: AddressBook
    anchors: Anchors
    now: datetime
    seconds: float


class _Round:
    """One round over all services."""

    def __init__(self, gather: Gather) -> None:
        self._gather = gather
        config = gather.config
        self._shared = _Shared(
            AddressBook.of(config),
            read_anchors(config),
            datetime.now(UTC).replace(microsecond=0),
            config.network.timeout,
        )
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._done = 0

    async def run(self) -> None:
        """Look at all services; at the deadline the rest is said to be missing."""
        targets = once(configured(self._gather.config))
        if not targets:
            for kind in self._gather.wanted:
                self._gather.miss(kind, _NO_HOSTS)
            return
        tasks = [asyncio.create_task(self._one(target, len(targets))) for target in targets]
        await asyncio.wait(tasks, timeout=self._gather.deadline.remaining())
        for task, target in zip(tasks, targets, strict=True):
            if task.done():
                task.result()
            else:
                task.cancel()
                self._keep(Looked(target, TlsOutcome.TIMEOUT, "the time of the run was used up"))

    async def _one(self, target: Target, total: int) -> None:
        async with self._slots:
            probe = Probe(target, self._shared.book, self._shared.seconds)
            try:
                async with asyncio.timeout(2 * self._shared.seconds):
                    await probe.reach()
                    if self._gather.wanted & {TlsProtocol}:
                        await probe.protocol("/")
            except TimeoutError:
                pass  # what was heard until then is kept
            looked = probe.looked
            chain = await off_loop(lambda: self._chain(looked))
            self._keep(looked, chain)
            self._done += 1
            self._gather.progress(self._done, total)

    def _chain(self, looked: Looked) -> TlsChain | None:
        """The lists of certificates with their paths; this is computing, not I/O."""
        target, shared = looked.target, self._shared
        lists = sent_lists(looked)
        if not lists:
            return None
        paths = (path_of(one, shared.anchors, target.host, shared.now) for one in lists)
        return TlsChain(
            target.host,
            target.port,
            target.role,
            tuple(served(one, path, shared.now) for one, path in zip(lists, paths, strict=True)),
        )

    def _keep(self, looked: Looked, chain: TlsChain | None = None) -> None:
        target = looked.target
        self._gather.put(endpoint_of(looked))
        missing = _why(looked)
        if looked.outcome is TlsOutcome.OK and looked.replies:
            view = client_view(looked.client, looked.replies)
            answers = hello_answers(looked.replies)
            self._gather.put(TlsProtocol(target.host, target.port, target.role, answers, view))
        else:
            self._gather.miss(TlsProtocol, missing, target.subject)
        if chain is not None:
            self._gather.put(chain)
        else:
            self._gather.miss(TlsChain, missing, target.subject)


def _why(looked: Looked) -> Missing:
    """Why nothing more is known of a service."""
    if looked.outcome is TlsOutcome.OK:
        return Missing(Reason.UNSUPPORTED, "the server shows no certificate")
    reason = Reason.TIMEOUT if looked.outcome is TlsOutcome.TIMEOUT else Reason.UNREACHABLE
    target = looked.target
    return Missing(reason, f"{target.host}:{target.port}: {looked.outcome}, {looked.detail}")
