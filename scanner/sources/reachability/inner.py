"""Servers of the organisation itself: which there are, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import dns.exception
import dns.message
import dns.rdatatype

from scanner.config.model import Config
from scanner.evidence.endpoints import SERVERS_TOWARDS, EndpointRows, Row, port_list
from scanner.sources.reachability.exchange import exchange
from scanner.sources.reachability.resolve import Resolver, inner_resolvers
from scanner.sources.reachability.targets import Target

_CLOSED = "must-be-closed"
_SPOKEN = {
    80: "http",
    88: "kerberos", 135: "rpc", 389: "ldap", 3268: "ldap", 445: "smb",
    636: "tls", 3269: "tls", 443: "tls", 49443: "tls", 8531: "tls",
}  # fmt: skip
_DATAGRAMS = {53: "dns", 88: "kerberos-udp", 389: "cldap", 123: "ntp"}
_MOST_CONTROLLERS = 12


def known_servers(config: Config) -> dict[str, list[str]]:
    """Servers by kind, from [network.servers] and from the roles of [[hosts]]."""
    found: dict[str, list[str]] = {}
    for kind, names in config.network.servers.items():
        found[kind] = [*names]
    for host in config.hosts:
        if host.role in ("adfs", "wap", "ndes"):
            found.setdefault(host.role, []).append(host.name)
    return {
        kind: list(dict.fromkeys(one.casefold() for one in names)) for kind, names in found.items()
    }


async def controllers_of(config: Config) -> list[str]:
    """The domain controllers that the DNS of [network] ad_domains names (MS-ADTS, 6.3.2.3)."""
    found: list[str] = []
    for domain in config.network.ad_domains:
        for resolver in inner_resolvers(config):
            names = await _controllers(domain, resolver)
            found += names
            if names:
                break
    return list(dict.fromkeys(found))[:_MOST_CONTROLLERS]


async def _controllers(domain: str, resolver: Resolver) -> list[str]:
    try:
        question = dns.message.make_query(f"_ldap._tcp.dc._msdcs.{domain}", "SRV")
        answer = await exchange(question, resolver.address, resolver.port, 2.0)
    except (dns.exception.DNSException, TimeoutError, OSError, ValueError):
        return []
    return sorted(
        record.target.to_text(omit_final_dot=True).casefold()
        for rrset in answer.answer
        if rrset.rdtype == dns.rdatatype.SRV
        for record in rrset
    )


def inner_targets(
    areas: Iterable[EndpointRows], servers: Mapping[str, list[str]]
) -> Iterator[Target]:
    """What to ask of which inner server, by the rows that lead to its kind.

    Optional ports are left alone; ports that must be closed are tried without a word.
    """
    found = {
        target
        for area in areas
        for row in area.rows
        if row.required or row.kind == _CLOSED
        for kind in SERVERS_TOWARDS.get(row.towards, ())
        for host in servers.get(kind, ())
        for target in _targets(row, host)
    }
    yield from sorted(found)


def _targets(row: Row, host: str) -> Iterator[Target]:
    for port in port_list(row.tcp):
        spoken = "tcp" if row.kind == _CLOSED else _SPOKEN.get(port, "tcp")
        yield Target(1, host, port, spoken, inner=True)
    for port in port_list(row.udp):
        if port in _DATAGRAMS:
            yield Target(2, host, port, _DATAGRAMS[port], inner=True)
