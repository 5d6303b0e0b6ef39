"""Host names as certificates see them: A-labels, and the matching rules of RFC 9525."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

import idna

from scanner.evidence.tls import Certificate


def ascii_name(name: str) -> str:
    """The name in A-labels, lower case, without the final dot; as it is where IDNA refuses it."""
    plain = name.strip().rstrip(".").casefold()
    if plain.isascii():
        return plain
    try:
        return idna.encode(plain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return plain


def covers(pattern: str, host: str) -> bool:
    """Whether a dNSName of a certificate covers that host name (RFC 9525, 6.3).

    A wildcard counts only as the whole left-most label, for exactly one label, and with at least two
    labels after it.
    """
    pattern, host = ascii_name(pattern), ascii_name(host)
    if not pattern or not host or "\x00" in pattern:
        return False
    if not pattern.startswith("*."):
        return "*" not in pattern and pattern == host
    first, _, rest = host.partition(".")
    parent = pattern[2:]
    return bool(first) and "." in parent and "*" not in parent and rest == parent


def named_in(certificate: Certificate, host: str) -> bool:
    """Whether the certificate names the host. The common name does not count."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return any(covers(one, host) for one in certificate.dns_names)
    return any(_same(one, address) for one in certificate.ip_names)


def _same(text: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return ipaddress.ip_address(text) == address
    except ValueError:
        return False


def a_covered_name(names: Iterable[str], host: str) -> str:
    """Some name that is covered: the host itself where it is, else one made from the first entry."""
    entries = list(names)
    if any(covers(one, host) for one in entries):
        return ascii_name(host)
    return ascii_name(entries[0]).replace("*", "host") if entries else ""
