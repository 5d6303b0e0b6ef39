"""Questions to bytes, and replies to lookups, by RFC 1034, 1035, 2308, 6891 and 8914."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.sources.dns.quick import (
    CNAME,
    NS,
    SOA,
    Plain,
    plain_message,
    records_of,
    type_number,
)

PAYLOAD = 1232
"""What we announce to take over UDP: fits an IPv6 packet without fragments (DNS flag day 2020)."""
_LONGEST_CHAIN = 16
_QR, _TC = 0x80, 0x02
_HEADER = 12


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: an absolute name in lower case, a type, and the flags of the query."""

    name: str
    type: str
    recursion: bool = True
    dnssec: bool = False
    checking_disabled: bool = False
    edns: int | None = PAYLOAD

    def encode(self) -> tuple[bytes, bytes]:
        """The query with a fresh id, and the question section that a reply has to repeat.

        Raises ValueError for a name that DNS cannot carry.
        """
        try:
            name = absolute(self.name).to_wire() or b""
        except dns.exception.DNSException as error:
            raise ValueError(f"{self.name!r} is no name: {error}") from error
        flags = (0x0100 if self.recursion else 0) | (0x0010 if self.checking_disabled else 0)
        question = name + dns.rdatatype.from_text(self.type).to_bytes(2) + b"\x00\x01"
        extra = b""
        if self.edns is not None:
            do = b"\x80\x00" if self.dnssec else b"\x00\x00"
            extra = b"\x00\x00\x29" + self.edns.to_bytes(2) + b"\x00\x00" + do + b"\x00\x00"
        counts = b"\x00\x01\x00\x00\x00\x00" + (b"\x00\x01" if extra else b"\x00\x00")
        head = secrets.token_bytes(2) + flags.to_bytes(2) + counts
        return head + question + extra, question


@lru_cache(maxsize=65536)
def absolute(name: str) -> dns.name.Name:
    """A name from text, absolute and in A-labels. Raises DNSException for what is none."""
    return dns.name.from_text(name.rstrip(".") + ".", idna_codec=dns.name.IDNA_2008_Practical)


def is_name(name: str) -> bool:
    """Whether DNS can carry a name."""
    try:
        return bool(absolute(name))
    except dns.exception.DNSException:
        return False


def matches(reply: bytes, query: bytes, question: bytes) -> bool:
    """Whether bytes are the reply to that query: id, kind and repeated question."""
    if len(reply) < _HEADER or reply[:2] != query[:2] or not reply[2] & _QR:
        return False
    if reply[4:6] == b"\x00\x00" and reply[3] & 0x0F in (1, 4):
        return True  # FORMERR and NOTIMP may come without the question
    return reply[_HEADER : _HEADER + len(question)].lower() == question.lower()


def is_truncated(reply: bytes) -> bool:
    """Whether the reply says that it did not fit."""
    return bool(reply[2] & _TC)


def rcode_of(reply: bytes) -> int:
    """The four bits of the response code in the header."""
    return reply[3] & 0x0F


@dataclass(frozen=True, slots=True)
class Reply:
    """What a reply means. `unfinished` names the alias target that the server did not follow."""

    status: LookupStatus
    records: tuple[Record, ...] = ()
    chain: tuple[str, ...] = ()
    ttl: int | None = None
    flags: tuple[str, ...] = ()
    detail: str = ""
    unfinished: bool = False


def read_reply(data: bytes, question: Question) -> Reply:
    """The meaning of a reply. Raises ValueError for bytes that are no DNS message."""
    try:
        quick = _quick(data, question)
        if quick is not None:
            return quick
        message = dns.message.from_wire(data, ignore_trailing=True)
        return _read(message, question)
    except (dns.exception.DNSException, ValueError, IndexError, KeyError) as error:
        raise ValueError(f"unreadable reply: {type(error).__name__}") from error


def _quick(data: bytes, question: Question) -> Reply | None:
    """The meaning of a plain reply; None where it takes the full reading."""
    rcode = rcode_of(data)
    message = plain_message(data) if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) else None
    if message is None:
        return None
    wanted, current, chain = type_number(question.type), question.name, list[str]()
    ttls: list[int] = []
    frames = [one for one in message.answers if (one.owner, one.type) == (current, wanted)]
    while not frames and len(chain) < _LONGEST_CHAIN:
        alias = [one for one in message.answers if (one.owner, one.type) == (current, CNAME)]
        target = records_of(message, alias[:1], "CNAME")
        if not target:
            break
        current = target[0].value
        chain.append(current)
        ttls.append(alias[0].ttl)
        frames = [one for one in message.answers if (one.owner, one.type) == (current, wanted)]
    records = records_of(message, frames, question.type) if frames else ()
    flags = _flag_names(int.from_bytes(data[2:4]))
    status = _quick_status(message, rcode, "aa" in flags, found=bool(frames))
    if status is None or records is None or (message.answers and not frames and not chain):
        return None
    ttls += [one.ttl for one in frames]
    return Reply(
        status,
        records,
        tuple(chain),
        min(ttls, default=None),
        flags,
        unfinished=bool(chain) and not frames and not rcode and SOA not in message.authority,
    )


def _quick_status(
    message: Plain, rcode: int, authoritative: bool, *, found: bool
) -> LookupStatus | None:
    if rcode == dns.rcode.NXDOMAIN:
        return LookupStatus.NXDOMAIN
    if found:
        return LookupStatus.ANSWER
    if NS in message.authority or (SOA not in message.authority and not authoritative):
        return None
    return LookupStatus.NODATA


