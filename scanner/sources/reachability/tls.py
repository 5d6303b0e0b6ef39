"""Looking at a TLS service: who issued its certificate in whose eyes, and where the talk breaks off.

The handshake runs over memory buffers, so that the bytes of the other side are seen: text instead of
TLS, an alert, a cut after the hello.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from scanner.evidence.reachability import TlsSeen, Why
from scanner.sources.reachability.trust import UNREADABLE, Trust, chains_of, parse
from scanner.text import said

Dial = Callable[[int], Awaitable[socket.socket | None]]
"""Opens one more connection to the same place, with TCP segments limited to that many bytes."""

_ALERT, _HANDSHAKE = 0x15, 0x16
_ALERT_LENGTH = 7
_EXPIRED = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, _HAS_EXPIRED
_OTHER_NAME = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, _IP_ADDRESS_MISMATCH
_UNANCHORED = (20, 21)  # issuer not found, leaf cannot be verified
_ALERT_PAUSE = 0.75  # shared certificates of CDNs alert when asked by many at once
_SMALL_SEGMENT = 536  # RFC 9293, 3.7.1: what every path must carry
_READ = 16384

# RFC 8446, 6 and the IANA registry of TLS alerts
_ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure",
    42: "bad_certificate", 46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca",
    49: "access_denied", 50: "decode_error", 70: "protocol_version", 71: "insufficient_security",
    80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
    109: "missing_extension", 112: "unrecognized_name", 116: "certificate_required",
    120: "no_application_protocol",
}  # fmt: skip


@dataclass(slots=True)
class Shake:
    """How one handshake ended: done, verify, alert, plaintext, reset or timeout."""

    end: str
    code: int = 0
    alert: str = ""
    leaf: bytes = b""
    version: str = ""
    chain: list[bytes] | None = None
    head: bytes = b""


async def shake(
    sock: socket.socket,
    context: ssl.SSLContext,
    name: str,
    seconds: float,
) -> Shake:
    """One handshake over an open connection, which stays open. Never raises OSError."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    except ValueError:  # the name cannot stand in a certificate
        return Shake("verify", code=_OTHER_NAME[0])
    head = bytearray()
    try:
        async with asyncio.timeout(seconds):
            return await _talk(sock, tls, incoming, outgoing, head)
    except TimeoutError:
        return Shake("timeout", head=bytes(head))
    except OSError:
        return Shake("reset", head=bytes(head))


async def _talk(
    sock: socket.socket,
    tls: ssl.SSLObject,
    incoming: ssl.MemoryBIO,
    outgoing: ssl.MemoryBIO,
    head: bytearray,
) -> Shake:
    loop = asyncio.get_running_loop()
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            await loop.sock_sendall(sock, outgoing.read())
            data = await loop.sock_recv(sock, _READ)
            head += data[: 256 - len(head)]
            if not data:
                return _cut(head)
            incoming.write(data)
        except ssl.SSLCertVerificationError as error:
            with contextlib.suppress(OSError):
                await loop.sock_sendall(sock, outgoing.read())
            return Shake("verify", code=error.verify_code, head=bytes(head))
        except ssl.SSLError as error:
            return _broken(head, error)
        else:
            break
    if rest := outgoing.read():
        await loop.sock_sendall(sock, rest)
    leaf = tls.getpeercert(binary_form=True) or b""
    return Shake("done", 0, "", leaf, tls.version() or "", chains_of(tls), bytes(head))


def _cut(head: bytearray) -> Shake:
    """The other side closed: after text that was no TLS, after an alert, or without a word."""
    if head and head[0] not in (_ALERT, _HANDSHAKE):
        return Shake("plaintext", head=bytes(head))
    return Shake("reset", head=bytes(head))


def _broken(head: bytearray, error: ssl.SSLError) -> Shake:
    if head and head[0] not in (_ALERT, _HANDSHAKE):
        return Shake("plaintext", head=bytes(head))
    if len(head) >= _ALERT_LENGTH and head[0] == _ALERT:
        return Shake("alert", alert=_ALERTS.get(head[6], str(head[6])), head=bytes(head))
    words = (error.reason or str(error)).casefold()
    if "alert" in words or "unrecognized_name" in words:
        return Shake("alert", alert=words.partition("alert_")[2] or words, head=bytes(head))
    if "eof" in words:
        return Shake("reset", head=bytes(head))
    return Shake("alert", alert=words[:60], head=bytes(head))


@dataclass(slots=True)
class Verdict:
    """What looking at one service gave. `leaf` is kept until the known intermediates are complete."""

    reason: Why
    seen: TlsSeen
    detail: str = ""
    leaf: bytes = b""
    retried: bool = False


