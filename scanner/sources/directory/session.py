"""Talking LDAP: what a connection offers here, and what its errors mean. Only bind and search exist."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias
from urllib.parse import urlsplit

from scanner.config.model import Config
from scanner.sources.interface import Unavailable, secret
from scanner.text import said
from scanner.words import Reason

RawEntry: TypeAlias = tuple[str, Mapping[str, list[bytes]]]
Scope: TypeAlias = Literal["base", "one", "subtree"]

PAGE = 1000
"""Entries of one answer: MaxPageSize of Active Directory."""

CATALOGUE_PORTS = (3268, 3269)
_PORTS = {"ldap": 389, "ldaps": 636}


class LdapError(Exception):
    """A search or a bind that failed.

    `absent`: there is no such object, or none that may be seen. `passing`: the server cannot just now,
    and may a moment later.
    """

    def __init__(
        self, reason: Reason, detail: str, *, absent: bool = False, passing: bool = False
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.absent = absent
        self.passing = passing

    def at(self, place: object) -> str:
        """The detail, and the server that it is about."""
        return said("{place}: {detail}", place=str(place), detail=self.detail)


class Patience:
    """Waits once for a server that is busy, and no second time."""

    pause = 1.0
    """Seconds; a server that is busy for longer is busy for good."""

    def __init__(self) -> None:
        self._tried = False

    def more(self, error: LdapError) -> bool:
        """Whether to try once more, after a pause."""
        if self._tried or not error.passing:
            return False
        self._tried = True
        time.sleep(self.pause)
        return True


class Session(Protocol):
    """A connection that is bound."""

    def search(
        self, base: str, scope: Scope, query: str, attributes: tuple[str, ...]
    ) -> Iterator[RawEntry]:
        """The entries, page by page; references to other servers are left out. Raises LdapError."""

    def close(self) -> None:
        """Unbind."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and how. `host` is the name in the certificate, `address` where it answers."""

    scheme: str
    host: str
    port: int
    address: str
    address_port: int
    start_tls: bool
    roots: Path
    timeout: float

    @property
    def protected(self) -> bool:
        """Whether TLS hides what is said."""
        return self.scheme == "ldaps" or self.start_tls

    @property
    def catalogue(self) -> bool:
        """Whether this is a global catalog."""
        return self.port in CATALOGUE_PORTS

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Login:
    """As whom to bind. `method` is simple, kerberos or anonymous."""

    method: str
    name: str = ""
    password: str = ""


def target_of(config: Config, server: str, roots: Path) -> Target:
    """The server with that address, as the configuration says to reach it."""
    section = config.directory
    parts = urlsplit(server)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    address, address_port = host, port
    redirected = config.network.connect.get(f"{host}:{port}")
    if redirected:
        address, _, number = redirected.rpartition(":")
        address_port = int(number)
    return Target(
        parts.scheme,
        host,
        port,
        address.strip("[]"),
        address_port,
        section.bind.start_tls and parts.scheme == "ldap",
        roots,
        section.bind.timeout,
    )


def login_of(config: Config, target: Target) -> Login:
    """As whom to bind. Raises Unavailable for a password that would travel in the open."""
    bind = config.directory.bind
    if bind.method != "simple":
        return Login(bind.method, bind.name)
    if not target.protected and not bind.unprotected:
        raise Unavailable(
            Reason.UNSUPPORTED,
            "a password would travel unprotected; use ldaps://, directory.bind.start_tls or"
            ' directory.bind.method = "kerberos"',
        )
    return Login("simple", bind.name, secret(bind.password_env))


_SUB_CODES = {
    "52e": said("wrong password"),
    "525": said("unknown user"),
    "530": said("not at this time"),
    "531": said("not from this host"),
    "532": said("the password has expired"),
    "533": said("the account is disabled"),
    "701": said("the account has expired"),
    "773": said("the password must be changed first"),
    "775": said("the account is locked"),
}


def refused(text: str) -> LdapError:
    """A bind with invalid credentials, with what Active Directory says about it.

    The numbers behind 'data' are those of Windows' logon errors.
    """
    words = next((word for code, word in _SUB_CODES.items() if f"data {code}" in text), "")
    told = said("the bind was refused")
    if words:
        told = said("the bind was refused: {detail}", detail=words)
    return LdapError(Reason.DENIED, told)


_WANTS_BIND = said("the server wants a bind first; set directory.bind")
_BY_CODE = {
    3: (Reason.TIMEOUT, said("the server's time limit was reached")),
    4: (Reason.UNSUPPORTED, said("the server's size limit was reached")),
    8: (
        Reason.UNSUPPORTED,
        said("the server wants signing or TLS; use ldaps://, start_tls or kerberos"),
    ),
    10: (
        Reason.UNSUPPORTED,
        said("the base lies on another server; name a server that holds it"),
    ),
    11: (Reason.TIMEOUT, said("the server's administrative limit was reached")),
    12: (Reason.UNSUPPORTED, said("the server does not answer in pages")),
    13: (
        Reason.UNSUPPORTED,
        said("the server wants TLS; use ldaps:// or directory.bind.start_tls"),
    ),
    32: (Reason.DENIED, said("there is no such object, or none that this account may see")),
    34: (Reason.UNCONFIGURED, said("directory.base is no distinguished name")),
    50: (Reason.DENIED, said("this account may not read it")),
    51: (Reason.UNREACHABLE, said("the server is busy")),
    52: (Reason.UNREACHABLE, said("the server is unavailable")),
}
_ABSENT, _PASSING = (32,), (51, 52)
_UNBOUND = ("bind must be completed", "without authentication")
"""What Active Directory and Samba say where operationsError means that nobody is bound."""


def by_code(code: int, text: str) -> LdapError:
    """The error behind a result code (RFC 4511, appendix A)."""
    if code == 49:  # noqa: PLR2004 - invalidCredentials
        return refused(text)
    if code == 1 and any(one in text for one in _UNBOUND):
        return LdapError(Reason.DENIED, _WANTS_BIND)
    reason, words = _BY_CODE.get(code, (Reason.BUG, f"LDAP result {code}: {text[:200]}"))
    return LdapError(reason, words, absent=code in _ABSENT, passing=code in _PASSING)
