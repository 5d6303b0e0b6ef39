"""Reading what a server answers to a hello, up to the end of its clear part. No I/O here.

Everything is hostile: lengths are checked before use, sizes are capped, and nothing recurses.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from scanner.evidence.tls import TlsOutcome
from scanner.sources.tls.alerts import alert_words
from scanner.sources.tls.hello import GROUP_NAMES, TLS13_VERSION, VERSION_NAMES
from scanner.sources.tls.suites import suite_name
from scanner.text import said

MOST_BYTES = 1024 * 1024
_MOST_CERTIFICATES = 100
_SHOWN = 40

_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _KEY_EXCHANGE, _REQUEST, _DONE, _STATUS = 2, 11, 12, 13, 14, 22
_WARNING = 1
_UNRECOGNISED_NAME = 112


class Malformed(ValueError):  # noqa: N818 - says what the bytes are
    """Bytes that are no TLS; the message says where they stop being any."""


@dataclass(slots=True)
class Reply:
    """What has been understood so far. `outcome` is None while more is to come."""

    outcome: TlsOutcome | None = None
    detail: str = ""
    version: int = 0
    suite: int = 0
    certificates: list[bytes] = field(default_factory=list)
    staple: bytes = b""
    timestamps: bytes = b""
    group: str = ""
    dh_bits: int = 0
    asks_certificate: bool = False
    alert: int = -1

    @property
    def version_name(self) -> str:
        """The version that the server chose, such as 'TLSv1.2'."""
        return VERSION_NAMES.get(self.version, f"0x{self.version:04x}" if self.version else "")

    @property
    def suite_name(self) -> str:
        """The suite that the server chose."""
        return suite_name(self.suite) if self.version else ""

    @property
    def answered(self) -> bool:
        """Whether a ServerHello was read, however it went on."""
        return bool(self.version)


class Reader:
    """Takes bytes as they come; `reply.outcome` is set as soon as nothing more is needed."""

    def __init__(self) -> None:
        self.reply = Reply()
        self._records = bytearray()
        self._messages = bytearray()
        self._size = 0

    def feed(self, data: bytes) -> bool:
        """Take bytes in; True when enough was read."""
        self._size += len(data)
        self._records += data
        try:
            while self.reply.outcome is None and self._take_record():
                pass
        except Malformed as error:
            self._end(TlsOutcome.NOT_TLS, str(error))
        if self.reply.outcome is None and self._size > MOST_BYTES:
            self._end(
                TlsOutcome.TOO_LARGE,
                said("more than {most} bytes before the key exchange", most=MOST_BYTES),
            )
        return self.reply.outcome is not None

    def ended(self, outcome: TlsOutcome, detail: str) -> None:
        """Say how the connection ended, unless enough was read before."""
        if self.reply.outcome is None:
            self._end(outcome, detail)

    def _end(self, outcome: TlsOutcome, detail: str = "") -> None:
        # a ServerHello or a certificate that was read counts, whatever came after it
        if self.reply.answered and outcome is not TlsOutcome.TOO_LARGE:
            self.reply.outcome, self.reply.detail = TlsOutcome.OK, detail
        else:
            self.reply.outcome, self.reply.detail = outcome, detail

    def _take_record(self) -> bool:
        """Take one whole record off the buffer. Raises Malformed where it is none."""
        data = self._records
        if not data:
            return False
        self._sniff(bytes(data[:5]))
        if self.reply.outcome is not None or len(data) < 5:  # noqa: PLR2004 - the record header
            return False
        kind, length = data[0], struct.unpack("!H", data[3:5])[0]
        if len(data) < 5 + length:
            return False
        body = bytes(data[5 : 5 + length])
        del data[: 5 + length]
        if kind == _ALERT:
            self._alert(body)
        elif kind == _HANDSHAKE:
            self._messages += body
            while self.reply.outcome is None and self._take_message():
                pass
        return True

    def _sniff(self, head: bytes) -> None:
        """Tell other protocols by their first bytes, before five of them have come."""
        if b"HTTP/".startswith(head[:5]) and head[:1] == b"H":
            if len(head) == 5:  # noqa: PLR2004 - as long as the word
                self._end(TlsOutcome.PLAIN_HTTP, said("the server answers in plain HTTP"))
            return
        if head[0] not in (20, _ALERT, _HANDSHAKE) or (len(head) > 1 and head[1] != 3):  # noqa: PLR2004
            raise Malformed(
                said("the answer starts with {start}", start=repr(bytes(self._records[:_SHOWN])))
            )

    def _alert(self, body: bytes) -> None:
        if len(body) < 2:  # noqa: PLR2004 - level and number
            raise Malformed(said("an alert of less than two bytes"))
        level, number = body[0], body[1]
        if level == _WARNING and number == _UNRECOGNISED_NAME:
            return  # a warning only; the handshake goes on
        self.reply.alert = number
        self._end(TlsOutcome.ALERT, alert_words(number))

    def _take_message(self) -> bool:
        data = self._messages
        if len(data) < 4:  # noqa: PLR2004 - the message header
            return False
        kind, length = data[0], int.from_bytes(data[1:4], "big")
        if length > MOST_BYTES:
            self._end(
                TlsOutcome.TOO_LARGE, said("a handshake message of {length} bytes", length=length)
            )
            return False
        if len(data) < 4 + length:
            return False
        body = bytes(data[4 : 4 + length])
        del data[: 4 + length]
        self._message(kind, body)
        return True

    def _message(self, kind: int, body: bytes) -> None:
        if kind == _SERVER_HELLO:
            self._server_hello(_Cursor(body))
            if self.reply.version == TLS13_VERSION:
                self._end(TlsOutcome.OK)  # the rest is encrypted
        elif not self.reply.answered:
            raise Malformed(said("handshake message {kind} before the ServerHello", kind=kind))
        elif kind == _CERTIFICATE:
            self._certificates(_Cursor(body))
        elif kind == _STATUS:
            cursor = _Cursor(body)
            if cursor.number(1) == 1:  # status type OCSP
                self.reply.staple = cursor.vector(3)
        elif kind == _KEY_EXCHANGE:
            self._key_exchange(_Cursor(body))
        elif kind == _REQUEST:
            self.reply.asks_certificate = True
        elif kind == _DONE:
            self._end(TlsOutcome.OK)

    def _server_hello(self, cursor: _Cursor) -> None:
        version = cursor.number(2)
        cursor.take(32)
        cursor.vector(1)
        suite = cursor.number(2)
        cursor.number(1)
        if not cursor.empty:
            extensions = _Cursor(cursor.vector(2))
            while not extensions.empty:
                number, data = extensions.number(2), extensions.vector(2)
                if number == 43 and len(data) == 2:  # noqa: PLR2004 - supported versions
                    version = int.from_bytes(data, "big")
                elif number == 18:  # noqa: PLR2004 - signed certificate timestamps
                    self.reply.timestamps = data
        self.reply.version, self.reply.suite = version, suite

    def _certificates(self, cursor: _Cursor) -> None:
        entries = _Cursor(cursor.vector(3))
        while not entries.empty and len(self.reply.certificates) < _MOST_CERTIFICATES:
            self.reply.certificates.append(entries.vector(3))

    def _key_exchange(self, cursor: _Cursor) -> None:
        name = self.reply.suite_name
        if "_ECDH" in name:
            if cursor.number(1) == 3:  # noqa: PLR2004 - a named curve
                number = cursor.number(2)
                self.reply.group = GROUP_NAMES.get(number, str(number))
        elif "_DHE_" in name or "_DH_anon" in name:
            prime = int.from_bytes(cursor.vector(2)[:4096], "big")
            self.reply.dh_bits = prime.bit_length()


class _Cursor:
    """A position in bytes that never reads past their end. Raises Malformed there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def empty(self) -> bool:
        return self._at >= len(self._data)

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise Malformed(said("a length points past the end of a handshake message"))
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, prefix: int) -> bytes:
        return self.take(self.number(prefix))


def timestamps_in(listing: bytes) -> int:
    """How many signed certificate timestamps an encoded list holds (RFC 6962, 3.3)."""
    try:
        entries, count = _Cursor(_Cursor(listing).vector(2)), 0
        while not entries.empty:
            entries.vector(2)
            count += 1
    except Malformed:
        return 0
    return count
