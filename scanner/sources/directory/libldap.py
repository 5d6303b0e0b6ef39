"""LDAP by python-ldap: the quick one, and the one that signs and seals with Kerberos."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Any

import ldap
import ldap.sasl
from ldap.controls import SimplePagedResultsControl

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

_SCOPES = {"base": ldap.SCOPE_BASE, "one": ldap.SCOPE_ONELEVEL, "subtree": ldap.SCOPE_SUBTREE}


class LibldapSession:
    """A bound connection. Raises LdapError when it cannot be made."""

    def __init__(self, target: Target, login: Login) -> None:
        self._timeout = target.timeout
        try:
            self._connection = self._opened(target)
            self._bind(login, target)
        except ldap.LDAPError as error:
            raise _meaning(error) from error

    def _opened(self, target: Target) -> Any:
        more: dict[str, Any] = {}
        if (target.address, target.address_port) != (target.host, target.port):
            if target.scheme == "ldaps":
                # on a socket that it is handed, libldap starts no TLS: never bind through that
                raise LdapError(
                    Reason.UNSUPPORTED,
                    said(
                        "python-ldap cannot redirect ldaps://; use ldap:// with start_tls, or ldap3"
                    ),
                )
            more["fileno"] = _connected(target)
        connection = ldap.initialize(f"{target.scheme}://{target.host}:{target.port}", **more)
        connection.protocol_version = 3
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, target.timeout)
        connection.set_option(ldap.OPT_TIMEOUT, target.timeout)
        connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(target.roots))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        if target.start_tls:
            connection.start_tls_s()
        return connection

    def _bind(self, login: Login, target: Target) -> None:
        if login.method == "kerberos":
            # the ticket is for the configured name, whatever a reverse lookup makes of the address
            self._connection.set_option(ldap.OPT_X_SASL_NOCANON, 1)
            if target.protected:
                # Active Directory takes no second layer of protection inside TLS
                self._connection.set_option(ldap.OPT_X_SASL_SSF_MAX, 0)
            self._connection.sasl_non_interactive_bind_s("GSSAPI")
        else:
            self._connection.simple_bind_s(login.name, login.password)

    def search(
        self, base: str, scope: Scope, query: str, attributes: tuple[str, ...]
    ) -> Iterator[RawEntry]:
        """The entries, page by page. Raises LdapError."""
        control = SimplePagedResultsControl(scope != "base", size=PAGE, cookie="")
        controls = [control] if scope != "base" else None
        patience = Patience()
        while True:
            try:
                number = self._connection.search_ext(
                    base, _SCOPES[scope], query, list(attributes), serverctrls=controls
                )
                _, found, _, answered = self._connection.result3(number, timeout=self._timeout)
            except ldap.LDAPError as error:
                meant = _meaning(error)
                if patience.more(meant):
                    continue
                raise meant from error
            for dn, values in found:
                if dn is not None:  # a reference to another server
                    yield dn, values
            cookies = [one.cookie for one in answered if one.controlType == control.controlType]
            if not (cookies and cookies[0]):
                return
            control.cookie = cookies[0]

    def close(self) -> None:
        """Unbind."""
        with contextlib.suppress(ldap.LDAPError):  # a connection that is gone needs no farewell
            self._connection.unbind_s()


def _connected(target: Target) -> int:
    """A socket to where the server answers; libldap takes it over and closes it."""
    address = (target.address, target.address_port)
    try:
        with socket.create_connection(address, target.timeout) as found:
            found.setblocking(True)  # libldap waits by itself
            return os.dup(found.fileno())
    except OSError as error:
        raise LdapError(
            Reason.UNREACHABLE, said("no connection: {error}", error=str(error))
        ) from error


def _meaning(error: Any) -> LdapError:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    text = f"{told.get('desc', '')} {told.get('info', '')}".strip() or str(error)
    if isinstance(error, ldap.TIMEOUT):
        return LdapError(Reason.TIMEOUT, said("the server did not answer in time"))
    if isinstance(error, ldap.SERVER_DOWN | ldap.CONNECT_ERROR):
        return LdapError(Reason.UNREACHABLE, said("no connection: {text}", text=text))
    if isinstance(error, ldap.LOCAL_ERROR):
        return LdapError(
            Reason.DENIED, said("no Kerberos ticket that can be used: {text}", text=text)
        )
    return by_code(int(told.get("result", -1)), text)
