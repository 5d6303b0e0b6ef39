"""The tenant over Microsoft Graph: read only, signed in once, streamed."""

from scanner.sources.graph.source import GraphSource

__all__ = ["GraphSource"]
