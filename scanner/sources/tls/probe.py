"""Looking at one service: which hellos are sent where, and what is made of the replies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from scanner.evidence.certificate import Certificate
from scanner.evidence.tls import (
    AddressAnswer,
    ClientView,
    HelloAnswer,
    HelloKind,
    TlsEndpoint,
    TlsOutcome,
)
from scanner.sources.tls.addresses import Address, AddressBook, shown, split_address
from scanner.sources.tls.certificate import read_certificate
from scanner.sources.tls.client import Shaken, shake
from scanner.sources.tls.conversation import Place, say
from scanner.sources.tls.faults import ConnectFault
from scanner.sources.tls.hello import HELLOS
from scanner.sources.tls.reply import Reply
from scanner.sources.tls.targets import Side, Target
from scanner.text import said

_AT_ONCE = 2
_SAYS_NO = (TlsOutcome.ALERT, TlsOutcome.RESET, TlsOutcome.CLOSED)
_SNI_MATTERS = ("adfs", "wap")
PROTOCOL_HELLOS: tuple[HelloKind, ...] = (
    "tls13",
    "tls11",
    "tls10",
    "ssl3",
    "bad-suites",
    "dhe-only",
)


@dataclass(slots=True)
class Heard:
    """What one address said: the first reply, and where it took a handshake, the certificates."""

    address: Address
    role: str
    reply: Reply
    shaken: Shaken | None = None

    @property
    def outcome(self) -> TlsOutcome:
        """Whether something was learned of the server, and else why not."""
        if self.reply.answered or (self.shaken and self.shaken.outcome is TlsOutcome.OK):
            return TlsOutcome.OK
        return self.reply.outcome or TlsOutcome.CLOSED

    @property
    def certificates(self) -> list[bytes]:
        """The list in the order in which it was sent."""
        if self.reply.certificates:
            return self.reply.certificates
        return list(self.shaken.chain) if self.shaken else []

    @property
    def leaf(self) -> Certificate | None:
        """The first certificate, readable or not."""
        found = self.certificates
        return read_certificate(found[0]) if found else None


@dataclass(slots=True)
class Looked:
    """Everything that was heard of one service."""

    target: Target
    outcome: TlsOutcome
    detail: str = ""
    heard: list[Heard] = field(default_factory=list)
    replies: dict[HelloKind, Reply] = field(default_factory=dict)
    client: Shaken | None = None

    @property
    def primary(self) -> Heard | None:
        """The first address that answered."""
        return next((one for one in self.heard if one.outcome is TlsOutcome.OK), None)


class Probe:
    """Looks at one service, at most two connections at a time."""

    def __init__(self, target: Target, book: AddressBook, seconds: float) -> None:
        self._target = target
        self._book = book
        self._seconds = seconds
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.looked = Looked(target, TlsOutcome.TIMEOUT, said("no answer in time"))

    async def reach(self) -> None:
        """The first hello to every address. Later ones go only where this one was answered."""
        try:
            addresses = await self._addresses()
        except ConnectFault as fault:
            self.looked.outcome, self.looked.detail = fault.outcome, fault.detail
            return
        self.looked.heard = await asyncio.gather(
            *(self._first(one, role) for one, role in addresses.items())
        )
        best = self.looked.primary or min(
            self.looked.heard, key=lambda one: not one.outcome.definite
        )
        self.looked.outcome, self.looked.detail = best.outcome, best.reply.detail
        if best.outcome is TlsOutcome.OK:
            self.looked.detail = ""

    async def protocol(self, path: str) -> None:
        """The hellos of all other kinds, and a normal client with a GET, to the first address."""
        heard = self.looked.primary
        if heard is None:
            return
        kinds = list(PROTOCOL_HELLOS)
        if self._target.role in _SNI_MATTERS:
            kinds.append("no-sni")
        leaf = heard.leaf
        if leaf is not None and not leaf.key_type.startswith("RSA"):
            kinds.append("rsa-only")
        place = self._place(heard.address)
        replies = self.looked.replies
        replies["tls12"] = heard.reply
        wanted = [kind for kind in kinds if kind not in replies]
        said = asyncio.gather(*(self._say(kind, place) for kind in wanted))
        client = self._shake(place, path=path)
        answers, self.looked.client = await asyncio.gather(said, client)
        replies.update(zip(wanted, answers, strict=True))

    async def _addresses(self) -> dict[Address, str]:
        """Where to connect, each with the role of the server there. Raises ConnectFault."""
        target = self._target
        if target.through is not None:
            return {(target.host, target.port): target.role}
        found: dict[Address, str] = {}
        for side in target.sides or (Side(target.role),):
            host, port = target.host, target.port
            if side.connect:
                host, port = split_address(side.connect, port)
            for one in await self._book.addresses(host, port):
                found.setdefault(one, side.role)
        return found

    async def _first(self, address: Address, role: str) -> Heard:
        place = self._place(address)
        reply = await self._say("tls12", place)
        heard = Heard(address, role, reply)
        if not reply.answered and reply.outcome in _SAYS_NO:
            newer = await self._say("tls13", place)
            if newer.answered:
                self.looked.replies.setdefault("tls13", newer)
                heard.shaken = await self._shake(place, lax=True)
        return heard

    def _place(self, address: Address) -> Place:
        return Place(address, self._target.starttls, self._target.through)

    async def _say(self, kind: HelloKind, place: Place) -> Reply:
        """One hello; after a reset once more, because a busy load balancer does that too."""
        async with self._slots:
            reply = await say(HELLOS[kind], self._sni, place, self._seconds)
        if reply.outcome is TlsOutcome.RESET and kind in ("tls12", "tls13"):
            await asyncio.sleep(random.uniform(0.1, 0.3))  # noqa: S311 - a pause, not a secret
            async with self._slots:
                reply = await say(HELLOS[kind], self._sni, place, self._seconds)
        return reply

    async def _shake(self, place: Place, *, path: str = "", lax: bool = False) -> Shaken:
        async with self._slots:
            return await shake(self._target.host, place, self._seconds, path=path, lax=lax)

    @property
    def _sni(self) -> str:
        host = self._target.host
        return "" if host.replace(".", "").isdigit() or ":" in host else host


def endpoint_of(looked: Looked) -> TlsEndpoint:
    """The evidence of reach."""
    target = looked.target
    return TlsEndpoint(
        target.host,
        target.port,
        target.role,
        looked.outcome,
        looked.detail,
        target.starttls,
        target.origin,
        tuple(_address_answer(one) for one in looked.heard),
    )


def _address_answer(heard: Heard) -> AddressAnswer:
    leaf = heard.leaf
    return AddressAnswer(
        shown(heard.address),
        heard.outcome,
        heard.reply.detail if heard.outcome is not TlsOutcome.OK else "",
        leaf.sha256 if leaf else "",
        leaf.key if leaf else "",
        heard.role,
    )


_TOP = {"tls13": "TLSv1.3", "tls11": "TLSv1.1", "tls10": "TLSv1", "ssl3": "SSLv3"}


def hello_answers(replies: dict[HelloKind, Reply]) -> tuple[HelloAnswer, ...]:
    """The evidence of every hello that was sent."""
    return tuple(_hello_answer(kind, reply) for kind, reply in replies.items())


def _hello_answer(kind: HelloKind, reply: Reply) -> HelloAnswer:
    certificates: Sequence[bytes] = reply.certificates
    answered = reply.answered
    if answered and kind in _TOP:
        # a server that answers with another version than the only one offered has not accepted it
        answered = reply.version_name == _TOP[kind]
    return HelloAnswer(
        kind,
        "accepted" if answered else _no(reply),
        reply.detail,
        reply.version_name,
        reply.suite_name,
        reply.group,
        reply.dh_bits,
        read_certificate(certificates[0]).sha256 if certificates else "",
        reply.asks_certificate,
    )


def _no(reply: Reply) -> Literal["refused", "undetermined"]:
    """A refused hello is a no; silence, or a fault on the way, says nothing."""
    silent = (TlsOutcome.TIMEOUT, TlsOutcome.UNREACHABLE, TlsOutcome.REFUSED, TlsOutcome.TOO_LARGE)
    return "undetermined" if reply.outcome in silent else "refused"


def client_view(shaken: Shaken | None, replies: dict[HelloKind, Reply]) -> ClientView | None:
    """The evidence of the normal client."""
    if shaken is None:
        return None
    asked = any(one.asks_certificate for one in replies.values())
    failed = shaken.outcome in (TlsOutcome.ALERT, TlsOutcome.RESET, TlsOutcome.CLOSED)
    demanded = shaken.demanded or (asked and (failed or shaken.status == 400))  # noqa: PLR2004 - nginx
    return ClientView(shaken.outcome, shaken.detail, shaken.version, demanded)
