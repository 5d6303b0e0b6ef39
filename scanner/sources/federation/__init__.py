"""The source of federation evidence: realm discovery, metadata, and the paths of AD FS."""

from scanner.sources.federation.source import FederationSource

__all__ = ["FederationSource"]
