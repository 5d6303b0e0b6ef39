"""Names and addresses as text."""

from __future__ import annotations

import ipaddress

import idna

_HIGHEST_PORT = 65535


def split_address(text: str, default_port: int) -> tuple[str, int]:
    """'host:port', '[v6]:port' or a bare host. Raises ValueError for a port that is none."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    number = int(port) if port else default_port
    if not host or not 0 < number <= _HIGHEST_PORT:
        raise ValueError(f"{text!r} is no address and port")
    return host, number


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def ascii_name(name: str) -> str:
    """The name in A-labels, lower case, without the final dot; as it is where IDNA refuses it."""
    plain = name.strip().rstrip(".").casefold()
    if plain.isascii():
        return plain
    try:
        return idna.encode(plain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return plain
