"""The keys behind the selectors that Exchange Online signs with (RFC 6376, 8301, 8463)."""

from __future__ import annotations

import asyncio
import base64
import binascii

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from scanner.evidence.dns import Lookup
from scanner.evidence.dns_mail import DkimFacts, DkimKey, DkimSelector
from scanner.sources.dns.apex import mail_signs
from scanner.sources.dns.case import Case
from scanner.sources.dns.tags import TagError, tag_list

SELECTORS = ("selector1", "selector2")
_ED25519_BYTES = 32


async def dkim_facts(case: Case) -> DkimFacts:
    """Both selectors of the domain."""
    names = [f"{one}._domainkey.{case.domain}" for one in SELECTORS]
    signs = await mail_signs(case)
    selectors = await asyncio.gather(*(_selector(case, name) for name in names))
    return DkimFacts(tuple(signs), case.about, tuple(selectors))


async def _selector(case: Case, name: str) -> DkimSelector:
    alias, text = await asyncio.gather(case.public.ask(name, "CNAME"), case.public.ask(name, "TXT"))
    ttl = alias.ttl if alias.present and alias.authoritative else None
    if ttl is None and not alias.present and text.authoritative:
        ttl = text.ttl
    return DkimSelector(name, alias, text, _key_of(text), ttl)


def _key_of(text: Lookup) -> DkimKey | None:
    """The key in an answer. Several texts, or none that looks like a key, are unreadable."""
    if not text.present:
        return None
    keys = [one for one in text.values if _looks_like_key(one)]
    if len(keys) != 1:
        return DkimKey(fault="unreadable")
    return parse_key(keys[0])


def _looks_like_key(text: str) -> bool:
    bare = text.replace(" ", "").lower()
    return bare.startswith(("v=dkim1", "p=", "k=")) or ";p=" in bare


def parse_key(text: str) -> DkimKey:
    """One key record (RFC 6376, 3.6.1)."""
    try:
        tags = tag_list(text)
    except TagError:
        return DkimKey(fault="unreadable")
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        return DkimKey(fault="unreadable")
    algorithm = tags.get("k", "rsa").lower()
    testing = "y" in (flag.strip() for flag in tags.get("t", "").split(":"))
    services = {one.strip() for one in tags.get("s", "*").split(":")}
    if not services & {"*", "email"}:
        return DkimKey(algorithm, testing=testing, fault="wrong-service")
    if "p" not in tags:
        return DkimKey(algorithm, testing=testing, fault="unreadable")
    if not tags["p"]:
        return DkimKey(algorithm, testing=testing, fault="revoked")
    bits = _bits(algorithm, "".join(tags["p"].split()))
    return DkimKey(algorithm, bits, testing, "" if bits else "unreadable")


def _bits(algorithm: str, encoded: str) -> int:
    """The size of a key; 0 for what cannot be read."""
    try:
        data = base64.b64decode(encoded, validate=True)
        if algorithm == "ed25519":
            return 256 if len(data) == _ED25519_BYTES else 0
        key = load_der_public_key(data)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        return 0
    return key.key_size if isinstance(key, RSAPublicKey) and algorithm == "rsa" else 0
