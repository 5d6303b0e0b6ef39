"""Asking about the certificates of a path: staple, OCSP, revocation list, in that order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from scanner.evidence.revocation import CertificateStatus, RevocationAnswer, RevocationOutcome
from scanner.evidence.tls import CertificatePath
from scanner.sources.tls.certificate import UNREADABLE, Parsed, parse
from scanner.sources.tls.crl import FAULTS, ReadList, judge_list, read_list
from scanner.sources.tls.fetch import LIST, SMALL, Fetched, Fetcher
from scanner.sources.tls.ocsp import judge_answer, request_for
from scanner.sources.tls.off_loop import off_loop
from scanner.text import said

_MOST_WAYS = 2
"""How many addresses of each kind are asked per certificate."""


@dataclass(slots=True)
class Asker:
    """Asks about certificates; lists are read once per run, whoever points to them."""

    fetcher: Fetcher
    now: datetime
    _lists: dict[str, asyncio.Future[tuple[Fetched, ReadList | None]]] = field(default_factory=dict)

    async def ask(self, path: CertificatePath, staple: bytes) -> tuple[CertificateStatus, ...]:
        """What is learned of every certificate of the path below its root."""
        facts = path.certificates
        parsed = [one for found in facts if isinstance(one := parse(found.der), Parsed)]
        if len(parsed) == 1 and not parsed[0].facts.self_signed:
            return (_without_issuer(parsed[0]),)
        asked = [
            self._about(place, parsed[place], parsed[place + 1], staple if place == 0 else b"")
            for place in range(len(parsed) - 1)
        ]
        return tuple(await asyncio.gather(*asked))

    async def list_at(self, url: str) -> tuple[Fetched, ReadList | None]:
        """A revocation list by its address, fetched and read once."""
        if url not in self._lists:
            self._lists[url] = asyncio.ensure_future(self._read(url))
        return await asyncio.shield(self._lists[url])

    async def _read(self, url: str) -> tuple[Fetched, ReadList | None]:
        fetched = await self.fetcher.get(url, LIST)
        if fetched.fault:
            return fetched, None
        return fetched, await off_loop(lambda: read_list(fetched.body))

    async def _about(
        self, place: int, child: Parsed, issuer: Parsed, staple: bytes
    ) -> CertificateStatus:
        facts = child.facts
        answers: list[RevocationAnswer] = []
        if staple:
            answers.append(judge_answer(staple, child, issuer, self.now, "staple"))
        ways = [
            *(self._responder(url, child, issuer) for url in facts.ocsp_urls[:_MOST_WAYS]),
            *(self._list(url, child, issuer) for url in facts.crl_urls[:_MOST_WAYS]),
        ]
        answers += await asyncio.gather(*ways)
        count = len(facts.ocsp_urls) + len(facts.crl_urls)
        return CertificateStatus(place, facts.sha256, facts.subject, count, tuple(answers))

    async def _responder(self, url: str, child: Parsed, issuer: Parsed) -> RevocationAnswer:
        try:
            request = request_for(child, issuer)
        except UNREADABLE as error:
            return RevocationAnswer("ocsp", url, RevocationOutcome.GARBAGE, str(error)[:100])
        fetched = await self.fetcher.post(url, request, SMALL)
        if fetched.fault:
            outcome = FAULTS.get(fetched.fault, RevocationOutcome.UNREACHABLE)
            return RevocationAnswer("ocsp", url, outcome, fetched.detail)
        return judge_answer(fetched.body, child, issuer, self.now, "ocsp", url)

    async def _list(self, url: str, child: Parsed, issuer: Parsed) -> RevocationAnswer:
        fetched, found = await self.list_at(url)
        if found is None:
            outcome = FAULTS.get(fetched.fault, RevocationOutcome.UNREACHABLE)
            return RevocationAnswer("crl", url, outcome, fetched.detail)
        return judge_list(found, child, issuer, self.now, url)


def _without_issuer(leaf: Parsed) -> CertificateStatus:
    """Without the issuer's certificate no answer about the leaf can be verified."""
    facts = leaf.facts
    detail = said("the certificate of the issuer is not at hand")
    answer = RevocationAnswer("crl", "", RevocationOutcome.NO_ISSUER, detail)
    count = len(facts.ocsp_urls) + len(facts.crl_urls)
    return CertificateStatus(0, facts.sha256, facts.subject, count, (answer,) if count else ())
