"""Names that need a certificate because of other names, and whose they are by DNS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import replace

from scanner.config.model import Config
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tls import DerivedName, TlsOutcome
from scanner.sources.tls.addresses import AddressBook, Known
from scanner.sources.tls.faults import ConnectFault
from scanner.sources.tls.names import ascii_name
from scanner.sources.tls.targets import Target
from scanner.text import said

_HTTPS = 443
_PREFIXES = ("enterpriseregistration", "autodiscover", "enterpriseenrollment")
_NOBODY = "emsready-no-such-name"
_REDIRECTED = said("redirected by the configuration")
_MICROSOFT = (
    "windows.net",
    "outlook.com",
    "office.com",
    "office365.com",
    "office365.us",
    "outlook.cn",
    "microsoft.com",
    "microsoft.us",
    "microsoftonline.com",
    "microsoftonline.us",
    "azure.com",
    "azure.net",
    "azure.us",
    "azure.cn",
    "chinacloudapi.cn",
    "partner.outlook.cn",
    "lync.com",
    "msappproxy.net",
    "trafficmanager.net",
)


def suffixes(config: Config, domains: TenantDomains | None) -> list[str]:
    """The domains of the organisation: configured ones, then verified ones of the tenant."""
    names = [*config.domains.names, config.tenant.domain]
    if domains is not None:
        names += [one.name for one in domains.domains if one.is_verified and not one.is_initial]
    parked = {ascii_name(one) for one in config.domains.parked}
    found = dict.fromkeys(ascii_name(one) for one in names if one)
    return [one for one in found if one not in parked and not one.endswith(".onmicrosoft.com")]


def candidates(services: Iterable[Target], domains: Iterable[str]) -> Iterator[DerivedName]:
    """What could be needed, before DNS was asked."""
    for name in dict.fromkeys(one.host for one in services if one.role in ("adfs", "wap")):
        yield DerivedName(f"certauth.{name}", "certauth", name, "unknown")
    for name in domains:
        for prefix in _PREFIXES:
            role = "web" if prefix == "enterpriseenrollment" else prefix
            yield DerivedName(f"{prefix}.{name}", role, name, "unknown")


async def settled(wanted: Iterable[DerivedName], book: AddressBook) -> list[DerivedName]:
    """Each candidate with what DNS says of it."""
    return list(await asyncio.gather(*(_settle(one, book) for one in wanted)))


async def _settle(one: DerivedName, book: AddressBook) -> DerivedName:
    redirected = book.redirected(one.name, _HTTPS) is not None
    try:
        known = await book.known(one.name)
    except ConnectFault as fault:
        if redirected:
            return replace(one, state="own", detail=_REDIRECTED)
        absent = fault.outcome is TlsOutcome.DNS
        return replace(one, state="absent" if absent else "unknown", detail=fault.detail)
    target = known.canonical.casefold().rstrip(".")
    led = replace(one, target=target)
    if any(target == name or target.endswith(f".{name}") for name in _MICROSOFT):
        return replace(led, state="microsoft")
    if redirected:
        return replace(led, state="own", detail=_REDIRECTED)
    detail = await _nobodys(one.name, known, book)
    return replace(led, state="absent" if detail else "own", detail=detail)


async def _nobodys(name: str, known: Known, book: AddressBook) -> str:
    """Why the name is none that anybody made, although DNS answers; '' where it is one."""
    if not known.addresses:
        return said("the alias leads to no address")
    return said("only a wildcard record answers") if await _wildcard(name, known, book) else ""


async def _wildcard(name: str, known: Known, book: AddressBook) -> bool:
    """Whether a name that nobody made leads to the same place: then nobody made this one either."""
    try:
        other = await book.known(f"{_NOBODY}.{name.partition('.')[2]}")
    except ConnectFault:
        return False
    return set(other.addresses) == set(known.addresses)


def targets_of(names: Iterable[DerivedName], named: Iterable[Target]) -> Iterator[Target]:
    """The services behind names that lead to hosts of the organisation.

    An alias of a configured host is looked at where the configuration says that this host is.
    """
    sides = {one.host: one.sides for one in named if one.port == _HTTPS}
    for one in names:
        if one.state == "own":
            there = () if one.detail == _REDIRECTED else sides.get(one.target, ())
            origin = f"follows from {one.follows}"
            yield Target(one.name, _HTTPS, one.role, origin, sides=there)
