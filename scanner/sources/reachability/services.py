"""First words to inner services: an open port proves little, an answer in their language does."""

from __future__ import annotations

import asyncio
import socket
import struct

from scanner.evidence.reachability import Why

_SECONDS = 3.0
_READ = 1024
# An LDAP search for the rootDSE, attribute defaultNamingContext only (RFC 4511, 4.5; RFC 4512, 5.1).
LDAP_ROOT = bytes.fromhex(
    "3037020101633204000a01000a0100020100020100010100870b6f626a656374436c61737330"
    "16041464656661756c744e616d696e67436f6e74657874"
)
_BER_SEQUENCE = 0x30
_KRB_ERROR, _AS_REP = 0x7E, 0x6B
_BIND_ACK, _BIND_NAK = 12, 13
# A bind to the endpoint mapper, e1af8308-5d1f-11c9-91a4-08002b14a0fa v3.0, with the transfer syntax
# NDR (C706, 12.6.4.3 and appendix O).
_RPC_BIND = bytes.fromhex(
    "05000b0310000000480000000100000000100010000000000100000000000100"
    "0883afe11f5dc91191a408002b14a0fa0300000004"
    "5d888aeb1cc9119fe808002b10486002000000"
)


def smb_negotiate() -> bytes:
    """An SMB2 NEGOTIATE with the dialects 2.0.2 and 2.1 (MS-SMB2, 2.2.3)."""
    head = b"\xfeSMB" + struct.pack("<HHIHHIIQII", 64, 0, 0, 0, 31, 0, 0, 0, 0xFEFF, 0)
    head += bytes(8 + 16)
    body = struct.pack("<HHHHI", 36, 2, 1, 0, 0) + bytes(16) + bytes(8)
    body += struct.pack("<HH", 0x0202, 0x0210)
    return struct.pack(">I", len(head + body)) + head + body


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:  # noqa: PLR2004 - X.690, 8.1.3
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def _principal(kind: int, *names: str) -> bytes:
    strings = b"".join(_der(0x1B, one.encode()) for one in names)
    return _der(0x30, _der(0xA0, _der(0x02, bytes([kind]))), _der(0xA1, _der(0x30, strings)))


def kerberos_request(realm: str) -> bytes:
    """An AS-REQ without pre-authentication (RFC 4120, 5.4.1); every KDC answers it with an error."""
    realm = realm.upper()[:120]
    body = _der(
        0x30,
        _der(0xA0, _der(0x03, bytes(5))),
        _der(0xA1, _principal(1, "emsready-reachability")),
        _der(0xA2, _der(0x1B, realm.encode())),
        _der(0xA3, _principal(2, "krbtgt", realm)),
        _der(0xA5, _der(0x18, b"20370913024805Z")),
        _der(0xA7, _der(0x02, b"\x12\x34\x56")),
        _der(0xA8, _der(0x30, _der(0x02, b"\x12"), _der(0x02, b"\x11"))),
    )
    version, kind = _der(0xA1, _der(0x02, b"\x05")), _der(0xA2, _der(0x02, b"\x0a"))
    return _der(0x6A, _der(0x30, version, kind, _der(0xA4, body)))


def realm_of(host: str) -> str:
    """The Kerberos realm that a domain controller of that name serves."""
    return host.partition(".")[2].upper() or host.upper()


def _first_words(protocol: str, host: str) -> bytes:
    if protocol == "kerberos":
        request = kerberos_request(realm_of(host))
        return struct.pack(">I", len(request)) + request
    return {"ldap": LDAP_ROOT, "smb": smb_negotiate(), "rpc": _RPC_BIND}[protocol]


def _understood(protocol: str, data: bytes) -> bool:
    if protocol == "ldap":
        return data[:1] == bytes([_BER_SEQUENCE])
    if protocol == "kerberos":
        return data[4:5] in (bytes([_KRB_ERROR]), bytes([_AS_REP]))
    if protocol == "smb":
        return data[4:8] in (b"\xfeSMB", b"\xffSMB")
    return data[:1] == b"\x05" and data[2:3] in (bytes([_BIND_ACK]), bytes([_BIND_NAK]))


SPOKEN = ("ldap", "kerberos", "smb", "rpc")


async def greet(sock: socket.socket, protocol: str, host: str) -> Why:
    """Say the first words of a protocol of SPOKEN, and see whether the answer speaks it too."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            await loop.sock_sendall(sock, _first_words(protocol, host))
            data = await loop.sock_recv(sock, _READ)
    except (TimeoutError, OSError):
        return Why.SERVICE_SILENT
    return Why.OK if _understood(protocol, data) else Why.SERVICE_SILENT