class Looker:
    """Examines TLS services with one set of trust and one time limit per handshake."""

    def __init__(self, trust: Trust, seconds: float) -> None:
        self.trust = trust
        self.seconds = seconds

    async def examine(self, sock: socket.socket, name: str, dial: Dial) -> Verdict:
        """Judge by handshakes: public roots first, then, where it matters, the machine's store."""
        began = time.perf_counter()
        first = await self._over(sock, self.trust.public, name)
        retried = False
        if first.end == "alert":
            await asyncio.sleep(_ALERT_PAUSE)
            first, retried = await self._again(first, self.trust.public, name, dial), True
        elif first.end == "reset":
            first, retried = await self._again(first, self.trust.public, name, dial), True
        ms = round((time.perf_counter() - began) * 1000, 1)
        if first.end == "timeout":
            verdict = await self._stalled(name, dial)
        elif first.end == "done":
            verdict = await self._accepted(first, name, dial)
        elif first.end == "verify":
            verdict = await self._refused(first, name, dial)
        else:
            verdict = _ended(first)
        verdict.seen = replace(verdict.seen, ms=ms)
        verdict.retried = verdict.retried or (retried and verdict.reason is Why.OK)
        return verdict

    async def _over(self, sock: socket.socket, context: ssl.SSLContext, name: str) -> Shake:
        try:
            return await shake(sock, context, name, self.seconds)
        finally:
            sock.close()

    async def _again(
        self, before: Shake, context: ssl.SSLContext, name: str, dial: Dial, segment: int = 0
    ) -> Shake:
        """The same over a new connection; where there is none, what was before stands."""
        sock = await dial(segment)
        return await self._over(sock, context, name) if sock else before

    async def _stalled(self, name: str, dial: Dial) -> Verdict:
        """Open, then silence. Small segments that pass where normal ones stall mean an MTU hole."""
        stalled = Shake("timeout")
        small = await self._again(stalled, self.trust.public, name, dial, _SMALL_SEGMENT)
        if small.end not in ("done", "verify"):
            return Verdict(Why.TLS_TIMEOUT, TlsSeen())
        normal = await self._again(stalled, self.trust.public, name, dial)
        if normal.end == "timeout":
            return Verdict(
                Why.MTU_BLACKHOLE, _facts(small.leaf, version=small.version), leaf=small.leaf
            )
        if normal.end == "done":
            return replace(await self._accepted(normal, name, dial), retried=True)
        return await self._refused(normal, name, dial) if normal.end == "verify" else _ended(normal)

    async def _accepted(self, first: Shake, name: str, dial: Dial) -> Verdict:
        chain = first.chain or []
        self.trust.learn(chain)
        seen = _facts(first.leaf, public_code=0, os_code=0, version=first.version)
        if self.trust.machine_accepts(chain):
            return Verdict(Why.OK, seen, leaf=first.leaf)
        second = await self._again(Shake("unknown"), self.trust.machine, name, dial)
        if second.end == "verify":
            return Verdict(
                Why.TLS_UNTRUSTED,
                replace(seen, os_code=second.code),
                said("the store of this machine lacks a public root"),
                first.leaf,
            )
        return Verdict(
            Why.OK, replace(seen, os_code=0 if second.end == "done" else -1), leaf=first.leaf
        )

    async def _refused(self, first: Shake, name: str, dial: Dial) -> Verdict:
        """Public roots do not accept it; find out who else does."""
        if first.code in _EXPIRED or first.code in _OTHER_NAME:
            leaf = (await self._again(Shake("unknown"), self.trust.nobody, name, dial)).leaf
            why = Why.TLS_EXPIRED if first.code in _EXPIRED else Why.TLS_NAME_MISMATCH
            return Verdict(why, _facts(leaf, public_code=first.code), leaf=leaf)
        second = await self._again(Shake("unknown"), self.trust.machine, name, dial)
        if second.end == "done":
            seen = _facts(second.leaf, public_code=first.code, os_code=0, version=second.version)
            return Verdict(Why.TLS_INTERCEPTED, seen, leaf=second.leaf)
        leaf = (await self._again(Shake("unknown"), self.trust.nobody, name, dial)).leaf
        code = second.code if second.end == "verify" else -1
        why = Why.TLS_UNTRUSTED
        if code in _EXPIRED:
            why = Why.TLS_EXPIRED
        elif code in _OTHER_NAME:
            why = Why.TLS_NAME_MISMATCH
        return Verdict(why, _facts(leaf, public_code=first.code, os_code=code), leaf=leaf)

    def reconsider(self, verdict: Verdict) -> Verdict:
        """The verdict once all good intermediates of the run are known: was only one missing."""
        unanchored = verdict.seen.public_code in _UNANCHORED and bool(verdict.leaf)
        untrusted = verdict.reason is Why.TLS_UNTRUSTED
        if untrusted and unanchored and self.trust.completes(verdict.leaf):
            return replace(verdict, reason=Why.TLS_INCOMPLETE_CHAIN)
        return verdict


def _ended(last: Shake) -> Verdict:
    if last.end == "plaintext":
        text = bytes(byte if 32 <= byte < 127 else 46 for byte in last.head[:60]).decode()  # noqa: PLR2004 - printable ASCII
        return Verdict(Why.TLS_PLAINTEXT, TlsSeen(), text)
    if last.end == "alert":
        return Verdict(Why.TLS_ALERT, TlsSeen(alert=last.alert), last.alert)
    return Verdict(Why.TLS_TIMEOUT if last.end == "timeout" else Why.TLS_RESET, TlsSeen())


def _facts(leaf: bytes, *, public_code: int = -1, os_code: int = -1, version: str = "") -> TlsSeen:
    """What there is to say about a certificate; nothing where it cannot be read."""
    try:
        certificate = parse(leaf)
        return TlsSeen(
            public_code=public_code,
            os_code=os_code,
            issuer=certificate.issuer.rfc4514_string()[:200],
            subject=certificate.subject.rfc4514_string()[:200],
            not_after=certificate.not_valid_after_utc.isoformat(),
            version=version,
        )
    except UNREADABLE:
        return TlsSeen(public_code=public_code, os_code=os_code, version=version)
