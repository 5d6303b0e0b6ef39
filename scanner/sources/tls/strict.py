"""A second opinion on exactly one path, by the verifier of the cryptography library.

Its search is exponential in certificates of one name and key, so it is never given more than the one
path that our own bounded search found. Its messages are prose without codes; known ones are coded.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from scanner.evidence.certificate import Certificate
from scanner.sources.tls.certificate import UNREADABLE, Parsed
from scanner.sources.tls.names import ascii_name, is_address

_WORDS = 200
_JUDGED_ELSEWHERE = (
    "required eku not found",
    "basicconstraints.ca must not be asserted in an ee certificate",
    "leaf certificate has no matching subjectaltname",
)
"""What checks of their own look at: purpose, CA as leaf, host name."""
_KEYS = ("forbidden public key", "forbidden signature", "key is too weak")
_CURVES = ("EC secp256r1", "EC secp384r1", "EC secp521r1")
_LEAST_BITS = 2048


def objection(path: Sequence[Parsed], host: str, now: datetime) -> str:
    """What the strict verifier says against the path; '' where nothing, or judged elsewhere."""
    leaf = path[0].facts
    subject = _a_covered_name(leaf, host)
    moment = _a_moment(path, now)
    if len(path) < 2 or subject is None or moment is None:  # noqa: PLR2004 - leaf and anchor
        return ""
    if any(one.subject == one.issuer for one in path[1:-1]):
        return ""  # it counts self-issued authorities against the path length (RFC 5280, 6.1.4 l)
    try:
        verifier = (
            PolicyBuilder()
            .store(Store([path[-1].made]))
            .time(moment)
            .max_chain_depth(len(path) - 1)
            .build_server_verifier(subject)
        )
        verifier.verify(path[0].made, [one.made for one in path[1:-1]])
    except (VerificationError, *UNREADABLE) as error:
        words = str(error)
        return "" if _judged_elsewhere(words.casefold(), path) else _short(words)
    return ""


def _judged_elsewhere(words: str, path: Sequence[Parsed]) -> bool:
    """Whether a check of its own says it; keys and signatures are judged there below the root."""
    if any(one in words for one in _JUDGED_ELSEWHERE):
        return True
    return any(one in words for one in _KEYS) and any(_weak(one.facts) for one in path[:-1])


def _weak(one: Certificate) -> bool:
    if one.hash in ("sha1", "md5", ""):
        return True
    return one.key_type not in _CURVES and not (
        one.key_type == "RSA" and one.key_bits >= _LEAST_BITS
    )


def _short(words: str) -> str:
    """The message without its dump of the certificate."""
    plain = words.partition("(encountered processing")[0].removeprefix("validation failed: ")
    return " ".join(plain.split())[:_WORDS]


def _a_covered_name(leaf: Certificate, host: str) -> x509.verification.Subject | None:
    """The host where the leaf names it, else some name that it does name: names are not asked here."""
    if leaf.covers(host):
        name = host
    elif leaf.dns_names:
        name = leaf.dns_names[0].replace("*", "host")
    elif leaf.ip_names:
        name = leaf.ip_names[0]
    else:
        return None
    try:
        if is_address(name):
            return x509.IPAddress(ipaddress.ip_address(name))
        return x509.DNSName(ascii_name(name))
    except UNREADABLE:
        return None


def _a_moment(path: Sequence[Parsed], now: datetime) -> datetime | None:
    """Now where all are in date, else a moment at which all were: dates are not asked here."""
    starts = [one.facts.not_before for one in path if one.facts.not_before]
    ends = [one.facts.not_after for one in path if one.facts.not_after]
    start, end = max(starts, default=now), min(ends, default=now)
    if start <= now <= end:
        return now
    return end if start <= end else None
