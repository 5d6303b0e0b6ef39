"""One round over all services, and over what their certificates and names lead to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from scanner.evidence.envelope import Missing
from scanner.evidence.federation import FederationTrust
from scanner.evidence.revocation import CrlHost, EndpointRevocation
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tls import (
    CertificatePath,
    CloudPath,
    DerivedName,
    DerivedNames,
    HttpsAnswer,
    ServedChain,
    TlsChain,
    TlsEndpoint,
    TlsOutcome,
    TlsProtocol,
    UploadedCertificate,
)
from scanner.sources.interface import Gather
from scanner.sources.tls.addresses import AddressBook
from scanner.sources.tls.aia import completed
from scanner.sources.tls.anchors import read_anchors
from scanner.sources.tls.chains import Sent, path_of, pool_of, sent_lists, served
from scanner.sources.tls.cloud import look_at_cloud
from scanner.sources.tls.derive import candidates, settled, suffixes, targets_of
from scanner.sources.tls.fetch import Fetcher
from scanner.sources.tls.lists import look_at_lists
from scanner.sources.tls.off_loop import Worker
from scanner.sources.tls.probe import Looked, Probe, client_view, endpoint_of, hello_answers
from scanner.sources.tls.revocation import Asker
from scanner.sources.tls.targets import Target, configured, federated, once
from scanner.sources.tls.uploaded import read_uploads
from scanner.text import Vocabulary, said
from scanner.words import Reason

_AT_ONCE = 20
_PER_ENDPOINT: tuple[type, ...] = (
    TlsEndpoint,
    TlsProtocol,
    TlsChain,
    EndpointRevocation,
    HttpsAnswer,
)
_OUTCOMES = Vocabulary(map(str, TlsOutcome))
_NO_HOSTS = Missing(
    Reason.UNCONFIGURED, "no TLS service is named; list the published servers in [[hosts]]"
)
_PATHS = {
    "adfs": "/adfs/ls/",
    "wap": "/adfs/ls/",
    "ndes": "/certsrv/mscep/mscep.dll",
}
"""What a GET asks for, by role; elsewhere the root."""


@dataclass(slots=True)
class _Found:
    """What one service came to. `asked` is the first list with the path to ask revocation for."""

    looked: Looked
    asked: tuple[Sent, CertificatePath] | None = None
    chain: TlsChain | None = None
    revocation: EndpointRevocation | None = None


class Round:
    """One round. Every service has a time of its own; at the deadline the rest is missing."""

    def __init__(self, gather: Gather) -> None:
        self._gather = gather
        config = gather.config
        self._now = datetime.now(UTC).replace(microsecond=0)
        self._seconds = config.network.timeout
        self._book = AddressBook.of(config)
        self._anchors = read_anchors(config)
        self._fetcher = Fetcher.of(config, self._book)
        self._asker = Asker(self._fetcher, self._now)
        self._worker = Worker()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._done = 0

    async def run(self) -> None:
        """Look at everything that is wanted."""
        gather = self._gather
        if UploadedCertificate in gather.wanted:
            read_uploads(gather, self._anchors, self._now)
        jobs: list[Coroutine[Any, Any, None]] = []
        if CloudPath in gather.wanted:
            jobs.append(self._cloud())
        if gather.wanted - {CloudPath, UploadedCertificate}:
            jobs.append(self._services())
        await asyncio.gather(*jobs)

    async def _cloud(self) -> None:
        config = self._gather.config
        found = await look_at_cloud(config, self._book, self._anchors, self._now)
        if isinstance(found, Missing):
            self._gather.miss(CloudPath, found)
        else:
            self._gather.put(found)

    async def _services(self) -> None:
        """The configured services at once, and those that follow as soon as DNS has answered."""
        gather = self._gather
        trusts = gather.seen_all(FederationTrust)
        named = once([*configured(gather.config), *federated(trusts)])
        early = [asyncio.create_task(self._one(target)) for target in named]
        names = await self._names(named)
        known = {one.subject for one in named}
        more = [one for one in once(targets_of(names, named)) if one.subject not in known]
        late = [asyncio.create_task(self._one(target)) for target in more]
        targets, tasks = [*named, *more], [*early, *late]
        if not targets:
            for kind in gather.wanted & set(_PER_ENDPOINT):
                gather.miss(kind, _NO_HOSTS)
        if tasks:
            await asyncio.wait(tasks, timeout=gather.deadline.remaining())
        chains: list[TlsChain] = []
        for task, target in zip(tasks, targets, strict=True):
            found = await _result(task, target)
            self._keep(found)
            chains += [found.chain] if found.chain else []
        if DerivedNames in gather.wanted:
            gather.put(DerivedNames(tuple(_covered(one, chains) for one in names)))
        if CrlHost in gather.wanted:
            await look_at_lists(gather, self._asker, self._anchors, chains)

    async def _names(self, named: list[Target]) -> list[DerivedName]:
        domains = self._gather.seen(TenantDomains)
        known = domains if isinstance(domains, TenantDomains) else None
        wanted = candidates(named, suffixes(self._gather.config, known))
        return await settled(wanted, self._book)

    async def _one(self, target: Target) -> _Found:
        async with self._slots:
            probe = Probe(target, self._book, self._seconds)
            found = _Found(probe.looked)
            try:
                async with asyncio.timeout(2 * self._seconds):
                    await self._look(probe, found)
            except TimeoutError:
                pass  # what was learned until then is kept
            self._done += 1
            self._gather.progress(self._done)
            return found

    async def _look(self, probe: Probe, found: _Found) -> None:
        wanted = self._gather.wanted
        await probe.reach()
        if probe.looked.primary is None:
            return
        await self._protocol(probe)
        await self._certificates(found)
        if EndpointRevocation in wanted and found.asked is not None:
            await self._revocation(found, *found.asked)

    async def _protocol(self, probe: Probe) -> None:
        wanted = self._gather.wanted
        if not wanted & {TlsProtocol, HttpsAnswer}:
            return
        target = probe.looked.target
        asks = HttpsAnswer in wanted and not target.starttls
        await probe.protocol(_PATHS.get(target.role, "/") if asks else "")

    async def _certificates(self, found: _Found) -> None:
        """The lists that the service sends, each with its path. Computing goes off the loop."""
        target = found.looked.target
        lists = sent_lists(found.looked)
        if not lists:
            return
        one_by_one = [await self._served(sent, target.host, found) for sent in lists]
        found.chain = TlsChain(target.host, target.port, target.role, tuple(one_by_one))

    async def _served(self, sent: Sent, host: str, found: _Found) -> ServedChain:
        path = await self._worker.do(lambda: path_of(sent, self._anchors, host, self._now))
        path, whole = await completed(
            path, pool_of(sent), self._anchors, self._fetcher, host, self._now
        )
        found.asked = found.asked or (sent, whole)
        return served(sent, path, self._now)

    async def _revocation(self, found: _Found, sent: Sent, path: CertificatePath) -> None:
        answers = await self._asker.ask(path, sent.staple)
        target = found.looked.target
        found.revocation = EndpointRevocation(
            target.host, target.port, target.role, answers, path.roots
        )

    def _keep(self, found: _Found) -> None:
        """Hand the evidence over, and for what there is none of, why."""
        looked, gather = found.looked, self._gather
        target = looked.target
        gather.put(endpoint_of(looked))
        pieces: dict[type, object | None] = {
            TlsProtocol: _protocol_of(looked),
            TlsChain: found.chain,
            EndpointRevocation: found.revocation,
            HttpsAnswer: _https_of(looked),
        }
        for kind, piece in pieces.items():
            if piece is not None:
                gather.put(piece)
            elif kind in gather.wanted:
                gather.miss(kind, _why(found, kind), target.subject)


async def _result(task: asyncio.Task[_Found], target: Target) -> _Found:
    if task.done():
        return task.result()
    task.cancel()
    return _Found(Looked(target, TlsOutcome.TIMEOUT, said("the time of the run was used up")))


def _covered(name: DerivedName, chains: list[TlsChain]) -> DerivedName:
    """Whether the certificate that is served at the name covers it."""
    for chain in chains:
        leaf = chain.served[0].leaf
        if chain.host == name.name and leaf is not None:
            return replace(name, covered=leaf.covers(name.name))
    return name


def _protocol_of(looked: Looked) -> TlsProtocol | None:
    if looked.outcome is not TlsOutcome.OK or not looked.replies:
        return None
    target = looked.target
    view = client_view(looked.client, looked.replies)
    return TlsProtocol(target.host, target.port, target.role, hello_answers(looked.replies), view)


def _https_of(looked: Looked) -> HttpsAnswer | None:
    shaken, target = looked.client, looked.target
    if shaken is None or not shaken.status:
        return None
    headers = shaken.headers
    return HttpsAnswer(
        target.host,
        target.port,
        target.role,
        _PATHS.get(target.role, "/"),
        shaken.status,
        headers.get("Strict-Transport-Security") if headers else None,
        (headers.get("Server") or "")[:120] if headers else "",
        (headers.get("Date") or "")[:60] if headers else "",
    )


def _why(found: _Found, kind: type) -> Missing:
    """Why nothing more is known of a service."""
    looked, target = found.looked, found.looked.target
    if kind is EndpointRevocation and found.chain is not None:
        return Missing(
            Reason.TIMEOUT,
            said("{host}:{port}: the time was used up before", host=target.host, port=target.port),
        )
    if looked.outcome is TlsOutcome.OK and kind is HttpsAnswer:
        return Missing(Reason.UNSUPPORTED, "the service does not answer a GET over TLS")
    if looked.outcome is TlsOutcome.OK:
        heard = looked.primary.reply.detail if looked.primary else ""
        told = said("the server shows no certificate")
        if heard:
            told = said("{detail}: {why}", detail=told, why=heard)
        return Missing(Reason.UNSUPPORTED, told)
    reason = Reason.TIMEOUT if looked.outcome is TlsOutcome.TIMEOUT else Reason.UNREACHABLE
    told = said(
        "{host}:{port}: {outcome}, {detail}",
        host=target.host,
        port=target.port,
        outcome=_OUTCOMES.say(looked.outcome),
        detail=looked.detail,
    )
    return Missing(reason, told)
