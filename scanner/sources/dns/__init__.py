"""DNS: resolvers outside and inside, authoritative servers, and what mail policies publish there."""

from scanner.sources.dns.source import DnsSource

__all__ = ["DnsSource"]
