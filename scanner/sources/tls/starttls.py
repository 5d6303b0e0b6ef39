"""Asking a plain-text protocol for TLS: SMTP (RFC 3207) and LDAP (RFC 4511, 4.14)."""

from __future__ import annotations

import asyncio

from scanner.evidence.tls import StartTls, TlsOutcome
from scanner.sources.tls.faults import ConnectFault
from scanner.text import said

_MOST_LINES = 50
_LDAP_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""LDAPMessage 1, an ExtendedRequest with the object identifier of StartTLS."""
_LDAP_EXTENDED_RESPONSE = 0x78
_ENUMERATED = b"\x0a\x01"


async def start_tls(
    kind: StartTls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Bring the connection to the point where TLS begins. Raises ConnectFault, OSError, EOFError."""
    if kind == "smtp":
        await _smtp(reader, writer)
    elif kind == "ldap":
        await _ldap(reader, writer)


async def _smtp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    greeting = TlsOutcome.NOT_TLS, said("the server sends no SMTP greeting")
    await _smtp_answer(reader, "220", *greeting)
    writer.write(b"EHLO emsready.invalid\r\n")
    refused = TlsOutcome.NO_STARTTLS
    offered = await _smtp_answer(reader, "250", refused, said("the server refuses EHLO"))
    if "STARTTLS" not in (line[4:].strip().upper() for line in offered):
        raise ConnectFault(refused, said("the mail server does not offer STARTTLS"))
    writer.write(b"STARTTLS\r\n")
    await _smtp_answer(reader, "220", refused, said("the server refuses STARTTLS"))


async def _smtp_answer(
    reader: asyncio.StreamReader, code: str, outcome: TlsOutcome, otherwise: str
) -> list[str]:
    """The lines of one answer. Raises ConnectFault where its code is another one."""
    lines: list[str] = []
    while len(lines) < _MOST_LINES:
        try:
            line = (await reader.readuntil(b"\n")).decode("ascii", "replace").rstrip()
        except asyncio.LimitOverrunError as error:
            raise ConnectFault(
                TlsOutcome.TOO_LARGE, said("a line of SMTP without an end")
            ) from error
        if not line.startswith(code):
            raise ConnectFault(outcome, said("{why}: {line}", why=otherwise, line=repr(line[:80])))
        lines.append(line)
        if line[3:4] != "-":
            return lines
    raise ConnectFault(TlsOutcome.TOO_LARGE, said("an answer of SMTP without an end"))


async def _ldap(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(_LDAP_REQUEST)
    head = await reader.readexactly(2)
    length = head[1]
    if head[0] != 0x30:  # noqa: PLR2004 - a BER sequence
        raise ConnectFault(TlsOutcome.NOT_TLS, said("the server does not answer in LDAP"))
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4:  # noqa: PLR2004 - bytes of a length that can be meant
            raise ConnectFault(TlsOutcome.NOT_TLS, said("the server does not answer in LDAP"))
        length = int.from_bytes(await reader.readexactly(size), "big")
    if length > 0x10000:  # noqa: PLR2004 - no such answer is anywhere near 64 KiB
        raise ConnectFault(
            TlsOutcome.TOO_LARGE, said("an LDAP answer of {length} bytes", length=length)
        )
    body = await reader.readexactly(length)
    at = body.find(_ENUMERATED)
    if _LDAP_EXTENDED_RESPONSE not in body[:8] or at < 0 or at + 2 >= len(body):
        raise ConnectFault(TlsOutcome.NOT_TLS, said("the server does not answer in LDAP"))
    if code := body[at + 2]:
        raise ConnectFault(
            TlsOutcome.NO_STARTTLS,
            said("the directory server refuses StartTLS with result code {code}", code=code),
        )
