"""Which addresses nobody outside can reach, by an explicit list.

The standard library's idea of 'private' holds the ranges for documentation and benchmarks as well,
which are no sign of a private network.
"""

from __future__ import annotations

import ipaddress

_PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "0.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
        "::/128",
    )
)


def is_private(address: str) -> bool:
    """Whether an address is private, shared, loopback, link-local or unspecified.

    Raises ValueError for what is no address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return any(ip in one for one in _PRIVATE if one.version == ip.version)
