"""Looking at one federation service: its metadata, and one GET for each path that tells something."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from queue import SimpleQueue

from scanner.config.model import Config
from scanner.deadline import Deadline
from scanner.evidence import federation as paths
from scanner.evidence.federation import (
    Answer,
    Face,
    FederationHost,
    FederationMetadata,
    Outcome,
    Publication,
    Refusal,
    Vantage,
)
from scanner.sources.federation.answers import answer_of, clock_of
from scanner.sources.federation.http import Line, Reply, Way
from scanner.sources.federation.lanes import side_by_side
from scanner.sources.federation.metadata import read_document
from scanner.sources.federation.reach import Distrusted, HttpFault, look_up
from scanner.sources.federation.safe_xml import LARGEST, RefusedXml
from scanner.sources.federation.signature import verified
from scanner.sources.federation.targets import Approach, Target, inward, vantage_of
from scanner.sources.federation.trust import TlsSettings
from scanner.sources.tls.addresses import Address, shown
from scanner.text import said

HOST_BUDGET = 10.0
_SMALL = 64 * 1024
_LANES = 2
_LONG_TRIP = 10.0
_ADFS_PATHS = (
    paths.OPENID,
    paths.PASSIVE,
    paths.EXCHANGE,
    paths.WINDOWS_2005,
    paths.WINDOWS_13,
    paths.USERNAME_2005,
    paths.USERNAME_13,
    paths.CERTIFICATE_2005,
    paths.CERTIFICATE_13,
    paths.IDP_INITIATED,
)


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at hosts. `proven` says that something else on the internet has answered."""

    config: Config
    tls: TlsSettings
    proven: bool
    redirect_plain: dict[str, Address]

    def look(self, target: Target, deadline: Deadline) -> tuple[FederationHost, FederationMetadata]:
        """All faces of one host, and its metadata as the most public of them gave it."""
        budget = deadline.sooner(HOST_BUDGET)
        seen = [_Visit(self, target, one, budget).face() for one in target.approaches]
        metadata = reduce(FederationMetadata.joined, (document for _, document in seen))
        adfs = target.adfs or (True if metadata.accepted else None)
        host = FederationHost(
            target.name,
            adfs,
            target.configured,
            tuple(sorted(target.domains)),
            tuple(face for face, _ in seen),
        )
        return host, metadata


