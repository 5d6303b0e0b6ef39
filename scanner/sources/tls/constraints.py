"""Name constraints (RFC 5280, 4.2.1.10): what authorities of a path forbid below them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography import x509

from scanner.evidence.tls import PathFault
from scanner.sources.tls.certificate import Parsed, extension
from scanner.text import said

_MOST_COMPARISONS = 20_000
"""More than any real path needs; a crafted one with thousands of names would cost seconds."""


@dataclass(frozen=True, slots=True)
class _Named:
    """One name of a certificate, in a form to compare: kind, value, and how to show it."""

    kind: str
    value: Any
    shown: str


def constrained(path: Sequence[Parsed]) -> bool:
    """Whether any certificate above the leaf limits the names below it."""
    return any(extension(one.made, x509.NameConstraints) for one in path[1:])


def constraint_faults(path: Sequence[Parsed]) -> Iterator[PathFault]:
    """Names in the path that a certificate above them does not allow, leaf first."""
    left = _MOST_COMPARISONS
    for position, authority in enumerate(path[1:], 1):
        limits = extension(authority.made, x509.NameConstraints)
        if limits is None:
            continue
        permitted = [_limit(one) for one in limits.permitted_subtrees or ()]
        excluded = [_limit(one) for one in limits.excluded_subtrees or ()]
        yield from _malformed([*permitted, *excluded], position, authority)
        for below in range(position):
            one = path[below]
            if below and one.subject == one.issuer:
                continue  # self-issued authorities are exempt (RFC 5280, 6.1.3 b)
            names = list(_names(one.made))
            left -= len(names) * (len(permitted) + len(excluded))
            if left < 0:
                yield PathFault("name-constraints-too-many", position, authority.facts.subject)
                return
            yield from _forbidden(names, permitted, excluded, below, authority)


def _forbidden(
    names: list[_Named],
    permitted: list[_Named],
    excluded: list[_Named],
    position: int,
    authority: Parsed,
) -> Iterator[PathFault]:
    for name in names:
        hit = next((one for one in excluded if _excludes(one, name)), None)
        if hit is not None:
            detail = said("{name} is excluded by {excluded}", name=name.shown, excluded=hit.shown)
            yield PathFault("name-excluded", position, authority.facts.subject, detail)
            continue
        kin = [one for one in permitted if one.kind == name.kind]
        if kin and not any(_within(one, name) for one in kin):
            allowed = ", ".join(one.shown for one in kin[:5])
            detail = said("{name} is not within {allowed}", name=name.shown, allowed=allowed)
            yield PathFault("name-not-permitted", position, authority.facts.subject, detail)


def _limit(name: x509.GeneralName) -> _Named:
    if isinstance(name, x509.DNSName):
        return _Named("dns", name.value.casefold(), name.value)
    if isinstance(name, x509.IPAddress):
        return _Named("ip", name.value, str(name.value))
    if isinstance(name, x509.DirectoryName):
        return _Named("directory", list(name.value.rdns), name.value.rfc4514_string())
    if isinstance(name, x509.RFC822Name):
        return _Named("mail", name.value.casefold(), name.value)
    if isinstance(name, x509.UniformResourceIdentifier):
        return _Named("uri", name.value.casefold(), name.value)
    return _Named(type(name).__name__, name, type(name).__name__)


def _names(made: x509.Certificate) -> Iterator[_Named]:
    """Every name that constraints apply to: the subject, and all alternative names."""
    if made.subject.rdns:
        yield _Named("directory", list(made.subject.rdns), made.subject.rfc4514_string())
    for name in extension(made, x509.SubjectAlternativeName) or ():
        yield _limit(name)


def _malformed(limits: list[_Named], position: int, authority: Parsed) -> Iterator[PathFault]:
    for one in limits:
        if one.kind == "dns" and (one.value.startswith((".", "*")) or not one.value.isascii()):
            detail = said("{name} is no DNS name", name=repr(one.shown))
            yield PathFault("name-constraint-invalid", position, authority.facts.subject, detail)


def _excludes(limit: _Named, name: _Named) -> bool:
    if limit.kind != name.kind:
        return False
    if limit.kind == "dns" and name.value.startswith("*."):
        parent = name.value[2:]
        # some host below the wildcard lies within the limit
        return _below(parent, limit.value) or limit.value.partition(".")[2] == parent
    return _within(limit, name)


def _within(limit: _Named, name: _Named) -> bool:
    """Whether a name lies in the subtree of a limit of its own kind."""
    if limit.kind == "dns":
        return _below(name.value.removeprefix("*."), limit.value)
    if limit.kind == "ip":
        return _in_network(limit.value, name.value)
    if limit.kind == "directory":
        return bool(name.value[: len(limit.value)] == limit.value)
    if limit.kind == "mail":
        return _mail_within(limit.value, name.value)
    if limit.kind == "uri":
        host = name.value.partition("://")[2].partition("/")[0].partition(":")[0]
        return _host_within(limit.value, host)
    return True  # a kind that cannot be compared: excluded at once, permitted alike


def _below(host: str, parent: str) -> bool:
    return not parent or host == parent or host.endswith("." + parent)


def _in_network(network: Any, address: Any) -> bool:
    if not isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return False
    return bool(address.version == network.version and address in network)


def _mail_within(limit: str, address: str) -> bool:
    if "@" in limit:
        return address == limit
    return _host_within(limit, address.rpartition("@")[2])


def _host_within(limit: str, host: str) -> bool:
    return host.endswith(limit) if limit.startswith(".") else host == limit
