"""Host names as certificates and DNS see them."""

from __future__ import annotations

import ipaddress

import idna


def ascii_name(name: str) -> str:
    """The name in A-labels, lower case, without the final dot; as it is where IDNA refuses it."""
    plain = name.strip().rstrip(".").casefold()
    if plain.isascii():
        return plain
    try:
        return idna.encode(plain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return plain


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
