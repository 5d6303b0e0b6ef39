"""One X.509 certificate as facts, and which host names it covers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY_USAGE = "2.5.29.37.0"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate as presented. Where it cannot be read, `problem` says why.

    `key` is the SHA-256 of its public key, by which one recognises a key in another certificate.
    `usages` are the object identifiers of the extended key usage, `key_usages` the words of RFC 5280
    4.2.1.3; None where the extension is absent. `signed_with` is 'rsa', 'rsa-pss', 'ecdsa', 'dsa',
    'eddsa' or an object identifier, `hash` its digest. The `urls` are where the issuer's certificate,
    a status answer and a revocation list can be had. `oddities` are coded deviations that libraries
    still read. Names are kept as they are: they are hostile text.
    """

    der: bytes
    sha256: str
    problem: str = ""
    subject: str = ""
    issuer: str = ""
    serial: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    dns_names: tuple[str, ...] = ()
    ip_names: tuple[str, ...] = ()
    key: str = ""
    key_type: str = ""
    key_bits: int = 0
    signed_with: str = ""
    hash: str = ""
    is_ca: bool = False
    self_signed: bool = False
    usages: tuple[str, ...] | None = None
    key_usages: tuple[str, ...] | None = None
    must_staple: bool = False
    timestamps: int = 0
    issuer_urls: tuple[str, ...] = ()
    ocsp_urls: tuple[str, ...] = ()
    crl_urls: tuple[str, ...] = ()
    oddities: tuple[str, ...] = ()

    @property
    def lifetime(self) -> timedelta:
        """How long it is valid; both ends count (RFC 5280, 4.1.2.5)."""
        if self.not_before is None or self.not_after is None:
            return timedelta(0)
        return self.not_after - self.not_before + timedelta(seconds=1)

    @property
    def label(self) -> str:
        """The common name where there is one, else the subject, else the hash: for sentences."""
        return common_name(self.subject) or f"SHA-256 {self.sha256[:16]}"

    def covers(self, host: str) -> bool:
        """Whether it names that host or address. The common name does not count (RFC 9525)."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return any(covers(one, host) for one in self.dns_names)
        return any(_same(one, address) for one in self.ip_names)


def common_name(subject: str) -> str:
    """The common name of an RFC 4514 string; the whole string, shortened, where it has none."""
    for part in subject.split(","):
        if part.startswith("CN="):
            return part[3:][:_WORDS]
    return subject[:_WORDS]


_WORDS = 120
"""Characters of a name from a certificate that a sentence shows."""


def covers(pattern: str, host: str) -> bool:
    """Whether a dNSName covers that host, both in A-labels (RFC 9525, 6.3).

    A wildcard counts only as the whole left-most label, for exactly one label, and with at least two
    labels after it.
    """
    pattern, host = pattern.casefold(), host.casefold().rstrip(".")
    if not pattern or not host or not pattern.isascii():
        return False
    if not pattern.startswith("*."):
        return "*" not in pattern and pattern.rstrip(".") == host
    first, _, rest = host.partition(".")
    parent = pattern[2:]
    return bool(first) and "." in parent and "*" not in parent and rest == parent


def _same(text: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return ipaddress.ip_address(text) == address
    except ValueError:
        return False