def _read(message: dns.message.Message, question: Question) -> Reply:
    wanted = dns.rdatatype.from_text(question.type)
    sets = {(one.name, one.rdtype): one for one in message.answer}
    current, chain = absolute(question.name), list[str]()
    lowest: int | None = None
    while (current, wanted) not in sets and len(chain) < _LONGEST_CHAIN:
        alias = sets.get((current, dns.rdatatype.CNAME))
        if alias is None:
            break
        current = alias[0].target
        chain.append(plain(current))
        lowest = alias.ttl if lowest is None else min(lowest, alias.ttl)
    found = sets.get((current, wanted)) or _delegated(message, question)
    records: tuple[Record, ...] = ()
    if found is not None:
        records = tuple(_RECORDS.get(question.type, _text)(one) for one in found)
        lowest = found.ttl if lowest is None else min(lowest, found.ttl)
    status = _status(message, found is not None)
    return Reply(
        status,
        records,
        tuple(chain),
        lowest,
        _flag_names(int(message.flags)),
        _extended(message),
        unfinished=bool(chain) and found is None and _open_ended(message),
    )


def _delegated(message: dns.message.Message, question: Question) -> dns.rrset.RRset | None:
    """The NS set that a parent's server hands out in a referral: its answer to a direct question."""
    if question.recursion or question.type != "NS":
        return None
    name = absolute(question.name)
    sets = (one for one in message.authority if one.rdtype == dns.rdatatype.NS)
    return next((one for one in sets if one.name == name), None)


_RCODES = {
    dns.rcode.NXDOMAIN: LookupStatus.NXDOMAIN,
    dns.rcode.SERVFAIL: LookupStatus.SERVFAIL,
    dns.rcode.REFUSED: LookupStatus.REFUSED,
    dns.rcode.NOTAUTH: LookupStatus.REFUSED,
    dns.rcode.NOERROR: LookupStatus.NODATA,
}


def _status(message: dns.message.Message, found: bool) -> LookupStatus:
    status = _RCODES.get(message.rcode(), LookupStatus.UNSUPPORTED)
    if status is not LookupStatus.NODATA:
        return status
    if found:
        return LookupStatus.ANSWER
    if _has(message, dns.rdatatype.SOA) or message.flags & dns.flags.AA:
        return LookupStatus.NODATA
    # A referral, or an empty answer from a server that is neither in charge nor a resolver
    # (RFC 2308, 2.2 and 5): nothing is said about the name.
    if _has(message, dns.rdatatype.NS) or not message.flags & dns.flags.RA:
        return LookupStatus.LAME
    return LookupStatus.NODATA


def _has(message: dns.message.Message, rdtype: dns.rdatatype.RdataType) -> bool:
    return any(one.rdtype == rdtype for one in message.authority)


def _open_ended(message: dns.message.Message) -> bool:
    """Whether an authoritative server ended at an alias that leads out of its zones."""
    return message.rcode() == dns.rcode.NOERROR and not _has(message, dns.rdatatype.SOA)


_BITS = {"aa": 0x0400, "ad": 0x0020, "ra": 0x0080, "tc": 0x0200}


@lru_cache(maxsize=1024)
def _flag_names(flags: int) -> tuple[str, ...]:
    return tuple(name for name, bit in _BITS.items() if flags & bit)


def _extended(message: dns.message.Message) -> str:
    """Extended errors as words (RFC 8914)."""
    found = [
        f"{dns.edns.EDECode.to_text(one.code)} {one.text or ''}".strip()
        for one in message.options
        if isinstance(one, dns.edns.EDEOption)
    ]
    return "; ".join(found)[:300]


def plain(name: dns.name.Name) -> str:
    """A name in lower case without the final dot; the root is '.'."""
    return name.to_text(omit_final_dot=True).lower() or "."


def _target(rdata: Any) -> Record:
    return Record(plain(rdata.target))


def _txt(rdata: Any) -> Record:
    # Strings join without a blank. What is no UTF-8 shows as U+FFFD and stays outside ASCII.
    return Record(b"".join(rdata.strings).decode("utf-8", "replace"))


def _text(rdata: Any) -> Record:
    return Record(rdata.to_text())


_RECORDS: dict[str, Callable[[Any], Record]] = {
    "A": lambda one: Record(one.address),
    "AAAA": lambda one: Record(one.address),
    "CNAME": _target,
    "NS": _target,
    "PTR": _target,
    "TXT": _txt,
    "SPF": _txt,
    "MX": lambda one: Record(plain(one.exchange), priority=one.preference),
    "SRV": lambda one: Record(
        plain(one.target), priority=one.priority, weight=one.weight, port=one.port
    ),
    "SOA": lambda one: Record(plain(one.mname), serial=one.serial),
    "CAA": lambda one: Record(
        one.value.decode("utf-8", "replace"),
        priority=one.flags,
        tag=one.tag.decode("ascii", "replace").lower(),
    ),
}


def to_lookup(question: Question, reply: Reply, **about: Any) -> Lookup:
    """The lookup of a question that got that reply; `about` says where, how and how long."""
    detail = "; ".join(one for one in (reply.detail, about.pop("detail", "")) if one)
    return Lookup(
        question.name,
        question.type,
        reply.status,
        reply.records,
        reply.chain,
        reply.ttl,
        flags=reply.flags,
        detail=detail,
        **about,
    )
