"""Reading the replies that make up nearly all of a run, without an object for every name in them.

A run over hundreds of domains spends most of its time on reading replies. This reads the plain ones:
a few types, names of ordinary letters, no extended error. Whatever else comes is left to dnspython,
and so is every message that is damaged: None means 'not for me', never 'nothing there'.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass

from scanner.evidence.dns import Record

_ORDINARY = re.compile(rb"[A-Za-z0-9_*-]{1,63}")
_HEADER, _FRAME = 12, 10
_POINTER = 0xC0
_MOST_JUMPS = 32
_MOST_RECORDS = 200
_CNAME, _SOA, _OPT = 5, 6, 41
_TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}


@dataclass(frozen=True, slots=True)
class Frame:
    """One resource record: its owner, type and TTL, and where its data stands."""

    owner: str
    type: int
    ttl: int
    place: int
    size: int


@dataclass(frozen=True, slots=True)
class Plain:
    """The sections of a plain message."""

    data: bytes
    answers: tuple[Frame, ...]
    authority: tuple[int, ...]


class _NotPlain(Exception):  # noqa: N818 - it hands the message over
    pass


def plain_message(data: bytes) -> Plain | None:
    """The sections of a plain, undamaged reply; None for any other."""
    try:
        return _sections(data)
    except (_NotPlain, IndexError, ValueError):
        return None


def _sections(data: bytes) -> Plain:
    counts = [int.from_bytes(data[at : at + 2]) for at in (4, 6, 8, 10)]
    if counts[0] != 1 or sum(counts) > _MOST_RECORDS:
        raise _NotPlain
    place = _after(data, _HEADER) + 4
    answers, authority = [], []
    for number in range(sum(counts[1:])):
        start, place = place, _after(data, place)
        frame = data[place : place + _FRAME]
        if len(frame) != _FRAME:
            raise _NotPlain
        kind, size = int.from_bytes(frame[:2]), int.from_bytes(frame[8:])
        place += _FRAME + size
        if place > len(data) or (kind == _OPT and size):
            raise _NotPlain  # cut, or with options that say more
        if number < counts[1]:
            owner = name_at(data, start)
            answers.append(Frame(owner, kind, int.from_bytes(frame[4:8]), place - size, size))
        elif number < counts[1] + counts[2]:
            authority.append(kind)
    return Plain(data, tuple(answers), tuple(authority))


def _after(data: bytes, place: int) -> int:
    """Where a name ends. Raises IndexError where the bytes do."""
    while (size := data[place]) != 0:
        if size & _POINTER:
            return place + 2
        place += 1 + size
    return place + 1


def name_at(data: bytes, place: int) -> str:
    """The name that stands there, in lower case; raises where it is no ordinary one."""
    labels, jumps = [], 0
    while (size := data[place]) != 0:
        if size & _POINTER == _POINTER:
            place = int.from_bytes(data[place : place + 2]) & 0x3FFF
            jumps += 1
            if jumps > _MOST_JUMPS:
                raise _NotPlain
            continue
        label = data[place + 1 : place + 1 + size]
        if len(label) != size or not _ORDINARY.fullmatch(label):
            raise _NotPlain
        labels.append(label)
        place += 1 + size
    return b".".join(labels).decode("ascii").lower() or "."


def records_of(message: Plain, frames: list[Frame], rdtype: str) -> tuple[Record, ...] | None:
    """The data of those records; None where something in them is out of the ordinary."""
    read = _READERS[rdtype]
    try:
        # A record that stands twice is one record (RFC 2181, 5).
        return tuple(dict.fromkeys(read(message.data, frame) for frame in frames))
    except (_NotPlain, IndexError, ValueError):
        return None


def type_number(rdtype: str) -> int | None:
    """The number of a type that is read here; None for any other."""
    return _TYPES.get(rdtype)


def _address(data: bytes, frame: Frame) -> Record:
    return Record(str(ipaddress.ip_address(data[frame.place : frame.place + frame.size])))


def _target(data: bytes, frame: Frame) -> Record:
    return Record(name_at(data, frame.place))


def _exchange(data: bytes, frame: Frame) -> Record:
    return Record(name_at(data, frame.place + 2), priority=_number(data, frame.place))


def _service(data: bytes, frame: Frame) -> Record:
    priority, weight, port = (_number(data, frame.place + at) for at in (0, 2, 4))
    return Record(name_at(data, frame.place + 6), priority, weight, port)


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2])


def _text(data: bytes, frame: Frame) -> Record:
    place, end, parts = frame.place, frame.place + frame.size, []
    while place < end:
        size = data[place]
        if place + 1 + size > end:
            raise _NotPlain
        parts.append(data[place + 1 : place + 1 + size])
        place += 1 + size
    return Record(b"".join(parts).decode("utf-8", "replace"))


def _authority(data: bytes, frame: Frame) -> Record:
    serial = _after(data, _after(data, frame.place))
    return Record(name_at(data, frame.place), serial=int.from_bytes(data[serial : serial + 4]))


_READERS: dict[str, Callable[[bytes, Frame], Record]] = {
    "A": _address,
    "AAAA": _address,
    "CNAME": _target,
    "NS": _target,
    "MX": _exchange,
    "SRV": _service,
    "TXT": _text,
    "SOA": _authority,
}
CNAME = _CNAME
SOA = _SOA
NS = 2
