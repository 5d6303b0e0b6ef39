"""The source of reachability: what this place gets out to, by name, TCP, TLS, HTTP and UDP."""

from scanner.sources.reachability.source import ReachabilitySource

__all__ = ["ReachabilitySource"]
