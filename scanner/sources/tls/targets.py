"""Which services are looked at: those of [[hosts]], and those that follow from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanner.config.model import Config
from scanner.evidence.federation import FederationTrust
from scanner.evidence.tls import StartTls
from scanner.sources.tls.conversation import Proxy
from scanner.sources.tls.names import ascii_name
from scanner.subject import Subject, endpoint

_STARTTLS: dict[int, StartTls] = {25: "smtp", 587: "smtp", 389: "ldap", 3268: "ldap"}
UNSEEN = ("radius", "cdp")
"""Roles without a TLS service on TCP: RADIUS speaks EAP over UDP, a CRL host plain HTTP."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the servers behind a name: its role, and 'address:port' where that is configured."""

    role: str
    connect: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One service: name in A-labels, port, role, and why it is looked at ('' where configured).

    `sides` are the servers behind the name where the configuration names them, such as the AD FS
    farm inside and the proxy outside, which share one name.
    """

    host: str
    port: int
    role: str
    origin: str = ""
    starttls: StartTls = ""
    sides: tuple[Side, ...] = ()
    through: Proxy | None = None

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


def configured(config: Config) -> Iterator[Target]:
    """The services of [[hosts]] that can be seen over TCP."""
    for one in config.hosts:
        if one.role in UNSEEN:
            continue
        starttls: StartTls = _STARTTLS.get(one.port, "")
        if one.starttls is not None:
            starttls = "" if one.starttls == "none" else one.starttls
        sides = (Side(one.role, one.connect),)
        yield Target(ascii_name(one.name), one.port, one.role, "", starttls, sides)


def federated(trusts: Iterable[FederationTrust]) -> Iterator[Target]:
    """The federation services that domains of the organisation are sent to."""
    for one in trusts:
        if one.host and one.told_by != "configuration":
            yield Target(one.host, 443, "adfs", f"{one.domain} signs in there")


def once(targets: Iterable[Target]) -> list[Target]:
    """Each name and port once; what was named first decides, further entries are further sides."""
    found: dict[Subject, Target] = {}
    for one in targets:
        first = found.get(one.subject)
        if first is None:
            found[one.subject] = one
        elif one.sides and not one.origin:
            found[one.subject] = replace(first, sides=first.sides + one.sides)
    return list(found.values())
