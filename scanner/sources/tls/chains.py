"""From lists of certificates as sent to facts: the path, the order of the list, how many differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scanner.evidence.tls import CertificatePath, HelloKind, PathOutcome, ServedChain
from scanner.sources.tls.addresses import shown
from scanner.sources.tls.anchors import Anchors
from scanner.sources.tls.certificate import Parsed, parse, read_certificate
from scanner.sources.tls.path import MOST_POOL, find_path
from scanner.sources.tls.probe import Looked
from scanner.sources.tls.reply import Reply, timestamps_in
from scanner.text import said

_LONG_LIST = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """One list of certificates in DER, where it came from, and what came with it."""

    place: str
    hello: HelloKind
    certificates: tuple[bytes, ...]
    staple: bytes = b""
    timestamps: int | None = None


def sent_lists(looked: Looked) -> list[Sent]:
    """The different lists of one service: the primary one first, others by their leaf."""
    lists: list[Sent] = []
    for heard in looked.heard:
        if heard.certificates:
            kind: HelloKind = "tls12" if heard.reply.certificates else "tls13"
            lists.append(_sent(shown(heard.address), kind, heard.certificates, heard.reply))
    other = looked.replies.get("rsa-only")
    if other is not None and other.certificates and lists:
        lists.append(_sent(lists[0].place, "rsa-only", other.certificates, other))
    different: dict[bytes, Sent] = {}
    for one in lists:
        different.setdefault(one.certificates[0], one)
    return list(different.values())


def _sent(place: str, kind: HelloKind, certificates: Sequence[bytes], reply: Reply) -> Sent:
    counted = timestamps_in(reply.timestamps) if reply.certificates else None
    return Sent(place, kind, tuple(certificates), reply.staple, counted)


def pool_of(sent: Sent) -> list[Parsed]:
    """The certificates above the leaf that can be read, each once."""
    found: dict[bytes, Parsed] = {}
    for der in sent.certificates[1 : MOST_POOL + 1]:
        if isinstance(parsed := parse(der), Parsed):
            found.setdefault(der, parsed)
    return list(found.values())


def path_of(sent: Sent, anchors: Anchors, host: str, now: datetime) -> CertificatePath:
    """The best path from what was sent."""
    leaf = parse(sent.certificates[0]) if sent.certificates else None
    if not isinstance(leaf, Parsed):
        detail = leaf.problem if leaf else said("no certificate was sent")
        return CertificatePath(PathOutcome.UNREADABLE, detail=detail)
    return find_path(leaf, pool_of(sent), anchors, host, now)


def served(sent: Sent, path: CertificatePath, now: datetime) -> ServedChain:
    """The evidence of one list."""
    certificates = tuple(read_certificate(one) for one in sent.certificates[: MOST_POOL + 1])
    return ServedChain(
        sent.place,
        sent.hello,
        certificates,
        path,
        tuple(_order(sent.certificates, now)),
        sent.timestamps,
        bool(sent.staple),
    )


def _order(certificates: Sequence[bytes], now: datetime) -> list[str]:
    """Coded deviations of the list from 'each certificate is issued by the next'."""
    found = []
    parsed = [one for der in certificates[:MOST_POOL] if isinstance(one := parse(der), Parsed)]
    if len(certificates) > _LONG_LIST:
        found.append("long")
    if len(set(certificates)) < len(certificates):
        found.append("duplicate")
    subjects = [one.subject for one in parsed]
    for place, one in enumerate(parsed[:-1]):
        if one.issuer != subjects[place + 1] and one.issuer in subjects[place + 2 :]:
            found.append("wrong-order")
            break
    issuers = {one.issuer for one in parsed}
    if any(one.subject not in issuers for one in parsed[1:]):
        found.append("unrelated")
    if any(one.facts.not_after and one.facts.not_after < now for one in parsed[1:]):
        found.append("expired")
    if any(one.facts.self_signed for one in parsed[1:]):
        found.append("root")
    return found
