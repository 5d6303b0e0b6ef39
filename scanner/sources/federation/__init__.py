"""The source of federation evidence: realm discovery, metadata, and the paths of AD FS."""
