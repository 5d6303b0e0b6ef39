"""LDAP by ldap3, which is Python only: what works where nothing can be compiled."""

from __future__ import annotations

import contextlib
import math
import ssl
from collections.abc import Iterator
from typing import Any

import ldap3
from ldap3.core.exceptions import (
    LDAPCommunicationError,
    LDAPException,
    LDAPOperationResult,
    LDAPResponseTimeoutError,
    LDAPStartTLSError,
)

from scanner.sources.directory.ber import MalformedError, entry_of
from scanner.sources.directory.session import (
    PAGE,
    LdapError,
    Login,
    Patience,
    RawEntry,
    Scope,
    Target,
    by_code,
)
from scanner.text import said
from scanner.words import Reason

_SCOPES = {"base": ldap3.BASE, "one": ldap3.LEVEL, "subtree": ldap3.SUBTREE}
ldap3.set_config_parameter("CASE_INSENSITIVE_ATTRIBUTE_NAMES", False)
"""Otherwise ldap3 takes member and member;range=0-1499, which come together, for one attribute."""

_CONTROL = "1.2.840.113556.1.4.319"


class PureSession:
    """A bound connection. Raises LdapError when it cannot be made."""

    def __init__(self, target: Target, login: Login) -> None:
        tls = ldap3.Tls(
            validate=ssl.CERT_REQUIRED,
            ca_certs_file=str(target.roots),
            valid_names=[target.host],
            sni=target.host,
        )
        server = ldap3.Server(
            target.address,
            target.address_port,
            use_ssl=target.scheme == "ldaps",
            tls=tls,
            get_info=ldap3.NONE,
            connect_timeout=target.timeout,
        )
        how: dict[str, Any] = {"authentication": ldap3.ANONYMOUS}
        if login.method == "simple":
            how = {
                "authentication": ldap3.SIMPLE,
                "user": login.name,
                "password": login.password,
            }
        elif login.method == "kerberos":
            raise LdapError(
                Reason.UNSUPPORTED, said("Kerberos needs python-ldap; pip install python-ldap")
            )
        self._connection = ldap3.Connection(
            server,
            **how,
            auto_referrals=False,
            auto_range=False,  # our own follow-ups count what one answer cannot hold
            receive_timeout=math.ceil(target.timeout),  # it goes into a socket option as it is
            raise_exceptions=True,
            return_empty_attributes=False,
        )
        try:
            self._connection.open(read_server_info=False)
            if target.start_tls:
                self._connection.start_tls(read_server_info=False)
            self._connection.bind(read_server_info=False)
        except LDAPException as error:
            self.close()
            raise _meaning(error) from error
        self._entries: list[RawEntry] = []
        self._receive = self._connection.strategy.receiving
        self._connection.strategy.receiving = self._others

    def _others(self) -> list[bytes]:
        """The messages that ldap3 is to decode; those with entries are taken out of its way."""
        while messages := self._receive():
            others = []
            for message in messages:
                entry = entry_of(message)
                if entry is None:
                    others.append(message)
                else:
                    self._entries.append(entry)
            if others:
                return others
        return []

    def search(
        self, base: str, scope: Scope, query: str, attributes: tuple[str, ...]
    ) -> Iterator[RawEntry]:
        """The entries, page by page. Raises LdapError."""
        paged: dict[str, Any] = {}
        if scope != "base":
            paged = {"paged_size": PAGE, "paged_criticality": True, "paged_cookie": None}
        patience = Patience()
        while True:
            try:
                self._connection.search(
                    base, query, _SCOPES[scope], attributes=list(attributes), **paged
                )
            except LDAPException as error:
                found, self._entries = self._entries, []
                meant = _meaning(error)
                if patience.more(meant):
                    continue
                yield from found  # what came before a limit was reached
                raise meant from error
            except MalformedError as error:
                raise LdapError(Reason.UNSUPPORTED, str(error)) from error
            # taken before the entries go out: meanwhile the same connection may search again
            controls = self._connection.result.get("controls") or {}
            cookie = controls.get(_CONTROL, {}).get("value", {}).get("cookie")
            code, told = int(self._connection.result["result"]), self._connection.result["message"]
            found, self._entries = self._entries, []
            yield from found
            if code:  # limits and referrals are no errors to ldap3, and no whole answer either
                raise by_code(code, str(told))
            if not cookie:
                return
            paged["paged_cookie"] = cookie

    def close(self) -> None:
        """Unbind."""
        with contextlib.suppress(LDAPException):  # a connection that is gone needs no farewell
            self._connection.unbind()


def _meaning(error: LDAPException) -> LdapError:
    if isinstance(error, LDAPResponseTimeoutError):
        return LdapError(Reason.TIMEOUT, said("the server did not answer in time"))
    if isinstance(error, LDAPCommunicationError | LDAPStartTLSError):
        return LdapError(Reason.UNREACHABLE, said("no connection: {error}", error=str(error)[:200]))
    if isinstance(error, LDAPOperationResult):
        return by_code(int(error.result or -1), f"{error.description} {error.message}")
    return LdapError(Reason.BUG, f"{type(error).__name__}: {str(error)[:200]}")