class _Visit:
    """One approach to one host."""

    def __init__(self, by: Looker, target: Target, approach: Approach, deadline: Deadline) -> None:
        self._by, self._target, self._approach, self._deadline = by, target, approach, deadline
        self._addresses: tuple[Address, ...] = (approach.to,) if approach.to else ()
        self._tls = by.tls.strict
        self._distrust = ""

    def face(self) -> tuple[Face, FederationMetadata]:
        """Ask for the metadata first: where not even that can be asked, the rest is left out."""
        reply, fault = self._first()
        first = answer_of(paths.METADATA, reply, fault)
        vantage = self._vantage()
        # A name that leads to a private address leads to the farm, whatever its role was called.
        proxy = self._approach.proxy and (
            self._approach.to is not None or vantage is not Vantage.INSIDE
        )
        face = Face(
            vantage=vantage,
            address=shown(self._addresses[0]) if self._addresses else "",
            proxy=proxy,
            trusted=not self._distrust,
            distrust=self._distrust,
            proven=self._by.proven,
            answers=(first,),
            clock=clock_of(reply),
        )
        document = self._document(face, first, reply)
        rest: Sequence[Answer] = ()
        if fault is not None and fault.early:
            rest = [replace(first, path=one) for one in _ADFS_PATHS]
        elif self._target.adfs or document.accepted:
            rest = list(self._rest())
        return replace(face, answers=(first, *rest, *self._probe(fault))), document

    def _first(self) -> tuple[Reply | None, HttpFault | None]:
        try:
            self._look_up()
            try:
                return self._once(paths.METADATA), None
            except Distrusted as fault:
                self._distrust, self._tls = fault.detail, self._by.tls.lenient
                return self._once(paths.METADATA), None
        except HttpFault as fault:
            return None, fault

    def _look_up(self) -> None:
        if self._addresses:
            return
        self._addresses = look_up(self._by.config, self._target.name, self._approach.port)
        refused = [host for host, _ in self._addresses if inward(host, self._target)]
        if refused:
            told = said(
                "the name leads to {address}, where the scan does not go on others' word",
                address=refused[0],
            )
            raise HttpFault(Outcome.INWARD, told, early=True)

    def _vantage(self) -> Vantage:
        if self._approach.vantage is not None:
            return self._approach.vantage
        if self._approach.to is not None or not self._addresses:
            return Vantage.UNKNOWN
        return vantage_of(self._addresses[0][0], proven=self._by.proven)

    def _line(self) -> Line:
        name, port = self._target.name, self._approach.port
        return Line(
            Way(name, port, self._addresses, self._tls, self._by.config.network.timeout),
            self._deadline,
        )

    def _once(self, path: str) -> Reply:
        line = self._line()
        try:
            return line.get(path, LARGEST)
        finally:
            line.close()

    def _rest(self) -> Iterator[Answer]:
        lanes: SimpleQueue[Line] = SimpleQueue()
        lines = [self._line() for _ in range(_LANES)]
        for line in lines:
            lanes.put(line)

        def ask(path: str) -> Answer:
            line = lanes.get()
            try:
                return answer_of(path, line.get(path, _SMALL), None)
            except HttpFault as fault:
                return answer_of(path, None, fault)
            finally:
                lanes.put(line)

        given = dict(side_by_side(_ADFS_PATHS, ask, width=_LANES, deadline=self._deadline))
        for line in lines:
            line.close()
        late = Answer("", Outcome.TIMEOUT, detail=said("the time for this host was used up"))
        yield from (given.get(path, replace(late, path=path)) for path in _ADFS_PATHS)

    def _probe(self, fault: HttpFault | None) -> Iterator[Answer]:
        """The health probe, over plain http; not asked where the host cannot be found at all."""
        to = self._by.redirect_plain.get(self._target.name)
        if to is None and self._approach.to and self._approach.to[1] == 443:  # noqa: PLR2004
            to = (self._approach.to[0], 80)
        if to is None and not self._approach.to and self._addresses:
            to = (self._addresses[0][0], 80)
        lost = fault is not None and fault.outcome in (Outcome.TIMEOUT, Outcome.INWARD)
        if to is None or lost or not self._target.adfs:
            return
        line = Line(
            Way(self._target.name, 80, (to,), None, self._by.config.network.timeout), self._deadline
        )
        try:
            yield answer_of(paths.PROBE, line.get(paths.PROBE, _SMALL), None)
        except HttpFault as no_answer:
            yield answer_of(paths.PROBE, None, no_answer)
        finally:
            line.close()

    def _document(self, face: Face, first: Answer, reply: Reply | None) -> FederationMetadata:
        port = "" if self._approach.port == 443 else f":{self._approach.port}"  # noqa: PLR2004
        by = Publication(
            outcome=first.outcome,
            vantage=face.vantage,
            public=face.public,
            trusted=face.trusted,
            proven=face.proven,
            status=first.status,
            detail=first.detail,
        )
        url = f"https://{self._target.name}{port}{paths.METADATA}"
        found = FederationMetadata(self._target.name, url, by, by)
        return with_document(found, reply) if reply and reply.status == 200 else found  # noqa: PLR2004


def with_document(found: FederationMetadata, reply: Reply) -> FederationMetadata:
    """The same evidence with what the document says, or why it is not read."""
    digest = hashlib.sha256(reply.body).hexdigest()
    found = replace(found, size=len(reply.body), sha256=digest)
    if not reply.whole:
        return _refused(found, Refusal.TOO_LARGE, said("more than {most} bytes", most=LARGEST))
    try:
        document = read_document(reply.body)
    except RefusedXml as refused:
        return _refused(found, refused.refusal, refused.detail)
    signature, told = verified(reply.body, document)
    return replace(
        found,
        entity_id=document.entity_id,
        signing=document.signing,
        encryption=document.encryption,
        endpoints=document.endpoints,
        signature=signature,
        signature_detail=told,
        signer=document.signer,
    )


def _refused(found: FederationMetadata, refusal: Refusal, detail: str) -> FederationMetadata:
    by = replace(found.by, refusal=refusal, detail=detail)
    return replace(found, by=by, outside=by)
