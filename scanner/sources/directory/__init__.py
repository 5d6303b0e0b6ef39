"""The source of directory evidence: exports and live LDAP."""

from scanner.sources.directory.source import DirectorySource

__all__ = ["DirectorySource"]
