"""The source of TLS evidence: what the services of the organisation present, and where it leads."""
