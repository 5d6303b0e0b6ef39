"""The source of directory evidence: exports and live LDAP."""
