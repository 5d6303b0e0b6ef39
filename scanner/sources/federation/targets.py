"""Which domains to ask for, which hosts to look at, and by which ways."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from scanner.config.model import Config, Host
from scanner.evidence.federation import DomainRealm, Vantage
from scanner.evidence.tenant import TenantDomains
from scanner.evidence.tenant_federation import DomainFederation
from scanner.sources.federation.reach import redirected
from scanner.sources.tls.addresses import Address, split_address
from scanner.sources.tls.names import ascii_name, is_address

_ROLES = ("adfs", "wap")
# Servers and clients that stand in the organisation's network by their nature.
_INSIDE_ROLES = {
    "domain-client",
    "connect-server",
    "adfs",
    "wap",
    "domain-controller",
    "configuration-manager",
    "ndes",
}


@dataclass(frozen=True, slots=True)
class Approach:
    """One way to a host. `to` redirects; without it the name is looked up."""

    vantage: Vantage | None
    proxy: bool = False
    port: int = 443
    to: Address | None = None


@dataclass(slots=True)
class Target:
    """One federation service to look at. `adfs` None: not known yet."""

    name: str
    adfs: bool | None = None
    configured: bool = False
    ours: bool = False
    domains: set[str] = field(default_factory=set)
    approaches: list[Approach] = field(default_factory=list)


def address_host(url: str) -> str:
    """The host of an https address that may be probed; '' for anything else."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or 443
    except ValueError:
        return ""
    if parts.scheme != "https" or port != 443 or "@" in parts.netloc:  # noqa: PLR2004
        return ""
    name = ascii_name(parts.hostname or "")
    return name if len(name) <= 253 and "%" not in name else ""  # noqa: PLR2004 - RFC 1035


def is_adfs_address(url: str) -> bool | None:
    """Whether an address is one of AD FS by its path; None without an address."""
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return None
    return path.casefold().startswith("/adfs/") if url else None


def domains_to_ask(config: Config, tenant: TenantDomains | None) -> list[str]:
    """Domains that the tenant has verified, else those that the user named. Never a guess."""
    if tenant is not None:
        told = {one.name for one in tenant.domains if one.is_verified and not one.is_initial}
    else:
        told = {*config.domains.names, *config.domains.sign_in, config.tenant.domain}
    names = {ascii_name(one) for one in told}
    return sorted(one for one in names if one and not one.endswith(_INITIAL))


_INITIAL = (".onmicrosoft.com", ".onmicrosoft.us", ".onmschina.cn")


def targets(
    config: Config, federations: Iterable[DomainFederation], realms: Iterable[DomainRealm]
) -> dict[str, Target]:
    """The federation hosts by name: those configured, and those that domains are sent to."""
    found: dict[str, Target] = {}
    for one in config.hosts:
        if one.role in _ROLES:
            made = found.setdefault(ascii_name(one.name), Target(ascii_name(one.name)))
            made.configured, made.adfs = True, True
            _approach(made, _configured(one, config))
    federated = list(federations)
    for domain, url in [(one.domain, one.passive_uri) for one in federated] + [
        (one.domain, one.sign_in_url) for one in realms if one.account_type == "Federated"
    ]:
        name = address_host(url)
        if name:
            made = found.setdefault(name, Target(name))
            made.domains.add(domain)
            if made.adfs is None:
                made.adfs = is_adfs_address(url) or None
    ours = {ascii_name(one) for one in domains_of_ours(config, federated)}
    for made in found.values():
        made.ours = any(made.name == one or made.name.endswith(f".{one}") for one in ours)
        made.approaches = made.approaches or [_plain(made.name, config)]
    return found


def _approach(target: Target, more: Approach) -> None:
    """The same way is gone once: a farm and a proxy that one look-up leads to are one face."""
    for place, one in enumerate(target.approaches):
        if (one.port, one.to) == (more.port, more.to):
            target.approaches[place] = replace(one, proxy=one.proxy or more.proxy)
            return
    target.approaches.append(more)


def domains_of_ours(config: Config, federations: Iterable[DomainFederation]) -> Iterable[str]:
    """The organisation's own domains, under which a host may well have a private address."""
    yield from (one for one in (*config.domains.names, config.tenant.domain) if one)
    yield from (one.domain for one in federations)


def _configured(host: Host, config: Config) -> Approach:
    to = split_address(host.connect) if host.connect else None
    to = to or redirected(config.network.connect, host.name, host.port)
    return Approach(stated(config), host.role == "wap", host.port, to)


def _plain(name: str, config: Config) -> Approach:
    return Approach(stated(config), to=redirected(config.network.connect, name, 443))


def stated(config: Config) -> Vantage | None:
    """Where the user says that the scan stands: by the roles, or by the words inside and outside."""
    roles = set(config.network.roles)
    inside, outside = bool(roles & _INSIDE_ROLES), "internet" in roles
    word = config.network.vantage.casefold().split(" ", 1)[0].strip(",:;-")
    inside |= word in ("inside", "internal", "intranet")
    outside |= word in ("outside", "external", "internet")
    if inside == outside:
        return None
    return Vantage.INSIDE if inside else Vantage.OUTSIDE


def vantage_of(address: str, *, proven: bool) -> Vantage:
    """What an address that the name led to says of where the scan stands.

    `proven`: another host on the internet has answered, so the way out is open.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return Vantage.UNKNOWN
    if not found.is_global:
        return Vantage.INSIDE
    return Vantage.OUTSIDE if proven else Vantage.UNKNOWN


def inward(address: str, target: Target) -> bool:
    """Whether an address that came from elsewhere leads where this scan must not be sent.

    What the user named is the user's affair. Another host under a domain of the organisation may
    have a private address, but not one on this machine or link.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if target.configured:
        return False
    if found.is_loopback or found.is_link_local or found.is_multicast or found.is_unspecified:
        return True
    return not found.is_global and (not target.ours or is_address(target.name))
