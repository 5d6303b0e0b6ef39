"""Names that need a certificate because of other names, and whose they are by DNS."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from scanner.config.model import Config
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tls import DerivedName, TlsOutcome
from scanner.sources.tls.addresses import AddressBook, Known
from scanner.sources.tls.faults import ConnectFault
from scanner.sources.tls.names import ascii_name
from scanner.sources.tls.targets import Target

_HTTPS = 443
_PREFIXES = ("enterpriseregistration", "autodiscover", "enterpriseenrollment")
_NOBODY = "emsready-no-such-name"
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
            return _with(one, "own", detail="redirected by the configuration")
        state = "absent" if fault.outcome is TlsOutcome.DNS else "unknown"
        return _with(one, state, detail=fault.detail)
    target = known.canonical.casefold().rstrip(".")
    if any(target == name or target.endswith(f".{name}") for name in _MICROSOFT):
        return _with(one, "microsoft", target=target)
    if redirected:
        return _with(one, "own", target=target, detail="redirected by the configuration")
    if not known.addresses:
        return _with(one, "absent", target=target, detail="the alias leads to no address")
    if await _wildcard(one.name, known, book):
        return _with(one, "absent", target=target, detail="only a wildcard record answers")
    return _with(one, "own", target=target)


async def _wildcard(name: str, known: Known, book: AddressBook) -> bool:
    """Whether a name that nobody made leads to the same place: then nobody made this one either."""
    try:
        other = await book.known(f"{_NOBODY}.{name.partition('.')[2]}")
    except ConnectFault:
        return False
    return set(other.addresses) == set(known.addresses)


def _with(one: DerivedName, state: str, target: str = "", detail: str = "") -> DerivedName:
    return DerivedName(
        one.name,
        one.role,
        one.follows,
        state,  # type: ignore[arg-type]  # one of the four words, all above
        target,
        detail,
    )


def targets_of(names: Iterable[DerivedName]) -> Iterator[Target]:
    """The services behind names that lead to hosts of the organisation."""
    for one in names:
        if one.state == "own":
            yield Target(one.name, _HTTPS, one.role, f"follows from {one.follows}")
