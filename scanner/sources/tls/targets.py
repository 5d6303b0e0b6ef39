"""Which services are looked at: those of [[hosts]], and those that follow from what is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scanner.config.model import Config
from scanner.evidence.tls import StartTls
from scanner.sources.tls.names import ascii_name
from scanner.subject import Subject, endpoint

_STARTTLS: dict[int, StartTls] = {25: "smtp", 587: "smtp", 389: "ldap", 3268: "ldap"}
UNSEEN = ("radius", "cdp")
"""Roles without a TLS service on TCP: RADIUS speaks EAP over UDP, a CRL host plain HTTP."""


@dataclass(frozen=True, slots=True)
class Target:
    """One service: name in A-labels, port, role, and why it is looked at ('' where configured)."""

    host: str
    port: int
    role: str
    origin: str = ""
    starttls: StartTls = ""

    @property
    def subject(self) -> Subject:
        """The endpoint by name and port."""
        return endpoint(self.host, self.port)


def configured(config: Config) -> Iterator[Target]:
    """The services of [[hosts]] that can be seen over TCP."""
    for one in config.hosts:
        if one.role not in UNSEEN:
            starttls = one.starttls or _STARTTLS.get(one.port, "")
            yield Target(
                ascii_name(one.name), one.port, one.role, "", "" if starttls == "none" else starttls
            )


def once(targets: Iterable[Target]) -> list[Target]:
    """Each name and port once; the first one, which the configuration named, wins."""
    found: dict[Subject, Target] = {}
    for one in targets:
        found.setdefault(one.subject, one)
    return list(found.values())
