"""ClientHellos written by hand (RFC 5246, 7.4.1.2; RFC 8446, 4.1.2).

A TLS library refuses old protocols, small keys and SHA-1 by policy of the machine, so that the worst
hosts would look unreachable. What a server says before the key exchange is in clear, up to TLS 1.2.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from functools import cache

from scanner.evidence.tls import HelloKind
from scanner.sources.tls.suites import BROKEN, DHE, ECDHE, NEVER, RSA, TLS13

SSL3, TLS10, TLS11, TLS12, TLS13_VERSION = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
VERSION_NAMES = {
    SSL3: "SSLv3",
    TLS10: "TLSv1",
    TLS11: "TLSv1.1",
    TLS12: "TLSv1.2",
    TLS13_VERSION: "TLSv1.3",
}
GROUP_NAMES = {
    29: "x25519",
    23: "secp256r1",
    24: "secp384r1",
    25: "secp521r1",
    30: "x448",
    22: "secp256k1",
    21: "secp224r1",
    19: "secp192r1",
}
"""No finite-field groups: a server that may choose one of those hides its own DH parameters."""

_X25519 = 29
_RSA_SIGNATURES = (0x0401, 0x0501, 0x0601, 0x0804, 0x0805, 0x0806, 0x0301, 0x0201, 0x0101)
_ALL_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080A, 0x080B),
    *_RSA_SIGNATURES,
    *(0x0402, 0x0502, 0x0602, 0x0303, 0x0302, 0x0203, 0x0202),
)
_SHORT, _LONG = 0x100, 0x200
"""Some old load balancers hang on hellos between these sizes (RFC 7685): longer ones get padding."""

_GOOD = (*ECDHE, *DHE, *RSA)
_ALL = (*_GOOD, *BROKEN)
_RSA_AUTHENTICATED = tuple(
    number for number, name in (ECDHE | DHE | RSA | BROKEN).items() if "_RSA_WITH_" in name
)


@dataclass(frozen=True, slots=True)
class Hello:
    """One kind of hello: the highest version that it offers, its suites and extensions."""

    kind: HelloKind
    version: int
    suites: tuple[int, ...]
    names_host: bool = True
    signatures: tuple[int, ...] = _ALL_SIGNATURES

    def encode(self, host: str) -> bytes:
        """The record to send. `host` is in A-labels; '' sends no server name."""
        offered = _numbers(self.suites)
        session = os.urandom(32) if self.version == TLS13_VERSION else b""
        fixed = (
            struct.pack("!H", min(self.version, TLS12))
            + os.urandom(32)
            + _vector8(session)
            + _vector16(offered)
            + b"\x01\x00"  # no compression
        )
        body = fixed + self._extensions(host if self.names_host else "", len(fixed))
        handshake = b"\x01" + struct.pack("!I", len(body))[1:] + body
        outer = SSL3 if self.version == SSL3 else TLS10
        return b"\x16" + struct.pack("!HH", outer, len(handshake)) + handshake

    def _extensions(self, host: str, before: int) -> bytes:
        if self.version == SSL3:
            return b""
        parts = [
            _server_name(host) if host else b"",
            _extension(10, _vector16(_numbers(tuple(GROUP_NAMES)))),
            _extension(11, b"\x01\x00"),
            _extension(5, b"\x01\x00\x00\x00\x00"),  # status request
            _extension(18, b""),  # signed certificate timestamps
            _extension(0xFF01, b"\x00"),  # renegotiation information
        ]
        if self.version >= TLS12:
            parts.append(_extension(13, _vector16(_numbers(self.signatures))))
        if self.version == TLS13_VERSION:
            parts.append(_extension(43, b"\x02\x03\x04"))
            share = struct.pack("!H", _X25519) + _vector16(os.urandom(32))
            parts.append(_extension(51, _vector16(share)))
        whole = b"".join(parts)
        size = 4 + before + 2 + len(whole)
        if _SHORT <= size < _LONG:
            whole += _extension(21, bytes(max(0, _LONG - size - 4)))
        return _vector16(whole)


@cache
def _numbers(several: tuple[int, ...]) -> bytes:
    return b"".join(struct.pack("!H", one) for one in several)


def _vector8(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _vector16(data: bytes) -> bytes:
    return struct.pack("!H", len(data)) + data


def _extension(number: int, data: bytes) -> bytes:
    return struct.pack("!H", number) + _vector16(data)


def _server_name(host: str) -> bytes:
    return _extension(0, _vector16(b"\x00" + _vector16(host.encode("ascii", "replace"))))


HELLOS: dict[HelloKind, Hello] = {
    one.kind: one
    for one in (
        Hello("tls12", TLS12, _ALL),
        Hello("tls13", TLS13_VERSION, tuple(TLS13)),
        Hello("tls11", TLS11, _ALL),
        Hello("tls10", TLS10, _ALL),
        Hello("ssl3", SSL3, _ALL),
        Hello("no-sni", TLS12, _ALL, names_host=False),
        Hello("rsa-only", TLS12, _RSA_AUTHENTICATED, signatures=_RSA_SIGNATURES),
        Hello("dhe-only", TLS12, tuple(DHE)),
        Hello("bad-suites", TLS12, (*BROKEN, *NEVER)),
    )
}
